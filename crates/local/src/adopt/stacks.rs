//! Stacks as they are elsewhere.
use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::promise::is_there;
use super::{Account, Deployed};
use crate::cloudformation::operation::{self, Order, Verb};
use crate::cloudformation::stack::{Output, Parameter, Source, Stack, Status};
use crate::cloudformation::template::Template;
use crate::world::World;

/// What CloudFormation shows of a value that is hidden.
pub(crate) const HIDDEN: &str = "****";
/// More than any stack needs; an engine that goes in circles is not waited for.
const STEPS: usize = 100_000;

/// Makes a stack as it is there.
pub(super) fn take_over(world: &mut World, account: &Account, deployed: &Deployed) {
    let region = &account.region;
    let created = deployed.created.unwrap_or(account.at);
    let mut stack = Stack::new(deployed.id.clone(), deployed.name.clone(), world.now());
    stack.role_arn.clone_from(&deployed.role);
    stack.notification_arns.clone_from(&deployed.notification_arns);
    let template = Template::parse(&deployed.template).ok();
    let source = source(deployed, template.as_ref());
    note_hidden(world, deployed, &source);
    note_failed(world, deployed);
    world.region(region).stacks.insert(deployed.id.clone(), stack);
    let has_some = deployed.resources.iter().any(|it| is_there(it) && it.physical_id.is_some());
    if has_some {
        learn(world, deployed, template.as_ref());
        make(world, region, deployed, source.clone());
    }
    let root = deployed.parent.as_ref().map(|parent| root(account, parent));
    let stack = &mut world.region(region).stacks[&deployed.id];
    (stack.parent_id, stack.root_id) = (deployed.parent.clone(), root);
    stack.created = created;
    stack.updated = deployed.updated;
    if deployed.status != "REVIEW_IN_PROGRESS" {
        stack.source = source;
    }
    stack.termination_protection = deployed.protection;
    stack.disable_rollback = deployed.disable_rollback;
    stack.policy = deployed.policy.as_deref().and_then(|policy| serde_json::from_str(policy).ok());
    (stack.operation, stack.unfinished) = (None, None);
    stack.events.clear();
    stack.last_operations.clear();
    stack.tokens.clear();
    settle(stack, deployed);
}

/// The outermost of the stacks that one is part of.
fn root(account: &Account, parent: &str) -> String {
    let above = |id: &str| account.stacks.iter().find(|stack| stack.id == id)?.parent.clone();
    std::iter::successors(Some(parent.to_owned()), |id| above(id)).last().unwrap_or_default()
}

fn source(deployed: &Deployed, template: Option<&Template>) -> Source {
    let declared = template.map(|template| template.section("Parameters").clone()).unwrap_or_default();
    let parameter = |(name, declaration): (&String, &Json)| {
        let hidden = declaration.get("NoEcho").is_some_and(|it| *it == json!(true) || *it == json!("true"));
        // Whoever deploys without saying otherwise means the default.
        let default = declaration.get("Default").and_then(Json::as_str).filter(|_| hidden);
        let value = deployed.parameters.get(name)?.clone();
        let value = default.filter(|_| value == HIDDEN).map_or(value.clone(), str::to_owned);
        let resolved = deployed.resolved.get(name).cloned();
        Some((name.clone(), Parameter { value, resolved, no_echo: hidden }))
    };
    let mut source = Source { body: deployed.template.clone(), ..Source::default() };
    source.parameters = declared.iter().filter_map(parameter).collect();
    source.tags = deployed.tags.clone().into_iter().collect();
    source.capabilities.clone_from(&deployed.capabilities);
    source
}

fn note_hidden(world: &mut World, deployed: &Deployed, source: &Source) {
    let hidden: Vec<&str> =
        source.parameters.iter().filter(|(_, it)| it.no_echo).map(|(name, _)| name.as_str()).collect();
    if let (Some(adoption), false) = (&mut world.adoption, hidden.is_empty()) {
        let (stack, names) = (&deployed.name, hidden.join("`, `"));
        adoption
            .note(format!("`{stack}` hides the value of `{names}` (NoEcho), so that a change of it is not seen here"));
    }
}

