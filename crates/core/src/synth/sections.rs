//! What must hold in the sections around the resources: parameters, mappings, conditions, rules and outputs.
//!
//! The survey has read what refers to what; these are the forms that CloudFormation asks for beyond that. Source: the
//! sections' schemas of cfn-lint, and *Template sections* in the CloudFormation User Guide.
mod literals;
mod mappings;
mod parameters;

use crate::node::Name;
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
