//! How answers show commands.
use serde_json::{Value as Json, json};

use super::send::DOCUMENT;
use super::{Command, Invocation, Status, after};
use crate::ssm::seconds;
use crate::wire::{ApiError, Request};
use crate::world::World;

/// What is shown of the version that nobody chose.
const VERSION: &str = "$DEFAULT";
/// The one step of the document.
const PLUGIN: &str = "aws:runShellScript";

/// Characters of what a script wrote: `GetCommandInvocation`.
const OUTPUT: usize = 24_000;
const ERROR: usize = 8_000;

impl Status {
    /// The status, and its details. The reference writes *Execution Timed Out* where it explains them.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Status::Pending => ("Pending", "Pending"),
            Status::InProgress => ("InProgress", "InProgress"),
            Status::Success => ("Success", "Success"),
            Status::Failed => ("Failed", "Failed"),
            Status::DeliveryTimedOut => ("TimedOut", "DeliveryTimedOut"),
            Status::ExecutionTimedOut => ("TimedOut", "ExecutionTimedOut"),
        }
    }
}

/// A command that was just sent.
pub(super) fn command(command: &Command) -> Json {
    let ids: Vec<&String> = command.invocations.keys().collect();
    json!({
        "CommandId": command.id, "DocumentName": DOCUMENT, "DocumentVersion": VERSION, "Comment": command.comment,
        "ExpiresAfter": seconds(after(command.requested, command.delivery + command.execution)), "Parameters": command.parameters,
        "InstanceIds": ids, "Targets": [], "RequestedDateTime": seconds(command.requested), "Status": "Pending",
        "StatusDetails": "Pending", "MaxConcurrency": "50", "MaxErrors": "0", "TargetCount": ids.len(), "CompletedCount": 0,
        "ErrorCount": 0, "DeliveryTimedOutCount": 0, "TimeoutSeconds": command.delivery,
    })
}

/// `GetCommandInvocation`.
pub(crate) fn invocation(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (id, instance) = (request.required("CommandId")?, request.required("InstanceId")?);
    is_id(id)?;
    if request.text("PluginName").is_some_and(|name| name != PLUGIN) {
        return Err(ApiError::new("InvalidPluginName", ""));
    }
    let command = world.region(&request.region).ssm.commands.get(id);
    let found = command.and_then(|command| Some((command, command.invocations.get(instance)?)));
    // AWS says nothing else: users quote the code with an empty text.
    let (command, one) = found.ok_or_else(|| ApiError::new("InvocationDoesNotExist", ""))?;
    let (status, details) = one.status.words();
    let time = |at: Option<jiff::Timestamp>| at.map(|at| format!("{at:.3}")).unwrap_or_default();
    Ok(json!({
        "CommandId": id, "InstanceId": instance, "Comment": command.comment, "DocumentName": DOCUMENT, "DocumentVersion": VERSION,
        "PluginName": PLUGIN, "ResponseCode": one.code, "ExecutionStartDateTime": time(one.started),
        "ExecutionElapsedTime": elapsed(one), "ExecutionEndDateTime": time(one.ended.filter(|_| one.started.is_some())),
        "Status": status, "StatusDetails": details, "StandardOutputContent": first(&one.output, OUTPUT), "StandardOutputUrl": "",
        "StandardErrorContent": first(&one.error, ERROR), "StandardErrorUrl": "",
        "CloudWatchOutputConfig": {"CloudWatchLogGroupName": "", "CloudWatchOutputEnabled": false},
    }))
}

fn first(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn elapsed(one: &Invocation) -> String {
    let lasted = one.started.zip(one.ended).map(|(started, ended)| ended.duration_since(started));
    lasted.map(|it| format!("PT{}S", it.as_millis() as f64 / 1_000.0)).unwrap_or_default()
}

/// Source: `CommandId` has 36 characters, of which `InvalidCommandId` complains if they are none of an id.
fn is_id(id: &str) -> Result<(), ApiError> {
    let is_uuid = id.len() == 36 && id.chars().all(|it| it == '-' || it.is_ascii_hexdigit());
    is_uuid.then_some(()).ok_or_else(|| ApiError::new("InvalidCommandId", ""))
}

/// `ListCommandInvocations`. What nobody sent is an empty list (aws/aws-sdk#190).
pub(crate) fn list(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    if !request.list("Filters").is_empty() {
        return Err(ApiError::not_here("SSM", "ListCommandInvocations with Filters"));
    }
    let (id, instance) = (request.text("CommandId"), request.text("InstanceId"));
    id.map_or(Ok(()), is_id)?;
    let has_details = request.flag("Details") == Some(true);
    let commands = world.region(&request.region).ssm.commands.values().rev();
    let commands = commands.filter(|it| id.is_none_or(|id| it.id == id));
    let mut all = Vec::new();
    for command in commands {
        let mine = command.invocations.iter().filter(|(on, _)| instance.is_none_or(|wanted| *on == wanted));
        all.extend(mine.map(|(on, one)| listed(command, on, one, has_details)));
    }
    Ok(page(all, request, MOST_LISTED, "CommandInvocations"))
}

/// How many invocations a page has: `CommandMaxResults`.
const MOST_LISTED: usize = 50;

fn listed(command: &Command, instance: &str, one: &Invocation, has_details: bool) -> Json {
    let (status, details) = one.status.words();
    let mut plugin = json!({
        "Name": PLUGIN, "Status": status, "StatusDetails": details, "ResponseCode": one.code,
        "Output": first(&format!("{}{}", one.output, one.error), 2_500),
    });
    for (name, at) in [("ResponseStartDateTime", one.started), ("ResponseFinishDateTime", one.ended)] {
        if let Some(at) = at {
            plugin[name] = seconds(at);
        }
    }
    json!({
        "CommandId": command.id, "InstanceId": instance, "InstanceName": "", "Comment": command.comment, "DocumentName": DOCUMENT,
        "DocumentVersion": VERSION, "RequestedDateTime": seconds(command.requested), "Status": status, "StatusDetails": details,
        "StandardOutputUrl": "", "StandardErrorUrl": "", "CommandPlugins": if has_details { json!([plugin]) } else { json!([]) },
    })
}

/// One page of a list.
pub(crate) fn page(items: Vec<Json>, request: &Request, most: usize, name: &str) -> Json {
    let start: usize = request.text("NextToken").and_then(|token| token.parse().ok()).unwrap_or_default();
    let asked = request.input.get("MaxResults").and_then(Json::as_u64).and_then(|it| usize::try_from(it).ok());
    let (most, count) = (asked.unwrap_or(most).max(1), items.len());
    let shown: Vec<Json> = items.into_iter().skip(start).take(most).collect();
    let mut answer = json!({ name: shown });
    if start + most < count {
        answer["NextToken"] = json!((start + most).to_string());
    }
    answer
}
