//! What is assumed of conditions.

/// Which named conditions hold and which do not, as far as it is assumed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scenario<'d> {
    /// Sorted by name.
    assumed: Vec<(&'d str, bool)>,
}

impl<'d> Scenario<'d> {
    /// The same with one more assumption; nothing if that contradicts it.
    #[must_use]
    pub fn with(&self, condition: &'d str, holds: bool) -> Option<Scenario<'d>> {
        let mut assumed = self.assumed.clone();
        match assumed.binary_search_by_key(&condition, |(name, _)| name) {
            Ok(at) if assumed[at].1 != holds => return None,
            Ok(_) => {}
            Err(at) => assumed.insert(at, (condition, holds)),
        }
        Some(Scenario { assumed })
    }

    /// Both together; nothing if they contradict.
    #[must_use]
    pub fn and(&self, other: &Scenario<'d>) -> Option<Scenario<'d>> {
        other.assumed.iter().try_fold(self.clone(), |sum, (name, holds)| sum.with(name, *holds))
    }

    /// What is assumed, sorted by name.
    #[must_use]
    pub fn assumed(&self) -> &[(&'d str, bool)] {
        &self.assumed
    }

    /// Whether nothing is assumed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assumed.is_empty()
    }

    /// ` when IsProd holds and UseZone does not`, or nothing: for the end of a message.
    #[must_use]
    pub fn words(&self) -> String {
        let word = |(name, holds): &(&str, bool)| format!("{name} {}", if *holds { "holds" } else { "does not hold" });
        let words: Vec<String> = self.assumed.iter().map(word).collect();
        if words.is_empty() { String::new() } else { format!(" when {}", words.join(" and ")) }
    }
}
