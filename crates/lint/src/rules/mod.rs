//! The rules, by family. A family lists its rules in its own folder; this list names every family and nothing else.
//!
//! | family | looks at |
//! |---|---|
//! | `structure` | sections, names, limits, attributes of resources, parameters, mappings, conditions, outputs |
//! | `schema` | values against what their resource type says |
//! | `functions` | intrinsic functions and what they return |
//! | `graph` | who depends on whom, and whether it is there when it is needed |
//! | `services` | what one service demands beyond its types |
//! | `extensions` | what services demand of properties together, and of instance types in each region |
//! | `boot` | scripts in user-data |
//! | `own` | traps that no other linter knows |
//!
//! A new rule is a file in its family with one `static` [`Rule`] and its check, and a line in the family's list. Its examples
//! are its tests; `tests/rules.rs` runs them all.

pub mod boot;
pub mod extensions;
pub mod functions;
pub mod graph;
pub mod own;
mod reading;
pub mod schema;
pub mod services;
pub mod structure;

use std::sync::LazyLock;

use crate::rule::{Rule, Severity};
use crate::walk::Sorted;

const FAMILIES: &[&[&Rule]] = &[
    structure::RULES,
    schema::RULES,
    functions::RULES,
    graph::RULES,
    services::RULES,
    extensions::RULES,
    boot::RULES,
    own::RULES,
];

static CHECKS: LazyLock<Sorted> = LazyLock::new(|| Sorted::new(all()));

static FITTING: LazyLock<Sorted> =
    LazyLock::new(|| Sorted::new(schema::RULES.iter().copied().filter(|rule| rule.severity() == Severity::Error)));

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// The rule of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// What `--explain` says about an id: of a rule here, or of one on boot scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The id.
    pub id: &'static str,
    /// A name in words with dashes.
    pub name: &'static str,
    /// Why it is a mistake.
    pub reason: &'static str,
    /// What to write instead.
    pub fix: &'static str,
    /// A template without the mistake; for boot scripts, a script.
    pub good: &'static str,
    /// One with it.
    pub bad: &'static str,
}

/// What is found in `stackgen.toml` and not in a template, so that no check is here: its examples are in TOML.
pub const EXPIRED_SUPPRESSION: Explanation = Explanation {
    id: "S0001",
    name: "suppression-expired",
    reason: "Somebody allowed a finding until a day that is over. What was to be mended until then is found again.",
    fix: "Mend what was ignored and take the entry out, or decide anew and write a later `until`.",
    good: "[[lint.ignore]]\nrule = \"W3005\"\nreason = \"read by people\"\n",
    bad: "[[lint.ignore]]\nrule = \"W3005\"\nreason = \"goes with the new network\"\nuntil = \"2020-01-01\"\n",
};

/// Everything that can be found, the rules on boot scripts included, by family.
pub fn explanations() -> impl Iterator<Item = Explanation> {
    let templates =
        all().map(|&Rule { id, name, reason, fix, good, bad, .. }| Explanation { id, name, reason, fix, good, bad });
    let shell = stackgen_shell::RULES.iter().map(|rule| {
        let stackgen_shell::Rule { id, name, reason, fix, good, bad, .. } = **rule;
        Explanation { id, name, reason, fix, good, bad }
    });
    templates.chain(shell).chain([EXPIRED_SUPPRESSION])
}

/// The rules that say whether a value satisfies a shape.
pub(crate) fn fitting() -> &'static Sorted {
    &FITTING
}

pub(crate) fn checks() -> &'static Sorted {
    &CHECKS
}
