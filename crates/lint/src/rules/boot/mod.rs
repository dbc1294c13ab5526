//! Boot scripts in user-data.
//!
//! The rules on scripts are `stackgen-shell`'s, under its ids (`S2001`…); here their lines become lines of the template.

mod script;
mod user_data;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[&user_data::RULE];
