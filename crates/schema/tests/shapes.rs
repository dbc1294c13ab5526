//! Things that hold for all shapes, whatever AWS adds.
use std::collections::{BTreeMap, BTreeSet};

use stackgen_schema::{Facts, ResourceType, ShapeId};

/// The property types of a resource type: every object that a kind names, by name.
fn objects(facts: &Facts, resource: &ResourceType) -> BTreeMap<String, BTreeSet<ShapeId>> {
    let mut named: BTreeMap<String, BTreeSet<ShapeId>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![resource.properties];
    open.extend(resource.attributes.iter().filter_map(|attribute| attribute.kind.object()));
    for id in open.split_off(1) {
        let name = facts.shape(id).name.unwrap_or_else(|| panic!("{}: an attribute without a name", resource.name));
        named.entry(name).or_default().insert(id);
        open.push(id);
    }
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let shape = facts.shape(id);
        for property in &shape.properties {
            let Some(object) = property.kind.object() else { continue };
            let name = facts.shape(object).name;
            let name = name.unwrap_or_else(|| panic!("{}: {} has no name", resource.name, property.name));
            named.entry(name).or_default().insert(object);
            open.push(object);
        }
    }
    named
}

#[test]
fn every_property_type_has_a_name_of_its_own() {
    let facts = Facts::embedded();
    let mut faults = Vec::new();
    for name in facts.type_names() {
        let resource = facts.resource(name).unwrap();
        for (object, ids) in objects(facts, &resource) {
            if ids.len() > 1 {
                faults.push(format!("{name}.{object}: {ids:?}"));
            }
            if facts.shape(*ids.first().unwrap()).properties.is_empty() {
                faults.push(format!("{name}.{object} is empty"));
            }
            if !object.starts_with(|c: char| c.is_ascii_uppercase())
                || !object.chars().all(|c| c.is_ascii_alphanumeric())
            {
                faults.push(format!("{name}.{object} is no type name"));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
