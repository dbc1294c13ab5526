//! `AWS::LanguageExtensions` unrolled: *Fn::ForEach* and *AWS::LanguageExtensions transform* in the template reference.
use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::conditions::Setting;
use super::functions::{Pass, call, has_call, text};
use super::outside::Place;
use super::{Problem, Template};
use crate::cloudformation::stack::Source;

/// How many entries loops may make.
const MOST: usize = 10_000;

/// The template with its loops unrolled.
pub(crate) fn expand<'t>(
    template: &'t Template,
    source: &Source,
    place: &Place<'_>,
) -> Result<Cow<'t, Template>, Problem> {
    let setting = Setting::new(template, source, place);
    if !setting.extended() {
        return Ok(Cow::Borrowed(template));
    }
    let mut left = MOST;
    let document = unroll(&template.document, &setting, &mut left)?;
    Ok(Cow::Owned(Template { document }))
}

/// The template as it is after its transforms, which it does not name any more: loops are unrolled, and the functions that the
/// extensions of the language add are answered as far as no resource is asked. Source: *AWS::LanguageExtensions transform*
/// ("updates any intrinsic function defined by the transform to its resolved value within the template").
pub(crate) fn processed(template: &Template, source: &Source, place: &Place<'_>) -> Result<Json, Problem> {
    let expanded = expand(template, source, place)?;
    let setting = Setting::new(&expanded, source, place);
    let mut document =
        if setting.extended() { answered(&expanded.document, &setting) } else { expanded.document.clone() };
    if let Some(sections) = document.as_object_mut() {
        sections.shift_remove("Transform");
    }
    Ok(document)
}

/// What cannot be answered stays as it is.
fn answered(value: &Json, setting: &Setting<'_>) -> Json {
    let is_extension = |name: &str, argument: &Json| match name {
        "Fn::Length" | "Fn::ToJsonString" => true,
        "Fn::FindInMap" => argument.as_array().is_some_and(|items| items.len() == 4 || items.iter().any(has_call)),
        _ => false,
    };
    if let Some((name, argument)) = call(value)
        && is_extension(name, argument)
    {
        let answer = Pass::Setting(setting).answer(value);
        return answer.ok().filter(|answer| !has_call(answer)).unwrap_or_else(|| value.clone());
    }
    match value {
        Json::Array(items) => items.iter().map(|item| answered(item, setting)).collect(),
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| {
                let value = match key.as_str() {
                    "DeletionPolicy" | "UpdateReplacePolicy" if has_call(value) => {
                        Pass::Setting(setting).answer(value).unwrap_or_else(|_| value.clone())
                    }
                    _ => answered(value, setting),
                };
                (key.clone(), value)
            };
            Json::Object(entries.iter().map(entry).collect())
        }
        scalar => scalar.clone(),
    }
}

fn unroll(value: &Json, setting: &Setting<'_>, left: &mut usize) -> Result<Json, Problem> {
    match value {
        Json::Array(items) => {
            items.iter().map(|item| unroll(item, setting, left)).collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Json::Object(entries) => {
            let mut unrolled = Map::new();
            for (key, value) in entries {
                if key.starts_with("Fn::ForEach::") {
                    turn(key, value, setting, left, &mut unrolled)?;
                } else {
                    unrolled.insert(key.clone(), unroll(value, setting, left)?);
                }
            }
            Ok(Json::Object(unrolled))
        }
        scalar => Ok(scalar.clone()),
    }
}

fn turn(
    key: &str,
    value: &Json,
    setting: &Setting<'_>,
    left: &mut usize,
    unrolled: &mut Map<String, Json>,
) -> Result<(), Problem> {
    let wrong = || Problem(format!("Template format error: {key} requires an identifier, a collection and an output"));
    let Some([Json::String(name), collection, Json::Object(body)]) = value.as_array().map(Vec::as_slice) else {
        return Err(wrong());
    };
    let collection = Pass::Setting(setting).answer(collection)?;
    for item in collection.as_array().ok_or_else(wrong)? {
        let item = item.as_array().map_or(std::slice::from_ref(item), Vec::as_slice);
        for item in item.iter().filter_map(text) {
            *left = left
                .checked_sub(1)
                .ok_or_else(|| Problem(format!("Template error: loops make more than {MOST} entries")))?;
            let body = substitute(&Json::Object(body.clone()), name, &item);
            if let Json::Object(entries) = unroll(&body, setting, left)? {
                unrolled.extend(entries);
            }
        }
    }
    Ok(())
}

/// Puts an item where its name stands: `${Name}`, `&{Name}` without what is not a letter or digit, and `Ref`.
fn substitute(value: &Json, name: &str, item: &str) -> Json {
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    let put = |text: &str| text.replace(&format!("${{{name}}}"), item).replace(&format!("&{{{name}}}"), &plain);
    match value {
        Json::String(text) => Json::String(put(text)),
        Json::Array(items) => items.iter().map(|value| substitute(value, name, item)).collect(),
        Json::Object(entries) if entries.len() == 1 && entries.get("Ref").and_then(Json::as_str) == Some(name) => {
            Json::String(item.to_owned())
        }
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| (put(key), substitute(value, name, item));
            Json::Object(entries.iter().map(entry).collect())
        }
        scalar => scalar.clone(),
    }
}
