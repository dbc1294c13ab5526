//! What one service demands beyond its types.

mod actions;
mod buckets;
mod ends;
mod globals;
mod identifiers;
mod passwords;
pub(in crate::rules) mod policy;
mod policy_form;
mod retention;
mod runtimes;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[
    &runtimes::GONE,
    &runtimes::NO_NEW,
    &runtimes::OLD,
    &ends::GONE,
    &ends::ENDING,
    &ends::RESTING,
    &identifiers::RULE,
    &policy_form::IDENTITY,
    &policy_form::RESOURCE,
    &policy_form::REPOSITORY,
    &policy_form::TRUST,
    &actions::UNKNOWN,
    &actions::UNFIT,
    &actions::VERSION,
    &buckets::OWNERSHIP,
    &buckets::LEGACY,
    &retention::RULE,
    &passwords::RULE,
    &globals::RULE,
];
