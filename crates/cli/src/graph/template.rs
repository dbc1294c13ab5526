//! The parts of a template, in its order.
use serde_json::{Map, Value};

/// The resources of a template; one that is repeated by `Fn::ForEach` counts once, as it is written.
pub(super) fn resources(template: &Value) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for (id, body) in objects(template.get("Resources")) {
        repeated(id, body, &mut found);
    }
    found
}

fn repeated<'a>(id: &'a str, body: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
    match body.as_array().and_then(|parts| parts.get(2)).filter(|_| id.starts_with("Fn::ForEach::")) {
        Some(inner) => objects(Some(inner)).for_each(|(id, body)| repeated(id, body, found)),
        None => found.push((id, body)),
    }
}

/// The fields of an object whose fields are wanted by name.
pub(super) fn objects(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let fields: Option<&Map<String, Value>> = value.and_then(Value::as_object);
    fields.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}
