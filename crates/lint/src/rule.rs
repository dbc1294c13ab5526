//! A rule: what it looks for, why, and how it is tried.
use crate::context::Context;
use crate::report::Report;
use crate::template::Call;
use crate::walk::{Group, Place};

/// One rule. Rules are `static` tables; the family lists them (see [`crate::rules`]).
#[derive(Debug)]
pub struct Rule {
    /// cfn-lint's id where the meaning is the same, else one of ours (`S…`). The letter says how bad it is: `E` and `S2` are
    /// errors, `W` and `S3` warnings, `I` and `S4` notes.
    pub id: &'static str,
    /// A name in words with dashes.
    pub name: &'static str,
    /// Why it is a mistake.
    pub reason: &'static str,
    /// What to write instead.
    pub fix: &'static str,
    /// A short template, in YAML, in which the rule finds nothing.
    pub good: &'static str,
    /// A short template, in YAML, in which it finds something.
    pub bad: &'static str,
    /// How it looks.
    pub check: Check,
}

/// How a rule looks at a template. All but the first are called by the one walk over all properties.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Once, at the whole template.
    Template(fn(&Context<'_>, &mut Report<'_>)),
    /// At every plain value (text, number, list, map) that a resource type describes, with what it says about it. A value
    /// under `Fn::If` is looked at branch by branch. It must only look at this value, not below it.
    Value(fn(&Place<'_, '_>, &mut Report<'_>)),
    /// At every map and list that a resource type describes, once for each set of entries that conditions leave of it. For
    /// what a value must have together: required properties, sizes, uniqueness.
    Group(fn(&Place<'_, '_>, &Group<'_>, &mut Report<'_>)),
    /// At every intrinsic function (but `Fn::If`, which the walk sees through) that stands where a resource type describes
    /// a value.
    Call(fn(&Place<'_, '_>, &Call<'_>, &mut Report<'_>)),
    /// At certain places, at whether the value meets a demand beyond the resource types.
    Demand(&'static Demand),
    /// By the reader or by another rule, which report under its id.
    Elsewhere,
}

/// What a service demands beyond its resource types ([`stackgen_schema::Extension`]), and where.
#[derive(Debug)]
pub struct Demand {
    /// The demand's name in the facts.
    pub facts: &'static str,
    /// The values that must meet it: a resource type, then the way from its properties, with `*` for every item.
    pub places: &'static [&'static str],
    /// Whether everything that is wrong is told, or only what is nearest to the top, because the rest follows from it.
    pub all: bool,
    /// Properties that must be written without a function, or else nothing is said.
    pub settled: &'static [&'static str],
    /// Why, for the end of a message.
    pub because: &'static str,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It deploys, and could be better.
    Info,
    /// It probably deploys, and probably should not.
    Warning,
    /// It does not deploy, or loses something.
    Error,
}

impl Severity {
    /// How bad the findings of a rule with this id are.
    #[must_use]
    pub fn of(id: &str) -> Severity {
        severity_of(id)
    }
}

impl Rule {
    /// How bad its findings are.
    #[must_use]
    pub fn severity(&self) -> Severity {
        severity_of(self.id)
    }
}

pub(crate) fn severity_of(id: &str) -> Severity {
    match id.as_bytes() {
        [b'W', ..] | [b'S', b'3', ..] => Severity::Warning,
        [b'I', ..] | [b'S', b'4', ..] => Severity::Info,
        _ => Severity::Error,
    }
}
