//! A policy, and the statements in it with their parts.
use std::collections::HashSet;

use super::{Form, condition, names, principal};
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::template::{Function, Scenario, call};

pub(super) fn document<'t>(context: &Context<'t>, node: Node<'t>, form: &Form, report: &mut Report<'_>) {
    if call(node).is_some() || node.scalar().is_some() || is_open(node) {
        return;
    }
    if !node.is_map() {
        return report.at(node, || "a policy is a map with `Version` and `Statement`; this is a list".to_owned());
    }
    for entry in node.entries() {
        match entry.key.text.as_str() {
            "Statement" | "Id" => {}
            "Version" => version(entry.value, report),
            name => report.at(entry.value, || format!("a policy has no `{name}`")),
        }
    }
    match node.get("Statement") {
        None => report.at(node, || "the policy has no `Statement`".to_owned()),
        Some(list) if list.is_map() || list.is_list() => statements(context, list, form, report),
        Some(list) => report.at(list, || "`Statement` is a statement or a list of them; this is neither".to_owned()),
    }
}

/// Whether a function or a macro makes more of a map than is shown.
fn is_open(node: Node<'_>) -> bool {
    node.entries().any(|entry| entry.key.text.starts_with("Fn::"))
}

fn version(node: Node<'_>, report: &mut Report<'_>) {
    if node.any_text().is_some_and(|text| text != "2012-10-17" && text != "2008-10-17") {
        report.at(node, || "the version of the policy language is `2012-10-17`".to_owned());
    }
}

fn statements<'t>(context: &Context<'t>, list: Node<'t>, form: &Form, report: &mut Report<'_>) {
    let mut ids = HashSet::new();
    for branch in context.template.branches(list, &Scenario::default()) {
        let items = if branch.node.is_list() { branch.node.items().collect() } else { vec![branch.node] };
        for item in items {
            for one in context.template.branches(item, &Scenario::default()) {
                statement(context, one.node, form, report);
            }
            let id = item.get("Sid").and_then(Node::text);
            if form.unique && id.is_some_and(|id| !ids.insert(id)) {
                report.at(branch.node, || format!("two statements have the `Sid` `{}`", id.unwrap_or_default()));
            }
        }
        ids.clear();
    }
}

fn statement<'t>(context: &Context<'t>, node: Node<'t>, form: &Form, report: &mut Report<'_>) {
    if call(node).is_some() || is_open(node) {
        return;
    }
    if !node.is_map() {
        return report.at(node, || "a statement is a map with `Effect`; this is none".to_owned());
    }
    let mut pairs = vec![("Action", "NotAction")];
    pairs.extend(form.resource.then_some(("Resource", "NotResource")));
    pairs.extend(form.principal.then_some(("Principal", "NotPrincipal")));
    for entry in node.entries() {
        let name = entry.key.text.as_str();
        // ECR takes a resource without need; a role's trust takes none.
        let known = matches!(name, "Sid" | "Effect" | "Condition") || (name == "Resource" && form.may_have_resource);
        if known || pairs.iter().any(|(one, other)| name == *one || name == *other) {
            part(context, name, entry.value, form, report);
        } else {
            report.at(entry.value, || format!("a statement of this policy has no `{name}`"));
        }
    }
    for (one, other) in pairs {
        match (node.get(one), node.get(other)) {
            (None, None) => report.at(node, || format!("the statement has neither `{one}` nor `{other}`")),
            (Some(first), Some(second)) if !may_be_absent(first) && !may_be_absent(second) => {
                for node in [first, second] {
                    report.at(node, || format!("the statement has both `{one}` and `{other}`"));
                }
            }
            _ => {}
        }
    }
    if node.get("Effect").is_none() {
        report.at(node, || "the statement has no `Effect`".to_owned());
    }
}

fn may_be_absent(node: Node<'_>) -> bool {
    call(node).is_some_and(|call| call.function == Function::If || call.is_no_value())
}

/// One part of a statement.
fn part<'t>(context: &Context<'t>, name: &str, value: Node<'t>, form: &Form, report: &mut Report<'_>) {
    for branch in context.template.branches(value, &Scenario::default()) {
        let node = branch.node;
        if call(node).is_some() {
            continue;
        }
        match name {
            "Effect" if node.any_text().is_none_or(|text| text != "Allow" && text != "Deny") => {
                report.at(node, || "`Effect` is `Allow` or `Deny`".to_owned());
            }
            "Sid" if form.strict && node.text().is_some_and(|text| !is_plain(text)) => {
                report.at(node, || "a `Sid` has letters and digits only".to_owned());
            }
            "Condition" => condition::conditions(node, report),
            "Principal" | "NotPrincipal" => principal::principal(context, node, report),
            "Action" | "NotAction" | "Resource" | "NotResource" => names::texts(context, name, node, form, report),
            _ => {}
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
