//! `stackgen destroy`.
use std::process::ExitCode;

use stackgen_deploy::plan;

use crate::Context;
use crate::deploy::DeployError;
use crate::deploy::carry::{Carrier, Telling};
use crate::deploy::consent::Given;
use crate::deploy::way::{self, Way};
use crate::error::CliError;

/// Delete stacks
///
/// Shows what goes and what stays, asks, and shows what happens. Stacks that others depend on go last. What holds data needs
/// its own approval unless it stays; what stays belongs to no stack afterwards and is listed, since it goes on to cost.
/// Machines that go with their stack and have disks of their own are stopped first, since no mounted disk can be detached.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stacks; `*` stands for any letters of a name of the app
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// All stacks of the app
    #[arg(long, conflicts_with = "stacks")]
    all: bool,
    /// Keep this resource of a stack whose deletion failed: `ID` or `STACK/ID`
    #[arg(long, value_name = "ID")]
    retain: Vec<String>,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    if args.stacks.is_empty() && !args.all {
        return Err(DeployError::NothingNamed.into());
    }
    let (account, mut loaded) = args.way.to_names(context, &args.stacks)?;
    if loaded.is_none() {
        loaded = args.way.app(context)?;
    }
    let names = way::names(loaded.as_ref(), &args.stacks)?;
    account.prepare_records(&args.way)?;
    let assembly = loaded.as_ref().map(|loaded| &loaded.assembly);
    let plan = account.plan(plan::make_destroy(&account.connection, assembly, &names, &args.retain))?;
    let carrier = Carrier::new(&account, args.telling, &args.given);
    carrier.destroy(&plan)
}
