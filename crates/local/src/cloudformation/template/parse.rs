//! From text to data.
use std::sync::LazyLock;

use serde_json::{Map, Number, Value as Json};
use stackgen_lint::document::{Node, Scalar, ScalarKind, Value, read};

use super::{Template, include};
use crate::wire::ApiError;

/// How many bytes a template may have, however it is sent. Source: *Understand CloudFormation quotas*.
const LARGEST: usize = 1_000_000;

impl Template {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    ///
    /// If it is neither or too large, or has what CloudFormation does not take: aliases and null.
    pub fn parse(body: &str) -> Result<Template, ApiError> {
        if body.len() > LARGEST {
            return Err(ApiError::validation(format!("Template may not exceed {LARGEST} bytes in size.")));
        }
        let document = read(body).map_err(|error| not_well_formed(body, &error))?;
        if !document.aliases.is_empty() {
            let message = "Template error: YAML aliases are not allowed in CloudFormation templates";
            return Err(ApiError::validation(message));
        }
        if !document.root().is_map() {
            return Err(format_error("unsupported structure."));
        }
        Ok(Template { document: convert(document.root())? })
    }

    /// A section that is a map; empty if it is not there.
    pub(crate) fn section(&self, name: &str) -> &Map<String, Json> {
        static NOTHING: LazyLock<Map<String, Json>> = LazyLock::new(Map::new);
        self.document.get(name).and_then(Json::as_object).unwrap_or(&NOTHING)
    }

    /// The transforms that it asks for, as a whole or inside.
    #[must_use]
    pub fn transforms(&self) -> Vec<&str> {
        let listed = match self.document.get("Transform") {
            Some(Json::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let mut names: Vec<&str> =
            listed.iter().filter_map(|it| it.as_str().or_else(|| it.get("Name")?.as_str())).collect();
        include::calls(&self.document, &mut names);
        names
    }
}

/// A refusal of the template's form.
pub(super) fn format_error(message: impl std::fmt::Display) -> ApiError {
    ApiError::validation(format!("Template format error: {message}"))
}

fn not_well_formed(body: &str, error: &stackgen_lint::document::ReadError) -> ApiError {
    let (language, line, column) = match serde_json::from_str::<serde::de::IgnoredAny>(body) {
        // AWS counts what it has read, the wrong letter included (recorded by localstack/localstack).
        Err(error) if body.trim_start().starts_with('{') => ("JSON", error.line(), error.column() + 1),
        _ => ("YAML", error.position.line as usize, error.position.column as usize),
    };
    format_error(format!("{language} not well-formed. (line {line}, column {column})"))
}

fn convert(node: Node<'_>) -> Result<Json, ApiError> {
    match node.value() {
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => {
            Err(ApiError::validation(format!("[/{}] 'null' values are not allowed in templates", node.path())))
        }
        Value::Scalar(scalar) => Ok(plain(scalar)),
        Value::List => node.items().map(convert).collect::<Result<Vec<_>, _>>().map(Json::Array),
        Value::Map => {
            let entry = |entry: stackgen_lint::document::Entry<'_>| Ok((entry.key.text.clone(), convert(entry.value)?));
            node.entries().map(entry).collect::<Result<Map<_, _>, _>>().map(Json::Object)
        }
    }
}

/// Numbers and flags stay what they are; a date is text.
fn plain(scalar: &Scalar) -> Json {
    let text = || Json::String(scalar.text.clone());
    match scalar.kind {
        ScalarKind::Boolean(flag) => Json::Bool(flag),
        ScalarKind::Integer => scalar.integer().map_or_else(text, |number| Json::Number(number.into())),
        ScalarKind::Float => scalar.number().and_then(Number::from_f64).map_or_else(text, Json::Number),
        ScalarKind::Null | ScalarKind::Date | ScalarKind::Text => text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml =
            Template::parse("A: !Sub ${B}\nC: !GetAtt x.y.z\nD: [1, yes, 2010-09-09, 1.5, '1']\n").expect("it is YAML");
        let json =
            r#"{"A": {"Fn::Sub": "${B}"}, "C": {"Fn::GetAtt": ["x", "y.z"]}, "D": [1, true, "2010-09-09", 1.5, "1"]}"#;
        assert_eq!(yaml, Template::parse(json).expect("it is JSON"));
    }

    #[test]
    fn what_is_no_template_is_refused_in_the_words_of_aws() {
        let refused = |body: &str| Template::parse(body).expect_err(body).message;
        assert_eq!(refused("{\"A\": "), "Template format error: JSON not well-formed. (line 1, column 7)");
        assert!(refused("A: [").starts_with("Template format error: YAML not well-formed. (line 1, column "));
        assert_eq!(refused("[]"), "Template format error: unsupported structure.");
        assert_eq!(refused("A:\n  B:\n"), "[/A/B] 'null' values are not allowed in templates");
        assert_eq!(
            refused("A: &x 1\nB: *x\n"),
            "Template error: YAML aliases are not allowed in CloudFormation templates"
        );
        assert_eq!(refused(&"#".repeat(LARGEST + 1)), "Template may not exceed 1000000 bytes in size.");
    }
}
