//! Tags of the app and the stack on every resource that can carry them, in that type's own shape.
use stackgen_schema::{TagStyle, Tagging};

use super::types::Types;
use crate::app::App;
use crate::node::{Node, Object};
use crate::problem::Problem;
use crate::resource::Resource;
use crate::stack::Stack;

/// AWS's limits. Source: *Tag naming limits and requirements* in the guide to tagging AWS resources.
const TAGS: usize = 50;
const KEY_LETTERS: usize = 128;
const VALUE_LETTERS: usize = 256;

/// Checks the tags of a stack and of what is in it, as far as they are literals.
pub(super) fn check(app: &App, stack: &Stack, types: &Types, problems: &mut Vec<Problem>) {
    // The app's tags are every stack's, and one report of them is enough.
    let is_first = app.stacks.first().is_some_and(|first| first.name == stack.name);
    let shared = if is_first { app.tags.as_slice() } else { &[] };
    for (key, value) in shared.iter().chain(&stack.tags) {
        for message in wrong(Some(key), Some(value)) {
            problems.push(Problem::of_stack(&stack.name, message).in_path("/Tags").at(stack.source));
        }
    }
    let all = merged(&app.tags, &stack.tags);
    if all.len() > TAGS {
        let message = format!("{} tags; AWS takes {TAGS}", all.len());
        problems.push(Problem::of_stack(&stack.name, message).in_path("/Tags").at(stack.source));
        return;
    }
    let looped = stack.loops.iter().map(|entry| &entry.body.resource);
    for resource in stack.resources.iter().chain(looped) {
        let Some(tagging) = types.get(resource.type_name()).and_then(|facts| facts.tagging.clone()) else { continue };
        of_resource(stack, resource, &tagging, &all, problems);
    }
}

fn of_resource(
    stack: &Stack,
    resource: &Resource,
    tagging: &Tagging,
    shared: &[(String, String)],
    problems: &mut Vec<Problem>,
) {
    let body = resource.body();
    let properties = body.attributes.get("Properties").and_then(Node::as_object);
    let Some(written) = properties.and_then(|properties| properties.get(&tagging.property)) else { return };
    let own = pairs(written);
    let path = format!("/Properties/{}", tagging.property);
    let mut report = |path: &str, message: String| {
        let problem = Problem::of_stack(&stack.name, message).on(resource.logical_id()).in_path(path);
        problems.push(problem.at(resource.source()));
    };
    for (index, (place, key, value)) in own.iter().enumerate() {
        for message in wrong(*key, *value) {
            report(&format!("{path}/{place}"), message);
        }
        if key.is_some() && own[..index].iter().any(|(_, other, _)| other == key) {
            report(&format!("{path}/{place}"), format!("the tag `{}` is there twice", key.unwrap_or_default()));
        }
    }
    let added = shared.iter().filter(|(shared, _)| !own.iter().any(|(_, key, _)| *key == Some(shared))).count();
    if own.len() + added > TAGS {
        let message = format!("{} tags, {added} of them the stack's; AWS takes {TAGS}", own.len() + added);
        report(&path, message);
    }
}

/// Where each tag is, its key and its value; the last two as far as they are literals.
fn pairs(written: &Node) -> Vec<(String, Option<&str>, Option<&str>)> {
    match written {
        Node::Object(map) => map.iter().map(|(key, value)| (key.to_string(), Some(&**key), value.as_text())).collect(),
        Node::List(tags) => {
            let place = tags.iter().enumerate();
            place.map(|(index, tag)| (index.to_string(), part(tag, "Key"), part(tag, "Value"))).collect()
        }
        _ => Vec::new(),
    }
}

fn wrong(key: Option<&str>, value: Option<&str>) -> Vec<String> {
    let letters = |text: Option<&str>| text.map_or(0, |text| text.chars().count());
    let prefix = key.and_then(|key| key.get(..4)).unwrap_or_default();
    let checks = [
        (key == Some(""), "a tag has no key".to_owned()),
        (
            prefix.eq_ignore_ascii_case("aws:"),
            format!("the tag `{}`: keys with `aws:` are AWS's own", key.unwrap_or_default()),
        ),
        (letters(key) > KEY_LETTERS, format!("a tag's key of {} characters; AWS takes {KEY_LETTERS}", letters(key))),
        (
            letters(value) > VALUE_LETTERS,
            format!("a tag's value of {} characters; AWS takes {VALUE_LETTERS}", letters(value)),
        ),
    ];
    checks.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, message)| message).collect()
}

/// The tags of a stack: the app's, then its own, which win.
pub(super) fn merged(app: &[(String, String)], stack: &[(String, String)]) -> Vec<(String, String)> {
    let shared = app.iter().filter(|(key, _)| !stack.iter().any(|(own, _)| own == key));
    shared.chain(stack).cloned().collect()
}

/// The tags property of a resource with `tags` added to what its author wrote, which wins. Nothing if there is nothing to
/// add, or if the author wrote an intrinsic that hides the keys.
pub(super) fn property(tagging: &Tagging, written: Option<&Node>, tags: &[(String, String)]) -> Option<Node> {
    if tags.is_empty() {
        return None;
    }
    match (tagging.style, written) {
        (TagStyle::Map, None) => Some(map(&Object::new(), tags)),
        (TagStyle::Map, Some(Node::Object(own))) => Some(map(own, tags)),
        (style, None) => Some(list(&[], tags, style)),
        (style, Some(Node::List(own))) => Some(list(own, tags, style)),
        _ => None,
    }
}

fn map(own: &Object, tags: &[(String, String)]) -> Node {
    let mut all = own.clone();
    for (key, value) in tags.iter().filter(|(key, _)| own.get(key).is_none()) {
        all.set(key.clone(), Node::text(value.clone()));
    }
    Node::Object(all)
}

fn list(own: &[Node], tags: &[(String, String)], style: TagStyle) -> Node {
    let taken: Vec<&str> = own.iter().filter_map(|tag| part(tag, "Key")).collect();
    let added = tags.iter().filter(|(key, _)| !taken.contains(&&**key)).map(|(key, value)| {
        let mut tag = Object::new();
        tag.set("Key", Node::text(key.clone()));
        tag.set("Value", Node::text(value.clone()));
        if style == TagStyle::AutoScaling {
            tag.set("PropagateAtLaunch", Node::Bool(true));
        }
        Node::Object(tag)
    });
    Node::List(own.iter().cloned().chain(added).collect())
}

fn part<'a>(tag: &'a Node, name: &str) -> Option<&'a str> {
    tag.as_object().and_then(|tag| tag.get(name)).and_then(Node::as_text)
}
