//! `AWS::Include`: pieces of templates from buckets. Source: *AWS::Include transform* in the template reference.
use serde_json::{Map, Value as Json};

use super::conditions::Setting;
use super::functions::Pass;
use super::outside::Place;
use super::{Template, text};
use crate::cloudformation::stack::Source;
use crate::wire::ApiError;
use crate::world::World;

/// The macro.
pub const INCLUDE: &str = "AWS::Include";
const CALL: &str = "Fn::Transform";

/// The template with its pieces in their places; nothing if it asks for none.
///
/// # Errors
///
/// If a piece is not there or is none.
pub fn include(
    world: &World,
    template: &Template,
    source: &Source,
    place: &Place<'_>,
) -> Result<Option<Template>, ApiError> {
    let whole = whole(template);
    if whole.is_empty() && !has_call(&template.document) {
        return Ok(None);
    }
    let setting = Setting::new(template, source, place);
    let pieces = Pieces { world, setting: &setting };
    let mut document = pieces.placed(&template.document)?;
    if let Some(sections) = document.as_object_mut() {
        let rest = others(&template.document["Transform"]);
        sections.shift_remove("Transform");
        if !rest.is_empty() {
            sections.insert("Transform".to_owned(), Json::Array(rest));
        }
        for parameters in whole {
            merge(sections, pieces.piece(parameters)?);
        }
    }
    if has_call(&document) {
        return Err(failed("A piece cannot call transforms itself."));
    }
    Ok(Some(Template { document }))
}

/// What AWS says of a piece that cannot be had, as far as it is known: the wording is from memory.
fn failed(why: &str) -> ApiError {
    ApiError::validation(format!("Transform {INCLUDE} failed with: {why}"))
}

/// The parameters of the includes in the section `Transform`.
fn whole(template: &Template) -> Vec<&Json> {
    let listed = match &template.document["Transform"] {
        Json::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    listed.into_iter().filter(|it| it["Name"] == INCLUDE).map(|it| &it["Parameters"]).collect()
}

/// What the section `Transform` asks for beside.
fn others(section: &Json) -> Vec<Json> {
    let listed = match section {
        Json::Array(items) => items.clone(),
        Json::Null => Vec::new(),
        one => vec![one.clone()],
    };
    listed.into_iter().filter(|it| it["Name"] != INCLUDE && it != INCLUDE).collect()
}

fn has_call(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().any(has_call),
        Json::Object(entries) => entries.contains_key(CALL) || entries.values().any(has_call),
        _ => false,
    }
}

struct Pieces<'s> {
    world: &'s World,
    setting: &'s Setting<'s>,
}

impl Pieces<'_> {
    fn placed(&self, value: &Json) -> Result<Json, ApiError> {
        Ok(match value {
            Json::Array(items) => items.iter().map(|item| self.placed(item)).collect::<Result<_, _>>()?,
            Json::Object(entries) => {
                let mut placed = Map::new();
                for (key, value) in entries {
                    match called(key, value) {
                        Some(parameters) => merge(&mut placed, self.piece(parameters)?),
                        None => drop(placed.insert(key.clone(), self.placed(value)?)),
                    }
                }
                Json::Object(placed)
            }
            scalar => scalar.clone(),
        })
    }

    /// A piece is entries of an object, in YAML or JSON.
    fn piece(&self, parameters: &Json) -> Result<Map<String, Json>, ApiError> {
        let location = Pass::Setting(self.setting).answer(&parameters["Location"])?;
        let Some(location) = text(&location) else {
            return Err(failed("The location parameter is not a valid S3 uri."));
        };
        let body = crate::s3::template(self.world, &location).map_err(|error| failed(&error.message))?;
        match Template::parse(&body) {
            Ok(Template { document: Json::Object(entries) }) => Ok(entries),
            _ => Err(failed("The specified S3 object's content should be valid Yaml/JSON")),
        }
    }
}

/// The parameters of a call of the macro.
fn called<'j>(key: &str, value: &'j Json) -> Option<&'j Json> {
    (key == CALL && value["Name"] == INCLUDE).then(|| &value["Parameters"])
}

/// Entries of a piece beside those that are there; objects of the same name become one.
fn merge(entries: &mut Map<String, Json>, piece: Map<String, Json>) {
    for (key, value) in piece {
        match (entries.get_mut(&key), value) {
            (Some(Json::Object(old)), Json::Object(new)) => merge(old, new),
            (_, value) => drop(entries.insert(key, value)),
        }
    }
}

/// The names of the macros that are called inside a template.
pub(super) fn calls<'j>(value: &'j Json, names: &mut Vec<&'j str>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| calls(item, names)),
        Json::Object(entries) => {
            for (key, value) in entries {
                match value["Name"].as_str() {
                    Some(name) if key == CALL => names.push(name),
                    _ => calls(value, names),
                }
            }
        }
        _ => {}
    }
}
