//! `stackgen volume`: the data volumes of hosts, which outlive hosts and stacks.
mod adopt;
mod restore;
mod snapshot;

use std::process::ExitCode;

use thiserror::Error;

use crate::Context;
use crate::deploy::DeployError;
use crate::error::CliError;
use crate::pins::confirmed;
use crate::table::wrap;

/// Where what is said of a step begins.
const MARGIN: usize = 13;

/// Why nothing was done to a volume.
#[derive(Debug, Error)]
pub(crate) enum VolumeError {
    #[error("the stack has no host with a volume")]
    NoVolumes,
    #[error("no host of the stack has a volume `{id}`")]
    NoVolume { id: String, known: Vec<String> },
    #[error("the stack has several volumes; say which one")]
    WhichVolume { known: Vec<String> },
    #[error("the app does not go by what stackgen.lock says of `{id}` of `{stack}`; nothing was written")]
    LockIgnored { stack: String, id: String },
    #[error("the project's lock says that `{id}` of `{stack}` is made from a snapshot, and --local leaves that alone")]
    OfProject { stack: String, id: String, folder: String },
    #[error("an assembly that is there already cannot go by another lock; nothing was done")]
    NoApp,
}

/// Copy the data volume of a host, make it again from a copy, or take it back into its stack
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Snapshot(snapshot::Args),
    Restore(restore::Args),
    Adopt(adopt::Args),
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    match &args.command {
        Command::Snapshot(args) => snapshot::exec(context, args).map(|()| ExitCode::SUCCESS),
        Command::Restore(args) => restore::exec(context, args).map(|()| ExitCode::SUCCESS),
        Command::Adopt(args) => adopt::exec(context, args),
    }
}

/// Shows what is going to be done, numbered.
fn show(context: &Context, steps: &[String]) {
    for (at, step) in steps.iter().enumerate() {
        let lines = wrap(step, context.shell.width().saturating_sub(MARGIN));
        context.shell.status(&format!("Step {}", at + 1), &lines.join(&format!("\n{:MARGIN$}", "")));
    }
}

/// Asks for a yes, unless it was said already. Without a terminal nothing is done.
fn agreed(context: &Context, is_sure: bool, question: &str) -> Result<(), CliError> {
    if is_sure {
        return Ok(());
    }
    match confirmed(context, question)? {
        Some(true) => Ok(()),
        Some(false) => Err(DeployError::Declined.into()),
        None => Err(DeployError::Unconfirmed.into()),
    }
}
