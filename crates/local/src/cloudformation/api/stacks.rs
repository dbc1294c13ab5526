//! What stacks are there.
use serde_json::{Value as Json, json};

use super::find::{self, Missing};
use super::page::page;
use super::{compact, time};
use crate::cloudformation::stack::{Parameter, Stack, Status};
use crate::wire::{ApiError, Request};
use crate::world::World;

pub(super) fn describe(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    if request.text("StackName").is_some() {
        let stack = find::named(world, request, Missing::WithId)?;
        return Ok(json!({ "Stacks": [shown(stack)] }));
    }
    let stacks = world.region(&request.region).stacks.values();
    let there = stacks.rev().filter(|stack| stack.status != Status::DeleteComplete);
    page(request, "Stacks", there.map(shown).collect())
}

pub(super) fn list(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let wanted: Vec<&str> = request.texts("StackStatusFilter").collect();
    let stacks = world.region(&request.region).stacks.values().rev();
    let fitting = stacks.filter(|stack| wanted.is_empty() || wanted.contains(&stack.status.word()));
    page(request, "StackSummaries", fitting.map(summary).collect())
}

fn summary(stack: &Stack) -> Json {
    compact(json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "TemplateDescription": description(stack),
        "CreationTime": time(stack.created),
        "LastUpdatedTime": stack.updated.map(time),
        "DeletionTime": stack.deleted.map(time),
        "StackStatus": stack.status.word(),
        "StackStatusReason": stack.reason,
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
        "DriftInformation": drift(stack),
        "LastOperations": last_operations(stack),
    }))
}

fn shown(stack: &Stack) -> Json {
    let outputs = stack.outputs.iter().map(|(name, output)| {
        compact(json!({
            "OutputKey": name,
            "OutputValue": output.value,
            "Description": output.description,
            "ExportName": output.export,
        }))
    });
    compact(json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": stack.change_sets.iter().rev().find(|it| it.execution.starts_with("EXECUTE")).map(|it| &it.id),
        "Description": description(stack),
        "Parameters": parameters(&stack.source.parameters),
        "CreationTime": time(stack.created),
        "LastUpdatedTime": stack.updated.map(time),
        "DeletionTime": stack.deleted.map(time),
        "RollbackConfiguration": {},
        "StackStatus": stack.status.word(),
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.disable_rollback,
        "NotificationARNs": stack.notification_arns,
        "TimeoutInMinutes": stack.timeout_minutes,
        "Capabilities": stack.source.capabilities,
        "Outputs": outputs.collect::<Vec<Json>>(),
        "RoleARN": stack.role_arn,
        "Tags": tags(&stack.source.tags),
        "EnableTerminationProtection": stack.termination_protection,
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
        "DriftInformation": drift(stack),
        "LastOperations": last_operations(stack),
    }))
}

/// Parameters as the API shows them.
pub(super) fn parameters<'a>(all: impl IntoIterator<Item = (&'a String, &'a Parameter)>) -> Json {
    let shown = all.into_iter().map(|(name, it)| {
        compact(json!({
            "ParameterKey": name,
            "ParameterValue": if it.no_echo { "****" } else { it.value.as_str() },
            "ResolvedValue": it.resolved,
        }))
    });
    shown.collect()
}

/// Tags as the API shows them.
pub(super) fn tags<'a>(all: impl IntoIterator<Item = (&'a String, &'a String)>) -> Json {
    all.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

fn description(stack: &Stack) -> Option<String> {
    let template = stack.source.template().ok()?;
    template.document.get("Description")?.as_str().map(str::to_owned)
}

fn drift(stack: &Stack) -> Json {
    match &stack.drift {
        None => json!({ "StackDriftStatus": "NOT_CHECKED" }),
        Some(drift) => json!({ "StackDriftStatus": drift.status, "LastCheckTimestamp": time(drift.at) }),
    }
}

fn last_operations(stack: &Stack) -> Json {
    stack.last_operations.iter().map(|(id, kind)| json!({ "OperationType": kind, "OperationId": id })).collect()
}
