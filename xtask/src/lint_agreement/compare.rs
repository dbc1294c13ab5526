//! Two linters' answers side by side.
//!
//! What is compared is the rule and the line in each template: messages differ in their words, and a rule that says two
//! things of one line says it once. Templates that the referee gave no answer for are left out, and so are rules that have no
//! id of cfn-lint's, such as our own (`S…`): the other side cannot know them.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::finding::{Answer, Answers, Finding};

/// Says that a rule of cfn-lint's crashed, which is nothing about the template.
const CFN_LINTS_OWN_FAULT: &str = "E0002";

/// Where something was found.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(super) struct Place {
    pub(super) file: PathBuf,
    pub(super) line: u32,
}

/// Who found a rule's faults.
#[derive(Default, Serialize)]
pub(super) struct Rule {
    pub(super) both: Vec<Place>,
    pub(super) only_ours: Vec<Place>,
    pub(super) only_theirs: Vec<Place>,
}

/// What comes of a comparison.
#[derive(Default, Serialize)]
pub(super) struct Comparison {
    pub(super) rules: BTreeMap<String, Rule>,
    /// Templates that were compared.
    pub(super) compared: usize,
    /// Of these, the ones in which the referee finds no error.
    pub(super) passed: usize,
    /// Of the passed ones, those in which stackgen finds one, with the rules.
    pub(super) falsely_faulted: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Templates that stackgen gave no answer for, and why.
    pub(super) ours_failed: BTreeMap<PathBuf, String>,
    /// Templates that the referee gave no answer for, and why.
    pub(super) theirs_failed: BTreeMap<PathBuf, String>,
    /// With whom stackgen is compared.
    pub(super) referee: String,
    pub(super) our_clock: String,
    pub(super) their_clock: String,
}

impl Comparison {
    /// Compares, as far as these rules go; all, if none is named.
    pub(super) fn new(names: &[PathBuf], ours: &Answers, theirs: &Answers, ids: &[String]) -> Self {
        let mut comparison = Comparison {
            referee: theirs.linter.clone(),
            our_clock: ours.clock.clone(),
            their_clock: theirs.clock.clone(),
            ..Comparison::default()
        };
        let nothing = Answer::default();
        for name in names {
            let our = ours.of.get(name).unwrap_or(&nothing);
            let their = theirs.of.get(name).unwrap_or(&nothing);
            if let Some(why) = &our.failure {
                comparison.ours_failed.insert(name.clone(), why.clone());
            }
            match &their.failure {
                Some(why) => drop(comparison.theirs_failed.insert(name.clone(), why.clone())),
                None => comparison.add(name, our, their, ids),
            }
        }
        comparison
    }

    fn add(&mut self, name: &Path, our: &Answer, their: &Answer, ids: &[String]) {
        let (ours, theirs) = (places(our, ids), places(their, ids));
        for (rule, line) in ours.union(&theirs) {
            let key = (*rule, *line);
            let found = self.rules.entry((*rule).to_owned()).or_default();
            let list = match (ours.contains(&key), theirs.contains(&key)) {
                (true, true) => &mut found.both,
                (true, false) => &mut found.only_ours,
                _ => &mut found.only_theirs,
            };
            list.push(Place { file: name.to_owned(), line: *line });
        }
        self.compared += 1;
        if their.findings.iter().any(Finding::is_error) {
            return;
        }
        self.passed += 1;
        let faults: BTreeSet<String> =
            ours.iter().filter(|(rule, _)| rule.starts_with('E')).map(|(rule, _)| (*rule).to_owned()).collect();
        if !faults.is_empty() {
            self.falsely_faulted.insert(name.to_owned(), faults);
        }
    }

    /// Counts over the rules that begin with one of these letters: found by both, only by us, only by them.
    pub(super) fn totals(&self, kind: char) -> (usize, usize, usize) {
        let rules = self.rules.iter().filter(|(id, _)| id.starts_with(kind)).map(|(_, rule)| rule);
        rules.fold((0, 0, 0), |(both, ours, theirs), rule| {
            (both + rule.both.len(), ours + rule.only_ours.len(), theirs + rule.only_theirs.len())
        })
    }

    /// How many of the referee's errors are found with the same rule at the same line. All of none are.
    pub(super) fn errors_found_percent(&self) -> f64 {
        let (both, _, theirs) = self.totals('E');
        percent(both, both + theirs)
    }
}

/// A share in percent.
#[expect(clippy::cast_precision_loss, reason = "counts of findings are small")]
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

