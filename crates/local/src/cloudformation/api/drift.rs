//! Drift detection. It takes a moment, as AWS's does.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::find;
use super::page::page;
use super::{compact, time};
use crate::cloudformation::operation::drift;
use crate::wire::{ApiError, Request};
use crate::world::{Due, World};

/// How long a detection is in progress. AWS's depends on the number of resources.
const TAKES: SignedDuration = SignedDuration::from_secs(5);

pub(super) fn detect(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = find::id_of_live(world, request)?;
    let detection = drift::detect(world, &request.region, &id, None)?;
    // Nothing is done then, but whoever leaps through time gets there.
    world.after(TAKES, &request.region, Due::Stack(id));
    Ok(json!({ "StackDriftDetectionId": detection }))
}

pub(super) fn detect_one(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = find::id_of_live(world, request)?;
    let logical_id = request.required("LogicalResourceId")?;
    let stack = &world.region(&request.region).stacks[&id];
    if !stack.resources.contains_key(logical_id) {
        let message = format!("Resource {logical_id} does not exist for stack {}", stack.name);
        return Err(ApiError::validation(message));
    }
    drift::detect(world, &request.region, &id, Some(logical_id))?;
    Ok(json!({ "StackResourceDrift": shown(world, &request.region, &id, logical_id) }))
}

pub(super) fn status(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let wanted = request.required("StackDriftDetectionId")?;
    let now = world.now();
    let mut stacks = world.region(&request.region).stacks.values();
    let found = stacks.find_map(|stack| Some((stack, stack.drift.as_ref().filter(|it| it.detection_id == wanted)?)));
    let (stack, drift) =
        found.ok_or_else(|| ApiError::validation(format!("Drift detection [{wanted}] does not exist")))?;
    let over = drift.at + TAKES <= now;
    let count =
        stack.resources.values().filter(|it| matches!(it.drift.as_deref(), Some("MODIFIED" | "DELETED"))).count();
    Ok(compact(json!({
        "StackId": stack.id,
        "StackDriftDetectionId": drift.detection_id,
        "DetectionStatus": if over { "DETECTION_COMPLETE" } else { "DETECTION_IN_PROGRESS" },
        "StackDriftStatus": over.then_some(&drift.status),
        "DriftedStackResourceCount": over.then_some(count),
        "Timestamp": time(drift.at),
    })))
}

pub(super) fn describe(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let id = find::id_of_live(world, request)?;
    let wanted: Vec<&str> = request.texts("StackResourceDriftStatusFilters").collect();
    let resources = &world.region(&request.region).stacks[&id].resources;
    let checked = resources.iter().filter_map(|(logical_id, it)| Some((logical_id.clone(), it.drift.clone()?)));
    let fitting = checked.filter(|(_, status)| wanted.is_empty() || wanted.contains(&status.as_str()));
    let ids: Vec<String> = fitting.map(|(logical_id, _)| logical_id).collect();
    let drifts = ids.iter().map(|logical_id| shown(world, &request.region, &id, logical_id)).collect();
    page(request, "StackResourceDrifts", drifts)
}

fn shown(world: &mut World, region: &str, stack_id: &str, logical_id: &str) -> Json {
    let found = drift::compare(world, region, stack_id, logical_id);
    let stack = &world.region(region).stacks[stack_id];
    let resource = &stack.resources[logical_id];
    compact(json!({
        "StackId": stack_id,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type_name,
        "ExpectedProperties": found.expected.to_string(),
        "ActualProperties": found.actual.as_ref().map(Json::to_string),
        "PropertyDifferences": found.differences,
        "StackResourceDriftStatus": found.status,
        "Timestamp": stack.drift.as_ref().map(|it| time(it.at)),
    }))
}
