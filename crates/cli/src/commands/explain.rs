//! `stackgen explain`.
use crate::Context;
use crate::error::CliError;

/// Explain a resource type or one of its properties
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A type, such as `AWS::EC2::Volume`, and a property of it, such as `.VolumeType`
    #[arg(value_name = "TYPE[.PROPERTY]")]
    name: String,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn exec(_context: &Context, _args: &Args) -> Result<(), CliError> {
    Ok(())
}
