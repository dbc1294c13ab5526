//! The actions and resources that a statement names.
use super::Form;
use crate::context::Context;
use crate::document::{Node, Value};
use crate::report::Report;
use crate::template::{Scenario, call};

pub(super) fn texts<'t>(context: &Context<'t>, name: &str, node: Node<'t>, form: &Form, report: &mut Report<'_>) {
    let arns = form.strict && name.ends_with("Resource");
    match node.value() {
        Value::Scalar(_) => text(name, node, arns, report),
        Value::Map => report.at(node, || format!("`{name}` is a text or a list of texts; this is a map")),
        Value::List if node.items().len() == 0 && name.ends_with("Action") => {
            report.at(node, || format!("`{name}` is empty; it names at least one action"));
        }
        Value::List => {
            for item in node.items().flat_map(|item| context.template.branches(item, &Scenario::default())) {
                if call(item.node).is_none() {
                    text(name, item.node, arns, report);
                }
            }
        }
    }
}

fn text(name: &str, node: Node<'_>, arn: bool, report: &mut Report<'_>) {
    match node.any_text() {
        None => report.at(node, || format!("an item of `{name}` is a text; this is none")),
        Some(text) if arn && !is_arn(text) && !text.contains("{{resolve:") => {
            let hint = if text.contains("${") { "; `${…}` takes `Fn::Sub`" } else { "" };
            report.at(node, || format!("`{text}` is neither an ARN nor `*`{hint}"));
        }
        Some(_) => {}
    }
}

/// Whether a text is an ARN, or a pattern of some, as IAM takes it for a resource.
fn is_arn(text: &str) -> bool {
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let partition = |text: &str| text == "*" || text.strip_prefix("aws").is_some_and(letters);
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    match fields.as_slice() {
        ["*"] => true,
        ["arn", of, service, _] => partition(of) && !service.is_empty(),
        ["arn", of, service, _, account, rest] => {
            let account = matches!(*account, "" | "*" | "aws") || digits(account);
            partition(of) && !service.is_empty() && account && !rest.is_empty()
        }
        _ => false,
    }
}
