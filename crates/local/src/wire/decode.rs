//! From a request of HTTP to a call of an operation.
use serde_json::{Map, Value as Json};

use super::call::Call;
use super::rest::{self, Rest};
use super::scope::{Scope, scope};
use super::{ApiError, Protocol, Request, Service, aws_chunked, form, percent};

/// A call, decoded.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// How its answer must look.
    pub protocol: Protocol,
    /// What is asked.
    pub request: Request,
    /// How it was asked; empty but for S3 and Lambda.
    pub rest: Rest,
}

/// A call that could not be decoded.
#[derive(Debug)]
pub struct Undecoded {
    /// How its answer must look.
    pub protocol: Protocol,
    /// As far as it is known: `Service Operation`.
    pub what: String,
    /// What is wrong.
    pub error: ApiError,
}

/// What a call says about itself before its body is understood.
struct Head {
    service: Option<Service>,
    /// Its name, also if it is not here.
    name: String,
    region: String,
    protocol: Protocol,
}

impl Call {
    /// Decodes it. Calls without a signature are for the region that is given.
    ///
    /// # Errors
    ///
    /// If it is for no service that is here, or its body makes no sense.
    pub fn decode(mut self, region: &str) -> Result<Decoded, Box<Undecoded>> {
        let form = self.form();
        let head = head(&self, &form, region);
        let failed = |what: String, error| Box::new(Undecoded { protocol: head.protocol, what, error });
        let Some(service) = head.service else {
            let operation = self.operation(&form);
            return Err(failed(format!("{} {operation}", head.name), ApiError::not_here(&head.name, &operation)));
        };
        aws_chunked::join(&mut self).map_err(|error| failed(service.name().to_owned(), error))?;
        let (operation, input, rest) = match service {
            Service::S3 => rest::s3(self),
            Service::Lambda => rest::lambda(self),
            _ => {
                let operation = self.operation(&form);
                let input = input(&self, head.protocol, form)
                    .map_err(|error| failed(format!("{} {operation}", service.name()), error))?;
                (operation, input, Rest::default())
            }
        };
        let request = Request { service, operation, region: head.region, input };
        Ok(Decoded { protocol: head.protocol, request, rest })
    }

    /// The pairs of a form: of the body, or of the query, since the query protocols take both. Empty if it is no form.
    fn form(&self) -> Vec<(String, String)> {
        let is_form = self.header("content-type").is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
        let mut pairs = if is_form { percent::pairs(&String::from_utf8_lossy(&self.body)) } else { Vec::new() };
        if self.path.len() <= 1 {
            pairs.extend(percent::pairs(&self.query));
        }
        if pairs.iter().any(|(name, _)| name == "Action") { pairs } else { Vec::new() }
    }

    /// `AmazonSSM.GetParameter` in `X-Amz-Target`, `Action` in a form, or else the method and the path.
    fn operation(&self, form: &[(String, String)]) -> String {
        let target = self.header("x-amz-target").and_then(|target| target.rsplit('.').next());
        match target.or_else(|| value(form, "Action")) {
            Some(name) => name.to_owned(),
            None => format!("{} {}", self.method, self.path),
        }
    }
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn head(call: &Call, form: &[(String, String)], region: &str) -> Head {
    let Scope { region: signed, service } = scope(call);
    let version = call.header("content-type").and_then(|it| it.strip_prefix("application/x-amz-json-1."));
    let is_json = call.header("x-amz-target").is_some();
    let named = service.clone().unwrap_or_else(|| unsigned(call, form));
    let service = Service::signing_as(&named);
    let protocol = match service {
        Some(service) => service.protocol(),
        None if is_json => Protocol::Json10,
        None if !form.is_empty() => Protocol::Query,
        None => Protocol::RestJson,
    };
    let protocol = match (protocol, version) {
        (Protocol::Json10 | Protocol::Json11, Some(version)) if version.starts_with('0') => Protocol::Json10,
        (Protocol::Json10 | Protocol::Json11, _) => Protocol::Json11,
        (other, _) => other,
    };
    Head { service, name: named, region: signed.unwrap_or_else(|| region.to_owned()), protocol }
}

/// The service of a call without a signature, in the word of signatures.
fn unsigned(call: &Call, form: &[(String, String)]) -> String {
    if let Some(target) = call.header("x-amz-target") {
        let known =
            [("AmazonSSM", "ssm"), ("Logs_", "logs")].into_iter().find(|(prefix, _)| target.starts_with(prefix));
        return known
            .map_or_else(|| target.split('.').next().unwrap_or(target).to_owned(), |(_, name)| name.to_owned());
    }
    let known = [("2010-05-15", "cloudformation"), ("2016-11-15", "ec2"), ("2010-05-08", "iam"), ("2011-06-15", "sts")];
    match value(form, "Version") {
        Some(version) => {
            known.into_iter().find(|(other, _)| *other == version).map_or(version, |(_, name)| name).to_owned()
        }
        None if call.path.starts_with("/20") && call.path.contains("/functions") => "lambda".to_owned(),
        None => "s3".to_owned(),
    }
}

fn input(call: &Call, protocol: Protocol, form: Vec<(String, String)>) -> Result<Json, ApiError> {
    if matches!(protocol, Protocol::Query | Protocol::Ec2) {
        if form.is_empty() {
            let message = "Could not find operation: the form has no Action";
            return Err(ApiError::new("MissingAction", message));
        }
        return form::nested(form.into_iter().filter(|(name, _)| !is_about_the_call(name)).collect());
    }
    if call.body.is_empty() {
        return Ok(Json::Object(Map::new()));
    }
    match serde_json::from_slice(&call.body) {
        Ok(input @ Json::Object(_)) => Ok(input),
        _ => Err(ApiError::new("SerializationException", "the body is no JSON object")),
    }
}

fn is_about_the_call(name: &str) -> bool {
    matches!(name, "Action" | "Version") || name.starts_with("X-Amz-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn whatever_comes_is_decoded_or_refused(
            path in "/[a-z0-9%/]{0,12}",
            query in "[a-zA-Z0-9%&=+.]{0,20}",
            header in prop::sample::select(vec!["authorization", "x-amz-target", "content-type", "content-encoding", "host"]),
            value in "(application/x-www-form-urlencoded|aws-chunked|AWS4 Credential=[a-z0-9/]{0,20}|AmazonSSM[.a-z]{0,3}|[ -~]{0,12})",
            body: Vec<u8>,
        ) {
            let headers = vec![(header.to_owned(), value)];
            if let Err(refused) = (Call { method: "POST".into(), path, query, headers, body }).decode("us-east-1") {
                prop_assert!((400..500).contains(&refused.error.status));
            }
        }
    }

