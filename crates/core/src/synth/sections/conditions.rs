//! Conditions: questions made of the few functions that are answered before anything exists, and never of themselves.
use super::{Report, calls};
use crate::node::{Node, Object};
use crate::problem::Problem;
use crate::stack::Stack;
use crate::synth::cycle;

/// What gives an answer. A macro could give one too.
const QUESTIONS: [&str; 6] = ["Condition", "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or", "Fn::Transform"];

/// What else may stand inside. Source: the schemas of cfn-lint for the condition functions, its rule E8001.
const VALUES: [&str; 7] =
    ["Fn::FindInMap", "Fn::Join", "Fn::Length", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString"];

/// What only rules can ask.
pub(in crate::synth) const OF_RULES: [&str; 6] =
    ["Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"];

pub(super) fn check(node: &Node, report: &mut Report<'_>) {
    if !is_question(node) {
        report.add("", "a condition is made of `equals`, `all`, `any`, `!` and other conditions", None);
    }
    calls(node, "", &mut |path, function, argument| {
        joined(path, function, argument, report);
        if OF_RULES.contains(&function) {
            report.add(path, format!("only rules can use {function}"), Some("make it a rule of the stack".to_owned()));
        } else if !QUESTIONS.contains(&function) && !VALUES.contains(&function) {
            report.add(path, format!("{function} is not known when conditions are read"), None);
        }
    });
}

/// A fault is another check's to report.
fn is_question(node: &Node) -> bool {
    match node {
        Node::Call(function, _) => QUESTIONS.contains(function) || OF_RULES.contains(function),
        Node::Object(object) => named(object).is_some(),
        node => matches!(node, Node::Fault(_)),
    }
}

/// How many tests `Fn::And` and `Fn::Or` join, also in rules.
pub(super) fn joined(path: &str, function: &str, argument: &Node, report: &mut Report<'_>) {
    let tests = if let Node::List(tests) = argument { tests.len() } else { 1 };
    if matches!(function, "Fn::And" | "Fn::Or") && !(2..=10).contains(&tests) {
        let hint = "join some of them in a condition of their own";
        report.add(path, format!("{function} of {tests} tests; CloudFormation takes 2 to 10"), Some(hint.to_owned()));
    }
}

/// Conditions that need each other have no answer.
pub(super) fn cycles(stack: &Stack, problems: &mut Vec<Problem>) {
    let position = |name: &str| stack.conditions.iter().position(|entry| *entry.id == *name);
    let mut edges = Vec::new();
    for (from, entry) in stack.conditions.iter().enumerate() {
        needs(&entry.body, &mut |name| edges.extend(position(name).map(|to| (from, to))));
    }
    let Err(cycle) = cycle::order(stack.conditions.len(), edges) else { return };
    let path: Vec<&str> = cycle.iter().chain(cycle.first()).map(|&index| &*stack.conditions[index].id).collect();
    let first = &stack.conditions[cycle[0]];
    let message = format!("conditions need each other: {}", path.join(" -> "));
    problems.push(Problem::of_stack(&stack.name, message).on(&first.id).at(first.source));
}

fn needs(node: &Node, visit: &mut impl FnMut(&str)) {
    match node {
        Node::Call("Condition", name) => match &**name {
            Node::Local(local) => visit(&local.id),
            name => name.as_text().into_iter().for_each(visit),
        },
        Node::Call(_, argument) => needs(argument, visit),
        Node::List(items) => items.iter().for_each(|item| needs(item, visit)),
        Node::Object(object) => named(object).into_iter().for_each(visit),
        _ => {}
    }
}

/// What raw JSON makes of `{"Condition": "Name"}`.
fn named(object: &Object) -> Option<&str> {
    object.get("Condition").filter(|_| object.len() == 1).and_then(Node::as_text)
}
