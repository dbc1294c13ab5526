//! `stackgen lock`: what was looked up outside of the app.
mod check;
mod update;

use std::process::ExitCode;

use crate::Context;
use crate::error::CliError;

/// Check and update the pinned images of hosts
///
/// They are in stackgen.lock, which stands beside stackgen.toml and is committed. What is in it changes by these commands and `stackgen ami bump`, and
/// never by a deploy. With --local, pins of this machine are meant: they are kept in .stackgen/local and lie over the project's.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Args),
    Update(update::Args),
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    match &args.command {
        Command::Check(args) => check::exec(context, args),
        Command::Update(args) => update::exec(context, args).map(|()| ExitCode::SUCCESS),
    }
}
