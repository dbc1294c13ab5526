//! Picks the one kind that a builder takes for a property.
//!
//! The CDK's type decides where there is one. Of a union, and of a JSON schema with several types or alternatives, the pick is:
//! JSON if any member is JSON, because everything fits into it; else the list, map or object, because it says most; else text,
//! because CloudFormation reads numbers and flags from text; else the first.
use serde_json::{Map, Value};
use stackgen_schema::{Kind, Property, Shape, ShapeId, TypeSet};

use super::cdk::{Definition, Type};
use super::constraints;
use super::walk::{Hint, Walk, members};

/// Lists of maps of lists and so on; AWS stops at three.
const DEEPEST: usize = 6;

impl<'a> Walk<'a> {
    /// The kind of a property with the given name, in an object with the given name.
    pub fn kind(&mut self, node: &'a Value, hint: Hint<'a>, parent: &str, name: &str) -> Kind {
        self.kind_at(Some(node), hint, &Label { parent, name, depth: 0 })
    }

    /// The kind of something that the CDK knows, with its node if it has one.
    pub fn typed_kind(&mut self, node: Option<&'a Value>, kind: &'a Type, name: &str) -> Kind {
        self.kind_at(node, Hint::Typed(kind), &Label { parent: "", name, depth: 0 })
    }

    fn kind_at(&mut self, node: Option<&'a Value>, hint: Hint<'a>, label: &Label<'_>) -> Kind {
        if label.depth > DEEPEST {
            return Kind::Json;
        }
        let found = node.map(|node| self.concrete(node));
        let hint = found.map_or(hint, |(value, name)| self.settle(value, name, hint));
        match (hint, found) {
            (Hint::Named(definition), _) => Kind::Object(self.object(definition, node)),
            (Hint::Typed(kind), _) => self.kind_of_type(node, kind, label),
            (Hint::Bare | Hint::Open, Some((value, name))) => {
                let label = Label { name: name.unwrap_or(label.name), ..*label };
                self.kind_of_schema(value, hint, &label)
            }
            (Hint::Bare | Hint::Open, None) => Kind::Json,
        }
    }

    fn kind_of_type(&mut self, node: Option<&'a Value>, kind: &'a Type, label: &Label<'_>) -> Kind {
        match kind {
            Type::String { .. } | Type::DateTime => Kind::String,
            Type::Integer => Kind::Integer,
            Type::Number => Kind::Number,
            Type::Boolean => Kind::Boolean,
            Type::Json => Kind::Json,
            Type::Tag => Kind::Tag,
            Type::Array { element } => {
                let items = node.and_then(|node| self.concrete(node).0.get("items"));
                Kind::List(Box::new(self.kind_at(items, Hint::Typed(element), &label.deeper())))
            }
            Type::Map { element } => {
                let values = node.and_then(|node| self.concrete(node).0.as_object()).and_then(map_values);
                Kind::Map(Box::new(self.kind_at(values, Hint::Typed(element), &label.deeper())))
            }
            Type::Union { types } => {
                let kinds = types.iter().map(|kind| self.kind_at(node, Hint::Typed(kind), label)).collect();
                pick(kinds)
            }
            Type::Ref { reference } => match self.cdk.definition(reference) {
                Some(definition) => Kind::Object(self.object(definition, node)),
                None => Kind::Json,
            },
        }
    }

    fn kind_of_schema(&mut self, value: &'a Value, hint: Hint<'a>, label: &Label<'_>) -> Kind {
        let Some(node) = value.as_object() else { return Kind::Json };
        let types = constraints::types(node);
        if types.is_any() {
            return self.kind_of_untyped(value, node, hint, label);
        }
        let mut kinds = Vec::new();
        for (flag, kind) in [
            (TypeSet::STRING, Kind::String),
            (TypeSet::BOOLEAN, Kind::Boolean),
            (TypeSet::NUMBER, Kind::Number),
            (TypeSet::INTEGER, Kind::Integer),
        ] {
            if types.contains(flag) {
                kinds.push(kind);
            }
        }
        if types.contains(TypeSet::ARRAY) {
            kinds.push(Kind::List(Box::new(self.kind_at(node.get("items"), hint, &label.deeper()))));
        }
        if types.contains(TypeSet::OBJECT) {
            // An object that may also be text is a document.
            let only = types == TypeSet::OBJECT;
            kinds.push(if only { self.kind_of_object(value, node, hint, label) } else { Kind::Json });
        }
        pick(kinds)
    }

