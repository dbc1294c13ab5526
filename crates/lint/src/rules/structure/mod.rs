//! The shape of the template itself.

pub(crate) mod readable;
mod resources;
mod sections;
mod unused_parameters;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[&readable::RULE, &sections::RULE, &resources::RULE, &unused_parameters::RULE];
