//! Traps that no other linter knows.

mod disks;
mod hosts;
mod images;
mod names;
mod network;
mod policies;
mod secrets;
mod volumes;
mod waits;

use crate::rule::Rule;

/// The rules of this family.
pub const RULES: &[&Rule] = &[
    &images::FLOATING,
    &volumes::DEADLOCK,
    &volumes::PROTECTION,
    &volumes::UNCONDITIONAL,
    &volumes::ZONE,
    &network::LOGIN_OPEN,
    &policies::ACTIONS,
    &policies::SECRETS,
    &policies::MAIL,
    &policies::METRICS,
    &policies::BUCKETS,
    &policies::CANCELLED,
    &policies::PASS_ROLE,
    &policies::DATA,
    &secrets::PARAMETER,
    &secrets::ENVIRONMENT,
    &secrets::USER_DATA,
    &hosts::SIZE,
    &hosts::SHELL_NAMES,
    &names::LOGS,
    &disks::PERFORMANCE,
    &hosts::METADATA,
    &disks::ENCRYPTION,
    &images::ROOT,
    &waits::WAIT,
    &network::GATEWAY,
    &names::SUBSCRIBERS,
    &images::LATEST,
    &names::FIXED,
    &images::TOO_MANY,
];
