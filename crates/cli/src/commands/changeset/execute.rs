//! `stackgen changeset execute`.
use std::process::ExitCode;

use super::{Which, show};
use crate::Context;
use crate::deploy::carry::{Carrier, Telling};
use crate::deploy::consent::Given;
use crate::deploy::way::Way;
use crate::error::CliError;

/// Carry out a change set
///
/// Shows it and asks, as `stackgen deploy` does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    way: Way,
}

pub(super) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.which.stack))?;
    let plan = show::plan(&account, loaded.as_ref(), &args.which)?;
    account.prepare_records(&args.way)?;
    let carrier = Carrier { keeps: true, ..Carrier::new(&account, args.telling, &args.given) };
    carrier.deploy(&plan)
}
