//! What one service demands beyond its types.

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[];
