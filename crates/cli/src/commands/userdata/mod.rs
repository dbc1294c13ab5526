//! `stackgen userdata`: boot scripts.
mod show;
mod size;
mod test;

use crate::Context;
use crate::error::CliError;

/// Look at boot scripts, and try them in throw-away roots
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Size(size::Args),
    Test(test::Args),
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    match &args.command {
        Command::Show(args) => show::exec(context, args),
        Command::Size(args) => size::exec(context, args),
        Command::Test(args) => test::exec(context, args),
    }
}
