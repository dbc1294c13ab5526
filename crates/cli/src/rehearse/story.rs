//! What happened in a rehearsal.
use jiff::Timestamp;
use serde::Serialize;
use stackgen_deploy::plan::Plan;
use stackgen_deploy::progress::Cause;
use stackgen_deploy::run::Outcome;

use super::downtime::Downtime;
use super::stage::ChangeCall;
use super::things::Remains;

/// What happened.
#[derive(Debug)]
pub(crate) struct Story {
    /// Whether stacks were to be deleted, and not deployed.
    pub(crate) destroys: bool,
    /// When it began: when the account was looked at.
    pub(crate) start: Timestamp,
    /// What is not as it is there, or not known.
    pub(crate) notes: Vec<String>,
    /// What would be done; nothing if that was refused.
    pub(crate) plan: Option<Plan>,
    /// Why there is no plan, or why it was not carried out.
    pub(crate) refused: Option<String>,
    /// What to do about that.
    pub(crate) hints: Vec<String>,
    /// What happened, in its order.
    pub(crate) moments: Vec<Moment>,
    /// The calls that change something.
    pub(crate) calls: Vec<ChangeCall>,
    /// How the client died.
    pub(crate) death: Option<Death>,
    /// How it ended, for each stack; of a client that died, how going on ended.
    pub(crate) outcome: Outcome,
    /// Stacks whose turn had not come when the client died, and does not by itself.
    pub(crate) left: Vec<String>,
    pub(crate) downtimes: Vec<Downtime>,
    pub(crate) remains: Remains,
    /// Whether it would work.
    pub(crate) works: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) stack: String,
    #[serde(flatten)]
    pub(crate) what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum What {
    /// A resource or a stack got a status.
    Status {
        id: String,
        #[serde(rename = "type")]
        type_name: String,
        physical_id: String,
        status: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The client did something that has no events of its own.
    Step { step: String },
    /// The client died.
    Death { killed_at: usize },
    /// Another one goes on.
    Resume { resumes: bool },
}

/// How the client died.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Death {
    /// The number of the call.
    pub(crate) number: usize,
    pub(crate) at: Timestamp,
    /// Such as `ExecuteChangeSet prod-compute`.
    pub(crate) call: String,
    /// The status of each stack then.
    pub(crate) statuses: Vec<(String, String)>,
    /// How hosts were then: `prod-compute/Host i-1 running`.
    pub(crate) hosts: Vec<String>,
}

impl Story {
    /// The command that does it.
    pub(crate) fn command(&self) -> &'static str {
        if self.destroys { "destroy" } else { "deploy" }
    }

    /// The first cause of a failure, with its stack.
    pub(crate) fn cause(&self) -> Option<(&str, &Cause)> {
        self.outcome.stacks.iter().find_map(|stack| Some((stack.stack.as_str(), stack.cause.as_ref()?)))
    }

    /// How long it took, in seconds: from the first call that changes something to the last event.
    pub(crate) fn seconds(&self) -> i64 {
        let last = self.moments.last().map_or(self.start, |moment| moment.at);
        crate::time::between(self.start, last)
    }
}