/// The template in force is the one that failed. What a resource was before, nobody tells.
fn note_failed(world: &mut World, deployed: &Deployed) {
    let Some(adoption) = &mut world.adoption else { return };
    for resource in deployed.resources.iter().filter(|it| it.status == "UPDATE_FAILED") {
        let (stack, id) = (&deployed.name, &resource.id);
        adoption.note(format!(
            "`{id}` of `{stack}` failed to be updated; it is taken for what the template says, which it may not be"
        ));
    }
}

/// Remembers attributes that outputs tell: nobody else knows what they are there.
fn learn(world: &mut World, deployed: &Deployed, template: Option<&Template>) {
    let Some(template) = template else { return };
    let physical: BTreeMap<&str, &str> =
        deployed.resources.iter().filter_map(|it| Some((it.id.as_str(), it.physical_id.as_deref()?))).collect();
    for (name, output) in template.section("Outputs") {
        let told = output.pointer("/Value/Fn::GetAtt").and_then(attribute);
        let (Some((logical_id, attribute)), Some(seen)) = (told, deployed.outputs.get(name)) else { continue };
        if let Some(id) = physical.get(logical_id.as_str()) {
            world.learn(id, Map::from_iter([(attribute, json!(seen.value))]));
        }
    }
}

/// The parts of `Fn::GetAtt`, in either form.
fn attribute(value: &Json) -> Option<(String, String)> {
    match value {
        Json::String(text) => text.split_once('.').map(|(id, name)| (id.to_owned(), name.to_owned())),
        Json::Array(parts) => {
            let texts: Option<Vec<&str>> = parts.iter().map(Json::as_str).collect();
            let texts = texts?;
            Some(((*texts.first()?).to_owned(), texts.get(1..)?.join(".")))
        }
        _ => None,
    }
}

/// Lets the engine make what is there.
fn make(world: &mut World, region: &str, deployed: &Deployed, source: Source) {
    let mut order = Order::new(Verb::Create, source);
    order.disable_rollback = true;
    if operation::start(world, region, &deployed.id, order).is_err() {
        return;
    }
    for _ in 0..STEPS {
        let is_busy = world.region(region).stacks[&deployed.id].operation.is_some();
        match world.next().filter(|_| is_busy) {
            Some(next) => world.advance(next),
            None => break,
        }
    }
    let stack = &world.region(region).stacks[&deployed.id];
    let failed = stack.reason.clone().filter(|_| stack.status != Status::CreateComplete);
    if let (Some(reason), Some(adoption)) = (failed, &mut world.adoption) {
        adoption.note(format!("`{}` cannot be made here as it is there: {reason}", deployed.name));
    }
}

/// Statuses and values that the original has.
fn settle(stack: &mut Stack, deployed: &Deployed) {
    let word = |text: &str| serde_json::from_value(json!(text)).ok();
    stack.status = word(&deployed.status).unwrap_or(stack.status);
    stack.reason.clone_from(&deployed.reason);
    let is_known = |id: &str| deployed.resources.iter().any(|it| it.id == id && is_there(it));
    stack.resources.retain(|id, _| is_known(id));
    for seen in &deployed.resources {
        let Some(resource) = stack.resources.get_mut(&seen.id) else { continue };
        resource.physical_id = resource.physical_id.take().filter(|id| !id.is_empty());
        let status = serde_json::from_value(json!(seen.status)).ok();
        resource.status = status.unwrap_or(resource.status);
        resource.reason.clone_from(&seen.reason);
    }
    let described: BTreeMap<String, Option<String>> =
        stack.outputs.iter().map(|(name, it)| (name.clone(), it.description.clone())).collect();
    let output = |name: &String| {
        let seen = deployed.outputs.get(name)?;
        let description = described.get(name).cloned().flatten();
        Some((name.clone(), Output { value: seen.value.clone(), description, export: seen.export.clone() }))
    };
    let known: Vec<String> = stack.outputs.keys().cloned().collect();
    let more = deployed.outputs.keys().filter(|name| !known.contains(name));
    let outputs: IndexMap<String, Output> = known.iter().chain(more).filter_map(output).collect();
    stack.outputs = outputs;
}
