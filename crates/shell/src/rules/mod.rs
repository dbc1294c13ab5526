//! The table of rules. Each file holds the rules of one subject.

mod disks;
mod downloads;
mod failures;
mod files;
mod formatting;
mod fstab;
mod literals;
mod secrets;
mod services;
mod suppressions;
mod tracing;
mod waiting;

use crate::Rule;

/// Every rule, by id.
pub const RULES: &[&Rule] = &[
    &failures::STRICT_MODE,
    &failures::MASKED_STATUS,
    &failures::IGNORED_FAILURE,
    &disks::DEVICE_NAME,
    &formatting::UNGUARDED,
    &formatting::BLKID_FAILED,
    &formatting::FORCED,
    &disks::NOT_AWAITED,
    &fstab::APPENDED,
    &fstab::NOFAIL,
    &fstab::CHECK_PASS,
    &tracing::TRACE,
    &secrets::ARGUMENT,
    &secrets::PRINTED,
    &secrets::EXPORTED,
    &files::READABLE,
    &files::ON_DISK,
    &literals::LITERAL,
    &files::ENVSUBST,
    &downloads::PIPED_TO_SHELL,
    &downloads::PLAIN_HTTP,
    &downloads::INSECURE_TLS,
    &downloads::METADATA_WITHOUT_TOKEN,
    &services::BLOCKING_START,
    &services::NEVER_ENABLED,
    &waiting::ENDLESS_WAIT,
    &waiting::APT_ASKS,
    &files::WORLD_WRITABLE,
    &suppressions::WITHOUT_REASON,
];

#[cfg(test)]
mod tests {
    use super::RULES;
    use crate::check;

    /// Examples without a first line stand in a strict script.
    fn whole(example: &str) -> String {
        if example.starts_with("#!") {
            example.to_owned()
        } else {
            format!("#!/bin/bash\nset -euo pipefail\n{example}")
        }
    }

    #[test]
    fn every_rule_finds_its_bad_example_and_not_its_good_one() {
        for rule in RULES {
            let found: Vec<_> = check(&whole(rule.bad)).into_iter().map(|finding| finding.rule.id).collect();
            assert!(
                !found.is_empty() && found.iter().all(|id| *id == rule.id),
                "the bad example of {} has {found:?}",
                rule.name
            );
            let found: Vec<_> = check(&whole(rule.good)).into_iter().map(|finding| finding.rule.name).collect();
            assert_eq!(found, Vec::<&str>::new(), "the good example of {}", rule.name);
        }
    }

    #[test]
    fn ids_rise_and_names_are_plain() {
        for (at, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.id, format!("S{}", 2001 + at));
            assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.name);
        }
    }
}
