//! What the commands share that reach an account: [`way`] opens the way there, [`consent`] asks before anything is done,
//! [`carry`] does it with a [`view`] of what happens, and [`ending`] says how it went.
pub(crate) mod carry;
pub(crate) mod chart;
pub(crate) mod consent;
pub(crate) mod ending;
pub(crate) mod find;
pub(crate) mod handing;
pub(crate) mod signals;
pub(crate) mod view;
pub(crate) mod way;
pub(crate) mod wishes;
pub(crate) mod words;

use std::io;

use stackgen_deploy::progress::Cause;
use thiserror::Error;

/// Why a command that reaches an account did not do what it was asked.
#[derive(Debug, Error)]
pub(crate) enum DeployError {
    #[error("cannot wait for answers")]
    Runtime(#[source] io::Error),
    #[error("cannot read an answer")]
    Answer(#[source] io::Error),
    #[error("interrupted; nothing was done")]
    Interrupted,
    #[error("interrupted; nothing was done, but change sets are left in {}", stacks.join(" and "))]
    InterruptedPlan { stacks: Vec<String>, words: String },
    #[error("this needs a yes, and there is no terminal to ask on; nothing was done")]
    Unconfirmed,
    #[error("this needs approval, and there is no terminal to ask on; nothing was done:\n  {}", told.join("\n  "))]
    Unapproved { told: Vec<String>, names: Vec<String> },
    #[error("{} would fail: a host cannot take a volume that another one has; nothing was done", stacks.join(" and "))]
    NeedsHandover { stacks: Vec<String> },
    #[error("{told}; nothing was done")]
    NoSuchWay { told: String },
    #[error("not approved; nothing was done")]
    Declined,
    #[error("`{stack}` needs the capability {capability}, which was not given; nothing was done")]
    Capability { stack: String, capability: String },
    #[error("detached{}", going_on(stacks))]
    Detached { stacks: Vec<String>, updating: Vec<String>, left: Vec<String>, words: String },
    #[error("`{stack}` {what}: {} ({})", cause.id, cause.type_name)]
    Failed {
        stack: String,
        what: String,
        next: Box<Next>,
        cause: Box<Cause>,
        #[source]
        reason: Reason,
    },
    #[error("`{stack}` was not handed over: {told}")]
    WentBack { stack: String, told: String, hint: Option<String> },
    #[error("`{stack}` {what}")]
    FailedSomehow {
        stack: String,
        what: String,
        next: Box<Next>,
        #[source]
        reason: Reason,
    },
    #[error("`{stack}` is refused")]
    Refused {
        stack: String,
        #[source]
        reason: Reason,
    },
    #[error("no stack named `{name}` in {region}")]
    NoStack { name: String, region: String, near: Option<String>, is_of_app: bool, words: String },
    #[error("the stack `{stack}` has no change set named `{name}`")]
    NoChangeSet { stack: String, name: String, known: Vec<String> },
    #[error("the stack `{stack}` has {count} change sets; say which one")]
    WhichChangeSet { stack: String, count: usize, known: Vec<String> },
    #[error("`{given}` does not say which resource is what")]
    BadImport { given: String },
    #[error("the stack `{stack}` of the app has no resource `{id}`")]
    NoResource { stack: String, id: String, known: Vec<String> },
    #[error("`{id}` is told by {}", parts.join(" and "))]
    Identifier { id: String, type_name: String, parts: Vec<String> },
    #[error("`{given}` is no setting; it looks like NAME=VALUE")]
    BadSetting { given: String },
    #[error("there are no stacks to destroy")]
    NothingNamed,
}

/// What has to be known to go on after a failure.
#[derive(Debug)]
pub(crate) struct Next {
    /// What could not be rolled back, if the stack waits for that.
    pub(crate) stuck: Option<Vec<String>>,
    /// What has to be typed for the same way.
    pub(crate) words: String,
}

/// What leaving does not end.
fn going_on(stacks: &[String]) -> String {
    match stacks {
        [] => "; nothing has begun".to_owned(),
        [one] => format!("; what was begun with {one} goes on in AWS"),
        many => format!("; what was begun with {} goes on in AWS", many.join(" and ")),
    }
}

/// What AWS said.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Reason(pub(crate) String);
