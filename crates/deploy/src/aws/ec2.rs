//! Calls to EC2. There are three of them, for which its SDK, the largest of all, is not worth it: they are forms, signed with
//! the SDK's own signer and sent through its own runtime.
use std::time::SystemTime;

use aws_sdk_cloudformation::config::{Credentials, ProvideCredentials as _};
use aws_sdk_cloudformation::error::SdkError;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError as Sdk;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::Timestamp;

use super::{Connection, Retry};
use crate::failure::Failure;

const VERSION: &str = "2016-11-15";
const FORM: &str = "application/x-www-form-urlencoded";

type Refusal = SdkError<ErrorMetadata, HttpResponse>;

impl Connection {
    /// Asks EC2, and answers with its XML. The values are ids and plain words: nothing in them has to be escaped.
    pub(crate) async fn ec2(&self, operation: &'static str, fields: &[(String, &str)]) -> Result<String, Failure> {
        let mut form = format!("Action={operation}&Version={VERSION}");
        fields.iter().for_each(|(name, value)| form += &format!("&{name}={value}"));
        self.call(operation, Retry::Safe, || self.send(operation, &form)).await
    }

    async fn send(&self, operation: &'static str, form: &str) -> Result<String, Refusal> {
        let url = self.endpoint();
        let headers = self.signed(&url, form).await.map_err(Sdk::construction_failure)?;
        let (body, url_of_request) = (form.to_owned(), url.clone());
        let mut call = Operation::builder().service_name("EC2").operation_name(operation).no_auth().no_retry();
        if let Some(http) = self.config.http_client() {
            call = call.http_client(http);
        }
        if let Some(sleep) = self.config.sleep_impl() {
            call = call.sleep_impl(sleep);
        }
        let timeouts = self.config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled);
        let call = call.timeout_config(timeouts).endpoint_url(&url).serializer(move |(): ()| {
            let mut request = HttpRequest::new(SdkBody::from(body.clone()));
            request.set_method("POST")?;
            request.set_uri(url_of_request.as_str())?;
            for (name, value) in &headers {
                request.headers_mut().try_insert(name.clone(), value.clone())?;
            }
            Ok(request)
        });
        call.deserializer(read).build().invoke(()).await
    }

    /// The headers, with the signature. Source: *Signature Version 4 for API requests* in the IAM User Guide.
    async fn signed(
        &self,
        url: &str,
        form: &str,
    ) -> Result<Vec<(String, String)>, aws_smithy_runtime_api::box_error::BoxError> {
        let provider = self.config.credentials_provider().ok_or("there are no credentials")?;
        let credentials: Credentials = provider.provide_credentials().await?;
        let identity: Identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("ec2")
            .time(SystemTime::from(Timestamp::now()))
            .settings(SigningSettings::default())
            .build()?
            .into();
        let plain = [("content-type", FORM)];
        let request = SignableRequest::new("POST", url, plain.into_iter(), SignableBody::Bytes(form.as_bytes()))?;
        let (signed, _) = sign(request, &params)?.into_parts();
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(plain.into_iter().chain(signed.headers()).map(owned).collect())
    }

    /// Source: *Amazon EC2 endpoints and quotas* in the AWS General Reference.
    fn endpoint(&self) -> String {
        let suffix = if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let usual = || format!("https://ec2.{}.{suffix}/", self.region);
        self.config.endpoint_url().map_or_else(usual, |url| format!("{}/", url.trim_end_matches('/')))
    }
}

fn read(response: &HttpResponse) -> Result<String, OrchestratorError<ErrorMetadata>> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    if response.status().is_success() {
        return Ok(body);
    }
    let text = |tag| texts(&body, tag).next().unwrap_or_default();
    let refusal = ErrorMetadata::builder().code(text("Code")).message(text("Message")).build();
    Err(OrchestratorError::operation(refusal))
}

/// What stands in tags of a name. EC2's ids and states hold nothing that XML escapes.
pub(crate) fn texts<'a>(xml: &'a str, tag: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&open)?;
        let (inner, after) = after.split_once(&close)?;
        rest = after;
        Some(inner)
    })
}
