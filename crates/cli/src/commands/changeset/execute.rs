//! `stackgen changeset execute`.
use std::process::ExitCode;

use super::{Which, show};
use crate::Context;
use crate::deploy::carry::{Carrier, Telling};
use crate::deploy::consent::Given;
use crate::deploy::handing::Handing;
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
    let carrier = Carrier {
        account: &account,
        telling: args.telling,
        given: &args.given,
        allowed: &[],
        capabilities: &[],
        keeps: true,
        handing: Handing::default(),
    };
    carrier.deploy(&plan)
}
