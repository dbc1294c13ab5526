//! A gate for what goes out: only calls that change nothing pass. The [`Reader`](super::Reader) makes no others; should it ever,
//! they end here, before anybody hears them.
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::aws::ONE_VERSION;

/// A client of HTTP behind the gate.
#[derive(Clone, Debug)]
pub(super) struct ReadOnly(pub(super) SharedHttpClient);

impl HttpClient for ReadOnly {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Gate(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct Gate(SharedHttpConnector);

impl HttpConnector for Gate {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target");
        let body = request.body().bytes().unwrap_or_default();
        if request.method() == "GET" && asks_for_one_version(request.uri()) {
            return self.0.call(request);
        }
        match operation(target, &String::from_utf8_lossy(body)) {
            Some(operation) if only_reads(&operation) => self.0.call(request),
            operation => {
                let what = operation.unwrap_or_else(|| "a call without a name".to_owned());
                let refused = format!("{what} could change something, and this way is for looking only");
                HttpConnectorFuture::ready(Err(ConnectorError::user(refused.into())))
            }
        }
    }
}

/// The one call of S3 that is made here, which has no name: a list of a bucket's objects.
fn asks_for_one_version(uri: &str) -> bool {
    uri.split_once('?').is_some_and(|(_, query)| query == ONE_VERSION)
}

/// The operation: in a header in the JSON protocols, in the form in the query protocols. No further protocol is spoken here.
fn operation(target: Option<&str>, body: &str) -> Option<String> {
    if let Some(target) = target {
        return Some(target.rsplit('.').next().unwrap_or(target).to_owned());
    }
    let mut actions = body.split('&').filter_map(|field| field.strip_prefix("Action="));
    let first = actions.next()?.to_owned();
    // Two of them are one more than anybody honest sends.
    if actions.next().is_some() { None } else { Some(first) }
}

/// AWS names operations by what they do.
fn only_reads(operation: &str) -> bool {
    let is_word = operation.bytes().all(|it| it.is_ascii_alphanumeric());
    is_word && ["Describe", "Get", "List"].iter().any(|verb| operation.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_looks_pass() {
        let passes = |target, body: &str| operation(target, body).is_some_and(|it| only_reads(&it));
        for body in ["Action=DescribeStacks&Version=2010-05-15", "Version=x&Action=GetTemplate", "Action=ListExports"] {
            assert!(passes(None, body), "{body}");
        }
        assert!(passes(Some("AmazonSSM.GetParameter"), "{}"));
        for body in [
            "Action=CreateChangeSet&StackName=DescribeStacks",
            "Action=DetectStackDrift",
            "Action=DescribeStacks&Action=DeleteStack",
            "Action=Describe%53tacks",
            "StackName=x",
            "",
        ] {
            assert!(!passes(None, body), "{body}");
        }
        assert!(!passes(Some("AmazonSSM.PutParameter"), "Action=DescribeStacks"));
        assert!(asks_for_one_version("https://s3.eu-west-1.amazonaws.com/bucket?max-keys=1&versions="));
        for uri in ["/bucket", "/?Action=DeleteStack&StackName=a", "/?Action=DeleteStack&max-keys=1&versions="] {
            assert!(!asks_for_one_version(uri), "{uri}");
        }
    }
}