    fn call(service: &str, extra: &[(&str, &str)], body: &str) -> Call {
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential=A/20261121/eu-north-1/{service}/aws4_request, Signature=0");
        let mut headers =
            vec![("host".to_owned(), "127.0.0.1:1".to_owned()), ("authorization".to_owned(), authorization)];
        headers.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Call { method: "POST".into(), path: "/".into(), headers, body: body.into(), ..Call::default() }
    }

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

    #[test]
    fn forms_are_for_the_service_that_signed_them() {
        let body = "Action=DescribeStacks&Version=2010-05-15&StackName=a%2Fb";
        let decoded = call("cloudformation", &[FORM], body).decode("us-east-1").unwrap();
        assert_eq!(decoded.protocol, Protocol::Query);
        assert_eq!(
            (decoded.request.service, decoded.request.operation.as_str()),
            (Service::CloudFormation, "DescribeStacks")
        );
        assert_eq!(
            (decoded.request.region.as_str(), decoded.request.input),
            ("eu-north-1", json!({"StackName": "a/b"}))
        );
    }

    #[test]
    fn without_a_signature_the_version_tells() {
        let mut asked = call("x", &[FORM], "Action=GetCallerIdentity&Version=2011-06-15");
        asked.headers.remove(1);
        let decoded = asked.decode("us-east-1").unwrap();
        assert_eq!((decoded.request.service, decoded.request.region.as_str()), (Service::Sts, "us-east-1"));
    }

    #[test]
    fn json_names_its_operation_in_a_header() {
        let headers = [("x-amz-target", "AmazonSSM.GetParameter"), ("content-type", "application/x-amz-json-1.1")];
        let decoded = call("ssm", &headers, r#"{"Name": "/a"}"#).decode("us-east-1").unwrap();
        assert_eq!((decoded.protocol, decoded.request.operation.as_str()), (Protocol::Json11, "GetParameter"));
        assert_eq!(decoded.request.input, json!({"Name": "/a"}));
        let refused = call("ssm", &headers, "[1").decode("us-east-1").unwrap_err();
        assert_eq!(
            (refused.error.code.as_str(), refused.what.as_str()),
            ("SerializationException", "SSM GetParameter")
        );
    }

    #[test]
    fn a_service_that_is_not_here_is_named() {
        let headers = [("x-amz-target", "DynamoDB_20120810.PutItem"), ("content-type", "application/x-amz-json-1.0")];
        let refused = call("dynamodb", &headers, "{}").decode("us-east-1").unwrap_err();
        assert_eq!((refused.protocol, refused.what.as_str()), (Protocol::Json10, "dynamodb PutItem"));
        assert!(refused.error.message.contains("dynamodb PutItem"), "{}", refused.error);
        let refused = call("sns", &[FORM], "Action=Publish&Version=2010-03-31").decode("us-east-1").unwrap_err();
        assert_eq!((refused.protocol, refused.what.as_str()), (Protocol::Query, "sns Publish"));
    }

    #[test]
    fn everything_else_is_for_s3() {
        let mut asked = call("s3", &[], "");
        (asked.method, asked.path, asked.query) = ("GET".into(), "/b".into(), "list-type=2".into());
        let decoded = asked.decode("us-east-1").unwrap();
        assert_eq!((decoded.protocol, decoded.request.operation.as_str()), (Protocol::RestXml, "ListObjectsV2"));
        assert_eq!(decoded.request.input, json!({"Bucket": "b", "list-type": "2"}));
    }
}
