//! `stackgen local reset`.
use std::fs;
use std::io::{self, IsTerminal as _};

use stackgen_assembly::lock::LOCK_FILE;

use crate::Context;
use crate::error::CliError;
use crate::local::{LocalError, Place};

/// Forget everything that the server has
///
/// Asks before it does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let place = Place::find(context)?;
    let running = place.running()?;
    if running.is_none() && !place.state().exists() {
        context.shell.status("Forgotten", "already: there is nothing");
        return Ok(());
    }
    if !args.yes && !confirmed(context, &place)? {
        context.shell.status("Kept", &place.folder.display().to_string());
        return Ok(());
    }
    match running {
        Some(running) => drop(running.ask("POST", "reset")?),
        None => fs::remove_file(place.state())
            .map_err(|source| LocalError::Folder { folder: place.folder.clone(), source })?,
    }
    // Images that were pinned here are gone with the rest.
    let pins = place.folder.join(LOCK_FILE);
    if pins.exists() {
        fs::remove_file(pins).map_err(|source| LocalError::Folder { folder: place.folder.clone(), source })?;
    }
    context.shell.status("Forgotten", &place.folder.display().to_string());
    Ok(())
}

fn confirmed(context: &Context, place: &Place) -> Result<bool, LocalError> {
    if !io::stdin().is_terminal() {
        return Err(LocalError::Unconfirmed);
    }
    context.shell.message(&format!("Forget all stacks and resources in {}? [y/N] ", place.folder.display()));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(LocalError::Answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
