//! What a failed command says: its kind, its cause, and what to type next.
//!
//! Modules have errors of their own that only carry facts. This folder is the only place that knows how bad each one is and
//! what helps against it.
mod app;
mod asked;
mod aws;
mod lint;
mod local;
mod lock;
mod script;
mod stacks;

use std::io;
use std::process::ExitCode;

pub(crate) use aws::of_failure;

/// How many candidates for an unclear name are listed.
const CANDIDATES: usize = 20;

/// How bad it is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It did not work.
    Failed,
    /// It was asked for in a way that makes no sense.
    Usage,
    /// A safety rule forbids it.
    Refused,
    /// A bug in stackgen.
    Internal,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// Whoever was reading has read enough. Nothing is said about it.
    ClosedPipe,
}

impl Kind {
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::Internal => 70,
            Kind::Interrupted => 130,
            // What a shell reports for `cat` and `git` when a pipe is closed: killed by SIGPIPE.
            Kind::ClosedPipe => 141,
        })
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) kind: Kind,
    pub(crate) source: anyhow::Error,
    pub(crate) hints: Vec<String>,
}

impl CliError {
    pub(crate) fn new(kind: Kind, source: impl Into<anyhow::Error>) -> Self {
        CliError { kind, source: source.into(), hints: Vec::new() }
    }

    pub(crate) fn failed(source: impl Into<anyhow::Error>) -> Self {
        CliError::new(Kind::Failed, source)
    }

    /// The same error with what to do about it: any number of hints.
    #[must_use]
    pub(crate) fn hints(mut self, hints: impl IntoIterator<Item: Into<String>>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }
}

/// Standard output is the only stream that is written to without a name.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => CliError::new(Kind::ClosedPipe, error),
            _ => CliError::failed(anyhow::Error::new(error).context("cannot write to standard output")),
        }
    }
}
