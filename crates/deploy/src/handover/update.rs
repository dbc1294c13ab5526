//! The change sets of a handover.
use aws_sdk_cloudformation::types::{Capability, ChangeAction, Parameter, ResourceChange};

use super::{Handover, Update, swap};
use crate::aws::Connection;
use crate::aws::Retry;
use crate::change_set::{self, Described};
use crate::failure::{Failure, Kind};
use crate::plan::{Question, Request, StackPlan, Verb, propose};
use crate::record::Records;
use crate::stack::StackNow;

/// A change set that turns the switches and leaves everything else: the template in force, all other parameters as they are.
///
/// # Errors
///
/// If CloudFormation refuses, or more than the attachments would change.
pub(super) async fn turned(
    connection: &Connection,
    now: &StackNow,
    handover: &Handover,
    update: Update,
) -> Result<String, Failure> {
    let is_on = update == Update::GiveBack;
    let parameter = |name: &String| {
        let parameter = Parameter::builder().parameter_key(name);
        match handover.switches.iter().find(|switch| switch.parameter == *name) {
            Some(switch) => parameter.parameter_value(if is_on { &switch.on } else { &switch.off }).build(),
            None => parameter.use_previous_value(true).build(),
        }
    };
    let parameters: Vec<Parameter> = now.parameters.keys().map(parameter).collect();
    let capabilities: Vec<Capability> = now.capabilities.iter().map(|one| Capability::from(one.as_str())).collect();
    let name = change_set::name_of(&change_set::new_operation());
    let send = || {
        let call = connection.cloudformation.create_change_set().stack_name(&now.id).change_set_name(&name);
        call.client_token(change_set::token(&name, "create"))
            .use_previous_template(true)
            .set_parameters(Some(parameters.clone()))
            .set_capabilities(Some(capabilities.clone()))
            .send()
    };
    let id = match connection.call("CreateChangeSet", Retry::Safe, send).await {
        Ok(answer) => answer.id.unwrap_or_default(),
        // Ours, whose answer was lost.
        Err(failure) if failure.kind == Kind::AlreadyExists => name,
        Err(failure) => return Err(failure),
    };
    let described = change_set::wait(connection, &id).await?;
    if let Some(why) = too_much(&described, handover, is_on) {
        change_set::forget(connection, &described.id).await?;
        return Err(Failure::new(Kind::Refused, why));
    }
    Ok(described.id)
}

/// What else than the attachments would change. On the way back more is borne: it is what was there.
fn too_much(described: &Described, handover: &Handover, is_back: bool) -> Option<String> {
    let names: Vec<&str> = handover.switches.iter().map(|switch| switch.parameter.as_str()).collect();
    let names = names.join("`, `");
    if described.is_empty {
        return Some(format!("`{names}` changes nothing, although attachments hang on it"));
    }
    let ours = |change: &&ResourceChange| {
        let id = change.logical_resource_id.as_deref().unwrap_or_default();
        let is_attachment = handover.hosts.iter().any(|host| host.attachments.iter().any(|one| one == id));
        is_attachment && change.action == Some(ChangeAction::Remove)
    };
    let others = described.changes.iter().filter(|change| !ours(change));
    let others: Vec<&str> = others.filter_map(|change| change.logical_resource_id.as_deref()).collect();
    if is_back || others.is_empty() {
        return None;
    }
    Some(format!(
        "letting the volumes go by `{names}` would also change `{}`; deploy the template as it is until it changes nothing",
        others.join("`, `")
    ))
}

/// The plan of the wanted template, now that the volumes are free, with its change set.
///
/// # Errors
///
/// If CloudFormation refuses.
pub(super) async fn wanted(
    connection: &Connection,
    records: &Records,
    now: &StackNow,
    plan: &StackPlan,
    handover: &Handover,
) -> Result<StackPlan, Failure> {
    let request = request(plan, handover);
    let now = Some(now.clone());
    let question = Question { stack: &plan.stack, verb: Verb::Update, request, now, waits_for: Vec::new(), keep: true };
    propose(connection, records, question).await
}

/// What is asked for the wanted template, with its switches on.
fn request(plan: &StackPlan, handover: &Handover) -> Request {
    let template = handover.template.clone();
    let declared: serde_json::Value = serde_json::from_str(&template).unwrap_or_default();
    let mut request = Request { template, ..plan.request.clone() };
    for switch in &handover.switches {
        if declared.pointer(&format!("/Parameters/{}", switch.parameter)).is_some() {
            request.parameters.insert(switch.parameter.clone(), switch.on.clone());
        }
    }
    request
}

/// The change set by which CloudFormation takes the machines as they are.
///
/// # Errors
///
/// If CloudFormation refuses, or it would do more.
pub(super) async fn told(
    connection: &Connection,
    now: &StackNow,
    plan: &StackPlan,
    handover: &Handover,
) -> Result<String, Failure> {
    if handover.template.is_empty() {
        return Err(Failure::new(Kind::Refused, "the template that the stack is to have is on another machine"));
    }
    let request = Request { revert_drift: true, ..request(plan, handover) };
    let operation = change_set::new_operation();
    let (id, _) = change_set::create(connection, &plan.stack, &request, Some(now), &operation).await?;
    let described = change_set::wait(connection, &id).await?;
    let nothing = described.is_empty.then(|| "its change set shows nothing".to_owned());
    if let Some(why) = nothing.or_else(|| swap::refusal(&described, handover)) {
        change_set::forget(connection, &described.id).await?;
        return Err(Failure::new(Kind::Refused, why));
    }
    Ok(described.id)
}
