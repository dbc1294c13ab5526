//! Templates as YAML for people: short tags, short arguments on one line, boot scripts as they are.
//!
//! Everything that a YAML 1.1 or 1.2 reader would take for a number, a boolean or a date is quoted ([`scalar`]). No text is
//! ever folded, so that a changed word is one changed line in a review. Reading the YAML back gives the template again.
//! Why it is not left to a library: `docs/decisions/004-yaml.md`.
mod scalar;

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

/// Arguments of a function are written on one line up to this column.
const WIDTH: usize = 80;
/// Readers take keys of up to 1024 characters as they stand; longer ones need a `?` before them.
const LONGEST_PLAIN_KEY: usize = 1000;

/// The functions whose short form AWS documents. `Fn::Transform` and `Fn::GetStackOutput` are missing because AWS refuses
/// short forms inside of theirs, `Condition` because it is also an ordinary name.
const SHORT: [&str; 14] = [
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Not",
    "Fn::Or",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
];

/// Writes a template, in the order in which it is.
pub fn to_yaml(template: &Json) -> String {
    let mut yaml = Yaml(String::new());
    match template {
        Json::Object(fields) if !fields.is_empty() => {
            for (name, section) in fields {
                yaml.blank_line();
                yaml.key(name, 0);
                match section {
                    Json::Object(resources) if name == "Resources" && !resources.is_empty() => {
                        yaml.resources(resources);
                    }
                    _ => yaml.value(section, 2),
                }
            }
        }
        other => yaml.value(other, 0),
    }
    yaml.0.trim_start().to_owned()
}

struct Yaml(String);

impl Yaml {
    fn resources(&mut self, resources: &Map<String, Json>) {
        self.0.push('\n');
        for (at, (id, resource)) in resources.iter().enumerate() {
            if at > 0 {
                self.blank_line();
            }
            self.indent(2);
            self.key(id, 2);
            self.value(resource, 4);
        }
    }

    /// A text that ends in empty lines would swallow one more, so there is none after it.
    fn blank_line(&mut self) {
        if !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    fn indent(&mut self, by: usize) {
        self.0.extend(std::iter::repeat_n(' ', by));
    }

    fn key(&mut self, name: &str, indent: usize) {
        let name = scalar::text(name, false);
        if name.chars().count() > LONGEST_PLAIN_KEY {
            self.0.push_str("? ");
            self.0.push_str(&name);
            self.0.push('\n');
            self.indent(indent);
        } else {
            self.0.push_str(&name);
        }
        self.0.push(':');
    }

    /// What comes after a key or a dash; lines of its own begin at `indent`.
    fn value(&mut self, value: &Json, indent: usize) {
        if let Some(line) = self.one_line(value) {
            self.0.push(' ');
            self.0.push_str(&line);
            self.0.push('\n');
            return;
        }
        let (tag, value) = short_form(value).unwrap_or((String::new(), Cow::Borrowed(value)));
        if !tag.is_empty() {
            self.0.push(' ');
            self.0.push_str(&tag);
        }
        match &*value {
            Json::String(text) => scalar::literal(text, indent, &mut self.0),
            _ => {
                self.0.push('\n');
                self.indent(indent);
                self.block(&value, indent);
            }
        }
    }

    /// A list or an object whose first line is indented already.
    fn block(&mut self, value: &Json, indent: usize) {
        match value {
            Json::Object(fields) => {
                for (at, (name, field)) in fields.iter().enumerate() {
                    if at > 0 {
                        self.indent(indent);
                    }
                    self.key(name, indent);
                    self.value(field, indent + 2);
                }
            }
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.indent(indent);
                    }
                    self.0.push('-');
                    self.item(item, indent + 2);
                }
            }
            _ => unreachable!("the caller wrote scalars"),
        }
    }

    /// What comes after a dash: unlike after a key, a list or an object begins on the same line.
    fn item(&mut self, item: &Json, indent: usize) {
        let is_scalar = !matches!(item, Json::Object(_) | Json::Array(_));
        if is_scalar || short_form(item).is_some() || self.one_line(item).is_some() {
            self.value(item, indent);
        } else {
            self.0.push(' ');
            self.block(item, indent);
        }
    }

    fn one_line(&self, value: &Json) -> Option<String> {
        let Some((tag, argument)) = short_form(value) else { return scalar(value, false) };
        if argument.as_array().is_none_or(Vec::is_empty) {
            return Some(format!("{tag} {}", scalar(&argument, false)?));
        }
        let line = format!("{tag} {}", flow(&argument)?);
        let used = self.0.len() - self.0.rfind('\n').map_or(0, |end| end + 1);
        (used + 1 + line.chars().count() <= WIDTH).then_some(line)
    }
}

/// An argument between brackets, unless something in it needs lines of its own.
fn flow(value: &Json) -> Option<String> {
    if let Some((tag, argument)) = short_form(value) {
        return Some(format!("{tag} {}", flow(&argument)?));
    }
    match value {
        Json::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(flow).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        other => scalar(other, true),
    }
}

/// A value that never needs more than one line.
fn scalar(value: &Json, in_flow: bool) -> Option<String> {
    match value {
        Json::Null => Some("null".to_owned()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(scalar::number(number)),
        Json::String(text) if scalar::is_literal(text) => None,
        Json::String(text) => Some(scalar::text(text, in_flow)),
        Json::Array(items) => items.is_empty().then(|| "[]".to_owned()),
        Json::Object(fields) => fields.is_empty().then(|| "{}".to_owned()),
    }
}

/// The tag and the argument of a function call. A node can carry one tag, so the outer of two calls keeps its long form; so
/// does a call with any other object.
fn short_form(value: &Json) -> Option<(String, Cow<'_, Json>)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, argument) = fields.iter().next()?;
    match (name.as_str(), argument) {
        ("Ref", Json::String(_)) => Some(("!Ref".to_owned(), Cow::Borrowed(argument))),
        ("Fn::GetAtt", _) => Some(("!GetAtt".to_owned(), Cow::Owned(Json::String(attribute_path(argument)?)))),
        (name, Json::String(_) | Json::Array(_)) if SHORT.contains(&name) => {
            Some((format!("!{}", &name["Fn::".len()..]), Cow::Borrowed(argument)))
        }
        _ => None,
    }
}

/// `Id.Attribute`, if nothing is lost by writing it as one text.
fn attribute_path(argument: &Json) -> Option<String> {
    let parts = argument.as_array()?;
    let [Json::String(id), Json::String(attribute)] = parts.as_slice() else { return None };
    (!id.contains('.')).then(|| format!("{id}.{attribute}"))
}
