//! Finds what a template value refers to.
use serde_json::{Map, Value};

use super::model::{How, Link};
use super::words::{Words, sub_names};

/// Something that a value refers to.
pub(super) enum Target {
    /// A logical id or parameter of the same stack.
    Local(String),
    /// The name of an export.
    Export(String),
    /// An output of another stack.
    Output { stack: String, output: String },
}

/// A reference and where it stands.
pub(super) struct Mention {
    pub(super) target: Target,
    pub(super) link: Link,
}

/// All references in a value, in its order. `at` is the path of the value.
pub(super) fn mentions(value: &Value, at: &str, words: &Words<'_>) -> Vec<Mention> {
    let mut found = Vec::new();
    walk(value, at, words, &mut found);
    found
}

fn walk(value: &Value, at: &str, words: &Words<'_>, found: &mut Vec<Mention>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{at}/{index}"), words, found);
            }
        }
        Value::Object(fields) => match only(fields) {
            Some((name, argument)) if call(name, argument, at, words, found) => {}
            Some((name, argument)) if name.starts_with("Fn::") => inside(argument, at, words, found),
            _ => fields.iter().for_each(|(key, field)| walk(field, &format!("{at}/{key}"), words, found)),
        },
        _ => {}
    }
}

fn only(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut fields = fields.iter();
    let (name, argument) = fields.next()?;
    fields.next().is_none().then_some((name.as_str(), argument))
}

/// The argument of an intrinsic is no part of the path: people look for the property.
fn inside(value: &Value, at: &str, words: &Words<'_>, found: &mut Vec<Mention>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| inside(item, at, words, found)),
        other => walk(other, at, words, found),
    }
}

/// Reads an intrinsic; `false` if it is none that refers by itself.
fn call(name: &str, argument: &Value, at: &str, words: &Words<'_>, found: &mut Vec<Mention>) -> bool {
    let mut push = |how, target| found.push(Mention { target, link: Link { how, at: at.to_owned() } });
    match (name, argument) {
        ("Ref", Value::String(id)) => push(How::Ref, Target::Local(id.clone())),
        ("Fn::GetAtt", Value::String(text)) => {
            let id = text.split('.').next().unwrap_or_default();
            push(How::GetAtt, Target::Local(id.to_owned()));
        }
        ("Fn::GetAtt", Value::Array(parts)) if parts.first().is_some_and(Value::is_string) => {
            let id = parts[0].as_str().unwrap_or_default();
            push(How::GetAtt, Target::Local(id.to_owned()));
        }
        ("Fn::ImportValue", name) => push(How::Import, Target::Export(words.text_or_json(name))),
        ("Fn::GetStackOutput", Value::Object(fields)) => {
            let field = |key: &str| fields.get(key).map(|value| words.text_or_json(value)).unwrap_or_default();
            push(How::StackOutput, Target::Output { stack: field("StackName"), output: field("OutputName") });
        }
        ("Fn::Sub", Value::String(text)) => sub(text, None, at, found),
        ("Fn::Sub", Value::Array(parts)) => {
            let given = parts.get(1);
            sub(parts.first().and_then(Value::as_str).unwrap_or_default(), given, at, found);
            given.into_iter().for_each(|given| walk(given, at, words, found));
        }
        _ => return false,
    }
    true
}

fn sub(text: &str, given: Option<&Value>, at: &str, found: &mut Vec<Mention>) {
    for name in sub_names(text) {
        if given.is_some_and(|given| given.get(name).is_some()) {
            continue;
        }
        let id = name.split('.').next().unwrap_or_default().to_owned();
        found.push(Mention { target: Target::Local(id), link: Link { how: How::Sub, at: at.to_owned() } });
    }
}
