//! Values against what their resource type says.

mod properties;
mod required;
mod types;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[&properties::RULE, &required::RULE, &types::RULE];
