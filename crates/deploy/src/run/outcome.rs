//! How it went.
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::handover::Handed;
use crate::plan::Verb;
use crate::progress::Cause;

/// How a run went.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// Its stacks, in the order of the plan.
    pub stacks: Vec<StackOutcome>,
}

/// How it went for one stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StackOutcome {
    /// The stack.
    pub stack: String,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_id: Option<String>,
    /// What was done.
    pub verb: Verb,
    /// How it ended.
    pub ending: Ending,
    /// Its status, if there is a stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its outputs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// Why it failed: the first cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What could not be rolled back, by logical id: the stack waits for somebody to help it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stuck: Vec<String>,
    /// What could not be deleted and stays, by physical id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leftovers: Vec<String>,
    /// What stays on purpose and belongs to no stack now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retained: Vec<Kept>,
    /// How a handover went, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed: Option<Handed>,
    /// Where the time went, by resource.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
}

/// How a stack's turn ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "why", rename_all = "kebab-case")]
pub enum Ending {
    /// As it was wanted.
    Done,
    /// As it was wanted, but old resources could not be deleted.
    DoneWithLeftovers,
    /// There was nothing to do.
    Nothing,
    /// It failed.
    Failed(String),
    /// We refused: nothing was done.
    Refused(String),
    /// Its turn did not come, because of another stack.
    Skipped(String),
}

/// A resource that stays on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its logical id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is in AWS.
    pub physical_id: String,
}

/// How long CloudFormation was busy with a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Its logical id, with the nested stacks before it: `Child/Queue`.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// How: its last status.
    pub status: String,
}

impl Outcome {
    /// Whether everything went as it was wanted.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.stacks.iter().all(StackOutcome::is_good)
    }
}

impl StackOutcome {
    /// Whether it went as it was wanted; what could not be deleted afterwards does not count.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self.ending, Ending::Done | Ending::DoneWithLeftovers | Ending::Nothing)
    }

    /// An outcome without a story.
    pub(crate) fn short(stack: &str, verb: Verb, ending: Ending) -> StackOutcome {
        StackOutcome {
            stack: stack.to_owned(),
            stack_id: None,
            verb,
            ending,
            status: None,
            outputs: BTreeMap::new(),
            cause: None,
            stuck: Vec::new(),
            leftovers: Vec::new(),
            retained: Vec::new(),
            handed: None,
            spans: Vec::new(),
        }
    }
}
