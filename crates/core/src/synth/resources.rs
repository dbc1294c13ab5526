//! Writing resources: their attributes in a fixed order, with safe policies and shared tags.
use serde::ser::{Serialize, SerializeMap, Serializer};
use stackgen_schema::ResourceType;

use super::nodes::{In, Scope};
use super::tags;
use crate::node::{Node, Object};
use crate::resource::{Body, Resource};
use crate::stack::Stack;

/// The attributes of a resource in the order in which people want to read them: what may happen to it before its many
/// properties.
const ATTRIBUTES: [&str; 7] =
    ["Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Metadata"];

/// A resource in a stack.
pub(super) struct InResource<'a>(pub(super) &'a Resource, pub(super) &'a Scope<'a>);

impl Serialize for InResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let InResource(resource, scope) = self;
        let facts = scope.types.get(resource.type_name());
        let body = resource.body();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", resource.type_name())?;
        let depends_on = dependencies(&body, scope.stack);
        let is_stateful = facts.as_ref().is_some_and(|facts| facts.stateful);
        for name in ATTRIBUTES {
            match body.attributes.get(name) {
                Some(node) if name != "DependsOn" => map.serialize_entry(name, &In(node, scope))?,
                _ if name == "DependsOn" && !depends_on.is_empty() => map.serialize_entry(name, &depends_on)?,
                _ => safe_default(name)
                    .filter(|_| is_stateful)
                    .map_or(Ok(()), |policy| map.serialize_entry(name, policy))?,
            }
        }
        let properties = Properties::of(body.attributes.get("Properties"), facts.as_deref(), scope);
        if !properties.is_empty() {
            map.serialize_entry("Properties", &properties)?;
        }
        let known = |key: &str| key == "Properties" || key == "Type" || ATTRIBUTES.contains(&key);
        for (key, node) in body.attributes.iter().filter(|(key, _)| !known(key)) {
            map.serialize_entry(key, &In(node, scope))?;
        }
        map.end()
    }
}

/// What a type that holds data gets if its author says nothing.
fn safe_default(attribute: &str) -> Option<&'static str> {
    match attribute {
        "DeletionPolicy" => Some("RetainExceptOnCreate"),
        "UpdateReplacePolicy" => Some("Retain"),
        _ => None,
    }
}

/// What the resource waits for in its own stack, each once: by handles, and by raw JSON.
fn dependencies<'a>(body: &'a Body, stack: &Stack) -> Vec<&'a str> {
    let handles = body.depends_on.iter().filter(|(home, _)| *home == stack.name).map(|(_, id)| &**id);
    let raw = body.attributes.get("DependsOn").into_iter().flat_map(Node::texts);
    let mut all: Vec<&str> = Vec::new();
    for id in handles.chain(raw) {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all
}

struct Properties<'a> {
    node: Option<&'a Node>,
    tags: Option<(&'a str, Node)>,
    scope: &'a Scope<'a>,
}

impl<'a> Properties<'a> {
    fn of(node: Option<&'a Node>, facts: Option<&'a ResourceType>, scope: &'a Scope<'a>) -> Self {
        let tags = facts.and_then(|facts| facts.tagging.as_ref()).and_then(|tagging| {
            let written = node.and_then(Node::as_object).and_then(|properties| properties.get(&tagging.property));
            Some((tagging.property.as_str(), tags::property(tagging, written, scope.tags)?))
        });
        Properties { node, tags, scope }
    }

    fn is_empty(&self) -> bool {
        self.node.is_none() && self.tags.is_none()
    }
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = match self.node {
            Some(Node::Object(object)) => Some(object),
            Some(node) => return In(node, self.scope).serialize(serializer),
            None => None,
        };
        let mut map = serializer.serialize_map(None)?;
        let mut tags = self.tags.as_ref();
        for (key, node) in object.into_iter().flat_map(Object::iter) {
            match tags.take_if(|(name, _)| name == key) {
                Some((name, merged)) => map.serialize_entry(name, &In(merged, self.scope))?,
                None => map.serialize_entry(key, &In(node, self.scope))?,
            }
        }
        if let Some((name, added)) = tags {
            map.serialize_entry(name, &In(added, self.scope))?;
        }
        map.end()
    }
}
