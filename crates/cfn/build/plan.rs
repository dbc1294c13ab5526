//! From facts to what is written: picks the Rust name and type of everything.
use std::collections::{BTreeMap, HashMap, VecDeque};

use stackgen_schema::{Facts, Kind, Literal, Property, ResourceType, Shape, ShapeId};

use super::model::{Attribute, Choice, Record, Resource, Service, Setter, Type};
use super::names::{Names, pascal, screaming, snake};
use super::{docs, share};

/// Methods that every builder and property type has.
const RECORD_METHODS: [&str; 2] = ["new", "set_raw"];

/// Methods that every handle has, from core's `Resource` and `Handle`. An attribute must not shadow one by chance.
const HANDLE_METHODS: [&str; 24] = [
    "new",
    "logical_id",
    "stack_name",
    "type_name",
    "source",
    "reference",
    "attribute",
    "list_attribute",
    "typed_attribute",
    "depends_on",
    "only_if",
    "deletion_policy",
    "update_replace_policy",
    "retain",
    "creation_policy",
    "update_policy",
    "metadata",
    "set_raw",
    "from_resource",
    "into_value",
    "as_ref",
    "clone",
    "deref",
    "fmt",
];

/// Plans the module of one service from the names of its resource types.
pub fn service(facts: &Facts, module: &str, types: &[&str]) -> Service {
    let mut handles = Names::default();
    let mut resources: Vec<Resource> = types
        .iter()
        .filter_map(|name| facts.resource(name))
        .map(|resource| {
            let short = resource.name.splitn(3, "::").nth(2).unwrap_or(&resource.name);
            let handle = handles.take([pascal(short)]);
            self::resource(facts, &resource, handle)
        })
        .collect();
    share::share(&mut resources);
    let name = types.first().map_or("", |name| name.split("::").nth(1).unwrap_or(name));
    Service { module: module.to_owned(), name: name.to_owned(), resources }
}

fn resource(facts: &Facts, resource: &ResourceType, handle: String) -> Resource {
    let mut plan = Plan::new(facts, resource);
    plan.name_types();
    let mut records = plan.records();
    Resource {
        type_name: resource.name.clone(),
        module: snake(&handle),
        handle,
        docs: docs::resource(resource, &facts.shape(resource.properties)),
        attributes: attributes(resource),
        builder: records.remove(0),
        types: records,
        choices: plan.choices,
        shared: Vec::new(),
    }
}

fn attributes(resource: &ResourceType) -> Vec<Attribute> {
    let mut methods = Names::with(&HANDLE_METHODS);
    let plan = |attribute: &stackgen_schema::Attribute| {
        let method = snake(&attribute.name);
        let method = methods.take([method.clone(), format!("{method}_attribute")]);
        Attribute { name: attribute.name.clone(), method, kind: attribute_type(&attribute.kind) }
    };
    resource.attributes.iter().map(plan).collect()
}

/// An attribute is only ever passed on, so its objects stay JSON.
fn attribute_type(kind: &Kind) -> Type {
    match kind {
        Kind::List(inner) => Type::List(Box::new(attribute_type(inner))),
        Kind::Map(inner) => Type::Map(Box::new(attribute_type(inner))),
        Kind::Tag => Type::Known("k::Json"),
        plain => plain_type(plain),
    }
}

fn plain_type(kind: &Kind) -> Type {
    Type::Known(match kind {
        Kind::String => "k::String",
        Kind::Integer => "i64",
        Kind::Number => "f64",
        Kind::Boolean => "bool",
        Kind::Tag => "k::Tag",
        Kind::Json | Kind::List(_) | Kind::Map(_) | Kind::Object(_) => "k::Json",
    })
}

/// One resource type while its names are being given.
struct Plan<'a> {
    facts: &'a Facts,
    resource: &'a ResourceType,
    names: Names,
    /// The objects in it, each before those that it mentions; the first is the builder.
    objects: Vec<Object>,
    types: HashMap<ShapeId, usize>,
    choices: Vec<Choice>,
    /// Choices by the name of their property and their values.
    shared: HashMap<(String, Vec<String>), String>,
    shapes: BTreeMap<ShapeId, Shape>,
}

/// A builder or property type before its members are planned.
struct Object {
    shape: ShapeId,
    name: String,
    /// Where it stands; the same type may stand in several places.
    paths: Vec<String>,
}

/// More places than this say nothing new about what an update does.
const MAX_PATHS: usize = 4;

impl<'a> Plan<'a> {
    fn new(facts: &'a Facts, resource: &'a ResourceType) -> Self {
        let builder = Object { shape: resource.properties, name: "Builder".to_owned(), paths: vec![String::new()] };
        Plan {
            facts,
            resource,
            names: Names::with(&["Builder", "Self"]),
            types: HashMap::from([(resource.properties, 0)]),
            objects: vec![builder],
            choices: Vec::new(),
            shared: HashMap::new(),
            shapes: BTreeMap::new(),
        }
    }

