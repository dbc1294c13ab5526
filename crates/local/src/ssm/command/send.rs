//! Sending a command.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::{Command, Invocation, STEP, shown};
use crate::ssm::agent;
use crate::wire::{ApiError, Request};
use crate::world::{Due, World};

/// The one document that is here. Source: *AWS-RunShellScript*: `commands`, and `executionTimeout` with one hour.
pub(super) const DOCUMENT: &str = "AWS-RunShellScript";

/// Seconds, if nothing is said: `SendCommand` and the document.
const DELIVERY: i64 = 3_600;
const EXECUTION: i64 = 3_600;

/// How many instances a command can name: `SendCommand`.
const MOST: usize = 50;

/// `SendCommand`, for instances by their ids.
pub(crate) fn send(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("DocumentName").map_err(validation)?;
    if name.rsplit('/').next() != Some(DOCUMENT) {
        return Err(ApiError::new("InvalidDocument", format!("Document with name {name} does not exist.")));
    }
    if !request.list("Targets").is_empty() {
        return Err(ApiError::not_here("SSM", "SendCommand with Targets"));
    }
    let instances = instances(world, request)?;
    let parameters = request.input.get("Parameters").cloned().unwrap_or_else(|| json!({}));
    let lines: Vec<&str> = parameters["commands"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    if lines.is_empty() {
        return Err(ApiError::new("InvalidParameters", "The parameter commands is required."));
    }
    let execution = parameters["executionTimeout"][0].as_str().and_then(|text| text.parse().ok());
    let command = Command {
        id: world.uuid(),
        comment: request.text("Comment").unwrap_or_default().to_owned(),
        script: lines.join("\n"),
        parameters,
        delivery: delivery(request)?,
        execution: execution.unwrap_or(EXECUTION),
        requested: world.now(),
        invocations: instances.into_iter().map(|id| (id, Invocation::new())).collect(),
    };
    let (id, shown) = (command.id.clone(), shown::command(&command));
    world.after(STEP, &request.region, Due::Command(id.clone()));
    world.after(SignedDuration::from_secs(command.delivery), &request.region, Due::Command(id.clone()));
    world.region(&request.region).ssm.commands.insert(id, command);
    Ok(json!({ "Command": shown }))
}

fn validation(error: ApiError) -> ApiError {
    ApiError { code: "ValidationException".to_owned(), ..error }
}

/// The instances, which must all have an agent. The words are those that users quote of AWS
/// (peterkimzz/aws-ssm-send-command#23, gravitational/teleport#25257).
fn instances(world: &World, request: &Request) -> Result<Vec<String>, ApiError> {
    let ids: Vec<String> = request.texts("InstanceIds").map(str::to_owned).collect();
    if ids.is_empty() || ids.len() > MOST {
        let text = format!("1 validation error detected: a command names 1 to {MOST} instances in 'instanceIds'");
        return Err(ApiError::new("ValidationException", text));
    }
    if ids.iter().enumerate().any(|(index, id)| ids[..index].contains(id)) {
        return Err(ApiError::new(
            "DuplicateInstanceId",
            "You can't specify a managed node ID in more than one place.",
        ));
    }
    let is_off = |id: &&String| !agent::is_online(world, &request.region, id);
    let off: Vec<&str> = ids.iter().filter(is_off).map(String::as_str).collect();
    if off.is_empty() {
        return Ok(ids);
    }
    let text = format!("Instances [[{}]] not in a valid state for account {}", off.join(", "), world.account);
    Err(ApiError::new("InvalidInstanceId", text))
}

/// Source: the limits of `TimeoutSeconds` in `SendCommand`.
fn delivery(request: &Request) -> Result<i64, ApiError> {
    let Some(given) = request.input.get("TimeoutSeconds") else { return Ok(DELIVERY) };
    let seconds = given.as_i64().unwrap_or_default();
    let bound = match seconds {
        ..30 => "greater than or equal to 30",
        30..=2_592_000 => return Ok(seconds),
        _ => "less than or equal to 2592000",
    };
    let text = format!(
        "1 validation error detected: Value '{seconds}' at 'timeoutSeconds' failed to satisfy constraint: Member must have value {bound}"
    );
    Err(ApiError::new("ValidationException", text))
}
