//! Outputs: short descriptions, and names of exports that are known before any resource is.
//!
//! That exports are unique and not too long is checked where those that stackgen adds are known.
use super::Report;
use crate::node::{Node, Object};

/// CloudFormation's limit for an output's description.
const DESCRIPTION_BYTES: usize = 1024;

pub(super) fn check(body: &Object, report: &mut Report<'_>) {
    let bytes = body.get("Description").and_then(Node::as_text).unwrap_or_default().len();
    if bytes > DESCRIPTION_BYTES {
        let message = format!("{bytes} bytes of description; CloudFormation takes {DESCRIPTION_BYTES}");
        report.add("/Description", message, Some("shorten it".to_owned()));
    }
    if body.get("Value").is_none() {
        report.add("/Value", "an output has a value", None);
    }
    if let Some(name) = body.get("Export").and_then(Node::as_object).and_then(|export| export.get("Name")) {
        if name.as_text() == Some("") {
            report.add("/Export/Name", "an export has a name", None);
        }
        export_name(name, report);
    }
}

/// Literal pieces have the right letters, and nothing is read from a resource: CloudFormation wants the name before it makes
/// any, and other stacks need one that stays.
fn export_name(name: &Node, report: &mut Report<'_>) {
    match name {
        Node::Text(text) => spelled(text, report),
        Node::List(pieces) | Node::Concat(pieces) => pieces.iter().for_each(|piece| export_name(piece, report)),
        Node::Call("Fn::Join", argument) => export_name(argument, report),
        Node::Call("Fn::Sub", argument) => match &**argument {
            Node::List(parts) => sub(parts.first(), parts.get(1), report),
            template => sub(Some(template), None, report),
        },
        other => known_early(other, report),
    }
}

/// Text inside other functions may be no part of the name, such as the separator of `Fn::Split`.
fn known_early(node: &Node, report: &mut Report<'_>) {
    match node {
        Node::Reference(reference) => known(&reference.id, report),
        Node::Call(_, argument) => known_early(argument, report),
        Node::List(items) => items.iter().for_each(|item| known_early(item, report)),
        Node::Object(object) => object.iter().for_each(|(_, node)| known_early(node, report)),
        _ => {}
    }
}

fn sub(template: Option<&Node>, values: Option<&Node>, report: &mut Report<'_>) {
    let given = values.and_then(Node::as_object);
    values.into_iter().for_each(|values| known_early(values, report));
    let mut pieces = template.and_then(Node::as_text).unwrap_or_default().split("${");
    pieces.next().into_iter().for_each(|literal| spelled(literal, report));
    for piece in pieces {
        let (name, literal) = piece.split_once('}').unwrap_or((piece, ""));
        if given.is_none_or(|values| values.get(name).is_none()) {
            known(name.split('.').next().unwrap_or_default(), report);
        }
        spelled(literal, report);
    }
}

fn known(id: &str, report: &mut Report<'_>) {
    if report.stack.resource(id).is_some() {
        let hint = "make it of literals, parameters and pseudo parameters such as `aws::stack_name()`";
        report.add(
            "/Export/Name",
            format!("the name of an export cannot come from a resource, `{id}`"),
            hint.to_owned(),
        );
    }
}

fn spelled(text: &str, report: &mut Report<'_>) {
    if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == ':' || letter == '-') {
        let hint = "use letters, digits, colons and hyphens".to_owned();
        report.add("/Export/Name", format!("`{text}` cannot stand in the name of an export"), hint);
    }
}