    fn shape(&mut self, id: ShapeId) -> Shape {
        self.shapes.entry(id).or_insert_with(|| self.facts.shape(id)).clone()
    }

    /// Walks all objects, nearest first, and names each.
    fn name_types(&mut self) {
        let mut queue = VecDeque::from([0]);
        while let Some(index) = queue.pop_front() {
            let shape = self.shape(self.objects[index].shape);
            for property in &shape.properties {
                let Some(inner) = property.kind.object() else { continue };
                let paths = self.paths_below(index, property);
                match self.types.get(&inner) {
                    Some(&known) => {
                        let places = &mut self.objects[known].paths;
                        places.extend(paths);
                        places.truncate(MAX_PATHS);
                    }
                    None => {
                        queue.push_back(self.objects.len());
                        let name = self.type_name(inner, index, property);
                        self.types.insert(inner, self.objects.len());
                        self.objects.push(Object { shape: inner, name, paths });
                    }
                }
            }
        }
    }

    fn type_name(&mut self, shape: ShapeId, owner: usize, property: &Property) -> String {
        let owner = match owner {
            0 => String::new(),
            _ => self.objects[owner].name.clone(),
        };
        let from_path = format!("{owner}{}", pascal(&property.name));
        match self.shape(shape).name {
            Some(name) => self.names.take([pascal(&name), from_path]),
            None => self.names.take([from_path]),
        }
    }

    fn paths_below(&self, owner: usize, property: &Property) -> Vec<String> {
        let mut inside = String::new();
        let mut kind = &property.kind;
        while let Kind::List(inner) | Kind::Map(inner) = kind {
            inside.push_str("/*");
            kind = inner;
        }
        let paths = &self.objects[owner].paths;
        paths.iter().map(|path| format!("{path}/{}{inside}", property.name)).collect()
    }

    fn records(&mut self) -> Vec<Record> {
        (0..self.objects.len()).map(|index| self.record(index)).collect()
    }

    fn record(&mut self, index: usize) -> Record {
        let shape = self.shape(self.objects[index].shape);
        let mut record =
            Record { name: self.objects[index].name.clone(), docs: docs::record(&shape), ..Record::default() };
        let mut methods = Names::with(&RECORD_METHODS);
        for property in &shape.properties {
            let places = self.objects[index].paths.iter();
            let paths: Vec<String> = places.map(|path| format!("{path}/{}", property.name)).collect();
            if paths.iter().all(|path| self.resource.read_only.contains(path)) {
                continue;
            }
            let value = self.shape(property.shape);
            record.setters.push(Setter {
                property: property.name.clone(),
                method: methods.take([snake(&property.name), snake(&property.name) + "_"]),
                kind: self.value_type(&property.kind, &value, &property.name, &record.name),
                required: property.required,
                docs: docs::property(self.facts, self.resource, property, &value, &paths),
            });
        }
        record
    }

    fn value_type(&mut self, kind: &Kind, shape: &Shape, property: &str, owner: &str) -> Type {
        match kind {
            Kind::String => match self.choice(shape, property, owner) {
                Some(name) => Type::Local(name),
                None => plain_type(kind),
            },
            Kind::List(inner) => {
                let items = shape.items.map(|id| self.shape(id)).unwrap_or_default();
                Type::List(Box::new(self.value_type(inner, &items, property, owner)))
            }
            Kind::Map(inner) => {
                let values = shape.additional.or(shape.pattern_properties.first().map(|(_, id)| *id));
                let values = values.map(|id| self.shape(id)).unwrap_or_default();
                Type::Map(Box::new(self.value_type(inner, &values, property, owner)))
            }
            Kind::Object(id) => Type::Local(self.objects[self.types[id]].name.clone()),
            plain => plain_type(plain),
        }
    }

    /// The type for a text with known values. Properties of one name and the same values share it.
    fn choice(&mut self, shape: &Shape, property: &str, owner: &str) -> Option<String> {
        let values: Vec<String> = shape.allowed.iter().filter_map(text).collect();
        if values.is_empty() {
            return None;
        }
        let key = (property.to_owned(), values);
        if let Some(name) = self.shared.get(&key) {
            return Some(name.clone());
        }
        let owner = if owner == "Builder" { "" } else { owner };
        let short = pascal(property);
        let name = self.names.take([short.clone(), format!("{owner}{short}"), format!("{owner}{short}Choice")]);
        let mut constants = Names::default();
        let constants = key.1.iter().map(|value| (constants.take([screaming(value)]), value.clone())).collect();
        self.choices.push(Choice { name: name.clone(), constants });
        self.shared.insert(key, name.clone());
        Some(name)
    }
}

fn text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::String(text) => Some(text.clone()),
        Literal::Number(_) | Literal::Boolean(_) => None,
    }
}
