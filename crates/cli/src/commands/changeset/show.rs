//! `stackgen changeset show`.
use stackgen_deploy::plan::{self, PLAN_VERSION, Plan, StackPlan};

use super::Which;
use crate::deploy::find;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::load::Loaded;
use crate::{Context, plan_view};

/// Show what a change set would do
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    way: Way,
}

pub(super) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.which.stack))?;
    let plan = plan(&account, loaded.as_ref(), &args.which)?;
    if args.json {
        return context.shell.data(&format!("{:#}\n", serde_json::json!(plan)));
    }
    context.shell.view(&plan_view::text(&plan, context.shell.width()))
}

/// The plan that a change set is.
pub(super) fn plan(account: &Account<'_>, loaded: Option<&Loaded>, which: &Which) -> Result<Plan, CliError> {
    find::stack(account, loaded, &which.stack)?;
    let entry = which.find(account)?;
    let assembly = loaded.map(|loaded| &loaded.assembly);
    let stack = account.ask(plan::of_change_set(&account.connection, &entry.id, assembly))?;
    let region = account.connection.region.clone();
    Ok(Plan { version: PLAN_VERSION, account: account_of(&stack), region, stacks: vec![stack] })
}

fn account_of(stack: &StackPlan) -> String {
    let arn = stack.stack_id.as_deref().unwrap_or_default();
    arn.split(':').nth(4).unwrap_or_default().to_owned()
}
