//! Intrinsic functions and what they return.

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[];