fn places<'a>(answer: &'a Answer, ids: &[String]) -> BTreeSet<(&'a str, u32)> {
    let wanted = |rule: &str| ids.is_empty() || ids.iter().any(|id| rule.starts_with(id.as_str()));
    let wanted = |rule: &str| rule.starts_with(['E', 'W', 'I']) && rule != CFN_LINTS_OWN_FAULT && wanted(rule);
    answer.findings.iter().filter(|found| wanted(&found.rule)).map(|found| (found.rule.as_str(), found.line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, line: u32) -> Finding {
        let severity = if rule.starts_with('E') { "error" } else { "warning" };
        let text = format!(r#"{{"rule": "{rule}", "severity": "{severity}", "message": "", "line": {line}}}"#);
        serde_json::from_str(&text).expect("a finding needs no more than this")
    }

    fn answers(of: &[(&str, &[(&str, u32)])]) -> Answers {
        let answer = |found: &[(&str, u32)]| Answer {
            findings: found.iter().map(|(rule, line)| finding(rule, *line)).collect(),
            failure: None,
        };
        Answers {
            of: of.iter().map(|(name, found)| (PathBuf::from(name), answer(found))).collect(),
            ..Answers::default()
        }
    }

    fn compared(ours: &Answers, theirs: &Answers, ids: &[&str]) -> Comparison {
        let names: BTreeSet<PathBuf> = ours.of.keys().chain(theirs.of.keys()).cloned().collect();
        let names: Vec<PathBuf> = names.into_iter().collect();
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        Comparison::new(&names, ours, theirs, &ids)
    }

    #[test]
    fn the_same_rule_at_the_same_line_is_found_by_both() {
        let ours = answers(&[("a", &[("E3012", 4), ("E3012", 4), ("E3012", 9), ("E3002", 4)])]);
        let theirs = answers(&[("a", &[("E3012", 4), ("E3012", 8)])]);
        let comparison = compared(&ours, &theirs, &[]);
        let lines = |places: &[Place]| places.iter().map(|place| place.line).collect::<Vec<_>>();
        let rule = &comparison.rules["E3012"];
        assert_eq!((lines(&rule.both), lines(&rule.only_ours), lines(&rule.only_theirs)), (vec![4], vec![9], vec![8]));
        assert_eq!(comparison.totals('E'), (1, 2, 1));
        assert!((comparison.errors_found_percent() - 50.0).abs() < 0.01);
    }

    #[test]
    fn a_line_of_another_template_is_another_place() {
        let comparison = compared(&answers(&[("a", &[("E1", 1)])]), &answers(&[("b", &[("E1", 1)])]), &[]);
        assert_eq!(comparison.totals('E'), (0, 1, 1));
    }

    #[test]
    fn only_errors_fault_what_the_referee_passes() {
        let ours = answers(&[("a", &[("W2001", 1)]), ("b", &[("E1", 1)]), ("c", &[("E1", 1)]), ("d", &[("S1", 1)])]);
        let theirs = answers(&[("a", &[]), ("b", &[("W2001", 1)]), ("c", &[("E2", 1)]), ("d", &[("E0002", 1)])]);
        let comparison = compared(&ours, &theirs, &[]);
        assert_eq!(comparison.falsely_faulted.keys().collect::<Vec<_>>(), [Path::new("b")]);
        assert_eq!((comparison.compared, comparison.passed), (4, 2));
        assert!(!comparison.rules.contains_key("E0002") && !comparison.rules.contains_key("S1"));
    }

    #[test]
    fn a_template_without_the_referees_answer_says_nothing() {
        let ours = answers(&[("a", &[("E1", 1)])]);
        let mut theirs = answers(&[("a", &[])]);
        theirs.of.get_mut(Path::new("a")).expect("it is there").failure = Some("took too long".to_owned());
        let comparison = compared(&ours, &theirs, &[]);
        assert_eq!((comparison.compared, comparison.totals('E'), comparison.theirs_failed.len()), (0, (0, 0, 0), 1));
    }

    #[test]
    fn rules_that_are_not_asked_for_do_not_count_but_still_fail_a_template() {
        let ours = answers(&[("a", &[("E1", 1), ("E2", 1)]), ("b", &[("E1", 1)])]);
        let theirs = answers(&[("a", &[("E3", 1)]), ("b", &[])]);
        let comparison = compared(&ours, &theirs, &["E1"]);
        assert_eq!(comparison.totals('E'), (0, 2, 0));
        assert_eq!((comparison.passed, comparison.falsely_faulted.len()), (1, 1));
    }

    #[test]
    fn all_of_no_errors_are_found() {
        assert!(
            (compared(&answers(&[("a", &[])]), &answers(&[("a", &[])]), &[]).errors_found_percent() - 100.0).abs()
                < 0.01
        );
    }
}
