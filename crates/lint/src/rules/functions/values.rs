//! What values and references are, in the types of templates.
use stackgen_schema::{Kind, TypeSet, nearest};

use crate::document::{Node, ScalarKind, Value};
use crate::rules::structure::parameter_types;
use crate::template::{Call, Template};

const ALL: [(TypeSet, &str); 6] = [
    (TypeSet::STRING, "text"),
    (TypeSet::INTEGER, "a whole number"),
    (TypeSet::NUMBER, "a number"),
    (TypeSet::BOOLEAN, "true or false"),
    (TypeSet::ARRAY, "a list"),
    (TypeSet::OBJECT, "a map"),
];

/// The types in words.
pub(super) fn names(types: TypeSet) -> String {
    let names: Vec<&str> = ALL.iter().filter(|(one, _)| types.contains(*one)).map(|(_, name)| *name).collect();
    names.join(" or ")
}

/// Whether any type is in both.
pub(super) fn overlap(one: TypeSet, other: TypeSet) -> bool {
    ALL.iter().any(|(it, _)| one.contains(*it) && other.contains(*it))
}

/// The value of a whole number, also of one in quotes.
pub(super) fn whole(node: Node<'_>) -> Option<i128> {
    let scalar = node.scalar()?;
    match scalar.kind {
        ScalarKind::Integer => scalar.integer().map(i128::from),
        ScalarKind::Text => scalar.text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether a value that is written out has one of the types.
pub(super) fn is(node: Node<'_>, types: TypeSet) -> bool {
    match node.value() {
        Value::List => types.contains(TypeSet::ARRAY),
        Value::Map => types.contains(TypeSet::OBJECT),
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => false,
        Value::Scalar(scalar) => {
            let flag = matches!(scalar.kind, ScalarKind::Boolean(_));
            let word = scalar.text.eq_ignore_ascii_case("true") || scalar.text.eq_ignore_ascii_case("false");
            types.contains(TypeSet::STRING)
                || (types.contains(TypeSet::BOOLEAN) && (flag || word))
                || (types.contains(TypeSet::INTEGER) && (whole(node).is_some() || scalar.kind == ScalarKind::Float))
                || (types.contains(TypeSet::NUMBER) && !flag && scalar.text.trim().parse::<f64>().is_ok())
        }
    }
}

const SCALARS: [TypeSet; 4] = [TypeSet::STRING, TypeSet::INTEGER, TypeSet::NUMBER, TypeSet::BOOLEAN];

/// Whether `Ref` of this name gives a list where none is wanted, or none where one is.
pub(super) fn reference_is_wrong(template: &Template<'_>, name: &str, types: TypeSet) -> bool {
    if types.is_any() || name == "AWS::NoValue" {
        return false;
    }
    let (scalar, list) = (SCALARS.iter().any(|it| types.contains(*it)), types.contains(TypeSet::ARRAY));
    if let Some(parameter) = template.parameter(name) {
        let is_list = parameter.kind.list && parameter_types::is_known(parameter.kind);
        let is_scalar = !parameter.kind.list && parameter_types::is_known(parameter.kind);
        return if scalar { !list && !is_scalar } else { !is_list };
    }
    let is_list = name == "AWS::NotificationARNs";
    let known = is_list || name.starts_with("AWS::") || template.resource(name).is_some();
    known && if scalar { !list && is_list } else { !is_list || !list }
}

/// What an attribute is, if it is not what is wanted. Numbers and flags are taken from anything.
pub(super) fn attribute_is_wrong(
    template: &Template<'_>,
    name: &str,
    attribute: &str,
    types: TypeSet,
) -> Option<&'static str> {
    if types.is_any() || types.contains(TypeSet::INTEGER) || types.contains(TypeSet::BOOLEAN) {
        return None;
    }
    let returned = template.of_attribute(name, attribute)?;
    let (given, words) = match returned.kind {
        Kind::String => (TypeSet::STRING, "text"),
        Kind::Integer => (TypeSet::INTEGER, "a number"),
        Kind::Number => (TypeSet::NUMBER, "a number"),
        Kind::Boolean => (TypeSet::BOOLEAN, "a flag"),
        Kind::List(_) => (TypeSet::ARRAY, "a list"),
        Kind::Json | Kind::Tag | Kind::Map(_) | Kind::Object(_) => return None,
    };
    (!types.contains(given)).then_some(words)
}

/// The key that a mapping does not have, where all keys up to it are written out.
pub(super) fn missing_key<'t>(template: &Template<'t>, call: &Call<'t>) -> Option<(Node<'t>, String)> {
    if template.is_transformed() || call.argument.item(3).is_some() {
        return None;
    }
    let name = call.argument.item(0)?.text()?;
    let mut level = template.mappings.iter().find(|it| it.name == name)?.node;
    for item in call.argument.items().skip(1) {
        let key = item.any_text()?;
        if level.entries().any(|entry| entry.key.text == "Fn::Transform") {
            return None;
        }
        let Some(next) = level.get(key) else {
            let near = nearest(key, level.entries().map(|entry| entry.key.text.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Some((item, format!("the mapping `{name}` has no key `{key}` here{hint}")));
        };
        level = next;
    }
    None
}
