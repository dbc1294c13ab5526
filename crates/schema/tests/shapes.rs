//! Things that hold for all shapes, whatever AWS adds.
use std::collections::{BTreeMap, BTreeSet};

use stackgen_schema::{Combination, Facts, Kind, ResourceType, Shape, ShapeId, TypeSet};

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

#[test]
fn every_pattern_compiles() {
    let facts = Facts::embedded();
    let shapes = (0..facts.shape_count()).map(|id| facts.shape(ShapeId(u32::try_from(id).unwrap())));
    let patterns: BTreeSet<String> = shapes
        .flat_map(|shape| shape.pattern_properties.into_iter().map(|(pattern, _)| pattern).chain(shape.pattern))
        .collect();
    assert!(patterns.len() > 3_000);
    let faults: Vec<_> = patterns.iter().filter(|pattern| regress::Regex::new(pattern).is_err()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn properties_are_sorted_and_numbers_are_numbers() {
    let facts = Facts::embedded();
    for id in 0..facts.shape_count() {
        let shape = facts.shape(ShapeId(u32::try_from(id).unwrap()));
        assert!(shape.properties.is_sorted_by(|a, b| a.name < b.name), "{shape:?}");
        let bounds = [&shape.minimum, &shape.maximum, &shape.exclusive_minimum, &shape.exclusive_maximum];
        for bound in bounds.into_iter().chain([&shape.multiple_of]).flatten() {
            assert!(bound.parse::<f64>().is_ok(), "{bound}");
        }
    }
}

/// A builder must not offer what the registry refuses. Properties that only alternatives describe are left out: there the
/// shape is that of the first alternative.
#[test]
fn kinds_fit_shapes() {
    let facts = Facts::embedded();
    let mut faults = Vec::new();
    for id in 0..facts.shape_count() {
        let shape = facts.shape(ShapeId(u32::try_from(id).unwrap()));
        for property in &shape.properties {
            let types = facts.shape(property.shape).types;
            let wanted = match &property.kind {
                Kind::String => TypeSet::STRING,
                Kind::Integer if types.contains(TypeSet::NUMBER) => TypeSet::NUMBER,
                Kind::Integer => TypeSet::INTEGER,
                Kind::Number => TypeSet::NUMBER,
                Kind::Boolean => TypeSet::BOOLEAN,
                Kind::List(_) => TypeSet::ARRAY,
                Kind::Map(_) | Kind::Object(_) | Kind::Tag => TypeSet::OBJECT,
                Kind::Json => continue,
            };
            if !types.is_any() && !types.contains(wanted) {
                faults.push(format!("{:?}.{}", shape.name, property.name));
            }
        }
    }
    let known = [
        "Some(\"MetricDataItems\").XAxisName",
        "Some(\"MetricDataItems\").YAxisName",
        "Some(\"EndpointConfiguration\").Type",
    ];
    faults.retain(|fault| !known.contains(&fault.as_str()));
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A path that leads nowhere would make a change look harmless that replaces something.
#[test]
fn paths_lead_somewhere() {
    let facts = Facts::embedded();
    let mut lost = Vec::new();
    for name in facts.type_names() {
        let resource = facts.resource(name).unwrap();
        let replacing = resource.create_only.iter().chain(&resource.conditional_create_only).chain(&resource.refused);
        let hidden = resource.read_only.iter().chain(&resource.write_only).chain(&resource.primary_identifier);
        for path in replacing.chain(hidden) {
            if !leads(facts, resource.properties, path.trim_start_matches('/')) {
                lost.push(format!("{name} {path}"));
            }
        }
    }
    assert!(lost.is_empty(), "{} {lost:#?}", lost.len());
}

fn leads(facts: &Facts, id: ShapeId, path: &str) -> bool {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    if first.is_empty() {
        return true;
    }
    let shape = facts.shape(id);
    let named = shape.properties.iter().find(|property| property.name == first);
    let mut next: Vec<ShapeId> = named.map(|property| property.shape).into_iter().collect();
    if first == "*" {
        next.extend(shape.items.iter().chain(&shape.additional));
        next.extend(shape.pattern_properties.iter().map(|(_, id)| id));
    }
    let deeper = next.into_iter().any(|id| leads(facts, id, rest));
    deeper || alternatives(&shape).into_iter().any(|id| leads(facts, id, path))
}

fn alternatives(shape: &Shape) -> Vec<ShapeId> {
    let several = shape.combinations.iter().filter_map(|combination| match combination {
        Combination::All(ids) | Combination::Any(ids) | Combination::One(ids) => Some(ids),
        _ => None,
    });
    several.flatten().copied().collect()
}

#[test]
fn every_patch_gives_a_reason() {
    let mut count = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/patches")).unwrap() {
        let path = entry.unwrap().path();
        let patches: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for patch in patches {
            let reason = patch["reason"].as_str().unwrap_or_else(|| panic!("{}: {patch}", path.display()));
            assert!(reason.len() > 40, "{reason}");
            count += 1;
        }
    }
    assert!(count > 20);
}
