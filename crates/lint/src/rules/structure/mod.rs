//! The shape of the template itself.

pub(crate) mod readable;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[&readable::RULE];
