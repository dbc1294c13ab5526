//! Change sets.
use serde_json::{Value as Json, json};

use super::find::{self, Missing};
use super::page::page;
use super::{compact, given, nothing, stacks, time};
use crate::cloudformation::change_set::{self, ChangeSet, Kind};
use crate::cloudformation::operation::{self, Order, Verb};
use crate::cloudformation::stack::{Stack, Status};
use crate::wire::{ApiError, Request};
use crate::world::World;

pub(super) fn create(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("ChangeSetName")?.to_owned();
    let kind = match request.text("ChangeSetType") {
        Some("CREATE") => Kind::Create,
        Some("IMPORT") => Kind::Import,
        _ => Kind::Update,
    };
    let proposal = given::proposal(world, request, &name, kind)?;
    let (id, stack_id) = change_set::create(world, &request.region, proposal)?;
    Ok(json!({ "Id": id, "StackId": stack_id }))
}

/// The stack and the place of the change set that a call means: by its ARN alone, or by its name and the stack.
fn locate(world: &mut World, request: &Request) -> Result<(String, usize), ApiError> {
    let wanted = request.required("ChangeSetName")?.to_owned();
    let missing = || {
        let mut error = ApiError::new("ChangeSetNotFound", format!("ChangeSet [{wanted}] does not exist"));
        error.status = 404;
        error
    };
    let by_id = wanted.starts_with("arn:");
    if by_id {
        let stacks = &world.region(&request.region).stacks;
        let place = |stack: &Stack| stack.change_sets.iter().position(|set| set.id == wanted);
        let mut found = stacks.values().filter_map(|stack| Some((stack.id.clone(), place(stack)?)));
        return found.next().ok_or_else(missing);
    }
    if request.text("StackName").is_none() {
        return Err(ApiError::validation("StackName must be specified if ChangeSetName is not specified as an ARN."));
    }
    let stack = find::named(world, request, Missing::Brackets)?;
    // Executed change sets stay readable by their ARN; the newest of a name is meant.
    let place = stack.change_sets.iter().rposition(|set| set.name == wanted).ok_or_else(missing)?;
    Ok((stack.id.clone(), place))
}

pub(super) fn describe(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (stack_id, place) = locate(world, request)?;
    let stack = &world.region(&request.region).stacks[&stack_id];
    let set = &stack.change_sets[place];
    let with_values = request.flag("IncludePropertyValues") == Some(true);
    let changes = set.changes.iter().map(|change| if with_values { change.clone() } else { without_values(change) });
    let mut answer = page(request, "Changes", changes.collect())?;
    let head = head(stack, set);
    if let (Json::Object(answer), Json::Object(head)) = (&mut answer, head) {
        answer.extend(head);
    }
    Ok(answer)
}

fn head(stack: &Stack, set: &ChangeSet) -> Json {
    let mut head = summary(stack, set);
    let more = compact(json!({
        "Parameters": stacks::parameters(&set.source.parameters),
        "Capabilities": set.source.capabilities,
        "Tags": stacks::tags(&set.source.tags),
        "NotificationARNs": set.notification_arns.as_ref().unwrap_or(&stack.notification_arns),
        "RollbackConfiguration": {},
        "OnStackFailure": set.on_failure,
        "DeploymentMode": set.revert_drift.then_some("REVERT_DRIFT"),
        "StackDriftStatus": set.stack_drift,
    }));
    if let (Json::Object(head), Json::Object(more)) = (&mut head, more) {
        head.extend(more);
    }
    head
}

fn summary(stack: &Stack, set: &ChangeSet) -> Json {
    compact(json!({
        "ChangeSetName": set.name,
        "ChangeSetId": set.id,
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": set.description,
        "CreationTime": time(set.created),
        "ExecutionStatus": set.execution,
        "Status": set.status,
        "StatusReason": set.reason,
        "IncludeNestedStacks": set.include_nested,
        "ParentChangeSetId": set.within.as_ref().map(|within| &within.parent),
        "RootChangeSetId": set.within.as_ref().map(|within| &within.root),
    }))
}

/// Source: *IncludePropertyValues* of `DescribeChangeSet` in the API reference: without it the contexts and the values of
/// properties are left out.
fn without_values(change: &Json) -> Json {
    let mut change = change.clone();
    strip(&mut change);
    change
}

