//! cfn-lint's schemas beyond the resource types: what a service demands of properties together, and in each region.
//!
//! They become shapes like all others. Keywords that shapes do not have are written with those that they have ([`plain`]).
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stackgen_schema::{Demands, Extension};

use super::cdk::Cdk;
use super::pool::Pool;
use super::walk::{Hint, Walk};

/// Which instance classes go with which version of an engine, five megabytes of JSON. What it forbids and the table by region
/// (`dbinstanceclass_enum`) allows is little, and to hold an instance against its thousand conditions takes long.
const LEFT_OUT: [&str; 1] = ["aws_rds_dbinstance/db_instance_class"];

/// A region that every table by region has.
const SOME_REGION: &str = "us-east-1";

/// Types whose engine is compared without case, because the service takes any.
const ENGINE_IN_ANY_CASE: &str = "aws_rds_dbinstance/";

/// All schemas that stand for themselves. Those that look into another resource (`cfnGather`) are rules of the linter.
pub fn collect(schemas: &BTreeMap<String, Value>, cdk: &Cdk, pool: &mut Pool) -> Vec<Extension> {
    let alone =
        schemas.iter().filter(|(name, schema)| schema.get("cfnGather").is_none() && !LEFT_OUT.contains(&name.as_str()));
    alone.map(|(name, schema)| extension(name, schema, cdk, pool)).collect()
}

fn extension(name: &str, schema: &Value, cdk: &Cdk, pool: &mut Pool) -> Extension {
    let schema = plain(schema, name.starts_with(ENGINE_IN_ANY_CASE));
    let mut walk = Walk::new(cdk, &schema, None);
    let demands = match schema.as_object().filter(|map| map.contains_key(SOME_REGION)) {
        Some(regions) => {
            let shape = |(region, schema)| (String::clone(region), walk.node(schema, Hint::Bare));
            let mut regions: Vec<_> = regions.iter().map(shape).collect();
            regions.sort();
            Demands::ByRegion(regions)
        }
        None => Demands::Always(walk.node(&schema, Hint::Bare)),
    };
    let mut extension = Extension { name: name.to_owned(), demands };
    pool.absorb(&mut extension, walk.shapes);
    extension
}

/// The same schema with other words:
///
/// - `contains: S` is `not: {items: {not: S}}`;
/// - `propertyNames` of certain names are `properties` that are always or never right;
/// - `(?i)`, which ECMA 262 does not have, is both cases of every letter after it.
fn plain(node: &Value, any_case: bool) -> Value {
    match node {
        Value::Array(items) => items.iter().map(|item| plain(item, any_case)).collect(),
        Value::Object(map) => {
            let mut map: Map<String, Value> =
                map.iter().map(|(key, value)| (key.clone(), plain(value, any_case))).collect();
            contains(&mut map);
            property_names(&mut map);
            if let Some(Value::String(pattern)) = map.get_mut("pattern") {
                *pattern = both_cases(pattern);
            }
            if let Some(engine) = map.get_mut("properties").and_then(|all| all.get_mut("Engine")).filter(|_| any_case) {
                engine_in_any_case(engine);
            }
            Value::Object(map)
        }
        other => other.clone(),
    }
}

fn contains(map: &mut Map<String, Value>) {
    if let Some(wanted) = map.remove("contains") {
        let none = json!({"not": {"items": {"not": wanted}}});
        match map.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(all) => all.push(none),
            None => {
                map.insert("allOf".to_owned(), json!([none]));
            }
        }
    }
}

fn property_names(map: &mut Map<String, Value>) {
    let Some(names) = map.remove("propertyNames") else { return };
    let forbidden = names.pointer("/not/enum").and_then(Value::as_array);
    let Some(listed) = forbidden.or_else(|| names.get("enum").and_then(Value::as_array)) else { return };
    let properties = map.entry("properties").or_insert_with(|| json!({}));
    for name in listed.iter().filter_map(Value::as_str) {
        if let Some(properties) = properties.as_object_mut().filter(|known| !known.contains_key(name)) {
            properties.insert(name.to_owned(), Value::Bool(forbidden.is_none()));
        }
    }
    if forbidden.is_none() {
        map.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
}

fn both_cases(pattern: &str) -> String {
    let Some((before, after)) = pattern.split_once("(?i)") else { return pattern.to_owned() };
    let letter = |letter: char| match letter.is_ascii_alphabetic() {
        true => format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase()),
        false => letter.to_string(),
    };
    before.to_owned() + &after.chars().map(letter).collect::<String>()
}

fn engine_in_any_case(engine: &mut Value) {
    let Some(engine) = engine.as_object_mut() else { return };
    let values = match (engine.remove("const"), engine.remove("enum")) {
        (Some(one), _) => json!([one]),
        (None, Some(several)) => several,
        (None, None) => return,
    };
    engine.insert("enumCaseInsensitive".to_owned(), values);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_written_with_others() {
        let schema = json!({"contains": {"const": 1}, "propertyNames": {"not": {"enum": ["A"]}}});
        let expected = json!({"allOf": [{"not": {"items": {"not": {"const": 1}}}}], "properties": {"A": false}});
        assert_eq!(plain(&schema, false), expected);
        let only =
            plain(&json!({"properties": {"A": {"type": "string"}}, "propertyNames": {"enum": ["A", "B"]}}), false);
        assert_eq!(only, json!({"properties": {"A": {"type": "string"}, "B": true}, "additionalProperties": false}));
        assert_eq!(both_cases("^1\\s*(?i)vC$"), "^1\\s*[vV][cC]$");
        let engine = plain(&json!({"properties": {"Engine": {"const": "mysql"}}}), true);
        assert_eq!(engine, json!({"properties": {"Engine": {"enumCaseInsensitive": ["mysql"]}}}));
    }
}
