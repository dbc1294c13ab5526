//! What a stack has.
use aws_sdk_cloudformation::types::StackResourceSummary;
use jiff::Timestamp;
use serde::Serialize;

use crate::aws::{Connection, Retry, timestamp};
use crate::failure::Failure;

/// A resource of a stack as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceNow {
    /// Its logical id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is in AWS.
    pub physical_id: Option<String>,
    /// Its status.
    pub status: String,
    /// Why it is in it.
    pub reason: Option<String>,
    /// Whether it has drifted, if somebody ever asked.
    pub drift: Option<String>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
}

/// The resources of a stack, in CloudFormation's order; those too that are gone or were never made.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation does not say.
pub async fn contents(connection: &Connection, stack: &str) -> Result<Vec<ResourceNow>, Failure> {
    Ok(summaries(connection, stack).await?.into_iter().map(ResourceNow::from).collect())
}

pub(super) async fn summaries(connection: &Connection, stack: &str) -> Result<Vec<StackResourceSummary>, Failure> {
    let mut summaries = Vec::new();
    let mut page = None;
    loop {
        let send =
            || connection.cloudformation.list_stack_resources().stack_name(stack).set_next_token(page.clone()).send();
        let answer = connection.call("ListStackResources", Retry::Safe, send).await?;
        summaries.extend(answer.stack_resource_summaries.unwrap_or_default());
        page = answer.next_token;
        if page.is_none() {
            return Ok(summaries);
        }
    }
}

impl From<StackResourceSummary> for ResourceNow {
    fn from(summary: StackResourceSummary) -> ResourceNow {
        let drift = summary.drift_information.and_then(|drift| drift.stack_resource_drift_status);
        ResourceNow {
            id: summary.logical_resource_id.unwrap_or_default(),
            type_name: summary.resource_type.unwrap_or_default(),
            physical_id: summary.physical_resource_id.filter(|id| !id.is_empty()),
            status: summary.resource_status.map_or_else(String::new, |status| status.as_str().to_owned()),
            reason: summary.resource_status_reason,
            drift: drift.map(|status| status.as_str().to_owned()),
            updated: summary.last_updated_timestamp.as_ref().and_then(timestamp),
        }
    }
}
