//! From facts to what is written: services, resource types and their attributes. Properties are planned in `types`.
use stackgen_schema::{Facts, Kind, ResourceType};

use super::model::{Attribute, Resource, Service, Type};
use super::names::{Names, pascal, snake};
use super::types::{Types, plain_type};
use super::{docs, share};

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
    let mut types = Types::new(facts, resource);
    types.name();
    let mut records = types.records();
    Resource {
        type_name: resource.name.clone(),
        module: snake(&handle),
        handle,
        docs: docs::resource(resource, &facts.shape(resource.properties)),
        attributes: attributes(resource),
        builder: records.remove(0),
        types: records,
        choices: types.choices,
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

#[cfg(test)]
mod tests {
    use super::HANDLE_METHODS;

    #[test]
    fn attributes_shadow_no_method_of_a_handle() {
        let core = include_str!("../../core/src/resource.rs");
        let methods = core.lines().filter_map(|line| line.strip_prefix("    pub fn ").or(line.strip_prefix("    fn ")));
        let names = methods.filter_map(|rest| rest.split(['(', '<']).next());
        for name in names.filter(|name| !["new", "value", "is_list", "property", "into_properties"].contains(name)) {
            assert!(HANDLE_METHODS.contains(&name), "HANDLE_METHODS lacks `{name}`");
        }
    }
}
