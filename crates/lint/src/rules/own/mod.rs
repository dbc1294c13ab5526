//! Traps that no other linter knows.

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[];