    fn kind_of_untyped(
        &mut self,
        value: &'a Value,
        node: &'a Map<String, Value>,
        hint: Hint<'a>,
        label: &Label<'_>,
    ) -> Kind {
        let has = |key: &str| node.contains_key(key);
        if has("properties") {
            return self.kind_of_object(value, node, hint, label);
        }
        if has("items") {
            return Kind::List(Box::new(self.kind_at(node.get("items"), hint, &label.deeper())));
        }
        if has("enum") || has("pattern") || has("enumCaseInsensitive") {
            return Kind::String;
        }
        let kinds = alternatives(value).map(|node| self.kind_at(Some(node), hint, &label.deeper())).collect();
        pick(kinds)
    }

    fn kind_of_object(
        &mut self,
        value: &'a Value,
        node: &'a Map<String, Value>,
        hint: Hint<'a>,
        label: &Label<'_>,
    ) -> Kind {
        if members(node, "properties").next().is_none() {
            return match map_values(node) {
                Some(values) => Kind::Map(Box::new(self.kind_at(Some(values), hint, &label.deeper()))),
                None => Kind::Json,
            };
        }
        if matches!(hint, Hint::Bare) {
            return Kind::Json;
        }
        let id = self.node(value, hint);
        if self.shapes[id.0 as usize].name.is_none() {
            let name = self.free_name(std::ptr::from_ref(value) as usize, label);
            self.shapes[id.0 as usize].name = Some(name);
        }
        Kind::Object(id)
    }

    /// A name for an object that the CDK does not know, used for no other object of this resource type.
    fn free_name(&mut self, address: usize, label: &Label<'_>) -> String {
        let own = type_name(label.name);
        let mut name = own.clone();
        let mut attempt = 1;
        while self.definitions.contains_key(name.as_str()) || self.names.contains_key(&name) {
            name = match attempt {
                1 => format!("{}{own}", label.parent),
                more => format!("{}{own}{more}", label.parent),
            };
            attempt += 1;
        }
        self.names.insert(name.clone(), address);
        name
    }

    /// The one shape that stands for a property type of the CDK wherever a kind names it.
    pub fn object(&mut self, definition: &'a Definition, node: Option<&'a Value>) -> ShapeId {
        if let Some(id) = self.objects.get(definition.id.as_str()) {
            return *id;
        }
        let value = node.map(|node| self.concrete(node).0);
        if let Some(value) = value.and_then(|value| self.covering(value, definition)) {
            return self.node(value, Hint::Named(definition));
        }
        // The schema spreads the properties over alternatives, or does not have them: collect what both list.
        let id = self.push(Shape::default());
        self.objects.insert(&definition.id, id);
        let mut properties = Vec::new();
        for (name, property) in &definition.properties {
            let node = value.and_then(|value| self.find_property(value, name, DEEPEST));
            if node.is_none() && value.is_some_and(is_complete) {
                continue;
            }
            let own = value.and_then(|value| value.get("properties")?.get(name));
            let hint = own.map_or(Hint::Typed(&property.kind), |own| self.believed(own, Hint::Typed(&property.kind)));
            let kind = self.kind_at(node, hint, &Label { parent: &definition.name, name, depth: 0 });
            let shape = match node {
                Some(node) => self.node(node, hint),
                None => self.shape_of_type(&property.kind),
            };
            properties.push(Property { name: name.clone(), required: property.required, kind, shape });
        }
        let own = value.and_then(Value::as_object).into_iter().flat_map(|node| members(node, "properties"));
        for (name, node) in own.filter(|(name, _)| !definition.properties.contains_key(*name)) {
            let kind = self.kind(node, Hint::Open, &definition.name, name);
            properties.push(Property { name: name.clone(), required: false, kind, shape: self.node(node, Hint::Open) });
        }
        properties.sort_by(|a, b| a.name.cmp(&b.name));
        let name = Some(definition.name.clone());
        self.shapes[id.0 as usize] = Shape { name, types: TypeSet::OBJECT, properties, ..Shape::default() };
        id
    }

    /// Whether a node can stand for a property type: it describes every property itself, not in alternatives. Properties
    /// that its schema does not have at all are gone since the CDK's database was made.
    pub fn covers(&self, node: &'a Value, definition: &Definition) -> bool {
        let Some(properties) = node.get("properties").and_then(Value::as_object) else { return false };
        let mut missing = definition.properties.keys().filter(|name| !properties.contains_key(*name));
        missing.all(|name| is_complete(node) && self.find_property(node, name, DEEPEST).is_none())
    }

