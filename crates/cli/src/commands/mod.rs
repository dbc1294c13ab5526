//! The commands, one file each: `Args` and `exec`. Their doc comments are the help.
mod ami;
mod bootstrap;
mod changeset;
mod deploy;
mod destroy;
mod diff;
mod drift;
mod events;
mod explain;
pub(crate) mod graph;
mod import;
mod lint;
mod list;
mod local;
mod lock;
mod outputs;
mod rehearse;
mod resume;
mod rollback;
mod status;
mod synth;
mod userdata;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::Context;
use crate::error::CliError;

const EXAMPLES: &str = "\
Examples:
  stackgen synth                        every template, as YAML
  stackgen synth prod-compute | less    one template
  stackgen synth 'prod-*' --out build   files, with the boot scripts beside them
  stackgen deploy prod-compute --local  try it on this machine, without an account
  stackgen deploy prod-compute          create or update it, with what it depends on
  stackgen list                         the stacks and what they depend on
  stackgen diff --local prod-compute    what a deploy would do
  stackgen rehearse prod-compute        how that would go, event by event
  stackgen ami bump prod-compute        pin the newest image of a host
  stackgen lint templates               what is wrong with templates in a folder
  stackgen graph --out stacks.html      a picture of what refers to what
  stackgen userdata show prod-compute   what runs on a host when it first starts
  stackgen local start                  an AWS to try things on, on this machine
  stackgen explain ec2::volume          what CloudFormation knows about a type
  stackgen explain AWS::EC2::Instance.BlockDeviceMappings.Ebs

Exit codes:
  0 done   1 failed   2 wrong arguments   3 refused by a safety rule
  4 deployed, but something old could not be deleted; an old image from `lock check`
  2, 4 and 6 from `lint`: it found errors, warnings, or both
  70 a bug in stackgen   130 interrupted or detached   141 nobody reads the output any more";

/// Infrastructure as code for people who run real machines on AWS
///
/// Runs the app that `stackgen.toml` names and works with the stacks that it describes.
#[derive(Debug, Parser)]
#[command(name = "stackgen", version, after_help = EXAMPLES, max_term_width = 100, propagate_version = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Look for stackgen.toml in this folder and above it, instead of here
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
    /// Read an assembly that is there already instead of running the app
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) assembly: Option<PathBuf>,
    /// Colour the output: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub(crate) color: Color,
    /// Say nothing but data, warnings and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// When to colour. `Auto` means on a terminal, unless NO_COLOR is set.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Deploy(deploy::Args),
    Diff(diff::Args),
    Rehearse(rehearse::Args),
    Destroy(destroy::Args),
    Status(status::Args),
    Outputs(outputs::Args),
    Events(events::Args),
    Watch(watch::Args),
    Resume(resume::Args),
    Rollback(rollback::Args),
    Drift(drift::Args),
    Import(import::Args),
    Changeset(changeset::Args),
    Lock(lock::Args),
    Ami(ami::Args),
    Bootstrap(bootstrap::Args),
    Synth(synth::Args),
    List(list::Args),
    Lint(lint::Args),
    Graph(graph::Args),
    Explain(explain::Args),
    Userdata(userdata::Args),
    Local(local::Args),
}

pub(crate) fn exec(context: &Context, command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Deploy(args) => return deploy::exec(context, &args),
        Command::Destroy(args) => return destroy::exec(context, &args),
        Command::Watch(args) => return watch::exec(context, &args),
        Command::Resume(args) => return resume::exec(context, &args),
        Command::Rollback(args) => return rollback::exec(context, &args),
        Command::Drift(args) => return drift::exec(context, &args),
        Command::Import(args) => return import::exec(context, &args),
        Command::Bootstrap(args) => return bootstrap::exec(context, &args),
        Command::Changeset(args) => return changeset::exec(context, &args),
        Command::Lint(args) => return lint::exec(context, &args),
        Command::Lock(args) => return lock::exec(context, &args),
        Command::Ami(args) => ami::exec(context, &args),
        Command::Status(args) => status::exec(context, &args),
        Command::Outputs(args) => outputs::exec(context, &args),
        Command::Events(args) => events::exec(context, &args),
        Command::Diff(args) => return diff::exec(context, &args),
        Command::Rehearse(args) => return rehearse::exec(context, &args),
        Command::Synth(args) => synth::exec(context, &args),
        Command::List(args) => list::exec(context, &args),
        Command::Graph(args) => graph::exec(context, &args),
        Command::Explain(args) => explain::exec(context, &args),
        Command::Userdata(args) => userdata::exec(context, &args),
        Command::Local(args) => local::exec(context, &args),
    }?;
    Ok(ExitCode::SUCCESS)
}
