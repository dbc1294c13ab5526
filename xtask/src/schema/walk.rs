//! Turns the JSON schema of one resource type into shapes, with the CDK's view of the same type beside it.
//!
//! Both trees are walked together: the JSON schema says what a value must satisfy, the CDK says what its property types are
//! called and which of several forms to offer. Where they part, or where the CDK knows nothing, the JSON schema goes on alone.
//! Numbers of shapes are local to the walk; `pool` makes them global.
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use stackgen_schema::{Combination, Property, Shape, ShapeId, TypeSet};

use super::cdk::{Cdk, Definition, Property as CdkProperty, Resource, Type};
use super::constraints;
use super::expand::{NAME, last_segment, target};

/// What is known of a node besides its JSON schema.
#[derive(Clone, Copy)]
pub enum Hint<'a> {
    /// Nothing, and its property types get no names: it lies inside a combination and is asked for validity only.
    Bare,
    /// Nothing; kinds and names come from the JSON schema.
    Open,
    /// A property type of the CDK.
    Named(&'a Definition),
    /// Another type of the CDK.
    Typed(&'a Type),
}

#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Bare(usize),
    Open(usize),
    Named(usize, &'a str),
    Typed(usize, usize),
}

/// The walk over one resource type.
pub struct Walk<'a> {
    pub cdk: &'a Cdk,
    pub schema: &'a Value,
    /// Attributes by name, which are the hints of read-only properties.
    attributes: Option<&'a BTreeMap<String, CdkProperty>>,
    /// The CDK's property types of this resource type by name.
    pub definitions: HashMap<&'a str, &'a Definition>,
    pub shapes: Vec<Shape>,
    nodes: HashMap<Key<'a>, ShapeId>,
    /// The one shape that stands for each of the CDK's property types in kinds.
    pub objects: HashMap<&'a str, ShapeId>,
    /// The names given to objects that the CDK does not know, by the address of their node.
    pub names: HashMap<String, usize>,
}

impl<'a> Walk<'a> {
    /// A walk over `schema`, which must be expanded.
    pub fn new(cdk: &'a Cdk, schema: &'a Value, resource: Option<&'a Resource>) -> Walk<'a> {
        let definitions = resource.into_iter().flat_map(|resource| cdk.definitions_of(resource));
        Walk {
            cdk,
            schema,
            attributes: resource.map(|resource| &resource.attributes),
            definitions: definitions.map(|definition| (definition.name.as_str(), definition)).collect(),
            shapes: Vec::new(),
            nodes: HashMap::new(),
            objects: HashMap::new(),
            names: HashMap::new(),
        }
    }

    /// Follows references to the node itself, and to the name of its definition.
    pub fn concrete(&self, node: &'a Value) -> (&'a Value, Option<&'a str>) {
        let (mut node, mut name) = (node, None);
        // A chain of references is short; the bound is against a schema that refers to itself.
        for _ in 0..8 {
            let Some(pointer) = node.get("$ref").and_then(Value::as_str) else { break };
            name = Some(last_segment(pointer));
            let Some(next) = target(self.schema, pointer) else { break };
            node = next;
        }
        (node, node.get(NAME).and_then(Value::as_str).or(name))
    }

    /// Makes hints that mean the same the same.
    pub fn settle(&self, node: &'a Value, name: Option<&str>, hint: Hint<'a>) -> Hint<'a> {
        match hint {
            Hint::Typed(Type::Ref { reference }) => self.cdk.definition(reference).map_or(Hint::Open, Hint::Named),
            Hint::Open if node.get("properties").is_some() => {
                name.and_then(|name| self.definitions.get(name)).map_or(Hint::Open, |found| Hint::Named(found))
            }
            other => other,
        }
    }

    /// The shape of a node.
    pub fn node(&mut self, node: &'a Value, hint: Hint<'a>) -> ShapeId {
        let (value, name) = self.concrete(node);
        let hint = self.settle(value, name, hint);
        let address = std::ptr::from_ref(value) as usize;
        let key = match hint {
            Hint::Bare => Key::Bare(address),
            Hint::Open => Key::Open(address),
            Hint::Named(definition) => Key::Named(address, &definition.id),
            Hint::Typed(kind) => Key::Typed(address, std::ptr::from_ref(kind) as usize),
        };
        if let Some(id) = self.nodes.get(&key) {
            return *id;
        }
        let id = self.push(Shape::default());
        self.nodes.insert(key, id);
        if let Hint::Named(definition) = hint
            && self.covers(value, definition)
        {
            self.objects.entry(&definition.id).or_insert(id);
        }
        let shape = self.build(value, hint);
        // An object that the walk names while it builds it has its name already.
        let name = self.shapes[id.0 as usize].name.take();
        self.shapes[id.0 as usize] = Shape { name: shape.name.or(name), ..shape };
        id
    }

