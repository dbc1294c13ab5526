//! What one service demands beyond its types.

pub(in crate::rules) mod policy;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[];
