//! The status of a stack, read from AWS's word.
use std::fmt;

use serde::Serialize;

/// A status of a stack. Words that AWS adds later are read by their endings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Status(String);

/// How good a status is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sentiment {
    /// What was wanted.
    Good,
    /// Not what was wanted.
    Bad,
    /// Nobody knows yet.
    Open,
}

impl Status {
    /// From AWS's word.
    #[must_use]
    pub fn new(word: &str) -> Status {
        Status(word.to_owned())
    }

    /// AWS's word.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.0
    }

    /// Whether the operation has ended. In `REVIEW_IN_PROGRESS` none has begun.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.0.ends_with("_IN_PROGRESS") || self.0 == "REVIEW_IN_PROGRESS"
    }

    /// Whether the new state is in force and only old resources are being deleted.
    #[must_use]
    pub fn is_cleaning_up(&self) -> bool {
        self.0.ends_with("_COMPLETE_CLEANUP_IN_PROGRESS")
    }

    /// Whether this is, or leads to, what was asked for. A rollback is not, however well it went.
    #[must_use]
    pub fn sentiment(&self) -> Sentiment {
        let is_back = self.0.contains("ROLLBACK") || self.0.ends_with("_FAILED");
        match (is_back, self.is_settled()) {
            (true, _) => Sentiment::Bad,
            (false, false) => Sentiment::Open,
            (false, true) if self.0.ends_with("_COMPLETE") => Sentiment::Good,
            (false, true) => Sentiment::Open,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rollback_that_went_well_is_not_what_was_wanted() {
        for (word, settled, sentiment) in [
            ("CREATE_COMPLETE", true, Sentiment::Good),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", false, Sentiment::Open),
            ("UPDATE_ROLLBACK_COMPLETE", true, Sentiment::Bad),
            ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", false, Sentiment::Bad),
            ("REVIEW_IN_PROGRESS", true, Sentiment::Open),
            ("DELETE_COMPLETE", true, Sentiment::Good),
            ("DELETE_FAILED", true, Sentiment::Bad),
            ("IMPORT_ROLLBACK_COMPLETE", true, Sentiment::Bad),
        ] {
            let status = Status::new(word);
            assert_eq!((status.is_settled(), status.sentiment()), (settled, sentiment), "{word}");
        }
    }
}
