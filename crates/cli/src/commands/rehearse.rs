//! `stackgen rehearse`.
use std::collections::BTreeMap;
use std::process::ExitCode;

use stackgen_assembly::{Assembly, FORMAT_VERSION, Manifest};
use stackgen_deploy::plan::Selection;

use crate::deploy::handing;
use crate::deploy::way::{self, Way};
use crate::deploy::wishes::Wanted;
use crate::error::{CliError, Kind};
use crate::rehearse::{self, Deed, Fail, RehearseError, Script, Seen};
use crate::{Context, lint, load, select};

/// What says nothing about a deletion.
const OF_DEPLOYS: [&str; 13] = [
    "exclusively",
    "handover",
    "parameters",
    "s3_bucket",
    "strategy",
    "tags",
    "role_arn",
    "notification_arns",
    "termination_protection",
    "stack_policy",
    "unlock",
    "disable_rollback",
    "revert_drift",
];

/// Try a deploy or a deletion on a copy of what is deployed
///
/// Looks at the stacks, at what they depend on and at their machines and disks, puts all of it into an engine in this process,
/// runs the deploy there, and shows how it goes: what would happen in which order, how long a host would be down, what would fail
/// and be rolled back, what would be left. Nothing is changed in the account: the way there can only look, and what deploys has
/// no way there.
///
/// Time is that of the engine: minutes pass in milliseconds. How long things take in AWS differs. What the plan calls dangerous
/// is taken as approved, and listed. Ends with 0 if the deploy would work, and with 1 if it would fail.
///
/// With --destroy the stacks are deleted there, as `stackgen destroy` does it: those on which others depend go last, and it says
/// what would be deleted for good, what stays and costs, and what refuses. Stacks may be of no app.
///
/// What was seen is kept in .stackgen/observed, with values of parameters, and --offline rehearses from that.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks and those that they depend on; `*` stands for any letters
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Leave out what the stacks depend on
    #[arg(short, long)]
    exclusively: bool,
    /// Delete these stacks and no others; without a name, all of the app
    #[arg(long, conflicts_with_all = OF_DEPLOYS)]
    destroy: bool,
    /// With --destroy, keep this resource of a stack whose deletion failed: `ID` or `STACK/ID`
    #[arg(long, value_name = "ID", requires = "destroy")]
    retain: Vec<String>,
    /// Let this resource fail once, at whatever is done to it
    #[arg(long = "fail", value_name = "RESOURCE[=REASON]")]
    fails: Vec<String>,
    /// Let stackgen die at its Nth call that changes something, and show what `stackgen resume` makes of it
    #[arg(long, value_name = "N")]
    kill_at: Option<usize>,
    /// Do not look, but begin from what was seen last
    #[arg(long)]
    offline: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    handing: handing::Wish,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let fails: Vec<Fail> = args.fails.iter().map(|given| given.parse()).collect::<Result<_, RehearseError>>()?;
    if args.destroy { destroy(context, args, &fails) } else { deploy(context, args, &fails) }
}

fn deploy(context: &Context, args: &Args, fails: &[Fail]) -> Result<ExitCode, CliError> {
    let loaded = load::assembly_for(context, args.way.is_local())?;
    let assembly = &loaded.assembly;
    let meant = select::stacks(assembly, &args.stacks)?;
    if meant.is_empty() {
        context.shell.warn(select::NONE);
        return Ok(ExitCode::SUCCESS);
    }
    lint::stacks::check(context, &loaded, &meant)?;
    let stacks: Vec<String> = meant.iter().map(|stack| stack.name.clone()).collect();
    let wishes = args.wanted.wishes()?;
    let selection = Selection { stacks, only: args.exclusively };
    let deed = Deed::Deploy { selection: &selection, wishes: &wishes, hands_over: args.handing.strategy() };
    play(context, args, assembly, fails, deed)
}

fn destroy(context: &Context, args: &Args, fails: &[Fail]) -> Result<ExitCode, CliError> {
    let loaded = match args.stacks.as_slice() {
        [] => Some(load::assembly_for(context, args.way.is_local())?),
        _ => args.way.app(context)?,
    };
    let stacks = way::names(loaded.as_ref(), &args.stacks)?;
    if stacks.is_empty() {
        context.shell.warn(select::NONE);
        return Ok(ExitCode::SUCCESS);
    }
    let assembly = loaded.map_or_else(no_app, |loaded| loaded.assembly);
    play(context, args, &assembly, fails, Deed::Destroy { stacks: &stacks, retain: &args.retain })
}

/// What is said where nobody describes anything.
fn no_app() -> Assembly {
    let manifest = Manifest {
        version: FORMAT_VERSION,
        generator: String::new(),
        stacks: Vec::new(),
        problems: Vec::new(),
        images: Vec::new(),
    };
    Assembly { manifest, files: BTreeMap::new() }
}

fn play(
    context: &Context,
    args: &Args,
    assembly: &Assembly,
    fails: &[Fail],
    deed: Deed<'_>,
) -> Result<ExitCode, CliError> {
    let look = if args.offline { Seen::remember } else { Seen::look };
    let seen = look(context, &args.way, assembly, &deed)?;
    let (folder, words) = (tempfile::tempdir()?, args.way.words());
    let script = Script {
        seen: &seen.observed,
        assembly,
        deed,
        fails,
        kill_at: args.kill_at,
        folder: folder.path(),
        words: &words,
    };
    let story = rehearse::perform(&script)?;
    script.check(&story)?;
    if args.json {
        context.shell.data(&rehearse::json(&seen, &story))?;
    } else {
        context.shell.view(&rehearse::text(&seen, &story, context.settings.now, context.shell.width()))?;
    }
    Ok(if story.works { ExitCode::SUCCESS } else { Kind::Failed.exit_code() })
}
