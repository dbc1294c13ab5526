//! `stackgen bootstrap`.
use std::process::ExitCode;

use stackgen_deploy::bootstrap;
use stackgen_deploy::plan::{self, Selection};

use crate::Context;
use crate::deploy::carry::{Carrier, Telling};
use crate::deploy::consent::Given;
use crate::deploy::way::Way;
use crate::deploy::wishes::Stack;
use crate::error::CliError;

/// Make the bucket for large templates
///
/// CloudFormation takes templates of up to 51,200 bytes in a request, and larger ones, up to 1 MB, from a bucket. This deploys a
/// small stack, `stackgen-bootstrap`, with such a bucket: versioned, encrypted, private, and reached with TLS only. What is in
/// it expires after 30 days. Nothing else needs it, and `--s3-bucket` names another one instead.
///
/// Run again, it brings the stack up to date. `stackgen destroy stackgen-bootstrap` leaves the bucket, which empties itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    wanted: Stack,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (account, _) = args.way.to_names(context, &[])?;
    account.prepare_records(&args.way)?;
    let (assembly, wishes) = (bootstrap::assembly(), args.wanted.wishes()?);
    let selection = Selection::default();
    let plan = account.plan(plan::make(&account.connection, &account.records, &assembly, &selection, &wishes))?;
    let carrier = Carrier::new(&account, args.telling, &args.given);
    carrier.deploy(&plan)
}
