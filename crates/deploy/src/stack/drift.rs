//! What was changed outside of CloudFormation.
use std::time::Duration;

use aws_sdk_cloudformation::types::{StackResourceDrift, StackResourceDriftStatus};
use serde::Serialize;

use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;

/// How far a stack is from its template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The stack.
    pub stack: String,
    /// `DRIFTED`, `IN_SYNC`, …
    pub status: String,
    /// The resources that were changed or deleted, or about which CloudFormation cannot tell.
    pub resources: Vec<Drifted>,
}

/// A resource that is not what its template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drifted {
    /// Its logical id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is in AWS.
    pub physical_id: Option<String>,
    /// `MODIFIED`, `DELETED`, `NOT_CHECKED`, …
    pub status: String,
    /// What of it differs.
    pub properties: Vec<DriftedProperty>,
}

/// A property that is not what its template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DriftedProperty {
    /// Its path.
    pub path: String,
    /// What the template says.
    pub expected: String,
    /// What it is.
    pub actual: String,
}

impl Drift {
    /// Whether something is not what its template says.
    #[must_use]
    pub fn is_drifted(&self) -> bool {
        self.status == "DRIFTED"
    }
}

/// Looks at all resources of a stack that CloudFormation can look at. It takes its time.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation cannot look.
pub async fn detect_drift(connection: &Connection, stack: &str) -> Result<Drift, Failure> {
    let send = || connection.cloudformation.detect_stack_drift().stack_name(stack).send();
    // A second detection beside the first is refused, so that nothing bad comes of asking twice.
    let begun = connection.call("DetectStackDrift", Retry::Safe, send).await?;
    let detection = begun.stack_drift_detection_id.unwrap_or_default();
    let pace = Pace::short(connection, Duration::ZERO);
    let status = loop {
        let send = || {
            let call = connection.cloudformation.describe_stack_drift_detection_status();
            call.stack_drift_detection_id(&detection).send()
        };
        let answer = connection.call("DescribeStackDriftDetectionStatus", Retry::Safe, send).await?;
        match answer.detection_status.as_ref().map(|status| status.as_str()) {
            Some("DETECTION_IN_PROGRESS") => pace.wait().await,
            // What could be looked at is told although something could not.
            Some("DETECTION_FAILED") if answer.stack_drift_status.is_none() => {
                let reason = answer.detection_status_reason.unwrap_or_default();
                return Err(Failure::new(Kind::Other, format!("cannot look for drift in `{stack}`: {reason}")));
            }
            _ => break answer.stack_drift_status.map_or_else(String::new, |status| status.as_str().to_owned()),
        }
    };
    Ok(Drift { stack: stack.to_owned(), status, resources: drifted(connection, stack).await? })
}

async fn drifted(connection: &Connection, stack: &str) -> Result<Vec<Drifted>, Failure> {
    use StackResourceDriftStatus::{Deleted, Modified, NotChecked};
    let mut drifts = Vec::new();
    let mut page = None;
    loop {
        let send = || {
            let call = connection.cloudformation.describe_stack_resource_drifts().stack_name(stack);
            let call = call.set_stack_resource_drift_status_filters(Some(vec![Modified, Deleted, NotChecked]));
            call.set_next_token(page.clone()).send()
        };
        let answer = connection.call("DescribeStackResourceDrifts", Retry::Safe, send).await?;
        drifts.extend(answer.stack_resource_drifts.unwrap_or_default().into_iter().map(Drifted::from));
        page = answer.next_token;
        if page.is_none() {
            return Ok(drifts);
        }
    }
}

impl From<StackResourceDrift> for Drifted {
    fn from(drift: StackResourceDrift) -> Drifted {
        let properties = drift.property_differences.unwrap_or_default().into_iter().map(|difference| DriftedProperty {
            path: difference.property_path.unwrap_or_default().trim_start_matches('/').to_owned(),
            expected: difference.expected_value.unwrap_or_default(),
            actual: difference.actual_value.unwrap_or_default(),
        });
        Drifted {
            id: drift.logical_resource_id.unwrap_or_default(),
            type_name: drift.resource_type.unwrap_or_default(),
            physical_id: drift.physical_resource_id,
            status: drift.stack_resource_drift_status.map_or_else(String::new, |status| status.as_str().to_owned()),
            properties: properties.collect(),
        }
    }
}
