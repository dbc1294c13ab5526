//! `stackgen userdata show`.
use crate::boot_script::Which;
use crate::error::CliError;
use crate::{Context, load};

/// Print the boot script that a stack's host runs
///
/// As it runs there: decoded and, if it is sent packed, unpacked. `${…}` stands where CloudFormation puts a value in. The lines
/// are those that messages of the script name.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Only this section
    #[arg(long, value_name = "NAME")]
    section: Option<String>,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let loaded = load::assembly(context)?;
    let script = args.which.of(&loaded.assembly)?;
    match &args.section {
        Some(name) => context.shell.data(&script.section(name)?),
        None => context.shell.data(script.text),
    }
}
