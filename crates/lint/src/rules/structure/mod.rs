//! The shape of the template itself.

mod conditions;
mod mappings;
mod modules;
mod outputs;
pub(crate) mod parameter_types;
mod parameters;
mod policies;
pub(crate) mod readable;
mod resources;
mod sections;
mod transforms;
mod unused;
mod unused_parameters;

use crate::context::Context;
use crate::document::{Node, ScalarKind};
use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[
    &readable::RULE,
    &sections::RULE,
    &transforms::SECTION,
    &resources::RULE,
    &transforms::ATTRIBUTES,
    &modules::MODULE,
    &modules::UPDATE,
    &parameters::SECTION,
    &parameter_types::RULE,
    &parameters::DEFAULT,
    &mappings::RULE,
    &conditions::SECTION,
    &conditions::OF_RESOURCE,
    &conditions::OF_OUTPUT,
    &outputs::SECTION,
    &outputs::SHARED_NAME,
    &policies::DELETION,
    &policies::REPLACEMENT,
    &policies::STATEFUL,
    &policies::BOTH,
    &unused_parameters::RULE,
    &unused::MAPPING,
    &unused::CONDITION,
    &unused::COMPARISON,
    &unused::IMPORT,
];

/// A section that says anything. One whose entries are all commented out is null, which counts as none.
fn section<'t>(context: &Context<'t>, name: &str) -> Option<Node<'t>> {
    context.template.root.get(name).filter(|node| !is_null(*node))
}

fn is_null(node: Node<'_>) -> bool {
    node.scalar().is_some_and(|scalar| scalar.kind == ScalarKind::Null)
}
