//! What resources stacks have.
use serde_json::{Value as Json, json};

use super::find::{self, Missing};
use super::page::page;
use super::{compact, time};
use crate::cloudformation::stack::{Resource, Stack};
use crate::wire::{ApiError, Request};
use crate::world::World;

pub(super) fn describe_one(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let stack = find::named(world, request, Missing::WithId)?;
    let logical_id = request.required("LogicalResourceId")?;
    let resource = stack.resources.get(logical_id).ok_or_else(|| missing(stack, logical_id))?;
    let mut detail = shown(stack, logical_id, resource, "LastUpdatedTimestamp");
    if let Json::Object(members) = &mut detail {
        members.insert("Metadata".to_owned(), json!(resource.metadata.as_ref().map(Json::to_string)));
    }
    Ok(json!({ "StackResourceDetail": compact(detail) }))
}

/// Source: `DescribeStackResources` in the API reference: at most a hundred, by stack or by the physical id of one of them.
pub(super) fn describe(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let stack = match (request.text("StackName"), request.text("PhysicalResourceId")) {
        (None, Some(id)) => {
            let mut stacks = world.region(&request.region).stacks.values();
            let has = |stack: &&Stack| stack.resources.values().any(|it| it.physical_id.as_deref() == Some(id));
            stacks.find(has).ok_or_else(|| ApiError::validation(format!("Stack for {id} does not exist")))?
        }
        _ => &*find::named(world, request, Missing::WithId)?,
    };
    let wanted = request.text("LogicalResourceId");
    if let Some(id) = wanted.filter(|id| !stack.resources.contains_key(*id)) {
        return Err(missing(stack, id));
    }
    let fitting = stack.resources.iter().filter(|(id, _)| wanted.is_none_or(|wanted| wanted == *id));
    let resources = fitting.take(100).map(|(id, resource)| shown(stack, id, resource, "Timestamp"));
    Ok(json!({ "StackResources": resources.collect::<Vec<Json>>() }))
}

pub(super) fn list(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let stack = find::named(world, request, Missing::WithId)?;
    let summaries = stack.resources.iter().map(|(id, resource)| {
        let mut summary = shown(stack, id, resource, "LastUpdatedTimestamp");
        if let Json::Object(members) = &mut summary {
            members.remove("StackId");
            members.remove("StackName");
        }
        summary
    });
    page(request, "StackResourceSummaries", summaries.collect())
}

fn missing(stack: &Stack, logical_id: &str) -> ApiError {
    ApiError::validation(format!("Resource {logical_id} does not exist for stack {}", stack.name))
}

fn shown(stack: &Stack, logical_id: &str, resource: &Resource, time_member: &str) -> Json {
    compact(json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type_name,
        time_member: time(resource.since),
        "ResourceStatus": resource.status.word(),
        "ResourceStatusReason": resource.reason,
        "DriftInformation": { "StackResourceDriftStatus": resource.drift.as_deref().unwrap_or("NOT_CHECKED") },
    }))
}
