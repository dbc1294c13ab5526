//! How `DescribeChangeSet` writes values.
use serde_json::{Map, Value as Json};

use crate::cloudformation::stack::Source;
use crate::cloudformation::template::text;

/// The state of a resource as text: scalars are texts. Source: contexts in public transcripts of `DescribeChangeSet` with
/// property values.
pub(super) fn context(state: &Json, source: &Source) -> Json {
    Json::String(mask(&texts(state).to_string(), source))
}

/// One value as text.
pub(super) fn value(value: &Json, source: &Source) -> Json {
    Json::String(mask(&text(value).unwrap_or_else(|| texts(value).to_string()), source))
}

fn texts(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(texts).collect(),
        Json::Object(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.clone(), texts(value))).collect::<Map<_, _>>())
        }
        scalar => text(scalar).map_or(Json::Null, Json::String),
    }
}

/// Hides what was given for parameters with `NoEcho`.
fn mask(shown: &str, source: &Source) -> String {
    let secrets = source.parameters.values().filter(|parameter| parameter.no_echo && !parameter.value.is_empty());
    secrets.fold(shown.to_owned(), |shown, secret| shown.replace(&secret.value, "****"))
}
