//! Calls to services whose SDKs are not worth their weight: of EC2, SSM and S3 a deploy needs a handful of calls, and the SDK
//! of EC2 alone compiles longer than all the rest. They are signed with the SDK's own signer and sent through its own runtime.
use std::time::SystemTime;

use aws_sdk_cloudformation::config::{Credentials, ProvideCredentials as _};
use aws_sdk_cloudformation::error::SdkError;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError as Sdk;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::service_config::ServiceConfigKey;
use jiff::Timestamp;

use super::{Connection, Retry};
use crate::failure::Failure;

/// A service that is called this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Machines, disks and images.
    Ec2,
    /// Parameters.
    Ssm,
    /// Objects.
    S3,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) service: Service,
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    /// With a slash in front; encoded, where it has to be.
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

type Refusal = SdkError<ErrorMetadata, HttpResponse>;

impl Connection {
    /// Sends, again and again if that makes sense, and gives the body of the answer.
    pub(crate) async fn ask(&self, retry: Retry, ask: &Ask) -> Result<String, Failure> {
        self.call(ask.operation, retry, || self.send(ask)).await
    }

    async fn send(&self, ask: &Ask) -> Result<String, Refusal> {
        let endpoint = self.endpoint(ask.service);
        let url = format!("{endpoint}{}", ask.path);
        let headers = self.signed(&url, ask).await.map_err(Sdk::construction_failure)?;
        let mut call =
            Operation::builder().service_name(ask.service.id()).operation_name(ask.operation).no_auth().no_retry();
        if let Some(http) = self.config.http_client() {
            call = call.http_client(http);
        }
        if let Some(sleep) = self.config.sleep_impl() {
            call = call.sleep_impl(sleep);
        }
        let timeouts = self.config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled);
        // The path of the endpoint is put before that of the request.
        let (method, body, uri) = (ask.method, ask.body.clone(), ask.path.clone());
        let call = call.timeout_config(timeouts).endpoint_url(&endpoint).serializer(move |(): ()| {
            let mut request = HttpRequest::new(SdkBody::from(body.clone()));
            request.set_method(method)?;
            request.set_uri(uri.as_str())?;
            for (name, value) in &headers {
                request.headers_mut().try_insert(name.clone(), value.clone())?;
            }
            Ok(request)
        });
        call.deserializer(read).build().invoke(()).await
    }

    /// The headers, with the signature. Source: *Signature Version 4 for API requests* in the IAM User Guide; S3 differs in
    /// that it wants the hash of the body in a header and takes paths as they are.
    async fn signed(&self, url: &str, ask: &Ask) -> Result<Vec<(String, String)>, BoxError> {
        let provider = self.config.credentials_provider().ok_or("there are no credentials")?;
        let credentials: Credentials = provider.provide_credentials().await?;
        let identity: Identity = credentials.into();
        let mut settings = SigningSettings::default();
        if ask.service == Service::S3 {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(ask.service.name())
            .time(SystemTime::from(Timestamp::now()))
            .settings(settings)
            .build()?
            .into();
        let plain = || ask.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let request = SignableRequest::new(ask.method, url, plain(), SignableBody::Bytes(ask.body.as_bytes()))?;
        let (signed, _) = sign(request, &params)?.into_parts();
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(plain().chain(signed.headers()).map(owned).collect())
    }

    /// Where a service is: where the environment or the profile says for it alone, then for all, then at AWS. Sources:
    /// *Service-specific endpoints* in the AWS SDKs and Tools Reference Guide, *AWS service endpoints* in the General Reference.
    pub(super) fn endpoint(&self, service: Service) -> String {
        let variable = format!("AWS_ENDPOINT_URL_{}", service.id());
        let key = ServiceConfigKey::builder().service_id(service.name()).env(&variable).profile("endpoint_url").build();
        let own = key.ok().and_then(|key| self.config.service_config()?.load_config(key));
        let set = own.or_else(|| self.config.endpoint_url().map(str::to_owned));
        let usual = || {
            let fips = if self.config.use_fips() == Some(true) { "-fips" } else { "" };
            let suffix = if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            format!("https://{}{fips}.{}.{suffix}", service.name(), self.region)
        };
        set.map_or_else(usual, |url| url.trim_end_matches('/').to_owned())
    }
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Service::Ec2 => "ec2",
            Service::Ssm => "ssm",
            Service::S3 => "s3",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Service::Ec2 => "EC2",
            Service::Ssm => "SSM",
            Service::S3 => "S3",
        }
    }
}

fn read(response: &HttpResponse) -> Result<String, OrchestratorError<ErrorMetadata>> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    if response.status().is_success() {
        return Ok(body);
    }
    let (code, message) = refusal(&body);
    // The server failed, or something before it that speaks another language.
    let code = if code.is_empty() && response.status().is_server_error() { "InternalError".to_owned() } else { code };
    Err(OrchestratorError::operation(ErrorMetadata::builder().code(code).message(message).build()))
}

/// Code and message of a refusal: EC2 and S3 answer in XML, SSM in JSON.
fn refusal(body: &str) -> (String, String) {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(body) {
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let code = text("__type");
        let code = code.rsplit_once('#').map_or(code.as_str(), |(_, code)| code).to_owned();
        let message = [text("message"), text("Message")].concat();
        return (code, message);
    }
    let Ok(xml) = roxmltree::Document::parse(body) else { return Default::default() };
    let text = |tag: &str| {
        let found = xml.descendants().find(|node| node.has_tag_name(tag));
        found.and_then(|node| node.text()).unwrap_or_default().to_owned()
    };
    (text("Code"), text("Message"))
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn refusals_are_read_in_the_words_of_each_service() {
        let ec2 = "<Response><Errors><Error><Code>InvalidAMIID.NotFound</Code><Message>it &amp; all</Message></Error></Errors></Response>";
        assert_eq!(refusal(ec2), ("InvalidAMIID.NotFound".to_owned(), "it & all".to_owned()));
        let ssm = r#"{"__type":"com.amazonaws.ssm#ParameterNotFound","message":""}"#;
        assert_eq!(refusal(ssm), ("ParameterNotFound".to_owned(), String::new()));
        assert_eq!(refusal("<html>Bad gateway"), (String::new(), String::new()));
    }
}
