//! Values in messages.
use crate::document::{Node, Scalar, ScalarKind, Value};

/// Longer text is cut in messages.
const LONGEST: usize = 40;

/// A value as a message names it.
pub(super) fn value(node: Node<'_>) -> String {
    match node.value() {
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Text => format!("the text `{}`", short(&scalar.text)),
        Value::Scalar(scalar) => plain(scalar),
        Value::List => "a list".to_owned(),
        Value::Map => "a map".to_owned(),
    }
}

fn plain(scalar: &Scalar) -> String {
    format!("{} ({})", scalar.kind_name(), short(&scalar.text))
}

fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > LONGEST { line.chars().take(LONGEST).chain(['…']).collect() } else { line.to_owned() }
}
