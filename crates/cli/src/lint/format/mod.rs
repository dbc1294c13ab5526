//! The forms in which findings are told: to people, to programs, and to what programs show to people.
mod github;
mod json;
mod junit;
mod pretty;
mod sarif;

pub(crate) use pretty::one;

use stackgen_lint::Severity;

use super::Outcome;
use crate::Context;
use crate::error::CliError;
use crate::project::Project;

/// The form of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people: each with its line
    Pretty,
    /// For programs: a list of objects
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, for reports of tests
    Junit,
    /// Annotations of GitHub's workflows
    Github,
}

/// Prints what was found.
pub(crate) fn print(
    context: &Context,
    project: Option<&Project>,
    outcome: &Outcome,
    form: Format,
) -> Result<(), CliError> {
    match form {
        Format::Pretty => context.shell.view(&pretty::text(context.shell.width(), project, outcome)),
        Format::Json => context.shell.data(&json::text(outcome)),
        Format::Sarif => context.shell.data(&sarif::text(outcome)),
        Format::Junit => context.shell.data(&junit::text(outcome)),
        Format::Github => context.shell.data(&github::text(outcome)),
    }
}

/// How bad something is, in a word.
pub(crate) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}
