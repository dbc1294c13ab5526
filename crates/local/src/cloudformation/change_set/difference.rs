//! Two states of a resource compared.
use serde_json::{Map, Value as Json, json};
use stackgen_schema::{Facts, TagStyle, Tagging};

use crate::cloudformation::stack::Source;
use crate::cloudformation::template::text;

/// A place where two states differ.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Difference {
    /// Below the resource: `/Properties/Ebs/Size`.
    pub path: String,
    /// What was there.
    pub before: Option<Json>,
    /// What will be there.
    pub after: Option<Json>,
}

impl Difference {
    /// The member of the resource: `Properties`, `Metadata`…
    pub(super) fn member(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    /// Whether it is a property or in one.
    pub(super) fn is_property(&self) -> bool {
        self.member() == "Properties"
    }

    /// The property, if it is one.
    pub(super) fn property(&self) -> &str {
        self.path.split('/').nth(2).unwrap_or_default()
    }

    /// What is done to the place.
    pub(super) fn kind(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "Add",
            (_, None) => "Remove",
            _ => "Modify",
        }
    }
}

/// Where two states differ: properties as deep as both have objects, all else as a whole, and lists too.
pub(super) fn differences(before: &Json, after: &Json) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(Some(before), Some(after), String::new(), &mut found);
    found
}

fn collect(before: Option<&Json>, after: Option<&Json>, path: String, found: &mut Vec<Difference>) {
    match (before, after) {
        (Some(Json::Object(one)), Some(Json::Object(other))) if path.is_empty() || path.starts_with("/Properties") => {
            let added = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(added) {
                collect(one.get(key), other.get(key), format!("{path}/{key}"), found);
            }
        }
        (Some(one), Some(other)) if same(one, other) => {}
        _ => found.push(Difference { path, before: before.cloned(), after: after.cloned() }),
    }
}

/// Whether two values are the same to CloudFormation, for which `true` and `"true"` are.
pub(super) fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            let held = |(key, value): (&String, &Json)| other.get(key).is_some_and(|it| same(value, it));
            one.len() == other.len() && one.iter().all(held)
        }
        _ => one == other || text(one).is_some_and(|one| text(other) == Some(one)),
    }
}

/// How resources of a type carry tags.
pub(super) fn tagging(type_name: &str) -> Option<Tagging> {
    Facts::embedded().resource(type_name)?.tagging
}

/// Properties with the tags of the stack, which resources take over; their own win. Source: *Tags* of `CreateChangeSet`.
pub(super) fn with_stack_tags(type_name: &str, properties: Json, source: &Source) -> Json {
    let (Some(tagging), Json::Object(mut entries)) = (tagging(type_name), properties.clone()) else {
        return properties;
    };
    if source.tags.is_empty() {
        return properties;
    }
    let own = entries.get(&tagging.property);
    let merged = match tagging.style {
        TagStyle::Map => {
            let mut merged: Map<String, Json> =
                source.tags.iter().map(|(key, value)| (key.clone(), Json::String(value.clone()))).collect();
            merged.extend(own.and_then(Json::as_object).cloned().unwrap_or_default());
            Json::Object(merged)
        }
        TagStyle::List | TagStyle::AutoScaling => list_of_tags(own, source, tagging.style == TagStyle::AutoScaling),
    };
    entries.insert(tagging.property, merged);
    Json::Object(entries)
}

fn list_of_tags(own: Option<&Json>, source: &Source, propagated: bool) -> Json {
    let own = own.and_then(Json::as_array).cloned().unwrap_or_default();
    let mut tags = own.clone();
    for (key, value) in &source.tags {
        if own.iter().all(|tag| tag.get("Key").and_then(text).as_ref() != Some(key)) {
            let mut tag = json!({ "Key": key, "Value": value });
            if propagated {
                tag["PropagateAtLaunch"] = Json::Bool(true);
            }
            tags.push(tag);
        }
    }
    Json::Array(tags)
}
