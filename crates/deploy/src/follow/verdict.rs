//! Following an operation until the stack says that it is over.
use std::collections::BTreeMap;
use std::time::Duration;

use super::feed::Feed;
use super::forecast::Forecast;
use crate::aws::Connection;
use crate::change_set;
use crate::failure::{Failure, Kind};
use crate::pace::Pace;
use crate::progress::{Progress, ResourceEvent};
use crate::stack::{self, StackNow, Status};

/// How many looks at events come between two at the stack, when they go well and do not tell the end.
const LOOKS: u32 = 10;
/// How often a stack that looks as it did before is read again before we ask its change set.
const RE_READS: u32 = 3;
/// How long a verdict may be missing before we say that we do not know. The operation goes on meanwhile.
const SILENCE: Duration = Duration::from_secs(20 * 60);

/// An operation that runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operation {
    pub(crate) stack: String,
    pub(crate) stack_id: String,
    /// The token with which it was started, if we started it.
    pub(crate) token: Option<String>,
    /// What the stack was before; with that, an old answer is told from a new one.
    pub(crate) seen: BTreeMap<String, String>,
    /// The change set that is carried out.
    pub(crate) change_set: Option<String>,
    /// What is expected of it.
    pub(crate) forecast: Forecast,
}

/// How an operation ended.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    /// The stack; `None` if it is gone without a trace.
    pub(crate) now: Option<StackNow>,
    /// What happened, oldest first.
    pub(crate) events: Vec<ResourceEvent>,
}

/// Follows an operation to its end.
///
/// # Errors
///
/// If nobody says how it ended; it may go on, and can be followed again.
pub(crate) async fn follow(
    connection: &Connection,
    operation: &Operation,
    say: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Followed, Failure> {
    let mut following = Following::new(connection, operation, say);
    loop {
        following.pace.wait_for(following.forecast.left(following.pace.elapsed())).await;
        let is_due = following.look().await;
        if is_due && let Some(now) = following.ask().await? {
            // What came between the last look and the verdict is worth telling, and is not worth failing for.
            if following.feed.last.as_ref().is_none_or(|status| !status.is_settled()) {
                following.look().await;
            }
            return Ok(Followed { now, events: following.events });
        }
    }
}

struct Following<'a> {
    connection: &'a Connection,
    operation: &'a Operation,
    say: &'a (dyn Fn(Progress) + Send + Sync),
    pace: Pace,
    forecast: Forecast,
    feed: Feed,
    events: Vec<ResourceEvent>,
    /// Looks since the last verdict was asked for.
    looks: u32,
    /// How often the stack looked as before.
    re_reads: u32,
    /// When somebody last told how it stands.
    heard: tokio::time::Instant,
}

impl<'a> Following<'a> {
    fn new(
        connection: &'a Connection,
        operation: &'a Operation,
        say: &'a (dyn Fn(Progress) + Send + Sync),
    ) -> Following<'a> {
        Following {
            connection,
            operation,
            say,
            pace: Pace::new(connection),
            forecast: operation.forecast.clone(),
            feed: Feed::new(&operation.stack, &operation.stack_id, operation.token.clone()),
            events: Vec::new(),
            looks: 0,
            re_reads: 0,
            heard: tokio::time::Instant::now(),
        }
    }

    /// Tells what is new, and whether it is time to ask for the verdict.
    async fn look(&mut self) -> bool {
        self.looks += 1;
        match self.feed.news(self.connection).await {
            Ok(news) => {
                for event in news {
                    self.forecast.note(&event);
                    (self.say)(Progress::Resource(event.clone()));
                    self.events.push(event);
                }
                // Events that do not show the end are late, or not those of this operation.
                self.looks >= LOOKS || self.feed.last.as_ref().is_some_and(Status::is_settled)
            }
            Err(failure) => {
                self.tell_wait(&failure);
                true
            }
        }
    }

    /// The stack if the operation is over; inside, `None` if it is gone.
    async fn ask(&mut self) -> Result<Option<Option<StackNow>>, Failure> {
        self.looks = 0;
        match self.verdict().await {
            Err(failure) if failure.is_passing() && self.heard.elapsed() < SILENCE => {
                self.tell_wait(&failure);
                Ok(None)
            }
            verdict => verdict,
        }
    }

    async fn verdict(&mut self) -> Result<Option<Option<StackNow>>, Failure> {
        let now = stack::describe(self.connection, &self.operation.stack_id).await?;
        self.heard = tokio::time::Instant::now();
        self.judge(now).await
    }

    async fn judge(&mut self, now: Option<StackNow>) -> Result<Option<Option<StackNow>>, Failure> {
        let Some(now) = now else {
            // An answer of a time before the stack was made; only one that stays is believed.
            self.re_reads += 1;
            return Ok((self.re_reads > RE_READS).then_some(None));
        };
        if !now.status.is_settled() {
            return Ok(None);
        }
        let is_told = self.feed.last.as_ref() == Some(&now.status);
        let looks_old = now.status.word() == "REVIEW_IN_PROGRESS" || now.seen() == self.operation.seen && !is_told;
        if looks_old && !self.is_over().await? {
            return Ok(None);
        }
        Ok(Some(Some(now)))
    }

    /// Whether a stack that looks as before is what the operation made of it. After the start of an operation CloudFormation
    /// may answer with an older state for a while (aws/aws-cdk-cli, `stabilizeStack`).
    async fn is_over(&mut self) -> Result<bool, Failure> {
        self.re_reads += 1;
        if self.re_reads <= RE_READS {
            return Ok(false);
        }
        let is_begun = match &self.operation.change_set {
            Some(change_set) => {
                let execution = change_set::execution(self.connection, change_set).await?;
                matches!(execution.as_deref(), Some("AVAILABLE" | "EXECUTE_IN_PROGRESS" | "EXECUTE_COMPLETE"))
            }
            // What has events was begun, and then a stack does not look as before.
            None => !self.events.is_empty(),
        };
        if is_begun && self.pace.elapsed() > SILENCE {
            let message = format!("`{}` looks as before, and nobody says what became of it", self.operation.stack);
            return Err(Failure::new(Kind::Operation, message));
        }
        Ok(!is_begun)
    }

    fn tell_wait(&self, failure: &Failure) {
        let why = if failure.kind == Kind::Throttled { "AWS asks to slow down" } else { "AWS does not answer" };
        (self.say)(Progress::Waiting { stack: self.operation.stack.clone(), why: why.to_owned() });
    }
}
