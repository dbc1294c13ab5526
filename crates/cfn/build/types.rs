//! The property types of one resource type: what they are called and what their methods take.
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use stackgen_schema::{Facts, Kind, Literal, Property, ResourceType, Shape, ShapeId};

use super::docs;
use super::model::{Choice, Record, Setter, Type};
use super::names::{Names, pascal, screaming, snake};

/// Methods that every builder and property type has.
const RECORD_METHODS: [&str; 2] = ["new", "set_raw"];

/// One resource type while its names are being given.
pub struct Types<'a> {
    facts: &'a Facts,
    resource: &'a ResourceType,
    names: Names,
    /// The objects in it, each before those that it mentions; the first is the builder.
    objects: Vec<Object>,
    /// The place of each shape among the objects.
    places: HashMap<ShapeId, usize>,
    /// Texts with known values; complete after [`Types::records`].
    pub choices: Vec<Choice>,
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

impl<'a> Types<'a> {
    /// With nothing but the builder known.
    pub fn new(facts: &'a Facts, resource: &'a ResourceType) -> Self {
        let builder = Object { shape: resource.properties, name: "Builder".to_owned(), paths: vec![String::new()] };
        Types {
            facts,
            resource,
            names: Names::with(&["Builder", "Self"]),
            places: HashMap::from([(resource.properties, 0)]),
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
    pub fn name(&mut self) {
        let mut queue = VecDeque::from([0]);
        while let Some(index) = queue.pop_front() {
            let shape = self.shape(self.objects[index].shape);
            for property in &shape.properties {
                let Some(inner) = property.kind.object() else { continue };
                let paths = self.paths_below(index, property);
                match self.places.get(&inner) {
                    Some(&known) => {
                        let places = &mut self.objects[known].paths;
                        places.extend(paths);
                        places.truncate(MAX_PATHS);
                    }
                    None => {
                        queue.push_back(self.objects.len());
                        let name = self.type_name(inner, index, property);
                        self.places.insert(inner, self.objects.len());
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

    /// The builder, then the property types that a template can use.
    pub fn records(&mut self) -> Vec<Record> {
        let mut records: Vec<Record> = (0..self.objects.len()).map(|index| self.record(index)).collect();
        let used = reachable(&records);
        records.retain(|record| used.contains(&record.name));
        self.choices.retain(|choice| used.contains(&choice.name));
        records
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
            Kind::Object(id) => Type::Local(self.objects[self.places[id]].name.clone()),
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

/// The names that can be reached from the builder. What AWS only reports stays out.
fn reachable(records: &[Record]) -> HashSet<String> {
    let by_name: HashMap<&str, &Record> = records.iter().map(|record| (record.name.as_str(), record)).collect();
    let mut used = HashSet::new();
    let mut open = vec!["Builder"];
    while let Some(name) = open.pop() {
        if used.insert(name.to_owned()) {
            open.extend(by_name.get(name).iter().flat_map(|record| record.mentions()));
        }
    }
    used
}

fn text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::String(text) => Some(text.clone()),
        Literal::Number(_) | Literal::Boolean(_) => None,
    }
}

/// The Rust type of a kind that has no parts.
pub fn plain_type(kind: &Kind) -> Type {
    Type::Known(match kind {
        Kind::String => "k::String",
        Kind::Integer => "i64",
        Kind::Number => "f64",
        Kind::Boolean => "bool",
        Kind::Tag => "k::Tag",
        Kind::Json | Kind::List(_) | Kind::Map(_) | Kind::Object(_) => "k::Json",
    })
}
