//! What a rule looks for, and why: `--explain`.
use stackgen_lint::Severity;
use stackgen_lint::rules::{Explanation, explanations};
use thiserror::Error;

use super::format::word;
use crate::names;
use crate::shell::{HINT, STRONG};
use crate::table;

/// An id that no rule has, or a beginning that none has.
#[derive(Debug, Error)]
#[error("no rule is named `{id}`")]
pub(crate) struct NoRule {
    id: String,
    pub(crate) near: Option<&'static str>,
}

/// The rule of an id or a name, in any case.
pub(crate) fn find(id: &str) -> Result<Explanation, NoRule> {
    let is_meant = |rule: &Explanation| rule.id.eq_ignore_ascii_case(id) || rule.name.eq_ignore_ascii_case(id);
    explanations().find(is_meant).ok_or_else(|| unknown(id))
}

/// Ids that people ask for must begin those of rules: a mistyped one would find nothing and look like a clean template.
/// `is_policy` knows the ids of the house.
pub(crate) fn check(beginnings: &[String], is_policy: impl Fn(&str) -> bool) -> Result<(), NoRule> {
    let is_ours = |beginning: &str| explanations().any(|rule| rule.id.starts_with(beginning));
    let is_known = |beginning: &&String| is_ours(beginning) || is_policy(beginning);
    match beginnings.iter().find(|beginning| !is_known(beginning)) {
        Some(beginning) => Err(unknown(beginning)),
        None => Ok(()),
    }
}

fn unknown(id: &str) -> NoRule {
    NoRule { id: names::echo(id), near: names::nearest(id, explanations().flat_map(|rule| [rule.id, rule.name])) }
}

/// The page about a rule.
pub(crate) fn show(rule: &Explanation, width: usize) -> String {
    let severity = word(Severity::of(rule.id));
    let wrapped = |text: &str| table::wrap(text, width).join("\n");
    let mut page = format!("{STRONG}{} {}{STRONG:#} ({severity})\n\n", rule.id, rule.name);
    page += &format!("{}\n{}\n", wrapped(rule.reason), wrapped(rule.fix));
    for (title, example) in [("Wrong", rule.bad), ("Right", rule.good)] {
        page += &format!("\n{HINT}{title}{HINT:#}\n\n");
        page.extend(example.trim_end().lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n"));
    }
    page
}
