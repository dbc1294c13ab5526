//! `stackgen changeset list`.
use serde_json::json;
use stackgen_deploy::change_set;

use crate::Context;
use crate::deploy::find;
use crate::deploy::way::Way;
use crate::error::CliError;
use crate::shell::STRONG;
use crate::table::Table;
use crate::time;

/// List the change sets of a stack
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    way: Way,
}

pub(super) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.stack))?;
    let now = find::stack(&account, loaded.as_ref(), &args.stack)?;
    let entries = account.ask(change_set::list(&account.connection, &now.id))?;
    if args.json {
        return context.shell.data(&format!("{:#}\n", json!(entries)));
    }
    if entries.is_empty() {
        context.shell.status("None", &format!("{} has no change sets", args.stack));
        return Ok(());
    }
    let mut table = Table::new(&["CHANGE SET", "STATUS", "EXECUTION", "AGE"]);
    for entry in entries {
        let age = entry.created.map_or("-".to_owned(), |at| time::age(account.now, at));
        table.push(vec![entry.name, entry.status, entry.execution, age]);
    }
    context.shell.view(&table.render(STRONG, 0, context.shell.width()))
}
