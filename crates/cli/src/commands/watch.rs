//! `stackgen watch`.
use std::process::ExitCode;

use stackgen_deploy::progress::Progress;
use stackgen_deploy::run::{self, Outcome};

use crate::Context;
use crate::deploy::carry::{Follower, Telling};
use crate::deploy::find;
use crate::deploy::signals::Signals;
use crate::deploy::way::Way;
use crate::error::CliError;

/// Show what is happening to a stack until it ends
///
/// Works from any machine, whoever began it. Changes nothing. The exit code is 1 if it ends otherwise than it was meant to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.stack))?;
    let now = find::stack(&account, loaded.as_ref(), &args.stack)?;
    if now.status.is_settled() && !args.telling.json {
        context.shell.status("Nothing", &format!("goes on with {}: it is in {}", now.name, now.status));
        return Ok(ExitCode::SUCCESS);
    }
    let follower = Follower { account: &account, telling: args.telling, stacks: vec![now.name.clone()] };
    let work = async |say: &dyn Fn(Progress)| {
        run::watch(&account.connection, &now.id, say).await.map(|stack| Outcome { stacks: vec![stack] })
    };
    account.block_on(async { follower.outcome(work, &mut Signals::watch()?).await })
}
