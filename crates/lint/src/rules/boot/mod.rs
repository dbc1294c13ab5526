//! Boot scripts in user-data.

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[];
