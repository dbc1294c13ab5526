//! Changes as two templates tell them: for stacks of which CloudFormation cannot be asked yet, and for those that go.
use serde_json::{Map, Value as Json};
use stackgen_assembly::ResourceEntry;
use stackgen_schema::{Facts, ResourceType, UpdateEffect};

use super::build::{plain, policy};
use super::consequence::{Known, consequence};
use super::{Action, Change, Evaluation, Fate, PropertyChange};

/// What differs between the template in force, `Null` if there is none, and another one.
pub(super) fn changes(before: &Json, after: &Json, resources: &[ResourceEntry]) -> Vec<Change> {
    let (is, will_be) = (resources_of(before), resources_of(after));
    let mut changes = Vec::new();
    for (id, resource) in &will_be {
        let change = match is.get(id) {
            None => Some((Action::Add, Vec::new())),
            Some(old) if type_of(old) != type_of(resource) => Some((Action::Replace, Vec::new())),
            Some(old) if old == resource => None,
            Some(old) => Some(modified(old, resource)),
        };
        if let Some((action, properties)) = change {
            changes.push(told(
                id,
                type_of(resource),
                action,
                properties,
                policy(after, id, "UpdateReplacePolicy"),
                resources,
            ));
        }
    }
    for (id, resource) in is.iter().filter(|(id, _)| !will_be.contains_key(*id)) {
        let fate = policy(before, id, "DeletionPolicy");
        changes.push(told(id, type_of(resource), Action::Remove, Vec::new(), fate, resources));
    }
    changes
}

/// A resource that goes, of which no template tells.
pub(super) fn removed(id: &str, type_name: &str, resources: &[ResourceEntry]) -> Change {
    told(id, type_name, Action::Remove, Vec::new(), Fate::Deleted, resources)
}

fn told(
    id: &str,
    type_name: &str,
    action: Action,
    properties: Vec<PropertyChange>,
    fate: Fate,
    resources: &[ResourceEntry],
) -> Change {
    let entry = resources.iter().find(|entry| entry.id == id);
    let facts = Facts::embedded().resource(type_name);
    let stateful = entry.is_some_and(|entry| entry.stateful) || facts.as_ref().is_some_and(|facts| facts.stateful);
    let (consequence, meaning) =
        consequence(&Known { action, fate, stateful, type_name, facts: facts.as_ref(), properties: &properties });
    Change {
        id: id.to_owned(),
        type_name: type_name.to_owned(),
        physical_id: None,
        source: entry.map(|entry| entry.source.clone()).filter(|source| !source.is_empty()),
        action,
        consequence,
        meaning,
        stateful,
        properties,
    }
}

fn modified(old: &Json, new: &Json) -> (Action, Vec<PropertyChange>) {
    let facts = Facts::embedded().resource(type_of(new));
    let mut properties = Vec::new();
    let mut worst = Action::Modify;
    let (is, will_be) = (part(old, "Properties"), part(new, "Properties"));
    for (name, before, after) in differences(&is, &will_be) {
        let effect = effect(facts.as_ref(), name);
        let replaces = matches!(effect, UpdateEffect::Replaces | UpdateEffect::MayReplace);
        worst = match (effect, worst) {
            (UpdateEffect::Replaces, _) => Action::Replace,
            (UpdateEffect::MayReplace, Action::Modify) => Action::MayReplace,
            _ => worst,
        };
        properties.push(property(name, before, after, replaces));
    }
    let bare = |resource: &Json| {
        let mut fields = resource.as_object().cloned().unwrap_or_default();
        fields.shift_remove("Properties");
        fields
    };
    for (name, before, after) in differences(&bare(old), &bare(new)) {
        properties.push(property(name, before, after, false));
    }
    (worst, properties)
}

fn effect(facts: Option<&ResourceType>, name: &str) -> UpdateEffect {
    facts.map_or(UpdateEffect::InPlace, |facts| facts.update_effect(&format!("/{name}")))
}

fn property(name: &str, before: Option<&Json>, after: Option<&Json>, replaces: bool) -> PropertyChange {
    PropertyChange {
        path: name.to_owned(),
        before: before.map(plain),
        after: after.map(plain),
        replaces,
        cause: None,
        evaluation: Evaluation::Known,
    }
}

type Difference<'a> = (&'a str, Option<&'a Json>, Option<&'a Json>);

fn differences<'a>(is: &'a Map<String, Json>, will_be: &'a Map<String, Json>) -> Vec<Difference<'a>> {
    let names = is.keys().chain(will_be.keys().filter(|name| !is.contains_key(*name)));
    let both = names.map(|name| (&**name, is.get(name), will_be.get(name)));
    both.filter(|(_, before, after)| before != after).collect()
}

fn resources_of(template: &Json) -> Map<String, Json> {
    part(template, "Resources")
}

fn part(value: &Json, name: &str) -> Map<String, Json> {
    value.get(name).and_then(Json::as_object).cloned().unwrap_or_default()
}

fn type_of(resource: &Json) -> &str {
    resource.get("Type").and_then(Json::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Consequence;
    use serde_json::json;

    #[test]
    fn templates_tell_what_comes_goes_and_is_replaced() {
        let before = json!({"Resources": {
            "Disk": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "a", "Size": 1}},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "a"}},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Same": {"Type": "AWS::SNS::Topic"},
        }});
        let after = json!({"Resources": {
            "Disk": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "b", "Size": 1}},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "b"}},
            "Same": {"Type": "AWS::SNS::Topic"},
            "Queue": {"Type": "AWS::SQS::Queue"},
        }});
        let told = changes(&before, &after, &[]).into_iter().map(|change| (change.id, change.consequence));
        let expected = [
            ("Disk", Consequence::Fails),
            ("Table", Consequence::DataAtRisk(Fate::Deleted)),
            ("Queue", Consequence::New),
            ("Topic", Consequence::Removed(Fate::Deleted)),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected.map(|(id, consequence)| (id.to_owned(), consequence)));
    }
}
