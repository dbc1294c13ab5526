//! The one door for all calls.
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use tokio::time::{Instant, sleep};

use super::{Connection, credentials};
use crate::failure::{Failure, Kind, kind_of};

/// The first pause before another try; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
/// The same on this machine, where a lost answer is a test.
const FIRST_NEAR: Duration = Duration::from_millis(10);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long tries go on.
const PATIENCE: Duration = Duration::from_secs(120);
/// The same on this machine: a server that is not there does not come back by itself.
const PATIENCE_NEAR: Duration = Duration::from_secs(8);

/// How many calls there were, by operation; shared by all clones of a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    made: Arc<Mutex<BTreeMap<&'static str, CallCount>>>,
}

/// How often an operation was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct CallCount {
    /// All calls, repeated ones included.
    pub calls: u32,
    /// Those that repeated one which had no answer or was asked to slow down.
    pub repeated: u32,
}

/// Whether a call may be sent again when nobody knows whether it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It only reads, or carries a token by which AWS knows it again.
    Safe,
    /// Only when it certainly was not taken.
    NotTaken,
    /// Not at all: what it would tell is not worth waiting for.
    Never,
}

impl Connection {
    /// How often each operation was called so far.
    #[must_use]
    pub fn call_counts(&self) -> BTreeMap<&'static str, CallCount> {
        self.calls.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a call, again and again if that makes sense. What AWS answers in the end is told by kind.
    ///
    /// # Errors
    ///
    /// If AWS refuses, or nobody answers for two minutes; on this machine, for some seconds.
    pub async fn call<T, E, R, Answer>(
        &self,
        operation: &'static str,
        retry: Retry,
        send: impl Fn() -> Answer,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
        Answer: Future<Output = Result<T, SdkError<E, R>>>,
    {
        let (mut pause, patience) = if self.is_near { (FIRST_NEAR, PATIENCE_NEAR) } else { (FIRST_PAUSE, PATIENCE) };
        let give_up = Instant::now() + patience;
        let mut is_repeated = false;
        loop {
            self.limiter.pass().await;
            self.count(operation, is_repeated);
            let failure = match send().await {
                Ok(answer) => return Ok(answer),
                Err(error) => self.told(failure_of(operation, &error), &error),
            };
            let may_repeat = match retry {
                Retry::Safe => failure.is_passing(),
                Retry::NotTaken => failure.kind == Kind::Throttled,
                Retry::Never => false,
            };
            if !may_repeat || Instant::now() + pause > give_up {
                return Err(failure);
            }
            sleep(jittered(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            is_repeated = true;
        }
    }

    /// Says where nobody answers, unless it is AWS, whose addresses tell nobody anything.
    fn told<E, R>(&self, failure: Failure, error: &SdkError<E, R>) -> Failure {
        let is_silent = matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_));
        match self.config.endpoint_url() {
            Some(url) if is_silent && failure.kind == Kind::Unknown => {
                failure.while_doing(format_args!("nobody answers at {url}"))
            }
            _ => failure,
        }
    }

    fn count(&self, operation: &'static str, is_repeated: bool) {
        let mut made = self.calls.made.lock().unwrap_or_else(PoisonError::into_inner);
        let count = made.entry(operation).or_default();
        count.calls += 1;
        count.repeated += u32::from(is_repeated);
    }
}

/// Between half of a pause and all of it, so that many clients do not come back together.
fn jittered(pause: Duration) -> Duration {
    // Every process hashes with keys of its own.
    use std::hash::{BuildHasher, RandomState};
    let share = RandomState::new().hash_one(0_u8) % 512 + 512;
    pause * u32::try_from(share).expect("below 1024") / 1024
}

fn failure_of<E, R>(operation: &str, error: &SdkError<E, R>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error {
        SdkError::ServiceError(refusal) => {
            let code = refusal.err().code().unwrap_or_default();
            let message = refusal.err().message().unwrap_or_default();
            let said = if message.is_empty() { code } else { message };
            Failure::new(kind_of(code, message), format!("{operation}: {said}"))
        }
        // The request was never sent, which in practice means that there is nothing to sign it with.
        SdkError::ConstructionFailure(_) => {
            let said = chain(error);
            credentials::failure(&said)
                .unwrap_or_else(|| Failure::new(Kind::Credentials, format!("{operation}: {said}")))
        }
        _ => {
            let said = chain(error);
            credentials::failure(&said).unwrap_or_else(|| Failure::new(Kind::Unknown, format!("{operation}: {said}")))
        }
    }
}

/// An error with its causes in one line. The SDK's own form of it ends with everything as Rust sees it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| {
        let cause = cause.to_string();
        if told.contains(&cause) { told } else { format!("{told}: {cause}") }
    })
}
