//! What must hold in the sections around the resources: parameters, mappings, conditions, rules and outputs.
//!
//! The survey has read what refers to what; these are the forms that CloudFormation asks for beyond that. Source: the
//! sections' schemas of cfn-lint, and *Template sections* in the CloudFormation User Guide.
mod conditions;
mod literals;
mod mappings;
mod outputs;
mod parameters;
mod rules;

pub(super) use conditions::OF_RULES;

use crate::node::{Name, Node};
use crate::problem::{Problem, Source};
use crate::stack::{Entry, Stack};

/// Checks all sections of a stack but its resources.
pub(super) fn check(stack: &Stack, problems: &mut Vec<Problem>) {
    for entry in &stack.parameters {
        parameters::check(&entry.body, &mut Report::on(stack, entry, problems));
    }
    for entry in &stack.mappings {
        mappings::check(&entry.body, &mut Report::on(stack, entry, problems));
    }
    for entry in &stack.conditions {
        conditions::check(&entry.body, &mut Report::on(stack, entry, problems));
    }
    conditions::cycles(stack, problems);
    for entry in &stack.rules {
        rules::check(&entry.body, &mut Report::on(stack, entry, problems));
    }
    for entry in &stack.outputs {
        outputs::check(&entry.body.0, &mut Report::on(stack, entry, problems));
    }
}

/// Takes down what is wrong with one entry of a section.
struct Report<'a> {
    stack: &'a Stack,
    id: &'a Name,
    source: Source,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Report<'a> {
    fn on<T>(stack: &'a Stack, entry: &'a Entry<T>, problems: &'a mut Vec<Problem>) -> Self {
        Report { stack, id: &entry.id, source: entry.source, problems }
    }

    fn add(&mut self, path: &str, message: impl Into<String>, hint: impl Into<Option<String>>) {
        let problem = Problem::of_stack(&self.stack.name, message).on(self.id).in_path(path).at(self.source);
        self.problems.push(Problem { hint: hint.into(), ..problem });
    }
}

/// Every function call in a node, with its path: conditions and rules are little else.
fn calls(node: &Node, path: &str, visit: &mut impl FnMut(&str, &'static str, &Node)) {
    match node {
        Node::Call(function, argument) => {
            visit(path, function, argument);
            calls(argument, path, visit);
        }
        Node::List(items) | Node::Concat(items) => {
            items.iter().enumerate().for_each(|(index, item)| calls(item, &format!("{path}/{index}"), visit));
        }
        Node::Object(object) => object.iter().for_each(|(key, node)| calls(node, &format!("{path}/{key}"), visit)),
        _ => {}
    }
}
