//! What the handler of a type looks at before it does anything.
use serde_json::Value as Json;
use stackgen_schema::{Facts, Kind, ResourceType, Shape};

use super::{Refusal, Site, failed};

/// Refuses what the model of the type does not allow: what is missing and what is unknown. The form is that of the handlers of
/// the registry, which users quote (`Model validation failed (#: required key [X] not found)`).
pub(super) fn properties(site: &mut Site<'_>, facts: &ResourceType, properties: &Json) -> Result<(), Refusal> {
    let mut found = Vec::new();
    object(&Facts::embedded().shape(facts.properties), properties, "#", &mut found);
    match found.first() {
        None => Ok(()),
        Some(first) => {
            let message = format!("Model validation failed ({first})");
            Err(failed(site, &message, "InvalidRequest"))
        }
    }
}

fn object(shape: &Shape, value: &Json, path: &str, found: &mut Vec<String>) {
    let Some(entries) = value.as_object() else { return };
    for property in shape.properties.iter().filter(|it| it.required && !entries.contains_key(&it.name)) {
        found.push(format!("{path}: required key [{}] not found", property.name));
    }
    for (name, value) in entries {
        match shape.properties.iter().find(|it| it.name == *name) {
            Some(property) => one(&property.kind, value, &format!("{path}/{name}"), found),
            None if shape.closed && shape.pattern_properties.is_empty() => {
                found.push(format!("{path}: extraneous key [{name}] is not permitted"));
            }
            None => {}
        }
    }
}

fn one(kind: &Kind, value: &Json, path: &str, found: &mut Vec<String>) {
    match (kind, value) {
        (Kind::List(kind), Json::Array(items)) => {
            items.iter().enumerate().for_each(|(index, item)| one(kind, item, &format!("{path}/{index}"), found));
        }
        (Kind::Map(kind), Json::Object(entries)) => {
            entries.iter().for_each(|(name, value)| one(kind, value, &format!("{path}/{name}"), found));
        }
        (Kind::Object(shape), _) => object(&Facts::embedded().shape(*shape), value, path, found),
        _ => {}
    }
}
