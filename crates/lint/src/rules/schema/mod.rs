//! Values against what their resource type says.

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[];
