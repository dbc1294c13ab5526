//! Names of change sets, which are names of operations too.
//!
//! An operation gets its id when its change set is made. All tokens come from the id, so that whoever carries the change set
//! out, how often ever and from wherever, starts it once.
use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

/// What the names of our change sets begin with.
const PREFIX: &str = "stackgen-";

/// A new operation's id: the time in milliseconds, then a part that no two processes share; ids sort by their age.
pub(crate) fn new_operation() -> String {
    // Every process hashes with keys of its own.
    let chance = RandomState::new().hash_one(std::process::id());
    format!("{:011x}{chance:016x}", Timestamp::now().as_millisecond())
}

/// The name of an operation's change set.
#[must_use]
pub fn name_of(operation: &str) -> String {
    format!("{PREFIX}{operation}")
}

/// The operation of a change set of ours, by its name or its ARN.
#[must_use]
pub fn operation_of(change_set: &str) -> Option<&str> {
    let name = match change_set.split_once(":changeSet/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None => change_set,
    };
    let operation = name.strip_prefix(PREFIX)?;
    let is_id = operation.len() == 27 && operation.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some(operation)
}

/// The token of a call of an operation, such as `execute`. A change set of somebody else has its ARN hashed instead.
pub(crate) fn token(change_set: &str, call: &str) -> String {
    match operation_of(change_set) {
        Some(operation) => format!("{PREFIX}{operation}-{call}"),
        None => format!("{PREFIX}{}-{call}", &crate::template_body::digest(change_set)[..27]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_lead_back() {
        let operation = new_operation();
        let name = name_of(&operation);
        assert!(name.len() <= 128 && name.starts_with(|letter: char| letter.is_ascii_alphabetic()));
        let arn = format!("arn:aws:cloudformation:eu-west-1:123456789012:changeSet/{name}/0f");
        assert_eq!(operation_of(&arn), Some(&*operation));
        assert_eq!(operation_of(&name), Some(&*operation));
        assert_eq!(operation_of("stackgen-by-hand"), None);
        assert_eq!(token(&arn, "execute"), token(&name, "execute"));
        assert!(token("awscli-cloudformation-package-deploy-1", "execute").len() <= 128);
    }

    #[test]
    fn no_two_are_the_same() {
        assert_ne!(new_operation(), new_operation());
    }
}
