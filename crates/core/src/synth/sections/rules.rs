//! Rules: at least one assertion, and parameters that there are.
use stackgen_schema::nearest;

use super::conditions::joined;
use super::{Report, calls};
use crate::node::{Node, Object};

pub(super) fn check(body: &Object, report: &mut Report<'_>) {
    match body.get("Assertions") {
        Some(Node::List(assertions)) if !assertions.is_empty() => {}
        _ => report.add("/Assertions", "a rule needs something to assert", Some("call `.assert(…)`".to_owned())),
    }
    for (key, node) in body.iter() {
        calls(node, &format!("/{key}"), &mut |path, function, argument| {
            joined(path, function, argument, report);
            if function == "Fn::ValueOf" {
                value_of(path, argument, report);
            }
        });
    }
}

fn value_of(path: &str, argument: &Node, report: &mut Report<'_>) {
    let texts = argument.texts();
    let [parameter, _] = texts.as_slice() else {
        return report.add(path, "Fn::ValueOf takes a parameter and an attribute", None);
    };
    let parameters = || report.stack.parameters.iter().map(|entry| &*entry.id);
    if !parameters().any(|id| id == *parameter) {
        let near = nearest(parameter, parameters()).map(|near| format!("did you mean `{near}`?"));
        report.add(path, format!("`{parameter}` is no parameter of this stack"), near);
    }
}
