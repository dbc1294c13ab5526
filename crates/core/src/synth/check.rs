//! What must hold in a stack beyond single nodes.
use std::collections::HashMap;

use super::survey::Survey;
use super::types::Types;
use super::{cycle, limits, place};
use crate::app::App;
use crate::nearest::nearest;
use crate::node::Node;
use crate::problem::{Problem, Source};
use crate::resource::Resource;
use crate::stack::Stack;

pub(super) fn stack(app: &App, stack: &Stack, survey: &Survey<'_>, types: &Types, problems: &mut Vec<Problem>) {
    ids(stack, problems);
    cycles(stack, survey, problems);
    limits::check_counts(stack, survey, problems);
    place::check(app, stack, problems);
    for resource in &stack.resources {
        known_type(stack, resource, types, problems);
        protected(stack, resource, types, problems);
    }
    exports(stack, problems);
}

/// CloudFormation's own rule for a name: a letter, then letters, digits and hyphens, 128 at most. And one stack a name.
pub(super) fn stack_names(app: &App, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, Source> = HashMap::new();
    for stack in &app.stacks {
        let name = &*stack.name;
        let spelled = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if !spelled || !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) || name.len() > 128 {
            let message = format!("`{name}` cannot be a stack's name");
            let hint = "start with a letter and use letters, digits and hyphens, 128 at most";
            problems.push(Problem::of_stack(name, message).at(stack.source).hint(hint));
        }
        if let Some(first) = seen.insert(name, stack.source) {
            let message = format!("two stacks have the name `{name}`; the other is made at {first}");
            problems.push(Problem::of_stack(name, message).at(stack.source));
        }
    }
}

/// Parameters, resources and conditions share one space of names, since `Ref` and `Fn::If` find them by id alone; outputs
/// and mappings have theirs.
fn ids(stack: &Stack, problems: &mut Vec<Problem>) {
    let parameters = stack.parameters.iter().map(|entry| (&*entry.id, entry.source));
    let resources = stack.resources.iter().map(|resource| (resource.logical_id(), resource.source()));
    unique(stack, parameters.chain(resources), problems);
    unique(stack, stack.outputs.iter().map(|entry| (&*entry.id, entry.source)), problems);
    unique(stack, stack.mappings.iter().map(|entry| (&*entry.id, entry.source)), problems);
    unique(stack, stack.conditions.iter().map(|entry| (&*entry.id, entry.source)), problems);
    unique(stack, stack.rules.iter().map(|entry| (&*entry.id, entry.source)), problems);
}

fn unique<'a>(stack: &Stack, ids: impl Iterator<Item = (&'a str, Source)>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, Source> = HashMap::new();
    for (id, source) in ids {
        if id.is_empty() || id.len() > 255 || !id.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            let message = format!("`{id}` cannot be a logical id");
            let hint = "use letters and digits only, 255 at most";
            problems.push(Problem::of_stack(&stack.name, message).on(id).at(source).hint(hint));
        }
        if let Some(first) = seen.insert(id, source) {
            let message = format!("the logical id `{id}` is used twice; the other is at {first}");
            problems.push(Problem::of_stack(&stack.name, message).on(id).at(source));
        }
    }
}

fn cycles(stack: &Stack, survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let Err(cycle) = cycle::order(stack.resources.len(), survey.edges.iter().copied()) else { return };
    let names = cycle.iter().chain(cycle.first()).map(|&index| stack.resources[index].logical_id());
    let path: Vec<&str> = names.collect();
    let first = &stack.resources[cycle[0]];
    let message = format!("resources need each other: {}", path.join(" -> "));
    let hint = "break the circle with a resource of its own between two of them, such as a security group rule";
    problems.push(Problem::of_stack(&stack.name, message).on(first.logical_id()).at(first.source()).hint(hint));
}

/// `AWS::` types are all known; anything else is somebody's own.
fn known_type(stack: &Stack, resource: &Resource, types: &Types, problems: &mut Vec<Problem>) {
    let type_name = resource.type_name();
    if !type_name.starts_with("AWS::") || types.get(type_name).is_some() || OUTSIDE_THE_REGISTRY.contains(&type_name) {
        return;
    }
    let facts = stackgen_schema::Facts::embedded();
    let problem = Problem::of_stack(&stack.name, format!("there is no resource type `{type_name}`"));
    let problem = problem.on(resource.logical_id()).in_path("/Type").at(resource.source());
    problems.push(match nearest(type_name, facts.type_names()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    });
}

/// Types that CloudFormation knows without publishing a schema.
const OUTSIDE_THE_REGISTRY: [&str; 2] = ["AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro"];

/// A type that holds data gets safe policies by default; they can only be missing if somebody took them away.
fn protected(stack: &Stack, resource: &Resource, types: &Types, problems: &mut Vec<Problem>) {
    if !types.get(resource.type_name()).is_some_and(|facts| facts.stateful) {
        return;
    }
    let body = resource.body();
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if body.attributes.get(policy).is_some_and(|node| matches!(node, Node::Null)) {
            let message = format!("{} holds data and has no {policy}", resource.type_name());
            let hint = "call `.retain()`, or name the policy that you want";
            let problem = Problem::of_stack(&stack.name, message).on(resource.logical_id());
            problems.push(problem.in_path(format!("/{policy}")).at(resource.source()).hint(hint));
        }
    }
}

fn exports(stack: &Stack, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, Source> = HashMap::new();
    for entry in &stack.outputs {
        let export = entry.body.0.get("Export").and_then(Node::as_object).and_then(|export| export.get("Name"));
        let Some(name) = export.and_then(Node::as_text) else { continue };
        if let Some(first) = seen.insert(name, entry.source) {
            let message = format!("the export `{name}` is made twice; the other is at {first}");
            problems.push(Problem::of_stack(&stack.name, message).on(&entry.id).at(entry.source));
        }
    }
}
