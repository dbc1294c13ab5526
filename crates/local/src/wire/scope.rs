//! For which service and region a call is meant.
//!
//! The scope of a signature of version 4 says both: `Credential=AKID/20261121/eu-west-1/ssm/aws4_request`. The signature itself is
//! not checked: everybody on this machine may ask. Source: *Elements of an AWS API request signature* in the IAM User Guide.
use super::call::Call;
use super::percent;

/// What the signature says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) region: Option<String>,
    pub(super) service: Option<String>,
}

pub(super) fn scope(call: &Call) -> Scope {
    let credential = match call.header("authorization") {
        Some(header) => {
            header.split("Credential=").nth(1).map(|rest| rest.split([',', ' ']).next().unwrap_or(rest).to_owned())
        }
        None => {
            percent::pairs(&call.query).into_iter().find(|(name, _)| name == "X-Amz-Credential").map(|(_, value)| value)
        }
    };
    let Some(credential) = credential else { return Scope::default() };
    // From the end: an id of a key may hold slashes.
    let mut parts = credential.rsplit('/').skip(1);
    let service = parts.next().filter(|it| !it.is_empty()).map(str::to_owned);
    let region = parts.next().filter(|it| !it.is_empty() && !it.bytes().all(|byte| byte.is_ascii_digit()));
    Scope { region: region.map(str::to_owned), service }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(authorization: &str) -> (Option<String>, Option<String>) {
        let headers = vec![("authorization".to_owned(), authorization.to_owned())];
        let Scope { region, service } = scope(&Call { headers, ..Call::default() });
        (region, service)
    }

    #[test]
    fn the_signature_says_where() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=00";
        assert_eq!(of(header), (Some("eu-west-1".into()), Some("ssm".into())));
        let header = "AWS4-ECDSA-P256-SHA256 Credential=AKID/20261121/s3/aws4_request,SignedHeaders=host";
        assert_eq!(of(header), (None, Some("s3".into())));
        assert_eq!(of("Bearer x"), (None, None));
        assert_eq!(of("AWS4-HMAC-SHA256 Credential="), (None, None));
    }

    #[test]
    fn a_presigned_address_says_it_too() {
        let query = "X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Expires=5".to_owned();
        let scope = scope(&Call { query, ..Call::default() });
        assert_eq!((scope.region.as_deref(), scope.service.as_deref()), (Some("eu-west-1"), Some("s3")));
    }
}
