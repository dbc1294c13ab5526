//! The calls of CloudFormation.
use serde_json::{Value as Json, json};

use crate::wire::{ApiError, Request};
use crate::world::World;

mod change_sets;
mod drift;
mod events;
mod exports;
mod find;
mod given;
mod orders;
mod page;
mod protection;
mod resources;
mod stacks;
mod templates;

/// Answers a call of CloudFormation.
///
/// # Errors
///
/// As AWS refuses it; an operation that is not here is refused by name.
pub fn answer(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    // Public parameters name images of the region: they are there before a template asks for them.
    crate::ec2::Place::new(world, &request.region);
    match request.operation.as_str() {
        "CreateChangeSet" => change_sets::create(world, request),
        "DescribeChangeSet" => change_sets::describe(world, request),
        "ExecuteChangeSet" => change_sets::execute(world, request),
        "DeleteChangeSet" => change_sets::delete(world, request),
        "ListChangeSets" => change_sets::list(world, request),
        "CreateStack" => orders::create(world, request),
        "UpdateStack" => orders::update(world, request),
        "DeleteStack" => orders::delete(world, request),
        "RollbackStack" => orders::rollback(world, request),
        "ContinueUpdateRollback" => orders::continue_rollback(world, request),
        "CancelUpdateStack" => orders::cancel(world, request),
        "SignalResource" => orders::signal(world, request),
        "DescribeStacks" => stacks::describe(world, request),
        "ListStacks" => stacks::list(world, request),
        "DescribeStackEvents" => events::describe_stack_events(world, request),
        "DescribeEvents" => events::describe_events(world, request),
        "DescribeStackResource" => resources::describe_one(world, request),
        "DescribeStackResources" => resources::describe(world, request),
        "ListStackResources" => resources::list(world, request),
        "GetTemplate" => templates::get(world, request),
        "GetTemplateSummary" => templates::summary(world, request),
        "ValidateTemplate" => templates::validate(world, request),
        "ListExports" => exports::list(world, request),
        "ListImports" => exports::imports(world, request),
        "UpdateTerminationProtection" => protection::update(world, request),
        "SetStackPolicy" => protection::set_policy(world, request),
        "GetStackPolicy" => protection::policy(world, request),
        "DetectStackDrift" => drift::detect(world, request),
        "DetectStackResourceDrift" => drift::detect_one(world, request),
        "DescribeStackDriftDetectionStatus" => drift::status(world, request),
        "DescribeStackResourceDrifts" => drift::describe(world, request),
        other => Err(ApiError::not_here("CloudFormation", other)),
    }
}

/// An answer without anything in it.
fn nothing() -> Json {
    json!({})
}

/// A time as the API writes it.
fn time(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}

/// An object without the members that are null.
fn compact(mut object: Json) -> Json {
    if let Json::Object(members) = &mut object {
        members.retain(|_, value| !value.is_null());
    }
    object
}