    /// The node that stands for a property type: this one, or the only object among its alternatives, as in "text or that
    /// object". It must have every property, because what it lacks may be in another.
    fn covering(&self, value: &'a Value, definition: &Definition) -> Option<&'a Value> {
        if self.covers(value, definition) {
            return Some(value);
        }
        let object = |node| self.concrete(node).0.get("properties").and_then(Value::as_object);
        let mut objects = alternatives(value).filter(|node| object(node).is_some());
        let only = objects.next().filter(|_| objects.next().is_none())?;
        let properties = object(only)?;
        definition.properties.keys().all(|name| properties.contains_key(name)).then(|| self.concrete(only).0)
    }

    /// The node of a property, in an object or in one of its alternatives.
    pub fn find_property(&self, value: &'a Value, name: &str, depth: usize) -> Option<&'a Value> {
        let (value, _) = self.concrete(value);
        if let Some(node) = value.get("properties").and_then(|properties| properties.get(name)) {
            return Some(node);
        }
        let depth = depth.checked_sub(1)?;
        let mut several =
            ["anyOf", "oneOf", "allOf"].iter().filter_map(|keyword| value.get(*keyword)?.as_array()).flatten();
        several.find_map(|node| self.find_property(node, name, depth))
    }

    /// A shape out of the CDK's type alone.
    pub fn shape_of_type(&mut self, kind: &'a Type) -> ShapeId {
        let mut shape = Shape::default();
        match kind {
            Type::String { allowed_values } => {
                shape.types = TypeSet::STRING;
                shape.allowed = allowed_values.iter().flatten().filter_map(constraints::literal).collect();
            }
            Type::DateTime => shape.types = TypeSet::STRING,
            Type::Integer => shape.types = TypeSet::INTEGER,
            Type::Number => shape.types = TypeSet::NUMBER,
            Type::Boolean => shape.types = TypeSet::BOOLEAN,
            Type::Json | Type::Union { .. } => {}
            Type::Tag => shape.types = TypeSet::OBJECT,
            Type::Array { element } => {
                shape.types = TypeSet::ARRAY;
                shape.items = Some(self.shape_of_type(element));
            }
            Type::Map { element } => {
                shape.types = TypeSet::OBJECT;
                shape.additional = Some(self.shape_of_type(element));
            }
            Type::Ref { reference } => {
                if let Some(definition) = self.cdk.definition(reference) {
                    return self.object(definition, None);
                }
            }
        }
        self.push(shape)
    }
}

/// What to call an object that has no name of its own.
struct Label<'a> {
    parent: &'a str,
    name: &'a str,
    depth: usize,
}

impl Label<'_> {
    fn deeper(&self) -> Label<'_> {
        Label { depth: self.depth + 1, ..*self }
    }
}

/// The nodes that a node combines.
fn alternatives(node: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf", "allOf"].iter().filter_map(|keyword| node.get(*keyword)?.as_array()).flatten()
}

/// Whether an object takes no properties but those it describes.
fn is_complete(node: &Value) -> bool {
    node.get("properties").is_some() && node.get("additionalProperties") == Some(&Value::Bool(false))
}

/// A definition may be called `AWS::Lambda::Function.LoggingConfig`, a property `ebs`.
fn type_name(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut letters = last.chars().filter(char::is_ascii_alphanumeric);
    letters.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(letters).collect()
}

/// The node of a map's values, if the object is a map.
fn map_values(node: &Map<String, Value>) -> Option<&Value> {
    let pattern = members(node, "patternProperties").next().map(|(_, value)| value);
    pattern.or_else(|| node.get("additionalProperties").filter(|additional| additional.is_object()))
}

fn pick(kinds: Vec<Kind>) -> Kind {
    let has = |kind: &Kind| kinds.contains(kind);
    if kinds.is_empty() || has(&Kind::Json) {
        return Kind::Json;
    }
    let structured = |kind: &&Kind| matches!(kind, Kind::List(_) | Kind::Map(_) | Kind::Object(_) | Kind::Tag);
    if let Some(kind) = kinds.iter().find(structured) {
        return kind.clone();
    }
    if has(&Kind::String) { Kind::String } else { kinds[0].clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks() {
        let list = || Kind::List(Box::new(Kind::String));
        assert_eq!(pick(vec![Kind::String, Kind::Json]), Kind::Json);
        assert_eq!(pick(vec![Kind::String, list()]), list());
        assert_eq!(pick(vec![Kind::Integer, Kind::String]), Kind::String);
        assert_eq!(pick(vec![Kind::Boolean]), Kind::Boolean);
        assert_eq!(pick(Vec::new()), Kind::Json);
    }

    #[test]
    fn names_of_types() {
        assert_eq!(type_name("AWS::Lambda::Function.LoggingConfig"), "LoggingConfig");
        assert_eq!(type_name("ebs_device"), "Ebsdevice");
    }
}
