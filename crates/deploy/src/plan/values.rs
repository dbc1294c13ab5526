//! Parameters, outputs, tags and settings that change.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::build::plain;
use super::{Request, ValueChange};
use crate::change_set::Described;
use crate::stack::StackNow;

/// All values that change with a change set.
pub(super) fn changed(
    now: Option<&StackNow>,
    request: &Request,
    described: &Described,
    sides: (&Json, &Json),
) -> Vec<ValueChange> {
    let none = BTreeMap::new();
    let before = now.map_or_else(BTreeMap::new, |now| shown(&now.parameters, &now.resolved));
    let mut values = between("parameter", &before, &shown(&described.parameters, &described.resolved));
    values.extend(between("tag", now.map_or(&none, |now| &now.tags), &request.tags));
    values.extend(outputs(now, sides));
    values.extend(settings(now, request));
    values
}

/// Protection, role, notifications and stack policy: what stands beside the template.
pub(super) fn settings(now: Option<&StackNow>, request: &Request) -> Vec<ValueChange> {
    let mut values = Vec::new();
    let mut set = |name: &str, before: Option<String>, after: Option<String>| {
        if before != after {
            values.push(ValueChange { section: "setting".to_owned(), name: name.to_owned(), before, after });
        }
    };
    if let Some(protection) = request.protection {
        set("termination protection", Some(on_off(now.is_some_and(|now| now.protection))), Some(on_off(protection)));
    }
    if let Some(role) = &request.role {
        set("service role", now.and_then(|now| now.role.clone()), Some(role.clone()));
    }
    if let Some(arns) = &request.notification_arns {
        let list = |arns: &[String]| (!arns.is_empty()).then(|| arns.join(", "));
        set("notifications", now.and_then(|now| list(&now.notification_arns)), list(arns));
    }
    if let Some(policy) = &request.policy {
        set("stack policy", None, Some(policy.clone()));
    }
    values
}

/// Values of parameters; of those of SSM types also what stands behind the name.
fn shown(values: &BTreeMap<String, String>, resolved: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let one = |(name, value): (&String, &String)| match resolved.get(name) {
        Some(behind) => (name.clone(), format!("{value} ({behind})")),
        None => (name.clone(), value.clone()),
    };
    values.iter().map(one).collect()
}

/// Parameters whose name in the Parameter Store stays and whose value behind it moves, such as a new image.
pub(super) fn moved(now: &StackNow, described: &Described) -> Vec<String> {
    let moved = |(name, after): (&String, &String)| {
        let before = now.resolved.get(name).filter(|before| *before != after)?;
        let key = described.parameters.get(name).filter(|key| now.parameters.get(name) == Some(key))?;
        Some(format!("the parameter `{name}` has moved: `{key}` was {before} and is {after} now"))
    };
    described.resolved.iter().filter_map(moved).collect()
}

/// What is written in a list of names and values before and after.
fn between(section: &str, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<ValueChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |name: &String| {
        let (before, after) = (before.get(name).cloned(), after.get(name).cloned());
        let change = ValueChange { section: section.to_owned(), name: name.clone(), before, after };
        (change.before != change.after).then_some(change)
    };
    names.into_iter().filter_map(change).collect()
}

/// Outputs that are written differently. What one will be is known before only if it is plain text.
fn outputs(now: Option<&StackNow>, (before, after): (&Json, &Json)) -> Vec<ValueChange> {
    let written = |template: &Json| -> BTreeMap<String, String> {
        let outputs = template.get("Outputs").and_then(Json::as_object).into_iter().flatten();
        outputs.map(|(name, output)| (name.clone(), output.get("Value").map_or_else(String::new, plain))).collect()
    };
    let mut values = between("output", &written(before), &written(after));
    for value in &mut values {
        if let Some(is) = now.and_then(|now| now.outputs.get(&value.name)) {
            value.before = Some(is.clone());
        }
    }
    values
}

fn on_off(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_goes_and_changes_is_told_and_the_rest_is_not() {
        let list =
            |pairs: &[(&str, &str)]| pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let before: BTreeMap<_, _> = list(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let after: BTreeMap<_, _> = list(&[("a", "1"), ("b", "2"), ("d", "1")]);
        let told: Vec<_> =
            between("tag", &before, &after).into_iter().map(|one| (one.name, one.before, one.after)).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("b".to_owned(), text("1"), text("2")),
                ("c".to_owned(), text("1"), None),
                ("d".to_owned(), None, text("1"))
            ]
        );
    }
}
