//! What happens while a plan is carried out.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::StackPlan;

/// One thing that happened. Written one a line, it is the NDJSON of `--json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Progress {
    /// A stack's turn has come.
    StackBegins {
        /// The stack.
        stack: String,
        /// `create`, `update`, `destroy`, `rollback`.
        verb: String,
        /// The resources that are going to change, with about how long each takes, in seconds.
        expected: Vec<(String, String, u64)>,
    },
    /// What is going to be done to a stack whose change set could only be made now. Its dangers were approved, or it stops here.
    Planned {
        /// The plan.
        plan: Box<StackPlan>,
    },
    /// Something is being done that has no events of its own, such as `making the change set`.
    Step {
        /// The stack.
        stack: String,
        /// What, in a few words.
        what: String,
    },
    /// CloudFormation says something of a resource.
    Resource(ResourceEvent),
    /// A stack has ended.
    StackEnds {
        /// The stack.
        stack: String,
        /// Its status.
        status: String,
        /// Whether that is what was wanted.
        good: bool,
        /// Why not: the first cause.
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
        /// What could not be deleted and stays, by physical id.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        leftovers: Vec<String>,
    },
    /// AWS asks us to slow down, or does not answer.
    Waiting {
        /// The stack.
        stack: String,
        /// Why, such as `AWS asks to slow down`.
        why: String,
    },
}

/// What CloudFormation says of a resource, or of the stack itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceEvent {
    /// The stack that was asked for.
    pub stack: String,
    /// The nested stacks on the way, by logical id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// Its logical id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is in AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// Its status.
    pub status: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// The resource that failed first.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What AWS said.
    pub reason: String,
    /// The Rust `file:line` that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What helps, if we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
