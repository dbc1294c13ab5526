//! What is wrong with a description, and the line of Rust that made it so.
use std::fmt;
use std::panic::Location;

/// The call that made something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The Rust file, as the compiler names it: relative to the workspace of the app.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl Source {
    /// The caller of the innermost function that is not marked `#[track_caller]`.
    #[track_caller]
    pub fn caller() -> Self {
        let location = Location::caller();
        Source { file: location.file(), line: location.line() }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// One thing that is wrong. Synth collects all of them before it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stack.
    pub stack: String,
    /// The parameter, resource or output, unless the whole stack is meant.
    pub logical_id: Option<String>,
    /// Where in it, such as `/Properties/Tags/0`; empty for the whole.
    pub path: String,
    /// The line that made it.
    pub source: Option<Source>,
    /// What is wrong and why.
    pub message: String,
    /// What to type instead.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of a whole stack.
    pub fn of_stack(stack: &str, message: impl Into<String>) -> Self {
        Problem {
            stack: stack.to_owned(),
            logical_id: None,
            path: String::new(),
            source: None,
            message: message.into(),
            hint: None,
        }
    }

    /// The same problem, with the line that made it.
    #[must_use]
    pub fn at(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// The same problem, of one thing in the stack.
    #[must_use]
    pub fn on(mut self, logical_id: &str) -> Self {
        self.logical_id = Some(logical_id.to_owned());
        self
    }

    /// The same problem, at one place in that thing.
    #[must_use]
    pub fn in_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The same problem, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.stack)?;
        if let Some(id) = &self.logical_id {
            write!(formatter, " {id}{}", self.path)?;
        }
        write!(formatter, ": {}", self.message)?;
        if let Some(source) = self.source {
            write!(formatter, "\n  at {source}")?;
        }
        match &self.hint {
            Some(hint) => write!(formatter, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
