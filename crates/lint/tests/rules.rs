//! Every rule with its own examples.
use std::collections::HashSet;

use stackgen_lint::{Date, Options, Rule, lint, rules};

fn ids(template: &str) -> Vec<&'static str> {
    // A day that stays: what is bad on it is bad in these examples forever.
    let today = Date::new(2026, 11, 21).expect("the calendar has it");
    lint(template, &Options { today, ..Options::default() }).into_iter().map(|finding| finding.rule).collect()
}

fn each(mut fault: impl FnMut(&'static Rule) -> Option<String>) {
    let faults: Vec<String> = rules::all().filter_map(|rule| Some(format!("{}: {}", rule.id, fault(rule)?))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn good_examples_are_good() {
    each(|rule| {
        ids(rule.good).contains(&rule.id).then(|| format!("finds something in its good example\n{}", rule.good))
    });
}

/// A good example of one rule is no bad one of another, except for what is only advice.
#[test]
fn good_examples_have_no_errors() {
    each(|rule| {
        let errors: Vec<_> = ids(rule.good).into_iter().filter(|id| id.starts_with('E')).collect();
        (!errors.is_empty()).then(|| format!("{errors:?} in its good example\n{}", rule.good))
    });
}

#[test]
fn bad_examples_are_bad() {
    each(|rule| (!ids(rule.bad).contains(&rule.id)).then(|| format!("finds nothing in its bad example\n{}", rule.bad)));
}

#[test]
fn ids_and_names_are_sound() {
    let mut seen = HashSet::new();
    each(|rule| {
        let digits = rule.id.len() == 5 && rule.id[1..].bytes().all(|byte| byte.is_ascii_digit());
        let letter = rule.id.starts_with(['E', 'W', 'I', 'S']);
        let name = rule.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let sentence = |text: &str| text.ends_with('.') && text.len() > 15;
        let unique = seen.insert(rule.id) && seen.insert(rule.name);
        let sound = digits && letter && name && sentence(rule.reason) && sentence(rule.fix) && unique;
        (!sound).then(|| "its id, name, reason or fix is malformed, or another rule has them".to_owned())
    });
}

#[test]
fn everything_that_can_be_found_is_explained_once() {
    let ids: Vec<_> = rules::explanations().map(|explanation| explanation.id).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    assert!(ids.contains(&"S2001") && ids.contains(&"E3012"));
}
