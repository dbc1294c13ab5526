//! Properties in the kinds that their type wants.
//!
//! CloudFormation takes `"8"` for a number and `true` for a text, because parameters and functions give text only.
use serde_json::{Map, Number, Value as Json};
use stackgen_schema::{Facts, Kind, Shape};

use super::functions::text;

/// The properties of a resource of a type. What does not fit stays as it is.
pub(super) fn coerce(type_name: &str, properties: Json) -> Json {
    let facts = Facts::embedded();
    match (facts.resource(type_name), properties) {
        (Some(resource), Json::Object(entries)) => Json::Object(object(&facts.shape(resource.properties), entries)),
        (_, properties) => properties,
    }
}

fn object(shape: &Shape, entries: Map<String, Json>) -> Map<String, Json> {
    let entry = |(name, value): (String, Json)| {
        let property = shape.properties.binary_search_by(|property| property.name.as_str().cmp(&name));
        let value = match property {
            Ok(index) => one(&shape.properties[index].kind, value),
            Err(_) => value,
        };
        (name, value)
    };
    entries.into_iter().map(entry).collect()
}

fn one(kind: &Kind, value: Json) -> Json {
    match (kind, value) {
        (Kind::String, value @ (Json::Number(_) | Json::Bool(_))) => Json::String(text(&value).unwrap_or_default()),
        (Kind::Integer | Kind::Number, Json::String(text)) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Json::Number(number.into()),
            (_, Ok(number)) => Number::from_f64(number).map_or(Json::String(text), Json::Number),
            _ => Json::String(text),
        },
        (Kind::Boolean, Json::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ => Json::String(text),
        },
        (Kind::List(kind), Json::Array(items)) => items.into_iter().map(|item| one(kind, item)).collect(),
        (Kind::Map(kind), Json::Object(entries)) => {
            Json::Object(entries.into_iter().map(|(name, value)| (name, one(kind, value))).collect())
        }
        (Kind::Tag, Json::Object(entries)) => {
            Json::Object(entries.into_iter().map(|(name, value)| (name, one(&Kind::String, value))).collect())
        }
        (Kind::Object(shape), Json::Object(entries)) => Json::Object(object(&Facts::embedded().shape(*shape), entries)),
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_become_what_the_type_wants() {
        let given = json!({"Size": "20", "Encrypted": "true", "AvailabilityZone": 1, "Tags": [{"Key": "a", "Value": 2}], "X": "1"});
        let wanted = json!({"Size": 20, "Encrypted": true, "AvailabilityZone": "1", "Tags": [{"Key": "a", "Value": "2"}], "X": "1"});
        assert_eq!(coerce("AWS::EC2::Volume", given), wanted);
        let given = json!({"SecurityGroupIngress": [{"FromPort": "443"}]});
        assert_eq!(coerce("AWS::EC2::SecurityGroup", given), json!({"SecurityGroupIngress": [{"FromPort": 443}]}));
    }
}
