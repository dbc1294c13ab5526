//! Intrinsic functions and what they return.

mod get_att;
mod reference;

use crate::context::Context;
use crate::document::Node;
use crate::rule::Rule;
use crate::template::{Function, SERVERLESS, Section};

/// The rules of this family.
pub const RULES: &[&Rule] = &[&get_att::RULE, &reference::RULE];

/// Whether CloudFormation looks at functions here. In metadata it replaces them and never complains here.
fn is_checked(node: Node<'_>) -> bool {
    match Section::of(node) {
        Section::Outputs | Section::Conditions | Section::Rules => true,
        Section::Resources => node.steps().get(2).and_then(|step| step.name()) != Some("Metadata"),
        _ => false,
    }
}

/// Whether a name may be of a resource that a transform, a loop or a module makes.
fn may_be_made(context: &Context<'_>, name: &str) -> bool {
    let template = context.template;
    let maker = |made: &str| made.starts_with("AWS::Serverless::") || made.ends_with("::MODULE");
    template.calls_of(Function::ForEach).next().is_some()
        || template.document.nodes().filter_map(Node::key).any(|key| key.text.starts_with("Fn::ForEach::"))
        || (template.has_transform(SERVERLESS) && name.starts_with("Serverless"))
        || template
            .resources
            .iter()
            .any(|it| maker(it.type_name) && name.len() > it.name.len() && name.starts_with(it.name))
}
