//! Linting templates: which ones, all of them at once, and what of it is told.
//!
//! [`input`] says which files are meant and [`batch`] lints them; [`stacks`] lints this project's own, whose findings stand at
//! the Rust line that made the resource. [`policies`] are the rules of the house. [`suppress`] takes away what `stackgen.toml`
//! allows. [`mod@format`] has the forms of the outcome. The rules themselves are in the crate `stackgen-lint`.
pub(crate) mod batch;
pub(crate) mod explain;
pub(crate) mod format;
pub(crate) mod input;
pub(crate) mod policies;
pub(crate) mod region;
pub(crate) mod stacks;
pub(crate) mod suppress;

use std::collections::HashMap;

use policies::Policies;
use stackgen_lint::{Date, Finding, Options, Severity};

/// A finding and the file in which it stands.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    /// As it was given; for a resource of this project's stacks, the Rust file that made it.
    pub(crate) file: String,
    /// The stack, for this project's own.
    pub(crate) stack: Option<String>,
    /// Whether it stands at a line of the project's sources and not of a template.
    pub(crate) in_source: bool,
}

impl Found {
    /// The parameter, resource or output that it is about.
    pub(crate) fn id(&self) -> Option<&str> {
        self.finding.path.split('/').nth(1).filter(|id| !id.is_empty())
    }
}

/// Everything that was linted.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The names of the templates, in the order in which they were meant.
    pub(crate) templates: Vec<String>,
    pub(crate) findings: Vec<Found>,
    /// How many files of folders are no templates.
    pub(crate) skipped: usize,
    /// Templates that cannot be read again.
    pub(crate) texts: HashMap<String, String>,
}

impl Outcome {
    /// How many findings are this bad.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|found| found.finding.severity == severity).count()
    }

    /// The exit status that scripts around cfn-lint know: bits for errors, warnings and notes.
    pub(crate) fn status(&self) -> u8 {
        let bits = [(Severity::Error, 2), (Severity::Warning, 4), (Severity::Info, 8)];
        bits.into_iter().filter(|(severity, _)| self.count(*severity) > 0).map(|(_, bit)| bit).sum()
    }
}

/// What is asked of the linter beside its templates.
#[derive(Debug)]
pub(crate) struct Wishes {
    /// The regions; if there are none, those of the stacks, or cfn-lint's own.
    pub(crate) regions: Vec<String>,
    pub(crate) only: Vec<String>,
    pub(crate) ignore: Vec<String>,
    pub(crate) notes: bool,
    /// The day for which it is asked what has ended.
    pub(crate) today: Date,
    pub(crate) policies: Policies,
}

impl Wishes {
    /// Everything but notes, for today.
    pub(crate) fn everything(today: Date) -> Wishes {
        Wishes {
            regions: Vec::new(),
            only: Vec::new(),
            ignore: Vec::new(),
            notes: false,
            today,
            policies: Policies::default(),
        }
    }

    /// For templates that are bound to a region, or to none.
    pub(crate) fn options(&self, region: Option<&str>) -> Options {
        let mut options = Options::default();
        options.ignore.clone_from(&self.ignore);
        options.only.clone_from(&self.only);
        options.today = self.today;
        if !self.regions.is_empty() {
            options.regions.clone_from(&self.regions);
        } else if let Some(region) = region {
            options.regions = vec![region.to_owned()];
        }
        options
    }

    /// What the linter and the rules of the house find in a text, in its order.
    pub(crate) fn lint(&self, text: &str, options: &Options) -> Vec<Finding> {
        self.with_policies(text, stackgen_lint::lint(text, options))
    }

    /// Findings of a text, and those of the rules of the house among them.
    pub(crate) fn with_policies(&self, text: &str, mut findings: Vec<Finding>) -> Vec<Finding> {
        let policies = self.policies.check(text);
        if !policies.is_empty() {
            findings.extend(policies.into_iter().filter(|finding| self.asks_for(finding.rule)));
            findings.sort_by(|one, other| (one.span, one.rule).cmp(&(other.span, other.rule)));
            findings.dedup();
        }
        findings
    }

    /// Whether findings of this rule are asked for.
    pub(crate) fn asks_for(&self, rule: &str) -> bool {
        let named = |ids: &[String]| ids.iter().any(|id| !id.is_empty() && rule.starts_with(id.as_str()));
        (self.only.is_empty() || named(&self.only)) && !named(&self.ignore)
    }

    /// Notes are told only to those who ask for them, like cfn-lint's.
    pub(crate) fn wants(&self, finding: &Finding) -> bool {
        finding.severity != Severity::Info || self.notes || !self.only.is_empty() && self.asks_for(finding.rule)
    }
}
