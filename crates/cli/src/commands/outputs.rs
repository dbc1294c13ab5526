//! `stackgen outputs`.
use serde_json::{Map, Value as Json, json};
use stackgen_deploy::stack::{self, StackNow};

use crate::Context;
use crate::deploy::find;
use crate::deploy::way::{self, Way};
use crate::error::CliError;

/// Print what stacks tell others
///
/// One line `STACK.NAME = VALUE` for each output; with --json, one object by stack and name.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks; without names, those of the app
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let (account, mut loaded) = args.way.to_names(context, &args.stacks)?;
    if loaded.is_none() && args.stacks.is_empty() {
        loaded = args.way.app(context)?;
    }
    let names = way::names(loaded.as_ref(), &args.stacks)?;
    let mut stacks: Vec<StackNow> = Vec::new();
    if args.stacks.is_empty() {
        let there = account.ask(stack::list(&account.connection))?;
        let is_meant = |stack: &StackNow| loaded.is_none() || names.contains(&stack.name);
        stacks.extend(there.into_iter().filter(is_meant));
        stacks.sort_by_key(|stack| names.iter().position(|name| *name == stack.name));
    } else {
        for name in &names {
            stacks.push(find::stack(&account, loaded.as_ref(), name)?);
        }
    }
    if args.json {
        let all: Map<String, Json> = stacks.iter().map(|stack| (stack.name.clone(), json!(stack.outputs))).collect();
        return context.shell.data(&format!("{:#}\n", Json::Object(all)));
    }
    let lines = stacks
        .iter()
        .flat_map(|stack| stack.outputs.iter().map(|(name, value)| format!("{}.{name} = {value}\n", stack.name)));
    context.shell.data(&lines.collect::<String>())
}
