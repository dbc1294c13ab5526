//! What would change, computed before anything does.
//!
//! - `record`: taking the request, with everything that AWS refuses at once;
//! - `compute`: the rest, some seconds later;
//! - `compare`: a stack compared with what it would become;
//! - `difference`: two states of a resource compared;
//! - `causes`: why they differ;
//! - `live`: what resources really are, if drift is to be seen;
//! - `import`: what an import may be;
//! - `nested`: those of the stacks in a stack;
//! - `direct`: stacks that are made and changed without one.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::stack::Source;

mod causes;
mod compare;
mod compute;
mod difference;
mod direct;
mod import;
mod live;
mod nested;
mod record;
mod shown;
#[cfg(test)]
mod tests;

pub use compute::compute;
pub(crate) use direct::NOTHING;
pub use direct::{DIRECT, direct};
pub(crate) use live::{is_there, known};
pub use nested::{Within, executed, forget};
pub use record::{Proposal, create};

/// A change set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `CREATE`, `UPDATE` or `IMPORT`.
    pub kind: Kind,
    /// Why it was made, in the caller's words.
    pub description: Option<String>,
    /// What it would make the stack from.
    pub source: Source,
    /// Such as `CREATE_COMPLETE`.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// `UNAVAILABLE`, `AVAILABLE`, `EXECUTE_IN_PROGRESS`, `EXECUTE_COMPLETE`, `EXECUTE_FAILED` or `OBSOLETE`.
    pub execution: String,
    /// What would change, as `DescribeChangeSet` shows it with property values.
    pub changes: Vec<Json>,
    /// What early validation found, as `DescribeEvents` shows it: objects with `LogicalResourceId`, `ResourceType` and the
    /// members `Validation…`.
    pub validations: Vec<Json>,
    /// When it was asked for.
    pub created: Timestamp,
    /// `ROLLBACK`, `DELETE` or `DO_NOTHING`.
    pub on_failure: Option<String>,
    /// The role that would be used.
    pub role_arn: Option<String>,
    /// Where events would be sent; nothing leaves them as they are.
    pub notification_arns: Option<Vec<String>>,
    /// What is imported: objects with `ResourceType`, `LogicalResourceId`, `ResourceIdentifier`.
    pub imports: Vec<Json>,
    /// Whether deployment reverts drift.
    pub revert_drift: bool,
    /// `DRIFTED` or `IN_SYNC` as it was then, if that was looked at.
    #[serde(default)]
    pub stack_drift: Option<String>,
    /// The token of the request.
    pub token: Option<String>,
    /// Whether it looks into nested stacks.
    #[serde(default)]
    pub include_nested: bool,
    /// To which others it belongs, if it is of a nested stack.
    #[serde(default)]
    pub within: Option<Within>,
}

/// What a change set does to its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// Makes it.
    Create,
    /// Changes it.
    Update,
    /// Takes resources into it.
    Import,
}
