//! What must hold in a stack beyond single nodes.
use std::collections::HashMap;

use stackgen_schema::nearest;

use super::survey::Survey;
use super::types::Types;
use super::{boot_scripts, cycle, limits, place, policies, sections, tags};
use crate::app::App;
use crate::each::Each;
use crate::node::Node;
use crate::problem::{Problem, Source};
use crate::resource::Resource;
use crate::stack::{Entry, Stack};

pub(super) fn stack(app: &App, stack: &Stack, survey: &Survey<'_>, types: &Types, problems: &mut Vec<Problem>) {
    ids(stack, problems);
    loops(stack, problems);
    cycles(stack, survey, problems);
    limits::check_counts(stack, survey, problems);
    boot_scripts::check(stack, survey, problems);
    place::check(app, stack, problems);
    sections::check(stack, problems);
    tags::check(app, stack, types, problems);
    problems.extend(stack.image_problems());
    for resource in every_resource(stack) {
        known_type(stack, resource, types, problems);
        protected(stack, resource, types, problems);
        policies::check(stack, resource, problems);
    }
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

/// Parameters and resources share one space of names, since `Ref` finds both by id; each other section has its own.
fn ids(stack: &Stack, problems: &mut Vec<Problem>) {
    let parameters = stack.parameters.iter().map(|entry| (entry.id.to_string(), entry.source));
    let resources = stack.resources.iter().map(|resource| (resource.logical_id().to_owned(), resource.source()));
    let is_made = |entry: &&Entry<Each>| matches!(entry.body.collection, Node::List(_));
    let looped = stack
        .loops
        .iter()
        .filter(is_made)
        .flat_map(|entry| entry.body.ids().into_iter().map(move |id| (id, entry.source)));
    let items = stack.loops.iter().map(|entry| (entry.body.item.to_string(), entry.source));
    unique(stack, parameters.chain(resources).chain(looped).chain(items), problems);
    fn section<T>(entries: &[Entry<T>]) -> impl Iterator<Item = (String, Source)> {
        entries.iter().map(|entry| (entry.id.to_string(), entry.source))
    }
    unique(stack, section(&stack.outputs), problems);
    unique(stack, section(&stack.mappings), problems);
    unique(stack, section(&stack.conditions), problems);
    unique(stack, section(&stack.rules), problems);
    unique(stack, section(&stack.loops), problems);
}

/// A loop makes one resource an item only if the item is in the id.
fn loops(stack: &Stack, problems: &mut Vec<Problem>) {
    for entry in &stack.loops {
        let placeholder = format!("${{{}}}", entry.body.item);
        if !entry.body.resource.logical_id().contains(&placeholder) {
            let message = format!("the logical id has no `{placeholder}` in it, so all items would make the same one");
            problems.push(Problem::of_stack(&stack.name, message).on(&entry.id).at(entry.source));
        }
    }
}

fn unique(stack: &Stack, ids: impl Iterator<Item = (String, Source)>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<String, Source> = HashMap::new();
    for (id, source) in ids {
        if id.is_empty() || id.len() > 255 || !id.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            let message = format!("`{id}` cannot be a logical id");
            let hint = "use letters and digits only, 255 at most";
            problems.push(Problem::of_stack(&stack.name, message).on(&id).at(source).hint(hint));
        }
        if let Some(first) = seen.insert(id.clone(), source) {
            let message = format!("the logical id `{id}` is used twice; the other is at {first}");
            problems.push(Problem::of_stack(&stack.name, message).on(&id).at(source));
        }
    }
}

fn cycles(stack: &Stack, survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let resources: Vec<&Resource> = every_resource(stack).collect();
    let Err(cycle) = cycle::order(resources.len(), survey.edges.iter().copied()) else { return };
    let names = cycle.iter().chain(cycle.first()).map(|&index| resources[index].logical_id());
    let path: Vec<&str> = names.collect();
    let first = resources[cycle[0]];
    let message = format!("resources need each other: {}", path.join(" -> "));
    let hint = "break the circle with a resource of its own between two of them, such as a security group rule";
    problems.push(Problem::of_stack(&stack.name, message).on(first.logical_id()).at(first.source()).hint(hint));
}

/// The resources of a stack, and then those of its loops.
fn every_resource(stack: &Stack) -> impl Iterator<Item = &Resource> {
    stack.resources.iter().chain(stack.loops.iter().map(|entry| &entry.body.resource))
}

/// AWS's types are all known; anything else is somebody's own. Modules have the type that they were registered under.
fn known_type(stack: &Stack, resource: &Resource, types: &Types, problems: &mut Vec<Problem>) {
    let type_name = resource.type_name();
    let is_own = !type_name.starts_with("AWS::") && type_name.contains("::") || type_name.ends_with("::MODULE");
    if is_own || types.get(type_name).is_some() {
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

/// A type that holds data gets safe policies by default; they can only be missing if somebody took them away.
fn protected(stack: &Stack, resource: &Resource, types: &Types, problems: &mut Vec<Problem>) {
    let is_stateful = types.get(resource.type_name()).is_some_and(|facts| facts.stateful);
    let body = resource.body();
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if body.attributes.get(policy).is_some_and(|node| matches!(node, Node::Null)) {
            let (message, hint) = if is_stateful {
                (
                    format!("{} holds data and has no {policy}", resource.type_name()),
                    "call `.retain()`, or name the policy that you want",
                )
            } else {
                ("CloudFormation takes no null".to_owned(), "leave it out")
            };
            let problem = Problem::of_stack(&stack.name, message).on(resource.logical_id());
            problems.push(problem.in_path(format!("/{policy}")).at(resource.source()).hint(hint));
        }
    }
}
