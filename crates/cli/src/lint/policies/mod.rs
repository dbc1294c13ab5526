//! The rules of the house: files of AWS CloudFormation Guard, run on every template that is linted.
//!
//! [`source`] finds and reads the files, [`engine`] runs them, and here what they say becomes findings with places. Guard is
//! given the tree that the linter has read ([`data`]), so that what it names is found again in the text. The engine is only
//! compiled with the feature `guard`: docs/decisions/010 says why.
mod data;
#[cfg_attr(not(feature = "guard"), path = "no_engine.rs")]
mod engine;
mod source;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use stackgen_lint::document::{self, Document, Node};
use stackgen_lint::{Finding, Severity};

pub(crate) use source::PolicyError;
use source::RuleFile;

/// How the ids of their findings begin.
pub(crate) const PREFIX: &str = "guard:";
/// What stands before the way out, in a message as AWS's own rules have it.
const FIX: &str = "Fix:";
const VIOLATION: &str = "Violation:";

/// What a rule finds in a template.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    rule: String,
    /// In the words of the rule, if it has any.
    message: Option<String>,
    /// What does not hold, in the language of the rules.
    clause: String,
    /// The value that it looked at, or the last one on the way to a missing one: `/Resources/A/Properties`.
    path: String,
}

/// All rule files that are asked for.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    files: Vec<RuleFile>,
}

impl Policies {
    /// Whether a rule has this id or an id that begins like this.
    pub(crate) fn know(&self, beginning: &str) -> bool {
        self.ids().any(|id| id.starts_with(beginning))
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        self.files.iter().flat_map(RuleFile::rules).map(|(name, _)| format!("{PREFIX}{name}"))
    }

    /// What the rules find in a template. A text that cannot be read has no findings here: the linter tells of it.
    pub(crate) fn check(&self, text: &str) -> Vec<Finding> {
        if self.files.is_empty() {
            return Vec::new();
        }
        match document::read(text) {
            Ok(document) if document.root().is_map() => self.check_document(&document),
            _ => Vec::new(),
        }
    }

    fn check_document(&self, document: &Document) -> Vec<Finding> {
        let data = data::json(document.root()).to_string();
        let mut findings = Vec::new();
        for file in &self.files {
            match engine::violations(&file.text, &data) {
                Ok(violations) => findings.extend(violations.into_iter().map(|found| finding(document, file, found))),
                Err(why) => findings.push(inapplicable(document, file, &why)),
            }
        }
        findings
    }
}

fn finding(document: &Document, file: &RuleFile, violation: Violation) -> Finding {
    let node = node_at(document, &violation.path);
    let (message, fix) = words(&violation);
    let name = violation.rule.rsplit('/').next().unwrap_or_default();
    let line = file.rules().find(|(known, _)| *known == name).map_or(1, |(_, line)| line);
    let fix = fix.unwrap_or_else(|| format!("The rule is in {}:{line}.", file.name));
    Finding {
        rule: kept(format!("{PREFIX}{name}")),
        severity: Severity::Error,
        message,
        fix: kept(fix),
        span: node.place(),
        path: node.path(),
    }
}

/// Guard gives up at some values, such as an expression that takes too long; a rule that did not run has not passed.
fn inapplicable(document: &Document, file: &RuleFile, why: &str) -> Finding {
    let message = format!("the rules of {} do not run on this template: {why}", file.name);
    let fix = "Correct the rules so that they cope with this template.";
    let (span, path) = (document.root().place(), String::new());
    Finding { rule: kept(format!("{PREFIX}error")), severity: Severity::Error, message, fix, span, path }
}

/// The message of a rule, and the way out if it names one.
fn words(violation: &Violation) -> (String, Option<String>) {
    let Some(message) = &violation.message else {
        return (format!("this does not hold: {}", violation.clause), None);
    };
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let (what, fix) = match message.split_once(FIX) {
        Some((what, fix)) if !what.trim().is_empty() => (what.trim(), Some(fix.trim().to_owned())),
        _ => (message.as_str(), None),
    };
    let what = what.strip_prefix(VIOLATION).unwrap_or(what).trim();
    (what.to_owned(), fix.filter(|fix| !fix.is_empty()))
}

/// The value at one of Guard's paths, or the last one on the way to it. A key may have a slash in it.
fn node_at<'d>(document: &'d Document, path: &str) -> Node<'d> {
    let (mut node, mut rest) = (document.root(), path);
    while let Some(steps) = rest.strip_prefix('/') {
        let after = |name: &str| steps.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let entries = node.entries().map(|entry| (entry.key.text.clone(), entry.value));
        let items = node.items().enumerate().map(|(index, item)| (index.to_string(), item));
        let fitting = entries.chain(items).filter_map(|(name, child)| Some((child, after(&name)?)));
        let Some((child, later)) = fitting.min_by_key(|(_, later)| later.len()) else { break };
        (node, rest) = (child, later);
    }
    node
}

/// Findings name their rule by a text that lives as long as the command. There are as many as the rule files have words for.
fn kept(text: String) -> &'static str {
    static KEPT: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    if let Some(known) = kept.get(text.as_str()) {
        return known;
    }
    let text: &'static str = Box::leak(text.into_boxed_str());
    kept.insert(text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_the_deepest_value_that_is_there() {
        let text = "Resources:\n  A:\n    Tags: [{Key: a}, {Key: b}]\n    a: {b: 1}\n    a/b: 2\n";
        let document = document::read(text).unwrap();
        let path = |path: &str| node_at(&document, path).path();
        assert_eq!(path(""), "");
        assert_eq!(path("/Resources/A/Tags/1/Key"), "Resources/A/Tags/1/Key");
        assert_eq!(path("/Resources/A/Tag/1"), "Resources/A");
        assert_eq!(node_at(&document, "/Resources/A/a/b").any_text(), Some("2"));
    }

    #[test]
    fn messages_of_awss_own_rules_say_what_to_do() {
        let say = |message: &str| {
            let violation = Violation {
                rule: "r".into(),
                message: Some(message.into()),
                clause: "Size <= 1".into(),
                path: String::new(),
            };
            words(&violation)
        };
        assert_eq!(
            say("\n  Violation: too big\n  Fix: make it\n  small\n"),
            ("too big".into(), Some("make it small".into()))
        );
        assert_eq!(say("too\n  big"), ("too big".into(), None));
        assert_eq!(say("Fix: it"), ("Fix: it".into(), None));
    }
}
