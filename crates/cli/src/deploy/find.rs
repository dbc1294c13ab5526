//! Stacks that are there, by name.
use stackgen_deploy::stack::{self, StackNow};

use super::DeployError;
use super::way::Account;
use crate::error::CliError;
use crate::load::Loaded;
use crate::names;

/// A stack that must be there. If it is not, a near name is told.
pub(crate) fn stack(account: &Account<'_>, loaded: Option<&Loaded>, name: &str) -> Result<StackNow, CliError> {
    match account.ask(stack::describe(&account.connection, name))? {
        Some(found) if found.status.word() != "DELETE_COMPLETE" || name.starts_with("arn:") => Ok(found),
        _ => Err(missing(account, loaded, name).into()),
    }
}

/// That there is no such stack.
pub(crate) fn missing(account: &Account<'_>, loaded: Option<&Loaded>, name: &str) -> DeployError {
    // That the stack is missing is worth telling even if nobody lists the others.
    let there = account.ask(stack::list(&account.connection)).unwrap_or_default();
    let of_app = loaded.map(|loaded| &*loaded.assembly.manifest.stacks).unwrap_or_default();
    let is_of_app = of_app.iter().any(|stack| stack.name == name);
    let near = names::nearest(name, there.iter().map(|stack| stack.name.as_str()));
    DeployError::NoStack {
        name: names::echo(name),
        region: account.connection.region.clone(),
        near: near.map(str::to_owned),
        is_of_app,
        words: account.words.clone(),
    }
}
