//! What happened.
use serde_json::{Value as Json, json};

use super::find::{self, Missing};
use super::page::page;
use super::{compact, time};
use crate::cloudformation::change_set::ChangeSet;
use crate::cloudformation::stack::{Event, Stack};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// Newest first, the stack's whole life, in pages.
pub(super) fn describe_stack_events(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let stack = find::named(world, request, Missing::Brackets)?;
    let events = stack.events.iter().rev().map(|event| stack_event(stack, event)).collect();
    page(request, "StackEvents", events)
}

/// The events of one operation, of one change set or of the stack. Source: `DescribeEvents` in the API reference.
pub(super) fn describe_events(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let operation = request.text("OperationId").map(str::to_owned);
    let change_set = request.text("ChangeSetName").map(str::to_owned);
    let filters = request.input.get("Filters");
    let only_failed =
        filters.and_then(|it| it.get("FailedEvents")).is_some_and(|it| *it == json!(true) || *it == "true");
    let stack = match (request.text("StackName"), &operation, &change_set) {
        (None, Some(id), _) => by_operation(world, &request.region, id)?,
        (None, None, Some(id)) => by_change_set(world, &request.region, id)?,
        _ if request.text("StackName").is_none() => {
            return Err(ApiError::validation("One of ChangeSetName, OperationId or StackName must be specified"));
        }
        _ => find::named(world, request, Missing::Brackets)?,
    };
    if let Some(name) = change_set {
        return page(request, "OperationEvents", change_set_events(stack, &name, only_failed));
    }
    let events = stack.events.iter().rev();
    let wanted = events.filter(|event| operation.as_ref().is_none_or(|id| event.operation_id == *id));
    let wanted = wanted.filter(|event| !only_failed || event.status.ends_with("_FAILED"));
    page(request, "OperationEvents", wanted.map(|event| operation_event(stack, event)).collect())
}

fn by_operation<'w>(world: &'w mut World, region: &str, id: &str) -> Result<&'w Stack, ApiError> {
    let mut stacks = world.region(region).stacks.values();
    let found = stacks.find(|stack| stack.events.iter().any(|event| event.operation_id == id));
    found.ok_or_else(|| ApiError::validation(format!("Operation [{id}] does not exist")))
}

fn by_change_set<'w>(world: &'w mut World, region: &str, id: &str) -> Result<&'w Stack, ApiError> {
    let mut stacks = world.region(region).stacks.values();
    let found = stacks.find(|stack| stack.change_sets.iter().any(|set| set.id == id));
    found.ok_or_else(|| ApiError::new("ChangeSetNotFound", format!("ChangeSet [{id}] does not exist")))
}

/// What went wrong while a change set was computed.
fn change_set_events(stack: &Stack, name: &str, only_failed: bool) -> Vec<Json> {
    let sets = stack.change_sets.iter().filter(|set| set.id == name || set.name == name);
    let failed = sets.filter(|set| !only_failed || set.status == "FAILED");
    failed.flat_map(|set| validation_events(stack, set)).collect()
}

/// One event for each thing that early validation found, newest first, and one for the change set itself.
fn validation_events(stack: &Stack, set: &ChangeSet) -> Vec<Json> {
    let failed = set.status == "FAILED";
    let base = |number: usize| {
        compact(json!({
            "EventId": format!("{}-{number}", set.id),
            "StackId": stack.id,
            "OperationId": set.id,
            "OperationType": "CREATE_CHANGESET",
            "OperationStatus": if failed { "FAILED" } else { "SUCCEEDED" },
            "Timestamp": time(set.created),
        }))
    };
    let mut own = base(0);
    own["EventType"] = json!("STACK_EVENT");
    if let Some(reason) = &set.reason {
        own["ResourceStatusReason"] = json!(reason);
    }
    let mut events = vec![own];
    for (number, found) in set.validations.iter().enumerate() {
        let mut event = base(number + 1);
        event["EventType"] = json!("VALIDATION_ERROR");
        if let (Json::Object(event), Json::Object(found)) = (&mut event, found) {
            event.extend(found.clone());
        }
        events.push(event);
    }
    events
}

fn stack_event(stack: &Stack, event: &Event) -> Json {
    compact(json!({
        "StackId": stack.id,
        "EventId": event.id,
        "StackName": stack.name,
        "OperationId": event.operation_id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type_name,
        "Timestamp": time(event.at),
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties.as_ref().map(Json::to_string),
        "ClientRequestToken": event.token,
    }))
}

fn operation_event(stack: &Stack, event: &Event) -> Json {
    let is_stack = event.type_name == "AWS::CloudFormation::Stack" && event.physical_id == stack.id;
    let failed = event.status.ends_with("_FAILED");
    let kind = match (is_stack, failed) {
        (true, _) => "STACK_EVENT",
        (false, true) => "PROVISIONING_ERROR",
        (false, false) => "PROGRESS_EVENT",
    };
    let mut shown = stack_event(stack, event);
    if let Json::Object(members) = &mut shown {
        members.remove("StackName");
        members.insert("EventType".to_owned(), json!(kind));
        members.insert("OperationType".to_owned(), json!(operation_type(stack, event)));
        members.insert("OperationStatus".to_owned(), json!(operation_status(&event.status)));
    }
    shown
}

/// What the operation of an event was, by the first thing that it said of the stack.
fn operation_type(stack: &Stack, event: &Event) -> &'static str {
    let mut of_operation = stack.events.iter().filter(|it| it.operation_id == event.operation_id);
    match of_operation.find(|it| it.physical_id == stack.id).map(|it| it.status.as_str()) {
        Some(status) if status.contains("ROLLBACK") => "ROLLBACK",
        Some(status) if status.starts_with("CREATE") => "CREATE_STACK",
        Some(status) if status.starts_with("DELETE") => "DELETE_STACK",
        _ => "UPDATE_STACK",
    }
}

fn operation_status(status: &str) -> &'static str {
    match status {
        _ if status.ends_with("_FAILED") => "FAILED",
        _ if status.ends_with("_IN_PROGRESS") => "IN_PROGRESS",
        _ => "SUCCEEDED",
    }
}
