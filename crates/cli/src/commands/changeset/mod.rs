//! `stackgen changeset`: change sets that wait.
mod delete;
mod execute;
mod list;
mod show;

use std::process::ExitCode;

use stackgen_deploy::change_set::{self, ChangeSetEntry};

use crate::Context;
use crate::deploy::DeployError;
use crate::deploy::way::Account;
use crate::error::CliError;

/// List, show, carry out or delete change sets
///
/// A change set is what CloudFormation would do to a stack. `stackgen deploy --no-execute` leaves some behind, and so do other
/// tools. When one is carried out, all others of its stack go.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Execute(execute::Args),
    Delete(delete::Args),
}

/// Which change set is meant.
#[derive(Debug, clap::Args)]
struct Which {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// The name or ARN of the change set; not needed if there is one only
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    match &args.command {
        Command::List(args) => list::exec(context, args),
        Command::Show(args) => show::exec(context, args),
        Command::Execute(args) => return execute::exec(context, args),
        Command::Delete(args) => delete::exec(context, args),
    }?;
    Ok(ExitCode::SUCCESS)
}

impl Which {
    fn find(&self, account: &Account<'_>) -> Result<ChangeSetEntry, CliError> {
        let mut all = account.ask(change_set::list(&account.connection, &self.stack))?;
        let known = all.iter().map(|entry| entry.name.clone()).collect();
        let stack = self.stack.clone();
        let Some(name) = &self.name else {
            if all.len() == 1 {
                return Ok(all.remove(0));
            }
            return Err(DeployError::WhichChangeSet { stack, count: all.len(), known }.into());
        };
        match all.into_iter().find(|entry| entry.name == *name || entry.id == *name) {
            Some(entry) => Ok(entry),
            None => Err(DeployError::NoChangeSet { stack, name: name.clone(), known }.into()),
        }
    }
}
