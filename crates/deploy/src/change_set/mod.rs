//! Change sets: what CloudFormation would do.
use jiff::Timestamp;
use serde::Serialize;

use crate::aws::Connection;
use crate::failure::Failure;

/// A change set in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeSetEntry {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
    /// Whether it can be carried out: `AVAILABLE`, `OBSOLETE`, …
    pub execution: String,
    /// Why it is in this status.
    pub reason: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether stackgen made it.
    pub is_ours: bool,
}

/// The change sets of a stack.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation does not say.
pub async fn list(connection: &Connection, stack: &str) -> Result<Vec<ChangeSetEntry>, Failure> {
    todo!("{connection:?}{stack}")
}

/// Deletes a change set, by ARN, and waits until it is gone; with it the stack, if it was never more than a change set.
///
/// # Errors
///
/// If CloudFormation refuses.
pub async fn delete(connection: &Connection, id: &str) -> Result<(), Failure> {
    todo!("{connection:?}{id}")
}