    /// Adds a shape.
    pub fn push(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(shape);
        ShapeId((self.shapes.len() - 1) as u32)
    }

    fn build(&mut self, value: &'a Value, hint: Hint<'a>) -> Shape {
        let Some(node) = value.as_object() else {
            return Shape { never: *value == Value::Bool(false), ..Shape::default() };
        };
        let mut shape = constraints::plain(node);
        if let (Hint::Named(definition), true) = (hint, node.contains_key("properties")) {
            shape.name = Some(definition.name.clone());
        }
        shape.items = node.get("items").filter(|items| items.is_object()).map(|items| self.node(items, element(hint)));
        shape.prefix_items = self.nodes(node.get("prefixItems"));
        shape.pattern_properties = members(node, "patternProperties")
            .map(|(pattern, value)| (pattern.clone(), self.node(value, element(hint))))
            .collect();
        shape.additional = node
            .get("additionalProperties")
            .filter(|additional| additional.is_object())
            .map(|additional| self.node(additional, element(hint)));
        self.properties(node, hint, &mut shape);
        self.combinations(node, &mut shape);
        shape
    }

    fn properties(&mut self, node: &'a Map<String, Value>, hint: Hint<'a>, shape: &mut Shape) {
        let mut required = constraints::names(node.get("required"));
        for (name, value) in members(node, "properties") {
            let child = self.believed(value, self.child(name, hint));
            let parent = shape.name.as_deref().unwrap_or_default();
            shape.properties.push(Property {
                required: required.contains(name),
                kind: self.kind(value, child, parent, name),
                shape: self.node(value, child),
                name: name.clone(),
            });
        }
        shape.properties.sort_by(|a, b| a.name.cmp(&b.name));
        required.retain(|name| !shape.properties.iter().any(|property| property.name == *name));
        shape.required = required;
    }

    /// Where the CDK names another type than the schema, or several, the schema is right: it is what the registry checks.
    pub fn believed(&self, value: &'a Value, hint: Hint<'a>) -> Hint<'a> {
        let types = self.concrete(value).0.as_object().map(constraints::types).unwrap_or_default();
        let fits = match hint {
            Hint::Typed(_) if types.is_any() => true,
            Hint::Typed(Type::Union { .. }) => false,
            Hint::Typed(Type::Integer) if types.contains(TypeSet::NUMBER) => true,
            Hint::Typed(kind) => kind.json_type().is_none_or(|wanted| types.contains(wanted)),
            _ => true,
        };
        if fits { hint } else { Hint::Open }
    }

    fn child(&self, name: &str, hint: Hint<'a>) -> Hint<'a> {
        let Hint::Named(definition) = hint else {
            return if matches!(hint, Hint::Bare) { Hint::Bare } else { Hint::Open };
        };
        let attribute = || self.attributes.and_then(|attributes| attributes.get(name));
        let is_root = || !self.definitions.contains_key(definition.name.as_str());
        let known = definition.properties.get(name).or_else(|| if is_root() { attribute() } else { None });
        known.map_or(Hint::Open, |property| Hint::Typed(&property.kind))
    }

    fn nodes(&mut self, list: Option<&'a Value>) -> Vec<ShapeId> {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        list.map(|node| self.node(node, Hint::Bare)).collect()
    }

    fn combinations(&mut self, node: &'a Map<String, Value>, shape: &mut Shape) {
        for (keyword, combine) in
            [("allOf", Combination::All as fn(_) -> _), ("anyOf", Combination::Any), ("oneOf", Combination::One)]
        {
            let ids = self.nodes(node.get(keyword));
            if !ids.is_empty() {
                shape.combinations.push(combine(ids));
            }
        }
        let mut one = |keyword: &str| node.get(keyword).map(|node| self.node(node, Hint::Bare));
        shape.combinations.extend(one("not").map(Combination::Not));
        if let Some(test) = one("if") {
            shape.combinations.push(Combination::If { test, then: one("then"), otherwise: one("else") });
        }
        for (key, value) in constraints::dependent_schemas(node) {
            let then = Some(self.node(value, Hint::Bare));
            let types = TypeSet::OBJECT;
            let test = self.push(Shape { types, required: vec![key.clone()], ..Shape::default() });
            shape.combinations.push(Combination::If { test, then, otherwise: None });
        }
    }
}

/// The members of an object under a keyword.
pub fn members<'a>(node: &'a Map<String, Value>, keyword: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    node.get(keyword).and_then(Value::as_object).into_iter().flatten()
}

fn element(hint: Hint<'_>) -> Hint<'_> {
    match hint {
        Hint::Bare => Hint::Bare,
        Hint::Typed(Type::Array { element } | Type::Map { element }) => Hint::Typed(element),
        _ => Hint::Open,
    }
}
