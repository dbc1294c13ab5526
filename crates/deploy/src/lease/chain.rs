//! Which value of a lease counts.
//!
//! Each value carries a word of its own and the word of the value that it takes over. A value counts if it takes over the one
//! that counted when it was written, as far as the history shows: of several that take over the same, the one with the lowest
//! version. So whoever wrote knows by looking back whether it counts, whatever others wrote meanwhile and whenever they looked.
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A value of a lease.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its own word.
    pub write: String,
    /// The word of the value that it takes over; empty in the first one.
    pub over: String,
    /// The work that has the lease, by a name that no other has.
    #[serde(default)]
    pub holder: String,
    /// Who has the lease.
    pub owner: String,
    /// What was typed.
    pub command: String,
    /// What goes on.
    pub phase: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when nobody else is to begin.
    pub until: Timestamp,
    /// Whether nobody has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_free: bool,
    /// What another machine needs to go on.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub work: Json,
}

/// The value that counts, with its version. SSM keeps a hundred versions; where the first is gone, the oldest counts that
/// another one takes over, since nobody takes over what did not count.
pub(super) fn standing(history: &[(u64, Entry)]) -> Option<(&Entry, u64)> {
    let mut sorted: Vec<&(u64, Entry)> = history.iter().collect();
    sorted.sort_by_key(|(version, _)| *version);
    let is_first = |entry: &Entry| entry.over.is_empty();
    let is_taken = |entry: &Entry| history.iter().any(|(_, other)| other.over == entry.write);
    let start = sorted.iter().position(|(_, entry)| is_first(entry));
    let start = start.or_else(|| sorted.iter().position(|(_, entry)| is_taken(entry))).unwrap_or(0);
    let (version, entry) = sorted.get(start)?;
    let mut counts = (entry, *version);
    for (version, entry) in &sorted[start + 1..] {
        if entry.over == counts.0.write {
            counts = (entry, *version);
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(write: &str, over: &str) -> Entry {
        let at = Timestamp::UNIX_EPOCH;
        Entry {
            write: write.to_owned(),
            over: over.to_owned(),
            holder: String::new(),
            owner: String::new(),
            command: String::new(),
            phase: String::new(),
            since: at,
            until: at,
            is_free: false,
            work: Json::Null,
        }
    }

    fn counts(history: &[(u64, &str, &str)]) -> Option<String> {
        let history: Vec<_> = history.iter().map(|&(version, write, over)| (version, entry(write, over))).collect();
        standing(&history).map(|(entry, _)| entry.write.clone())
    }

    #[test]
    fn of_two_that_take_over_the_same_the_first_counts() {
        assert_eq!(counts(&[(1, "a", ""), (2, "b", "a"), (3, "c", "a")]).as_deref(), Some("b"));
        assert_eq!(counts(&[(1, "a", ""), (2, "b", "a"), (3, "c", "a"), (4, "d", "b")]).as_deref(), Some("d"));
        assert_eq!(counts(&[(1, "a", ""), (2, "b", "a"), (3, "c", "a"), (4, "d", "c")]).as_deref(), Some("b"));
    }

    #[test]
    fn a_value_that_was_sent_twice_counts_once() {
        assert_eq!(counts(&[(1, "a", ""), (2, "b", "a"), (3, "b", "a"), (4, "c", "b")]).as_deref(), Some("c"));
    }

    #[test]
    fn without_the_first_the_oldest_that_was_taken_over_counts() {
        assert_eq!(counts(&[(7, "x", "lost"), (8, "b", "gone"), (9, "c", "b")]).as_deref(), Some("c"));
        assert_eq!(counts(&[]), None);
    }

    /// A client that looks, writes over what it saw, and looks again whether it counts. Each step is one call, and between any
    /// two others may act.
    #[derive(Clone, Debug, PartialEq)]
    enum Client {
        Away,
        Saw(String),
        Wrote(String),
        Has(String),
    }

    proptest! {
        #[test]
        fn never_two_have_it(steps in prop::collection::vec((0..4_usize, any::<bool>()), 1..200), cut in 0..40_usize) {
            let mut history = vec![(1, entry("free", ""))];
            let mut clients = vec![Client::Away; 4];
            for (count, (who, gives_up)) in steps.into_iter().enumerate() {
                let now = standing(&history).map(|(entry, _)| entry.write.clone()).unwrap_or_default();
                let before = now.clone();
                clients[who] = match clients[who].clone() {
                    // Everybody believes that the lease has run out, which is the worst that clocks can do.
                    Client::Away => Client::Saw(now),
                    Client::Saw(_) if gives_up => Client::Away,
                    Client::Saw(over) | Client::Has(over) => {
                        let write = format!("{count}");
                        let version = u64::try_from(history.len()).unwrap() + 1;
                        history.push((version, entry(&write, &over)));
                        Client::Wrote(write)
                    }
                    Client::Wrote(write) if now == write => Client::Has(write),
                    Client::Wrote(_) => Client::Away,
                };
                // It changes hands only by somebody who saw who has it.
                let last = standing(&history).map(|(entry, _)| entry.clone()).expect("there is one");
                prop_assert!(last.write == before || last.over == before);
                // Whoever had it and was overtaken finds out with its next write; of those that would succeed there is one.
                let now = standing(&history).map(|(entry, _)| entry.write.clone()).unwrap_or_default();
                let able = clients.iter().filter(|client| **client == Client::Has(now.clone())).count();
                prop_assert!(able <= 1);
            }
            // Whatever was cut off at the beginning, the same value counts, as long as one is left that was taken over.
            let now = standing(&history).map(|(entry, _)| entry.write.clone());
            let tail = &history[cut.min(history.len() - 1)..];
            if tail.iter().any(|(_, entry)| tail.iter().any(|(_, other)| other.over == entry.write)) {
                prop_assert_eq!(standing(tail).map(|(entry, _)| entry.write.clone()), now);
            }
        }
    }
}
