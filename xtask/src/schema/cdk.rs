//! The CDK's service database, as far as it is of use here.
use std::collections::BTreeMap;

use serde::Deserialize;
use stackgen_schema::TypeSet;

/// The database.
pub struct Cdk {
    resources: BTreeMap<String, Resource>,
    definitions: BTreeMap<String, Definition>,
    uses: BTreeMap<String, Vec<Id>>,
    regions: BTreeMap<String, Vec<String>>,
}

/// A resource type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    #[serde(rename = "$id")]
    id: String,
    pub cloud_formation_type: String,
    name: String,
    pub attributes: BTreeMap<String, Property>,
    properties: BTreeMap<String, Property>,
    pub primary_identifier: Option<Vec<String>>,
    pub cfn_ref_identifier: Option<Vec<String>>,
    pub tag_information: Option<TagInformation>,
    #[serde(default)]
    pub is_stateful: bool,
    pub arn_template: Option<String>,
    /// The resource's own properties as if it were a property type; made after reading.
    #[serde(skip)]
    pub root: Definition,
}

/// How it is tagged.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagInformation {
    pub tag_property_name: String,
    pub variant: String,
}

/// A property type.
#[derive(Default, Deserialize)]
pub struct Definition {
    #[serde(rename = "$id")]
    pub id: String,
    pub name: String,
    pub properties: BTreeMap<String, Property>,
}

/// A property or attribute.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    #[serde(rename = "type")]
    pub kind: Type,
    #[serde(default)]
    pub required: bool,
    pub causes_replacement: Option<String>,
}

/// The type of a property.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Type {
    #[serde(rename_all = "camelCase")]
    String {
        allowed_values: Option<Vec<serde_json::Value>>,
    },
    Integer,
    Number,
    Boolean,
    Json,
    DateTime,
    Tag,
    Array {
        element: Box<Type>,
    },
    Map {
        element: Box<Type>,
    },
    Union {
        types: Vec<Type>,
    },
    Ref {
        reference: Id,
    },
}

impl Type {
    /// The type that a JSON schema must allow for this one, if it is but one.
    pub fn json_type(&self) -> Option<TypeSet> {
        match self {
            Type::String { .. } | Type::DateTime => Some(TypeSet::STRING),
            Type::Integer => Some(TypeSet::INTEGER),
            Type::Number => Some(TypeSet::NUMBER),
            Type::Boolean => Some(TypeSet::BOOLEAN),
            Type::Array { .. } => Some(TypeSet::ARRAY),
            Type::Tag | Type::Map { .. } | Type::Ref { .. } => Some(TypeSet::OBJECT),
            Type::Json | Type::Union { .. } => None,
        }
    }
}

/// A pointer to an entity.
#[derive(Deserialize)]
pub struct Id {
    #[serde(rename = "$ref", alias = "$id")]
    pub id: String,
}

#[derive(Deserialize)]
struct File {
    schema: Schema,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    resource: Entities<Resource>,
    type_definition: Entities<Definition>,
    region: Entities<Region>,
    uses_type: Relation,
    region_has_resource: Relation,
}

#[derive(Deserialize)]
struct Entities<T> {
    entities: Vec<T>,
}

#[derive(Deserialize)]
struct Relation {
    forward: BTreeMap<String, Vec<Id>>,
}

#[derive(Deserialize)]
struct Region {
    #[serde(rename = "$id")]
    id: String,
    name: String,
}

impl Cdk {
    /// Reads the database.
    pub fn parse(text: &str) -> anyhow::Result<Cdk> {
        let schema = serde_json::from_str::<File>(text)?.schema;
        let mut types = BTreeMap::new();
        let mut resources = BTreeMap::new();
        for mut resource in schema.resource.entities {
            types.insert(resource.id.clone(), resource.cloud_formation_type.clone());
            let properties = std::mem::take(&mut resource.properties);
            resource.root = Definition { id: resource.id.clone(), name: resource.name.clone(), properties };
            resources.insert(resource.cloud_formation_type.clone(), resource);
        }
        let mut regions = BTreeMap::new();
        for region in schema.region.entities {
            let held = schema.region_has_resource.forward.get(&region.id).into_iter().flatten();
            regions.insert(region.name, held.filter_map(|id| types.get(&id.id).cloned()).collect());
        }
        let definitions = schema.type_definition.entities.into_iter().map(|d| (d.id.clone(), d)).collect();
        Ok(Cdk { resources, definitions, uses: schema.uses_type.forward, regions })
    }

    /// All resource types.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// One resource type.
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.get(name)
    }

    /// One property type.
    pub fn definition(&self, id: &Id) -> Option<&Definition> {
        self.definitions.get(&id.id)
    }

    /// The property types of one resource type.
    pub fn definitions_of(&self, resource: &Resource) -> impl Iterator<Item = &Definition> {
        self.uses.get(&resource.id).into_iter().flatten().filter_map(|id| self.definition(id))
    }

    /// Whether a region has a resource type, for the few regions that the database knows.
    pub fn region_has(&self, region: &str, name: &str) -> bool {
        self.regions.get(region).is_some_and(|types| types.iter().any(|held| held == name))
    }
}
