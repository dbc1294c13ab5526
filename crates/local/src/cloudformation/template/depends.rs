//! What comes after what.
use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::functions::{call, halves};
use super::{Problem, Wanted};

/// The resources that a value refers to, each once, in the order in which they stand. The calls that only a resource can
/// answer are all that is left in it.
pub(super) fn collect(value: &Json, names: &mut Vec<String>) {
    let mut add = |name: String| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    match (call(value), value) {
        (Some(("Ref", Json::String(name))), _) => add(name.clone()),
        (Some(("Fn::GetAtt", argument)), _) => halves(argument).into_iter().for_each(|(id, _)| add(id)),
        (_, Json::Array(items)) => items.iter().for_each(|item| collect(item, names)),
        (_, Json::Object(entries)) => entries.values().for_each(|value| collect(value, names)),
        _ => {}
    }
}

/// Refuses references to resources that are not wanted, and circles.
pub(super) fn check(resources: &IndexMap<String, Wanted>) -> Result<(), Problem> {
    let missing: BTreeSet<&str> = resources
        .values()
        .flat_map(|wanted| &wanted.depends_on)
        .filter(|name| !resources.contains_key(*name))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        return Err(unresolved(missing, "Resources"));
    }
    let mut rest: Vec<&str> = resources.keys().map(String::as_str).collect();
    loop {
        let waiting: HashSet<&str> = rest.iter().copied().collect();
        rest.retain(|name| resources[*name].depends_on.iter().any(|it| waiting.contains(it.as_str())));
        match rest.len() {
            0 => return Ok(()),
            length if length == waiting.len() => {
                return Err(Problem(format!("Circular dependency between resources: [{}]", rest.join(", "))));
            }
            _ => {}
        }
    }
}

/// The message about references to what is not there.
pub(super) fn unresolved<'n>(names: impl IntoIterator<Item = &'n str>, section: &str) -> Problem {
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    Problem(format!(
        "Template format error: Unresolved resource dependencies [{names}] in the {section} block of the template"
    ))
}
