//! Who depends on whom, and whether it is there when it is needed.

mod absent;
mod circular;
mod depends_on;

use crate::context::Context;
use crate::rule::Rule;
use crate::template::{ReferenceKind, Resource, Scenario};

/// The rules of this family.
pub const RULES: &[&Rule] = &[&circular::RULE, &depends_on::UNKNOWN, &depends_on::REDUNDANT, &absent::RULE];

/// Which resource names which, and whether by `DependsOn`.
fn edges<'c, 't>(context: &'c Context<'t>) -> impl Iterator<Item = (&'t str, &'t str, bool)> + use<'c, 't> {
    let template = context.template;
    template.references.iter().filter(|it| it.kind != ReferenceKind::Condition).filter_map(move |reference| {
        let from = template.resource_of(reference.node)?;
        let to = template.resource(reference.name)?;
        Some((from.name, to.name, reference.kind == ReferenceKind::DependsOn))
    })
}

/// The case in which a resource is not there although what is given holds.
fn may_be_absent<'t>(context: &Context<'t>, resource: &Resource<'t>, given: &Scenario<'t>) -> Option<Scenario<'t>> {
    let condition = resource.condition.filter(|name| context.template.conditions.defines(name))?;
    let without = given.with(condition, false)?;
    context.template.conditions.possible(&without).then_some(without)
}
