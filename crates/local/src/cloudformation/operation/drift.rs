//! Drift: how resources differ from what the stack applied to them.
use serde_json::{Map, Value as Json, json};
use stackgen_schema::Facts;

use crate::cloudformation::stack::{Drift, Resource, Status};
use crate::resources::{Site, provider};
use crate::wire::ApiError;
use crate::world::World;

/// What a resource is compared by.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// `IN_SYNC`, `MODIFIED`, `DELETED` or `NOT_CHECKED`.
    pub status: &'static str,
    /// The properties that the stack applied.
    pub expected: Json,
    /// The same properties as they are.
    pub actual: Option<Json>,
    /// Each difference, as the API shows it.
    pub differences: Vec<Json>,
}

/// Compares all resources of a stack and remembers what was found. The id of the detection.
///
/// # Errors
///
/// If the stack is in a status in which drift cannot be detected. Source: *Detect unmanaged configuration changes to stacks and
/// resources with drift detection*.
pub fn detect(world: &mut World, region: &str, stack_id: &str, only: Option<&str>) -> Result<String, ApiError> {
    let stack = &world.region(region).stacks[stack_id];
    let fit = matches!(
        stack.status,
        Status::CreateComplete
            | Status::UpdateComplete
            | Status::UpdateRollbackComplete
            | Status::UpdateRollbackFailed
            | Status::ImportComplete
            | Status::ImportRollbackComplete
    );
    if !fit {
        let message =
            format!("Drift detection cannot be performed on stack {} in {} status", stack.id, stack.status.word());
        return Err(ApiError::validation(message));
    }
    let ids: Vec<String> = stack.resources.keys().filter(|id| only.is_none_or(|only| only == *id)).cloned().collect();
    for id in &ids {
        let found = compare(world, region, stack_id, id).status;
        world.region(region).stacks[stack_id].resources[id].drift = Some(found.to_owned());
    }
    let detection_id = world.uuid();
    let at = world.now();
    let stack = &mut world.region(region).stacks[stack_id];
    let drifted = stack.resources.values().any(|it| matches!(it.drift.as_deref(), Some("MODIFIED" | "DELETED")));
    let status = if drifted { "DRIFTED" } else { "IN_SYNC" }.to_owned();
    stack.drift = Some(Drift { detection_id: detection_id.clone(), status, at });
    Ok(detection_id)
}

/// Compares a resource with what the stack applied to it.
pub fn compare(world: &mut World, region: &str, stack_id: &str, logical_id: &str) -> Comparison {
    let stack = &world.region(region).stacks[stack_id];
    let resource = stack.resources[logical_id].clone();
    let mut site = Site {
        region: region.to_owned(),
        stack_id: stack_id.to_owned(),
        stack_name: stack.name.clone(),
        logical_id: logical_id.to_owned(),
        type_name: resource.type_name.clone(),
        stack_tags: stack.source.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        world,
    };
    let id = resource.physical_id.clone().unwrap_or_default();
    let provider = provider(&resource.type_name);
    match provider.read(&mut site, &id) {
        None => Comparison { status: "DELETED", expected: resource.properties, actual: None, differences: Vec::new() },
        Some(real) => between(&resource, &real),
    }
}

/// Only what the template says is compared, and nothing that cannot be read back.
fn between(resource: &Resource, real: &Json) -> Comparison {
    let facts = Facts::embedded().resource(&resource.type_name);
    let write_only = facts.map(|facts| facts.write_only).unwrap_or_default();
    let readable = |name: &str| !write_only.iter().any(|path| path == &format!("/{name}"));
    let (mut expected, mut actual, mut differences) = (Map::new(), Map::new(), Vec::new());
    for (name, wanted) in resource.properties.as_object().into_iter().flatten().filter(|(name, _)| readable(name)) {
        expected.insert(name.clone(), wanted.clone());
        let there = real.get(name);
        if let Some(there) = there {
            actual.insert(name.clone(), there.clone());
        }
        if there != Some(wanted) {
            differences.push(json!({
                "PropertyPath": format!("/{name}"),
                "ExpectedValue": text(wanted),
                "ActualValue": there.map_or_else(|| "null".to_owned(), text),
                "DifferenceType": if there.is_some() { "NOT_EQUAL" } else { "REMOVE" },
            }));
        }
    }
    let status = if differences.is_empty() { "IN_SYNC" } else { "MODIFIED" };
    Comparison { status, expected: Json::Object(expected), actual: Some(Json::Object(actual)), differences }
}

/// As `PropertyDifferences` shows a value: text as it is, and what is more than a word in JSON. Source: the example of
/// `describe-stack-resource-drifts` in *Detect drift on an entire CloudFormation stack*.
fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
