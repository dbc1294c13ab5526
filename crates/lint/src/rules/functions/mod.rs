//! Intrinsic functions and what they return.

pub(crate) mod faults;
mod formats;
mod get_att;
mod ids;
mod joins;
mod partitions;
mod signature;
mod texts;
mod values;

use crate::context::Context;
use crate::document::Node;
use crate::rule::Rule;
use crate::template::{Function, Resource, SERVERLESS};

pub use faults::Fault;

/// The rules of this family.
pub const RULES: &[&Rule] = &[
    &ids::GET_ATT,
    &ids::FIND_IN_MAP,
    &ids::GET_AZS,
    &ids::IMPORT_VALUE,
    &ids::SELECT,
    &ids::SPLIT,
    &ids::SUB,
    &ids::REF,
    &ids::BASE64,
    &ids::JOIN,
    &ids::CIDR,
    &ids::IF,
    &ids::LENGTH,
    &ids::TO_JSON,
    &ids::STACK_OUTPUT,
    &ids::OUTPUT_VALUE,
    &ids::OUTPUT_MADE,
    &ids::EXPORT_NAME,
    &ids::EQUALS,
    &ids::AND,
    &ids::NOT,
    &ids::OR,
    &ids::CONDITION,
    &texts::WITHOUT_VARIABLES,
    &texts::NOT_REPLACED,
    &joins::RULE,
    &partitions::RULE,
    &formats::REF,
    &formats::GET_ATT,
    &texts::LOOP,
    &texts::SECURE_STRING,
];

/// Whether SAM or a module makes more resources of it, whose names begin with its own.
fn makes_others(resource: &Resource<'_>) -> bool {
    resource.type_name.starts_with("AWS::Serverless::") || resource.type_name.ends_with("::MODULE")
}

/// Whether a name may be of a resource that a transform, a loop or a module makes.
pub(crate) fn may_be_made(context: &Context<'_>, name: &str) -> bool {
    let template = context.template;
    template.calls_of(Function::ForEach).next().is_some()
        || template.document.nodes().filter_map(Node::key).any(|key| key.text.starts_with("Fn::ForEach::"))
        || (template.has_transform(SERVERLESS) && name.starts_with("Serverless"))
        || template
            .resources
            .iter()
            .any(|it| makes_others(it) && name.len() > it.name.len() && name.starts_with(it.name))
}
