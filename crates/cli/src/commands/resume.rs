//! `stackgen resume`.
use std::process::ExitCode;

use stackgen_deploy::handover::Direction;
use stackgen_deploy::progress::Progress;
use stackgen_deploy::run::{self, Outcome};

use crate::Context;
use crate::deploy::carry::{Follower, Telling};
use crate::deploy::handing::{self, Taking};
use crate::deploy::signals::Signals;
use crate::deploy::way::{self, Way};
use crate::error::CliError;

/// Go on with what was begun and not ended
///
/// What another stackgen of this project began and left, by Ctrl-C or because it was killed, is followed to its end, and what
/// that takes is done. What was approved then is approved, and a stack whose turn had not come gets it now. A stack that
/// somebody else works on is watched only.
///
/// A handover goes on where it was left, or goes back if it had begun to. One that another machine began goes on from here once
/// its lease has run out, with --take-over, if the app's template is the one that was being handed over to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    taking: Taking,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (account, loaded) = args.way.to_names(context, &args.stacks)?;
    let open = account.records.stacks()?;
    let stacks = if args.stacks.is_empty() { open } else { way::names(loaded.as_ref(), &args.stacks)? };
    if stacks.is_empty() {
        context.shell.status("Nothing", "was left unfinished here");
        return Ok(ExitCode::SUCCESS);
    }
    let claim = args.taking.claim(&account, "resume");
    let assembly = loaded.as_ref().map(|loaded| &loaded.assembly);
    let follower = Follower { account: &account, telling: args.telling, stacks: stacks.clone() };
    let work = async |say: &dyn Fn(Progress)| {
        let mut outcome = Outcome::default();
        let mut others = Vec::new();
        for stack in &stacks {
            match handing::go_on(&account, stack, &claim, Direction::Forward, assembly, say).await? {
                Some(handed) => outcome.stacks.push(handed),
                None => others.push(stack.clone()),
            }
        }
        // No names would mean all.
        if !others.is_empty() {
            outcome.stacks.extend(run::resume(&account.connection, &account.records, &others, say).await?.stacks);
        }
        Ok(outcome)
    };
    account.block_on(async { follower.outcome(work, &mut Signals::watch()?).await })
}
