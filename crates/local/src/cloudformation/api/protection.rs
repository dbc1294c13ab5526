//! What keeps stacks from harm: termination protection and stack policies.
use serde_json::{Value as Json, json};

use super::find::{self, Missing};
use super::nothing;
use crate::cloudformation::stack::Status;
use crate::wire::{ApiError, Request};
use crate::world::World;

/// Source: `UpdateTerminationProtection` in the API reference; the root decides for nested stacks.
pub(super) fn update(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let wanted = request.flag("EnableTerminationProtection");
    let Some(wanted) = wanted else {
        request.required("EnableTerminationProtection")?;
        return Err(ApiError::validation("EnableTerminationProtection must be true or false"));
    };
    let id = find::id_of_live(world, request)?;
    let stack = &mut world.region(&request.region).stacks[&id];
    if stack.parent_id.is_some() {
        return Err(ApiError::validation("Termination protection cannot be changed on a nested stack"));
    }
    if stack.status == Status::DeleteInProgress {
        let message = format!("Stack:{id} is in {} state and can not be updated.", stack.status.word());
        return Err(ApiError::validation(message));
    }
    stack.termination_protection = wanted;
    // Source: *Protect CloudFormation stacks from being deleted*: what is set on the root goes for the stacks in it.
    for nested in world.region(&request.region).stacks.values_mut() {
        if nested.root_id.as_deref() == Some(&id) {
            nested.termination_protection = wanted;
        }
    }
    Ok(json!({ "StackId": id }))
}

pub(super) fn set_policy(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let policy = policy_of(world, request, "StackPolicyBody", "StackPolicyURL")?;
    let id = find::id_of_live(world, request)?;
    if let Some(policy) = policy {
        world.region(&request.region).stacks[&id].policy = Some(policy);
    }
    Ok(nothing())
}

pub(super) fn policy(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let stack = find::named(world, request, Missing::Brackets)?;
    Ok(match &stack.policy {
        None => nothing(),
        Some(policy) => json!({ "StackPolicyBody": policy.to_string() }),
    })
}

/// The stack policy of a request, or of the bucket that it names. That it cannot be both was recorded on AWS by
/// localstack/localstack.
pub(super) fn policy_of(world: &World, request: &Request, body: &str, url: &str) -> Result<Option<Json>, ApiError> {
    let text = match (request.text(body), request.text(url)) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(ApiError::validation(format!("You cannot specify both {url} and {body}"))),
        (Some(text), None) => text.to_owned(),
        (None, Some(url)) => crate::s3::template(world, url)?,
    };
    let wrong = |why: &str| ApiError::validation(format!("Error validating stack policy: {why}"));
    let policy: Json = serde_json::from_str(&text).map_err(|_| wrong("Invalid stack policy"))?;
    if policy.get("Statement").is_none() {
        return Err(wrong("Invalid stack policy"));
    }
    Ok(Some(policy))
}
