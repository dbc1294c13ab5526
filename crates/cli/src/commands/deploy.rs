//! `stackgen deploy`.
use std::path::PathBuf;
use std::process::ExitCode;

use stackgen_deploy::plan::{self, DangerKind, Plan, Selection};

use crate::deploy::carry::{Carrier, Telling};
use crate::deploy::consent::Given;
use crate::deploy::handing::Handing;
use crate::deploy::way::{Account, Way};
use crate::deploy::wishes::Wanted;
use crate::error::CliError;
use crate::pins::{inputs, missing, told};
use crate::{Context, lint, select};

/// Create or update stacks
///
/// Asks CloudFormation what would change, shows it with what it means, asks, and then shows what happens until it ends. The
/// outputs of the stacks go to standard output. Stacks that do not depend on each other are deployed at the same time; one
/// that fails stops only those that depend on it.
///
/// What can lose data or lets somebody reach or do more than before needs its own approval: typed when it is asked for, or
/// given beforehand with --approve. Without a terminal and without that, nothing is done, and the exit code is 3.
///
/// A host that has a volume cannot be replaced in one update, since its volume is in one place at a time. Where the template
/// has a parameter that lets the volume go, a handover is proposed: the old host stops, lets its volume go, and the new one
/// takes it; if that fails, the old one gets it back and runs again. Without a terminal it takes --handover.
///
/// Ctrl-C leaves and stops nothing: CloudFormation goes on. `stackgen watch` looks at it again, `stackgen resume` also does
/// what is left.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks and those that they depend on; `*` stands for any letters
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Leave out what the stacks depend on
    #[arg(short, long)]
    exclusively: bool,
    /// Make the change sets, write the plan to a file, and stop
    #[arg(long, conflicts_with = "plan")]
    no_execute: bool,
    /// The file for the plan of --no-execute
    #[arg(long, value_name = "FILE", requires = "no_execute", default_value = "stackgen.plan.json")]
    out: PathBuf,
    /// Carry out exactly this plan, or nothing if anything has moved since
    #[arg(long, value_name = "FILE", conflicts_with = "stacks")]
    plan: Option<PathBuf>,
    /// Delete a stack whose creation failed, and make it again
    #[arg(long)]
    recreate_failed: bool,
    /// Let CloudFormation use this capability and no other than those named
    #[arg(long = "capability", value_name = "NAME")]
    capabilities: Vec<String>,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    handing: Handing,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    if let Some(file) = &args.plan {
        let plan = plan::load(file)?;
        let account = args.way.open(context, Some(plan.region.clone()))?;
        account.prepare_records(&args.way)?;
        account.ask(plan::check(&account.connection, &plan))?;
        return carrier(&account, args).deploy(&plan);
    }
    let mut loaded = missing::assembly(context, &args.way, args.given.yes, !args.telling.json)?;
    let stacks = select::stacks(&loaded.assembly, &args.stacks)?;
    if stacks.is_empty() {
        context.shell.warn(select::NONE);
        return Ok(ExitCode::SUCCESS);
    }
    lint::stacks::check(context, &loaded, &stacks)?;
    let names: Vec<String> = stacks.iter().map(|stack| stack.name.clone()).collect();
    let account = args.way.to_stacks(context, &loaded.assembly, &names)?;
    account.prepare_records(&args.way)?;
    let meant = told::meant(&loaded, &names, args.exclusively);
    told::check(&account, &loaded, &meant)?;
    let selection = Selection { stacks: names, only: args.exclusively };
    let mut wishes = args.wanted.wishes()?;
    wishes.keep = args.no_execute;
    let mut plan =
        account.plan(plan::make(&account.connection, &account.records, &loaded.assembly, &selection, &wishes))?;
    if args.way.is_local() {
        return if args.no_execute { keep(&account, args, &plan) } else { carrier(&account, args).deploy(&plan) };
    }
    inputs::remark(&mut plan, &loaded.locks.seen());
    if args.no_execute {
        return keep(&account, args, &plan);
    }
    let code = carrier(&account, args).deploy(&plan)?;
    inputs::record_if_good(&account, &mut loaded, &meant, code);
    Ok(code)
}

fn carrier<'a>(account: &'a Account<'a>, args: &'a Args) -> Carrier<'a> {
    Carrier {
        account,
        telling: args.telling,
        given: &args.given,
        allowed: if args.recreate_failed { &[DangerKind::Recreate] } else { &[] },
        capabilities: &args.capabilities,
        keeps: args.plan.is_some(),
        handing: args.handing.clone(),
    }
}

/// Leaves a plan for later.
fn keep(account: &Account<'_>, args: &Args, plan: &Plan) -> Result<ExitCode, CliError> {
    if carrier(account, args).show(plan)? {
        plan::save(plan, &args.out)?;
        let file = args.out.display();
        let words = &account.words;
        account
            .context
            .shell
            .status("Wrote", &format!("{file}: `stackgen deploy --plan {file}{words}` carries it out"));
    }
    Ok(ExitCode::SUCCESS)
}
