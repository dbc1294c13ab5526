//! The keywords of a schema node that say something about a value by themselves.
use serde_json::{Map, Value};
use stackgen_schema::{Literal, Shape, TypeSet};

/// A shape with everything that needs no other shape.
pub fn plain(node: &Map<String, Value>) -> Shape {
    let text = |key: &str| node.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key: &str| node.get(key).filter(|value| value.is_number()).map(Value::to_string);
    let size = |keys: [&str; 3]| keys.iter().find_map(|key| node.get(*key)).and_then(Value::as_u64);
    let flag = |key: &str| node.get(key) == Some(&Value::Bool(true));
    let any_case = node.get("enumCaseInsensitive");
    Shape {
        types: types(node),
        allowed: literals(any_case.or_else(|| node.get("enum")), node.get("const")),
        allowed_any_case: any_case.is_some(),
        pattern: text("pattern"),
        format: text("format"),
        minimum: number("minimum"),
        maximum: number("maximum"),
        exclusive_minimum: number("exclusiveMinimum"),
        exclusive_maximum: number("exclusiveMaximum"),
        multiple_of: number("multipleOf"),
        min_size: size(["minLength", "minItems", "minProperties"]),
        max_size: size(["maxLength", "maxItems", "maxProperties"]),
        unique_items: flag("uniqueItems"),
        unique_keys: names(node.get("uniqueKeys")),
        max_unique_items: node.get("maxUniqueItems").and_then(Value::as_u64),
        closed: node.get("additionalProperties") == Some(&Value::Bool(false)),
        dependent_required: dependent_required(node),
        dependent_excluded: keyed(node.get("dependentExcluded")),
        required_xor: groups(node.get("requiredXor")),
        required_or: groups(node.get("requiredOr")),
        ..Shape::default()
    }
}

/// The JSON types that a node names; `null` is left out, because CloudFormation drops nulls.
pub fn types(node: &Map<String, Value>) -> TypeSet {
    let one = |value: &Value| match value.as_str() {
        Some("string") => TypeSet::STRING,
        Some("integer") => TypeSet::INTEGER,
        Some("number") => TypeSet::NUMBER,
        Some("boolean") => TypeSet::BOOLEAN,
        Some("array") => TypeSet::ARRAY,
        Some("object") => TypeSet::OBJECT,
        _ => TypeSet::default(),
    };
    match node.get("type") {
        Some(Value::Array(all)) => all.iter().map(one).fold(TypeSet::default(), TypeSet::union),
        Some(value) => one(value),
        None => TypeSet::default(),
    }
}

/// A list of names.
pub fn names(value: Option<&Value>) -> Vec<String> {
    let all = value.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// `dependentRequired`, and `dependencies` of the older drafts where it lists names.
fn dependent_required(node: &Map<String, Value>) -> Vec<(String, Vec<String>)> {
    let mut required = keyed(node.get("dependentRequired"));
    let lists = dependencies(node).filter(|(_, value)| value.is_array());
    required.extend(lists.map(|(key, value)| (key.clone(), names(Some(value)))));
    required.sort();
    required
}

/// `dependencies` where it gives a schema.
pub fn dependent_schemas(node: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    dependencies(node).filter(|(_, value)| value.is_object())
}

fn dependencies(node: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    node.get("dependencies").and_then(Value::as_object).into_iter().flatten()
}

fn keyed(value: Option<&Value>) -> Vec<(String, Vec<String>)> {
    let all = value.and_then(Value::as_object).into_iter().flatten();
    let mut keyed: Vec<_> = all.map(|(key, value)| (key.clone(), names(Some(value)))).collect();
    keyed.sort();
    keyed
}

/// One group or several.
fn groups(value: Option<&Value>) -> Vec<Vec<String>> {
    match value.and_then(Value::as_array) {
        Some(all) if all.iter().all(Value::is_array) => all.iter().map(|group| names(Some(group))).collect(),
        Some(_) => vec![names(value)],
        None => Vec::new(),
    }
}

fn literals(several: Option<&Value>, one: Option<&Value>) -> Vec<Literal> {
    let all = several.and_then(Value::as_array).into_iter().flatten().chain(one);
    all.filter_map(literal).collect()
}

/// A literal, if it is no list, object or null.
pub fn literal(value: &Value) -> Option<Literal> {
    match value {
        Value::String(text) => Some(Literal::String(text.clone())),
        Value::Number(number) => Some(Literal::Number(number.to_string())),
        Value::Bool(value) => Some(Literal::Boolean(*value)),
        _ => None,
    }
}
