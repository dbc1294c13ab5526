//! The calls that start something.
use serde_json::{Value as Json, json};

use super::find::{self, Missing};
use super::{given, nothing, protection};
use crate::cloudformation::change_set::{self, Kind};
use crate::cloudformation::operation::{self, Order, Verb};
use crate::cloudformation::stack::{Signal, Source};
use crate::wire::{ApiError, Request};
use crate::world::World;

pub(super) fn create(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("StackName")?.to_owned();
    if let Some(id) = find::live(world, &request.region, &name) {
        operation::check_token(&world.region(&request.region).stacks[&id], request.text("ClientRequestToken"))?;
        return Err(ApiError::new("AlreadyExistsException", format!("Stack [{name}] already exists")));
    }
    if request.text("OnFailure").is_some() && request.flag("DisableRollback").is_some() {
        return Err(ApiError::validation("You can specify either DisableRollback or OnFailure, but not both."));
    }
    let policy = protection::policy_of(world, request, "StackPolicyBody", "StackPolicyURL")?;
    let (stack_id, mut order) = settle(world, request, Kind::Create)?;
    order.timeout_minutes = number(request, "TimeoutInMinutes");
    let stack = &mut world.region(&request.region).stacks[&stack_id];
    stack.policy = policy;
    stack.termination_protection = request.flag("EnableTerminationProtection") == Some(true);
    stack.disable_rollback = order.disable_rollback;
    stack.timeout_minutes = order.timeout_minutes.and_then(|minutes| u64::try_from(minutes).ok());
    operation::start(world, &request.region, &stack_id, order)?;
    Ok(json!({ "StackId": stack_id }))
}

pub(super) fn update(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = find::id_of_live(world, request)?;
    let policy = protection::policy_of(world, request, "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL")?;
    let lasting = protection::policy_of(world, request, "StackPolicyBody", "StackPolicyURL")?;
    operation::admissible(world, &request.region, &id, &order_of(request, Verb::Update, Source::default()))?;
    let (stack_id, mut order) = settle(world, request, Kind::Update)?;
    order.policy = policy;
    operation::start(world, &request.region, &stack_id, order)?;
    let stack = &mut world.region(&request.region).stacks[&stack_id];
    stack.policy = lasting.or(stack.policy.take());
    // Source: *ExecutionStatus* of `DescribeChangeSet`: a change set is obsolete once the stack was updated otherwise.
    for set in stack.change_sets.iter_mut().filter(|set| set.execution == "AVAILABLE") {
        set.execution = "OBSOLETE".to_owned();
    }
    Ok(json!({ "StackId": stack_id }))
}

/// What a request would make of a stack, by a change set that is computed at once and forgotten.
fn settle(world: &mut World, request: &Request, kind: Kind) -> Result<(String, Order), ApiError> {
    let mut proposal = given::proposal(world, request, change_set::DIRECT, kind)?;
    proposal.token = None;
    let (stack_id, set) = change_set::direct(world, &request.region, proposal)?;
    let verb = if kind == Kind::Create { Verb::Create } else { Verb::Update };
    let mut order = order_of(request, verb, set.source);
    order.role_arn = set.role_arn;
    order.notification_arns = set.notification_arns;
    Ok((stack_id, order))
}

fn order_of(request: &Request, verb: Verb, target: Source) -> Order {
    let mut order = Order::new(verb, target);
    order.token = request.text("ClientRequestToken").map(str::to_owned);
    order.disable_rollback = request.flag("DisableRollback") == Some(true);
    order.retain_except_on_create = request.flag("RetainExceptOnCreate") == Some(true);
    order.on_failure = request.text("OnFailure").map(str::to_owned);
    order.role_arn = request.text("RoleARN").map(str::to_owned);
    order
}

/// A stack that is not there is deleted. Source: `DeleteStack` in the API reference says nothing of it; aws-sdk clients rely on
/// it.
pub(super) fn delete(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("StackName")?.to_owned();
    let Some(id) = find::live(world, &request.region, &name) else { return Ok(nothing()) };
    let retain = request.texts("RetainResources").map(str::to_owned).collect();
    let force = request.text("DeletionMode") == Some("FORCE_DELETE_STACK");
    let order = order_of(request, Verb::Delete { retain, force }, Source::default());
    operation::start(world, &request.region, &id, order)?;
    // Nested stacks that there are only for a change set of this one go with it.
    let sets = &world.region(&request.region).stacks[&id].change_sets;
    let with_nested: Vec<String> = sets.iter().filter(|set| set.include_nested).map(|set| set.id.clone()).collect();
    with_nested.iter().for_each(|set| change_set::forget(world, &request.region, set));
    Ok(nothing())
}

pub(super) fn rollback(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = find::id_of_live(world, request)?;
    let order = order_of(request, Verb::Rollback { skip: Vec::new(), continued: false }, Source::default());
    operation::start(world, &request.region, &id, order)?;
    Ok(json!({ "StackId": id }))
}

pub(super) fn continue_rollback(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = find::id_of_live(world, request)?;
    let skip = request.texts("ResourcesToSkip").map(str::to_owned).collect();
    let order = order_of(request, Verb::Rollback { skip, continued: true }, Source::default());
    operation::start(world, &request.region, &id, order)?;
    Ok(nothing())
}

pub(super) fn cancel(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = find::id_of_live(world, request)?;
    operation::cancel_update(world, &request.region, &id, request.text("ClientRequestToken"))?;
    Ok(nothing())
}

pub(super) fn signal(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let stack = find::named(world, request, Missing::Brackets)?.id.clone();
    let logical_id = request.required("LogicalResourceId")?;
    let signal = Signal {
        unique_id: request.required("UniqueId")?.to_owned(),
        success: request.required("Status")? == "SUCCESS",
        reason: None,
        data: None,
    };
    operation::signal(world, &request.region, &stack, logical_id, signal)?;
    Ok(nothing())
}

fn number(request: &Request, name: &str) -> Option<i64> {
    let value = request.input.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
