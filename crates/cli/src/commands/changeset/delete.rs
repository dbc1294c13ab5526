//! `stackgen changeset delete`.
use stackgen_deploy::change_set;

use super::Which;
use crate::Context;
use crate::deploy::find;
use crate::deploy::way::Way;
use crate::error::CliError;

/// Delete a change set
///
/// With it goes a stack that was never more than its change set.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    way: Way,
}

pub(super) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.which.stack))?;
    find::stack(&account, loaded.as_ref(), &args.which.stack)?;
    let entry = args.which.find(&account)?;
    account.ask(change_set::delete(&account.connection, &entry.id))?;
    context.shell.status("Deleted", &entry.name);
    Ok(())
}
