//! Finding credentials, region and endpoint.
use std::net::IpAddr;
use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::config::StalledStreamProtectionConfig;
use aws_sdk_cloudformation::config::retry::RetryConfig;
use aws_sdk_cloudformation::config::timeout::TimeoutConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::os_shim_internal::{Env, Fs};

use super::calls::Calls;
use super::limiter::Limiter;
use super::profile;
use crate::failure::{Failure, Kind};

/// How long one answer may take. Change sets are computed behind the scenes, so no call of ours is slow by itself.
const ANSWER: Duration = Duration::from_secs(30);
/// The same on this machine.
const ANSWER_NEAR: Duration = Duration::from_secs(10);
/// How fast time passes on this machine's engine, unless somebody knows better; what imitates AWS elsewhere is no slower.
const SPEED_NEAR: f64 = 30.0;
/// How long it may take until somebody picks up.
const CONNECT: Duration = Duration::from_secs(5);

/// What the command line says about the way. What it leaves open is found as every AWS tool finds it: in the environment, in
/// `~/.aws/config` with its profiles and SSO logins, in the metadata of the machine.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The profile.
    pub profile: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Another endpoint than AWS's.
    pub endpoint: Option<String>,
    /// Whether that is stackgen's own engine, which takes any credentials.
    pub is_local: bool,
}

/// An open way to AWS.
#[derive(Clone, Debug)]
pub struct Connection {
    /// CloudFormation.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// What all clients share.
    pub config: SdkConfig,
    /// The region.
    pub region: String,
    /// Whether the other end is this machine, where asking often costs nobody.
    pub is_near: bool,
    /// How many seconds pass there in one of ours; on AWS one. An engine on this machine is taken for one that hurries.
    pub speed: f64,
    pub(super) calls: Calls,
    pub(super) limiter: Limiter,
}

/// Opens the way. Nothing is sent yet.
///
/// # Errors
///
/// If there is no region, or not the profile that is named.
pub async fn connect(settings: &Settings) -> Result<Connection, Failure> {
    if !settings.is_local {
        profile::check(settings.profile.as_deref(), &Env::real(), &Fs::real()).await?;
    }
    let config = load(settings).await;
    let is_near = config.endpoint_url().is_some_and(is_loopback);
    let config = if is_near { config.into_builder().timeout_config(timeouts(ANSWER_NEAR)).build() } else { config };
    let Some(region) = config.region().map(ToString::to_string) else {
        return Err(Failure::new(Kind::Credentials, "no region is set"));
    };
    let cloudformation = aws_sdk_cloudformation::Client::new(&config);
    let (calls, limiter) = (Calls::default(), Limiter::new(is_near));
    let speed = if is_near { SPEED_NEAR } else { 1.0 };
    Ok(Connection { cloudformation, region, is_near, speed, calls, limiter, config })
}

#[cfg(test)]
impl Connection {
    /// A way to something in this process.
    pub(crate) fn with_http_client(http: impl aws_sdk_cloudformation::config::HttpClient + 'static) -> Connection {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(aws_sdk_cloudformation::config::SharedCredentialsProvider::new(
                aws_sdk_cloudformation::config::Credentials::new("test", "test", None, None, "test"),
            ))
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .sleep_impl(aws_sdk_cloudformation::config::SharedAsyncSleep::new(Sleeper))
            .timeout_config(timeouts(ANSWER_NEAR))
            .endpoint_url("http://127.0.0.1:1")
            .build();
        let cloudformation = aws_sdk_cloudformation::Client::new(&config);
        let region = "eu-west-1".to_owned();
        Connection {
            cloudformation,
            region,
            is_near: true,
            speed: SPEED_NEAR,
            calls: Calls::default(),
            limiter: Limiter::new(true),
            config,
        }
    }
}

/// Sleeps by the runtime's clock, which a test may stop.
#[cfg(test)]
#[derive(Debug)]
struct Sleeper;

#[cfg(test)]
impl aws_sdk_cloudformation::config::AsyncSleep for Sleeper {
    fn sleep(&self, duration: Duration) -> aws_sdk_cloudformation::config::Sleep {
        aws_sdk_cloudformation::config::Sleep::new(tokio::time::sleep(duration))
    }
}

async fn load(settings: &Settings) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts(ANSWER))
        // `Calls` tries again by itself: it knows which requests may be repeated, and counts each.
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Ok(name) = AppName::new("stackgen") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if settings.is_local {
        loader = loader.credentials_provider(aws_sdk_cloudformation::config::Credentials::new(
            "local",
            "local",
            None,
            None,
            "stackgen-local",
        ));
    }
    loader.load().await
}

fn timeouts(answer: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(answer).build()
}

/// Whether an endpoint is on this machine.
fn is_loopback(endpoint: &str) -> bool {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_this_machine_is_near() {
        for near in ["http://127.0.0.1:4566", "http://localhost:5000/", "http://[::1]:80", "http://127.1.2.3"] {
            assert!(is_loopback(near), "{near}");
        }
        for far in
            ["https://cloudformation.eu-west-1.amazonaws.com", "http://10.0.0.1:4566", "http://localhost.example"]
        {
            assert!(!is_loopback(far), "{far}");
        }
    }
}
