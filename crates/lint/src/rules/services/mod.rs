//! What one service demands beyond its types.

mod actions;
mod advice;
mod buckets;
mod containers;
mod distributions;
mod ends;
mod globals;
mod identifiers;
mod passwords;
pub(in crate::rules) mod policy;
mod policy_form;
mod queues;
mod records;
mod retention;
mod runtimes;
mod schedules;
mod subnets;
mod tables;

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
    &advice::SECRET,
    &advice::SHOWN,
    &advice::IMAGE,
    &advice::ZONE,
    &records::FORM,
    &records::ALIAS,
    &distributions::RULE,
    &tables::RULE,
    &subnets::ROUTES,
    &subnets::OVERLAP,
    &schedules::RULE,
    &queues::RULE,
    &containers::ESSENTIAL,
    &containers::FARGATE,
    &containers::PORTS,
    &containers::NETWORK,
    &containers::LAUNCH,
];
