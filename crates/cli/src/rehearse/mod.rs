//! Trying a deploy or a deletion on a copy of what is deployed, in this process, before anything real moves.
//!
//! [`seen`] looks at what is there, or takes what was seen before. [`perform()`] puts it into an engine ([`stage`]), does it there
//! with the same client as always, on a clock that stands still while nothing waits, and comes back with a [`Story`]. [`text()`]
//! tells it to people and [`json()`] to programs.
mod downtime;
mod fail;
mod json;
mod perform;
mod seen;
mod stage;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod things;

use thiserror::Error;

pub(crate) use fail::Fail;
pub(crate) use json::json;
pub(crate) use perform::{Deed, Script, perform};
pub(crate) use seen::{Seen, kept};
pub(crate) use story::Story;
pub(crate) use text::text;

/// Why there is nothing to tell.
#[derive(Debug, Error)]
pub(crate) enum RehearseError {
    #[error("nobody looked at {} in {region} yet", list(stacks))]
    NeverSeen { stacks: Vec<String>, region: String },
    #[error("what was seen is out of date: since then, {} from here", changed(stacks))]
    OutOfDate { stacks: Vec<(String, String)> },
    #[error("`{given}` does not say what fails")]
    BadFail { given: String },
    #[error("nothing is done to `{resource}`, so it cannot fail")]
    NotTouched { resource: String, touched: Vec<String> },
    #[error("the client makes {made} calls that change something, so it cannot die at number {at}")]
    NotThatMany { at: usize, made: usize },
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

fn changed(stacks: &[(String, String)]) -> String {
    stacks.iter().map(|(name, done)| format!("`{name}` was {done}")).collect::<Vec<_>>().join(" and ")
}
