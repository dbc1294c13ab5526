//! A stack as CloudFormation shows it.
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::Status;
use crate::aws::Connection;
use crate::failure::Failure;

/// A stack as it is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StackNow {
    /// Its id, an ARN. A stack of the same name that is made later has another one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: Status,
    /// Why it is in it.
    pub reason: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Values of its parameters. Secrets are shown as `****`.
    pub parameters: BTreeMap<String, String>,
    /// What parameters of SSM types were resolved to.
    pub resolved: BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
    /// The outputs that are exported: the export's name by the output's.
    pub exports: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What CloudFormation was told that we know.
    pub capabilities: Vec<String>,
    /// Its service role.
    pub role: Option<String>,
    /// Where CloudFormation tells what happens.
    pub notification_arns: Vec<String>,
    /// Whether it is protected against deletion.
    pub protection: bool,
    /// Whether what fails in it is kept.
    pub disable_rollback: bool,
    /// Whether it has drifted, if somebody ever asked.
    pub drift: Option<String>,
    /// The stack that it is part of.
    pub parent: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
}

/// One stack, by name or id; `None` if there is none.
///
/// # Errors
///
/// If CloudFormation does not say.
pub async fn describe(connection: &Connection, name: &str) -> Result<Option<StackNow>, Failure> {
    todo!("{connection:?} {name}")
}

/// All stacks of the region, those of other tools included.
///
/// # Errors
///
/// If CloudFormation does not say.
pub async fn list(connection: &Connection) -> Result<Vec<StackNow>, Failure> {
    todo!("{connection:?}")
}