fn strip(value: &mut Json) {
    match value {
        Json::Object(members) => {
            for name in
                ["BeforeContext", "AfterContext", "BeforeValue", "AfterValue", "BeforeValueFrom", "AfterValueFrom"]
            {
                members.remove(name);
            }
            for name in ["Path", "AttributeChangeType", "Drift", "PreviousDeploymentContext"] {
                members.remove(name);
            }
            members.values_mut().for_each(strip);
        }
        Json::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Source: `ListChangeSets` in the API reference: those that are still active.
pub(super) fn list(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let stack = find::named(world, request, Missing::Brackets)?;
    let active = stack.change_sets.iter().filter(|set| !set.execution.starts_with("EXECUTE_"));
    page(request, "Summaries", active.map(|set| summary(stack, set)).collect())
}

/// Source: `DeleteChangeSet` in the API reference: one that is not there is deleted, one that is being made or executed is not.
pub(super) fn delete(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (stack_id, place) = match locate(world, request) {
        Err(error) if error.code == "ChangeSetNotFound" => return Ok(nothing()),
        found => found?,
    };
    let stack = &mut world.region(&request.region).stacks[&stack_id];
    let set = &stack.change_sets[place];
    if set.execution == "EXECUTE_IN_PROGRESS" || set.status == "CREATE_IN_PROGRESS" {
        let message = format!("ChangeSet [{}] cannot be deleted in its current status of [{}]", set.id, set.status);
        return Err(ApiError::new("InvalidChangeSetStatus", message));
    }
    of_the_root(set)?;
    let id = stack.change_sets.remove(place).id;
    change_set::forget(world, &request.region, &id);
    Ok(nothing())
}

/// Those of nested stacks are executed and deleted with that of the root. Source: *Change sets for nested stacks*; the sentence is
/// our own.
fn of_the_root(set: &ChangeSet) -> Result<(), ApiError> {
    match &set.within {
        None => Ok(()),
        Some(within) => {
            let message = format!(
                "ChangeSet [{}] is of a nested stack. Use the change set of its root stack: {}",
                set.id, within.root
            );
            Err(ApiError::new("InvalidChangeSetStatus", message))
        }
    }
}

pub(super) fn execute(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (stack_id, place) = locate(world, request)?;
    let stack = &world.region(&request.region).stacks[&stack_id];
    let set = stack.change_sets[place].clone();
    of_the_root(&set)?;
    let token = request.text("ClientRequestToken");
    let repeated = token.is_some_and(|token| stack.tokens.contains_key(token));
    if !repeated && (set.status != "CREATE_COMPLETE" || set.execution != "AVAILABLE") {
        let status = if set.status == "CREATE_COMPLETE" { &set.execution } else { &set.status };
        let message = format!("ChangeSet [{}] cannot be executed in its current status of [{status}]", set.id);
        return Err(ApiError::new("InvalidChangeSetStatus", message));
    }
    let verb = match (set.kind, stack.status) {
        (Kind::Import, _) => Verb::Import,
        (_, Status::ReviewInProgress) => Verb::Create,
        _ => Verb::Update,
    };
    let mut order = Order::new(verb, set.source.clone());
    order.token = token.map(str::to_owned);
    order.disable_rollback = request.flag("DisableRollback") == Some(true);
    order.retain_except_on_create = request.flag("RetainExceptOnCreate") == Some(true);
    order.on_failure.clone_from(&set.on_failure);
    order.role_arn.clone_from(&set.role_arn);
    order.notification_arns.clone_from(&set.notification_arns);
    order.imports = given::physical_ids(&set.imports);
    order.revert_drift = set.revert_drift;
    order.change_set = Some(set.id.clone());
    if order.disable_rollback && order.on_failure.is_some() {
        return Err(ApiError::validation("You can specify either DisableRollback or OnStackFailure, but not both."));
    }
    operation::start(world, &request.region, &stack_id, order)?;
    let dropped = only(&mut world.region(&request.region).stacks[&stack_id], &set.id);
    dropped.iter().for_each(|id| change_set::forget(world, &request.region, id));
    Ok(nothing())
}

/// Source: `ExecuteChangeSet` in the API reference: "CloudFormation deletes all other change sets associated with the stack
/// because they aren't valid for the updated stack". The ids of those.
fn only(stack: &mut Stack, id: &str) -> Vec<String> {
    let stays = |set: &ChangeSet| set.id == id || set.execution.starts_with("EXECUTE_");
    let dropped = stack.change_sets.iter().filter(|set| !stays(set)).map(|set| set.id.clone()).collect();
    stack.change_sets.retain(stays);
    for set in &mut stack.change_sets {
        if set.id == id {
            set.execution = "EXECUTE_IN_PROGRESS".to_owned();
        }
    }
    dropped
}
