//! A way that leads nowhere but into this process: for rehearsals. It has no socket, no profile and no credentials, and reads
//! nothing of the environment, so that whatever goes this way cannot reach an account.
use std::fmt::Debug;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::config::retry::RetryConfig;
use aws_sdk_cloudformation::config::{Credentials, SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use super::Connection;
use super::calls::Calls;
use super::limiter::Limiter;

/// An address that nobody can dial. That it is one of this machine tells the engine that a URL with it is meant for itself.
const NOWHERE: &str = "http://127.0.0.1:0";

/// Whoever answers.
pub trait Stage: Debug + Send + Sync + 'static {
    /// Answers a request, at once.
    fn take(&self, asked: Asked) -> Heard;
}

/// A request.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the words of HTTP")]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// What stands behind the `?`.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What is heard of a request.
#[derive(Clone, Debug)]
pub enum Heard {
    /// An answer: status, headers and body.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// The line breaks.
    Broken,
    /// Nothing, ever: nobody is there to hear it.
    Nothing,
}

impl Connection {
    /// A way into this process, for a region. Whoever uses it waits as long as if it led to AWS, so that its clock should be one
    /// that stands still while nothing waits.
    #[must_use]
    pub fn inside(region: &str, stage: Arc<dyn Stage>) -> Connection {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("x", "x", None, None, "rehearsal")))
            .http_client(Inside(stage))
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .endpoint_url(NOWHERE)
            .build();
        let cloudformation = aws_sdk_cloudformation::Client::new(&config);
        let (calls, limiter) = (Calls::default(), Limiter::new(false));
        Connection { cloudformation, config, region: region.to_owned(), is_near: false, speed: 1.0, calls, limiter }
    }

    /// The same way with something before its client of HTTP.
    pub(crate) fn behind<Client: HttpClient + 'static>(
        self,
        gate: impl FnOnce(aws_smithy_runtime_api::client::http::SharedHttpClient) -> Client,
    ) -> Connection {
        let client = self.config.http_client().expect("every connection is made with one");
        let config = self.config.into_builder().http_client(gate(client)).build();
        let cloudformation = aws_sdk_cloudformation::Client::new(&config);
        Connection { cloudformation, config, ..self }
    }
}

#[derive(Clone, Debug)]
struct Inside(Arc<dyn Stage>);

impl HttpClient for Inside {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Inside {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match self.0.take(asked(&request)) {
            Heard::Answer(status, headers, body) => HttpConnectorFuture::ready(answer(status, headers, body)),
            Heard::Broken => HttpConnectorFuture::ready(Err(ConnectorError::io("the line broke".into()))),
            Heard::Nothing => HttpConnectorFuture::new(std::future::pending()),
        }
    }
}

fn asked(request: &HttpRequest) -> Asked {
    let uri = request.uri();
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let headers = request.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Asked {
        method: request.method().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: request.body().bytes().unwrap_or_default().to_vec(),
    }
}

fn answer(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|_| ConnectorError::other("no status of HTTP".into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    for (name, value) in headers {
        // A header that is none is not worth an answer.
        let _ = response.headers_mut().try_insert(name, value);
    }
    Ok(response)
}
