//! `stackgen rollback`.
use std::process::ExitCode;

use stackgen_deploy::handover::Direction;
use stackgen_deploy::progress::Progress;
use stackgen_deploy::run::{self, Ending, Outcome, StackOutcome};

use crate::Context;
use crate::deploy::carry::{Follower, Telling};
use crate::deploy::find;
use crate::deploy::handing::{self, Taking};
use crate::deploy::signals::Signals;
use crate::deploy::way::Way;
use crate::error::CliError;

/// Return a stack to what it was
///
/// For a stack that was kept as it failed (CREATE_FAILED, UPDATE_FAILED), and for one whose rollback failed
/// (UPDATE_ROLLBACK_FAILED): remove the cause first, then let the rollback go on. An update that runs is cancelled.
///
/// A handover goes back, however far it is: the old host gets its volume and runs again. Once the new host is in place there is
/// nothing to go back to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// Leave this resource as it is, if its rollback failed. The stack then says of it what is not so, which later changes
    /// trip over
    #[arg(long, value_name = "ID")]
    skip: Vec<String>,
    #[command(flatten)]
    taking: Taking,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.stack))?;
    let now = find::stack(&account, loaded.as_ref(), &args.stack)?;
    account.prepare_records(&args.way)?;
    let claim = args.taking.claim(&account, "rollback");
    let follower = Follower { account: &account, telling: args.telling, stacks: vec![now.name.clone()] };
    let work = async |say: &dyn Fn(Progress)| {
        let (connection, records) = (&account.connection, &account.records);
        if let Some(handed) = handing::go_on(&account, &now.name, &claim, Direction::Back, None, say).await? {
            return Ok(Outcome { stacks: vec![handed] });
        }
        let stack = if now.status.word() == "UPDATE_IN_PROGRESS" {
            run::cancel(connection, &now.id).await?;
            cancelled(run::watch(connection, &now.id, say).await?)
        } else {
            run::rollback(connection, records, &now.name, &args.skip, say).await?
        };
        Ok(Outcome { stacks: vec![stack] })
    };
    account.block_on(async { follower.outcome(work, &mut Signals::watch()?).await })
}

/// Here the rollback is what was wanted.
fn cancelled(mut stack: StackOutcome) -> StackOutcome {
    if stack.status.as_deref() == Some("UPDATE_ROLLBACK_COMPLETE") {
        (stack.ending, stack.cause) = (Ending::Done, None);
    }
    stack
}
