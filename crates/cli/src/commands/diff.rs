//! `stackgen diff`.
use std::process::ExitCode;

use stackgen_deploy::plan::{self, Selection, Verb};

use crate::deploy::way::Way;
use crate::deploy::wishes::Wanted;
use crate::error::{CliError, Kind};
use crate::pins::{inputs, told};
use crate::{Context, lint, load, plan_view, select};

/// Show what a deploy would do
///
/// Asks CloudFormation for a change set of each stack and tells what it means: what is new, what is replaced, which data is at
/// risk, who may do and reach more, what becomes of boot scripts. Nothing is done, and nothing is left behind.
///
/// A stack that needs outputs of another one that is not there yet is told from its template.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks and those that they depend on; `*` stands for any letters
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Leave out what the stacks depend on
    #[arg(short, long)]
    exclusively: bool,
    /// End with 1 if anything would change
    #[arg(long)]
    fail: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    way: Way,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For a comment of a pull request
    Markdown,
    /// For programs
    Json,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let loaded = load::assembly_for(context, args.way.is_local())?;
    let assembly = &loaded.assembly;
    let meant = select::stacks(assembly, &args.stacks)?;
    if meant.is_empty() {
        context.shell.warn(select::NONE);
        return Ok(ExitCode::SUCCESS);
    }
    lint::stacks::check(context, &loaded, &meant)?;
    let stacks: Vec<String> = meant.iter().map(|stack| stack.name.clone()).collect();
    let account = args.way.to_stacks(context, assembly, &stacks)?;
    account.prepare_records(&args.way)?;
    let newer = told::check(&account, &loaded, &told::meant(&loaded, &stacks, args.exclusively))?;
    let selection = Selection { stacks, only: args.exclusively };
    let wishes = args.wanted.wishes()?;
    let connection = &account.connection;
    let mut plan = account.plan(async {
        let plan = plan::make(connection, &account.records, assembly, &selection, &wishes).await?;
        plan::discard(connection, &account.records, &plan).await?;
        Ok(plan)
    })?;
    if !args.way.is_local() {
        inputs::remark(&mut plan, &loaded.locks.seen());
    }
    let format = if args.json { Format::Json } else { args.format };
    match format {
        Format::Text => context.shell.view(&plan_view::text(&plan, context.shell.width()))?,
        Format::Markdown => {
            let newer: String = newer.iter().map(|line| format!("\n> Newer image: {line}\n")).collect();
            context.shell.data(&(plan_view::markdown(&plan) + &newer))?;
        }
        Format::Json => context.shell.data(&plan_view::json(&plan))?,
    }
    let has_changes = plan.stacks.iter().any(|stack| stack.verb != Verb::Nothing);
    Ok(if args.fail && has_changes { Kind::Failed.exit_code() } else { ExitCode::SUCCESS })
}
