//! `Fn::Sub`, which is a join of texts and references.
use serde_json::{Value as Json, json};

use super::Problem;
use super::conditions::Setting;

/// The `Fn::Join` that says the same.
pub(super) fn parts(argument: &Json, setting: &Setting<'_>) -> Result<Json, Problem> {
    let nothing = json!({});
    let (text, own) = match argument {
        Json::String(text) => (text, &nothing),
        Json::Array(items) => match items.as_slice() {
            [Json::String(text)] => (text, &nothing),
            [Json::String(text), own @ Json::Object(_)] => (text, own),
            _ => return Err(shape()),
        },
        _ => return Err(shape()),
    };
    let mut parts = Vec::new();
    for part in cut(text) {
        parts.push(match part {
            Part::Text(text) => Json::String(text),
            Part::Name(name) if own.get(&name).is_some() => own[&name].clone(),
            Part::Name(name) => reference(&name, setting)?,
        });
    }
    Ok(json!({ "Fn::Join": ["", parts] }))
}

fn shape() -> Problem {
    Problem(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first \
         argument, and an optional second argument to specify a mapping of values to replace in the string"
            .to_owned(),
    )
}

fn reference(name: &str, setting: &Setting<'_>) -> Result<Json, Problem> {
    if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | ':')) {
        return Err(Problem(
            "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, \
             periods, and colons"
                .to_owned(),
        ));
    }
    match name.split_once('.') {
        Some((id, attribute)) if setting.has_resource(id) => Ok(json!({ "Fn::GetAtt": [id, attribute] })),
        Some(_) => {
            Err(Problem(format!("Template error: instance of Fn::Sub references invalid resource attribute {name}")))
        }
        None => Ok(json!({ "Ref": name })),
    }
}

/// A part of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As it is.
    Text(String),
    /// What stands in `${…}`.
    Name(String),
}

/// The text and the names in it. `${!x}` is the text `${x}`, and so is what does not close.
pub(super) fn cut(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        plain.push_str(&rest[..start]);
        let name = &rest[start + 2..start + length];
        if let Some(literal) = name.strip_prefix('!') {
            plain.extend(["${", literal, "}"]);
        } else {
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Name(name.trim().to_owned()));
        }
        rest = &rest[start + length + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_names() {
        let text = |text: &str| Part::Text(text.to_owned());
        let name = |name: &str| Part::Name(name.to_owned());
        assert_eq!(cut("a${B}c${ D.E }"), [text("a"), name("B"), text("c"), name("D.E")]);
        assert_eq!(cut("${!A} $B ${AWS::Region}"), [text("${A} $B "), name("AWS::Region")]);
        assert_eq!(cut("plain"), [text("plain")]);
        assert_eq!(cut("x${open"), [text("x${open")]);
        assert_eq!(cut(""), []);
    }
}
