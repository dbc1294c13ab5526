//! `stackgen local serve`: the process that `stackgen local start` starts. Nobody types it.
use std::path::PathBuf;

use super::start::How;
use crate::Context;
use crate::error::CliError;
use crate::local::serve::Serving;

/// Serve in this process
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    how: How,
    /// Keep everything in this folder
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    // Away from the terminal, whose Ctrl-C and end are meant for others. It fails for the leader of a group, which nobody's
    // Ctrl-C reaches.
    let _ = rustix::process::setsid();
    Serving::start(context, &args.folder, args.how.wish())?.wait()
}
