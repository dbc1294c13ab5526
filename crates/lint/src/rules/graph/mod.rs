//! Who depends on whom, and whether it is there when it is needed.

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[];
