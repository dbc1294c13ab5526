//! Nodes from what a template says of them.
use serde_json::Value;

use super::category::{Category, in_words};
use super::kinds::telling_properties;
use super::model::{Kind, Node};
use super::words::Words;

/// A node of which nothing is known but its name.
pub(super) fn blank(kind: Kind, id: &str) -> Node {
    Node {
        kind,
        id: id.to_owned(),
        type_name: String::new(),
        what: String::new(),
        detail: String::new(),
        category: Category::Other,
        stateful: false,
        source: None,
        within: None,
        is_row: false,
        body: Value::Null,
        script: None,
    }
}

/// A resource, in no stack yet.
pub(super) fn resource(id: &str, body: &Value, words: &Words<'_>) -> Node {
    let type_name = body.get("Type").and_then(Value::as_str).unwrap_or_default();
    let entry = words.stack.resources.iter().find(|entry| entry.id == id);
    Node {
        type_name: type_name.to_owned(),
        what: in_words(type_name),
        detail: detail(type_name, body.get("Properties"), words),
        category: Category::of(type_name),
        stateful: entry.is_some_and(|entry| entry.stateful),
        source: entry.map(|entry| entry.source.clone()).filter(|source| !source.is_empty()),
        body: body.clone(),
        ..blank(Kind::Resource, id)
    }
}

fn detail(type_name: &str, properties: Option<&Value>, words: &Words<'_>) -> String {
    let telling = telling_properties(type_name).iter().filter_map(|(name, suffix)| {
        let text = words.text(properties?.get(name)?)?;
        let text = if *name == "ServiceName" { text.rsplit('.').next().unwrap_or(&text).to_owned() } else { text };
        Some(text + suffix)
    });
    telling.collect::<Vec<String>>().join(" ")
}
