//! What `stackgen.toml` allows: findings that somebody looked at and decided to live with, each with the reason.
//!
//! ```toml
//! [[lint.ignore]]
//! rule = "W3005"              # or the beginning of ids
//! stack = "prod-*"            # all three are optional
//! file = "templates/*.yaml"
//! id = "DataVolume"
//! reason = "the order matters to people who read the events"
//! until = "2027-01-01"        # optional: after this day it covers nothing and is an error itself
//! ```
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use stackgen_lint::rules::EXPIRED_SUPPRESSION;
use stackgen_lint::{Date, Finding, Severity, Span};
use toml::{Spanned, Value};

use super::{Found, Outcome};
use crate::names;
use crate::project::{FILE, Project};

/// One allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suppression {
    rule: String,
    file: Option<String>,
    stack: Option<String>,
    id: Option<String>,
    reason: String,
    until: Option<Date>,
    /// The line of `stackgen.toml`.
    line: u32,
}

#[derive(Deserialize)]
struct File {
    lint: Option<Lint>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Lint {
    /// Files and folders with rules of the house, from the project's folder.
    #[serde(default)]
    guard: Vec<String>,
    #[serde(default)]
    ignore: Vec<Spanned<Raw>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    rule: String,
    file: Option<String>,
    stack: Option<String>,
    id: Option<String>,
    reason: Option<String>,
    until: Option<Value>,
}

/// What is wrong with the table `lint`, and where in the text.
type Mistake = (Option<Range<usize>>, String);

/// The suppressions of a `stackgen.toml`, and where it says that rules of the house are.
pub(crate) fn parse(text: &str) -> Result<(Vec<Suppression>, Vec<String>), Mistake> {
    let file: File =
        toml::from_str(text).map_err(|error: toml::de::Error| (error.span(), error.message().replace('\n', ", ")))?;
    let Lint { guard, ignore } = file.lint.unwrap_or_default();
    let suppressions = ignore.into_iter().map(|raw| suppression(text, raw)).collect::<Result<_, _>>()?;
    Ok((suppressions, guard))
}

fn suppression(text: &str, raw: Spanned<Raw>) -> Result<Suppression, Mistake> {
    let span = raw.span();
    let line = u32::try_from(1 + text[..span.start.min(text.len())].matches('\n').count()).unwrap_or(u32::MAX);
    let Raw { rule, file, stack, id, reason, until } = raw.into_inner();
    let bad = |message: &str| (Some(span.clone()), message.to_owned());
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    let reason = reason.ok_or_else(|| bad("what is ignored has a reason: add `reason = \"…\"`"))?;
    if rule.is_empty() {
        return Err(bad("`rule` is the id of a rule or its beginning, such as \"W3005\""));
    }
    let until = until.map(|until| match until {
        Value::String(day) => day,
        Value::Datetime(day) => day.to_string(),
        _ => String::new(),
    });
    let until = until.map(|day| day.parse::<Date>()).transpose();
    let until = until.map_err(|_| bad("`until` is a day, such as \"2027-01-01\""))?;
    Ok(Suppression { rule, file, stack, id, reason, until, line })
}

/// Takes away what the project allows today, and adds the suppressions whose time is over.
pub(crate) fn apply(project: &Project, today: Date, outcome: &mut Outcome) {
    let (over, valid): (Vec<_>, Vec<_>) = project.suppressions.iter().partition(|it| it.is_over(today));
    outcome.findings.retain(|found| !valid.iter().any(|suppression| suppression.covers(found, &project.root)));
    outcome.findings.extend(over.into_iter().map(|suppression| suppression.expired(&project.root)));
}

impl Suppression {
    fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    fn covers(&self, found: &Found, root: &Path) -> bool {
        let fits = |pattern: &Option<String>, name: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| name.is_some_and(|name| names::fits(name, pattern)))
        };
        let whole = std::path::absolute(&found.file).ok().and_then(|file| file.canonicalize().ok());
        let in_project = whole.as_ref().and_then(|file| file.strip_prefix(root).ok()).and_then(Path::to_str);
        found.finding.rule.starts_with(&self.rule)
            && fits(&self.stack, found.stack.as_deref())
            && fits(&self.id, found.id())
            && (fits(&self.file, Some(&found.file)) || fits(&self.file, in_project))
    }

    fn expired(&self, root: &Path) -> Found {
        let Suppression { rule, reason, until, line, .. } = self;
        let day = until.map(|day| day.to_string()).unwrap_or_default();
        let finding = Finding {
            rule: EXPIRED_SUPPRESSION.id,
            severity: Severity::Error,
            message: format!("{rule} was ignored until {day}: {reason}"),
            fix: EXPIRED_SUPPRESSION.fix,
            span: Span::new((*line, 1), (*line, 1)),
            path: String::new(),
        };
        Found { finding, file: root.join(FILE).display().to_string(), stack: None, in_source: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_has_a_reason_and_a_day() {
        let say = |text: &str| parse(&format!("[[lint.ignore]]\n{text}")).map_err(|(_, message)| message);
        assert_eq!(say("rule = 'W1'").unwrap_err(), "what is ignored has a reason: add `reason = \"…\"`");
        let missing = say("rule = 'W1'\nreason = 'x'\nuntil = '2027'").unwrap_err();
        assert_eq!(missing, "`until` is a day, such as \"2027-01-01\"");
        assert!(say("rule = 'W1'\nreason = 'x'\nuntil = '2027-13-01'").is_err());
        assert!(say("rules = 'W1'\nreason = 'x'").unwrap_err().starts_with("unknown field `rules`"));
        for until in ["2027-01-01", "'2027-01-01'"] {
            let one = &say(&format!("rule = 'W1'\nreason = 'x'\nuntil = {until}")).unwrap().0[0];
            assert_eq!((one.until, one.line), (Date::new(2027, 1, 1), 1));
            assert!(!one.is_over(Date::new(2027, 1, 1).unwrap()));
            assert!(one.is_over(Date::new(2027, 1, 2).unwrap()));
        }
    }
}
