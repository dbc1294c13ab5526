//! AWS's limits, in bytes and counts.
//!
//! Source: *Understand CloudFormation quotas* in the CloudFormation User Guide.
use super::SynthesizedStack;
use super::survey::Survey;
use crate::node::{Node, Object};
use crate::problem::Problem;
use crate::stack::{Entry, Stack};

const RESOURCES: usize = 500;
const PARAMETERS: usize = 200;
const OUTPUTS: usize = 200;
const MAPPINGS: usize = 200;
const MAPPING_KEYS: usize = 200;
const DYNAMIC_REFERENCES: usize = 60;
const DESCRIPTION_BYTES: usize = 1024;
const PARAMETER_BYTES: usize = 4096;
const TEMPLATE_BYTES: usize = 1_000_000;

pub(super) fn check_counts(stack: &Stack, survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let split = "split the stack; handles work across stacks";
    let mut count = |what: &str, number: usize, limit: usize, hint: &str| {
        if number > limit {
            let message = format!("{number} {what}; CloudFormation takes {limit}");
            problems.push(Problem::of_stack(&stack.name, message).at(stack.source).hint(hint));
        }
    };
    let looped: usize = stack.loops.iter().map(|each| each.body.ids().len()).sum();
    count("resources", stack.resources.len() + looped, RESOURCES, split);
    count("mappings", stack.mappings.len(), MAPPINGS, "keep tables in Rust and write only what is looked up");
    let references = survey.dynamic_references;
    count("dynamic references", references, DYNAMIC_REFERENCES, "read secrets at boot instead");
    let description = stack.description.as_deref().unwrap_or_default().len();
    count("bytes of description", description, DESCRIPTION_BYTES, "shorten it");
    if stack.resources.is_empty() && stack.loops.is_empty() {
        let problem = Problem::of_stack(&stack.name, "there is no resource; CloudFormation takes no empty stack");
        problems.push(problem.at(stack.source).hint("add a resource, or leave the stack out of the app"));
    }
    for mapping in &stack.mappings {
        keys(stack, mapping, problems);
    }
    for parameter in &stack.parameters {
        default(stack, parameter, problems);
    }
}

/// Values that cross between stacks are outputs and parameters too.
pub(super) fn check_crossings(stack: &Stack, outputs: usize, parameters: usize, problems: &mut Vec<Problem>) {
    let counts = [
        ("outputs", stack.outputs.len() + outputs, OUTPUTS),
        ("parameters", stack.parameters.len() + parameters, PARAMETERS),
    ];
    for (what, number, limit) in counts.into_iter().filter(|(_, number, limit)| number > limit) {
        let message = format!("{number} {what}, with what crosses between stacks; CloudFormation takes {limit}");
        problems.push(Problem::of_stack(&stack.name, message).at(stack.source).hint("split the stack"));
    }
}

fn keys(stack: &Stack, mapping: &Entry<Object>, problems: &mut Vec<Problem>) {
    let number = mapping.body.len();
    if number > MAPPING_KEYS {
        let message = format!("{number} keys; CloudFormation takes {MAPPING_KEYS} in a mapping");
        problems.push(Problem::of_stack(&stack.name, message).on(&mapping.id).at(mapping.source));
    }
}

fn default(stack: &Stack, parameter: &Entry<Object>, problems: &mut Vec<Problem>) {
    let bytes = parameter.body.get("Default").and_then(Node::as_text).unwrap_or_default().len();
    if bytes > PARAMETER_BYTES {
        let message = format!("a default of {bytes} bytes; CloudFormation takes {PARAMETER_BYTES}");
        let problem = Problem::of_stack(&stack.name, message).on(&parameter.id).in_path("/Default");
        problems.push(problem.at(parameter.source));
    }
}

/// The size counts as it is sent: without white space, in bytes.
pub(super) fn check_size(stack: &SynthesizedStack, problems: &mut Vec<Problem>) {
    let bytes = stack.template.as_str().len();
    if bytes > TEMPLATE_BYTES {
        let message = format!("a template of {bytes} bytes; CloudFormation takes {TEMPLATE_BYTES}");
        problems.push(Problem::of_stack(&stack.name, message).hint("split the stack; handles work across stacks"));
    }
}
