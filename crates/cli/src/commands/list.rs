//! `stackgen list`.
use serde_json::{Value as Json, json};
use stackgen_assembly::StackEntry;

use crate::error::CliError;
use crate::shell::STRONG;
use crate::table::Table;
use crate::{Context, load, select};

/// List the stacks and what they depend on
///
/// Stacks come after those that they depend on, which is the order in which they are deployed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks; `*` stands for any letters
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let loaded = load::assembly(context)?;
    let stacks = select::stacks(&loaded.assembly, &args.stacks)?;
    if stacks.is_empty() {
        context.shell.warn(select::NONE);
    }
    if args.json {
        let stacks: Json = stacks.into_iter().map(entry).collect();
        return context.shell.data(&format!("{stacks:#}\n"));
    }
    let mut table = Table::new(&["STACK", "REGION", "RESOURCES", "DEPENDS ON"]);
    for stack in stacks {
        let region = stack.region.as_deref().unwrap_or("-");
        let dependencies = if stack.dependencies.is_empty() { "-".to_owned() } else { stack.dependencies.join(", ") };
        table.push(vec![stack.name.clone(), region.to_owned(), stack.resources.len().to_string(), dependencies]);
    }
    context.shell.view(&table.render(STRONG, 0, context.shell.width()))
}

fn entry(stack: &StackEntry) -> Json {
    json!({
        "name": stack.name,
        "region": stack.region,
        "account": stack.account,
        "resources": stack.resources.len(),
        "dependencies": stack.dependencies,
    })
}
