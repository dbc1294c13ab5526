//! A stack as CloudFormation shows it.
use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Stack, StackResourceSummary, TemplateStage};
use jiff::Timestamp;
use serde::Serialize;

use super::Status;
use super::resources::summaries;
use crate::aws::{Connection, Retry, timestamp};
use crate::failure::{Failure, Kind};

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
    let send = || connection.cloudformation.describe_stacks().stack_name(name).send();
    match connection.call("DescribeStacks", Retry::Safe, send).await {
        Ok(answer) => Ok(answer.stacks.and_then(|stacks| stacks.into_iter().next()).map(StackNow::from)),
        Err(failure) if failure.kind == Kind::NoStack => Ok(None),
        Err(failure) => Err(failure.while_doing(format_args!("cannot read the stack `{name}`"))),
    }
}

/// All stacks of the region, those of other tools included.
///
/// # Errors
///
/// If CloudFormation does not say.
pub async fn list(connection: &Connection) -> Result<Vec<StackNow>, Failure> {
    let mut stacks = Vec::new();
    let mut page = None;
    loop {
        let send = || connection.cloudformation.describe_stacks().set_next_token(page.clone()).send();
        let answer = connection.call("DescribeStacks", Retry::Safe, send).await?;
        stacks.extend(answer.stacks.unwrap_or_default().into_iter().map(StackNow::from));
        page = answer.next_token;
        if page.is_none() {
            return Ok(stacks);
        }
    }
}

/// The template of a stack as it was sent, whatever its form; `None` if there is none.
///
/// # Errors
///
/// If CloudFormation does not say.
pub async fn template(connection: &Connection, id: &str) -> Result<Option<String>, Failure> {
    let send =
        || connection.cloudformation.get_template().stack_name(id).template_stage(TemplateStage::Original).send();
    match connection.call("GetTemplate", Retry::Safe, send).await {
        Ok(answer) => Ok(answer.template_body),
        Err(failure) if failure.kind == Kind::NoStack => Ok(None),
        Err(failure) => Err(failure.while_doing(format_args!("cannot read the template of `{id}`"))),
    }
}

/// The stack policy of a stack.
pub(crate) async fn policy(connection: &Connection, id: &str) -> Result<Option<String>, Failure> {
    let send = || connection.cloudformation.get_stack_policy().stack_name(id).send();
    let answer = connection.call("GetStackPolicy", Retry::Safe, send).await?;
    Ok(answer.stack_policy_body)
}

/// The resources of a stack that are there, by logical id.
pub(crate) async fn resources(
    connection: &Connection,
    id: &str,
) -> Result<BTreeMap<String, StackResourceSummary>, Failure> {
    // What was never made, by a failure, has no id in AWS.
    let is_there = |summary: &StackResourceSummary| {
        let is_gone = summary.resource_status.as_ref().is_some_and(|status| status.as_str() == "DELETE_COMPLETE");
        !is_gone && summary.physical_resource_id.as_ref().is_some_and(|id| !id.is_empty())
    };
    let summaries = summaries(connection, id).await?.into_iter().filter(is_there);
    Ok(summaries.map(|summary| (summary.logical_resource_id.clone().unwrap_or_default(), summary)).collect())
}

impl StackNow {
    /// What changes when somebody changes the stack: a plan that saw other values is of yesterday.
    #[must_use]
    pub fn seen(&self) -> BTreeMap<String, String> {
        let mut seen =
            BTreeMap::from([("id".to_owned(), self.id.clone()), ("status".to_owned(), self.status.word().to_owned())]);
        if let Some(updated) = self.updated {
            seen.insert("updated".to_owned(), updated.to_string());
        }
        seen
    }
}

impl From<Stack> for StackNow {
    fn from(stack: Stack) -> StackNow {
        let text = |text: Option<String>| text.unwrap_or_default();
        let parameters = stack.parameters.unwrap_or_default();
        let outputs = stack.outputs.unwrap_or_default();
        let drift = stack.drift_information.and_then(|drift| drift.stack_drift_status);
        StackNow {
            id: text(stack.stack_id),
            name: text(stack.stack_name),
            status: Status::new(stack.stack_status.as_ref().map_or("", |status| status.as_str())),
            reason: stack.stack_status_reason,
            description: stack.description,
            resolved: pairs(&parameters, |parameter| (&parameter.parameter_key, &parameter.resolved_value)),
            parameters: pairs(&parameters, |parameter| (&parameter.parameter_key, &parameter.parameter_value)),
            exports: pairs(&outputs, |output| (&output.output_key, &output.export_name)),
            outputs: pairs(&outputs, |output| (&output.output_key, &output.output_value)),
            tags: pairs(&stack.tags.unwrap_or_default(), |tag| (&tag.key, &tag.value)),
            capabilities: stack.capabilities.unwrap_or_default().iter().map(|one| one.as_str().to_owned()).collect(),
            role: stack.role_arn.filter(|role| !role.is_empty()),
            notification_arns: stack.notification_arns.unwrap_or_default(),
            protection: stack.enable_termination_protection.unwrap_or_default(),
            disable_rollback: stack.disable_rollback.unwrap_or_default(),
            drift: drift.map(|status| status.as_str().to_owned()),
            parent: stack.parent_id,
            created: stack.creation_time.as_ref().and_then(timestamp),
            updated: stack.last_updated_time.as_ref().and_then(timestamp),
        }
    }
}

/// Keys and values of what has both.
pub(crate) fn pairs<T>(
    items: &[T],
    pair: impl Fn(&T) -> (&Option<String>, &Option<String>),
) -> BTreeMap<String, String> {
    let both = |item| match pair(item) {
        (Some(key), Some(value)) => Some((key.clone(), value.clone())),
        _ => None,
    };
    items.iter().filter_map(both).collect()
}
