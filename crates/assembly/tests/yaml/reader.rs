//! Reads YAML with short tags back into JSON, through a library that shares nothing with the writer.
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json, json};
use serde_yaml::Tagged;

/// The JSON that a YAML text stands for.
pub fn read(yaml: &str) -> Json {
    let Tagged(Untyped(value), tag) = serde_yaml::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    untag(value, tag)
}

/// The same JSON where a function can be written in two ways.
pub fn normal(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(normal).collect(),
        Json::Object(fields) => match (fields.len(), fields.get("Fn::GetAtt")) {
            (1, Some(Json::Array(parts))) => match parts.as_slice() {
                [Json::String(id), Json::String(name)] if !id.contains('.') => {
                    json!({"Fn::GetAtt": format!("{id}.{name}")})
                }
                parts => json!({"Fn::GetAtt": parts.iter().map(normal).collect::<Json>()}),
            },
            _ => fields.iter().map(|(name, field)| (name.clone(), normal(field))).collect(),
        },
        Json::Number(number) => number.as_i64().map_or_else(|| json!(number.as_f64()), |integer| json!(integer)),
        other => other.clone(),
    }
}

fn untag(value: Json, tag: Option<String>) -> Json {
    match tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
        None => value,
        Some("Ref") => json!({"Ref": value}),
        Some(function) => json!({format!("Fn::{function}"): value}),
    }
}

struct Untyped(Json);

impl<'de> Deserialize<'de> for Untyped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Untyped)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("YAML")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(json!(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(json!(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(json!(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(json!(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(json!(text))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Any)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Tagged(Untyped(item), tag)) = items.next_element()? {
            list.push(untag(item, tag));
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some((name, Tagged(Untyped(value), tag))) = fields.next_entry::<String, Tagged<Untyped>>()? {
            object.insert(name, untag(value, tag));
        }
        Ok(Json::Object(object))
    }
}
