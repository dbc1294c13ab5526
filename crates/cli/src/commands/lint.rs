//! `stackgen lint`.
use std::path::Path;
use std::process::ExitCode;

use thiserror::Error;

use crate::error::{CliError, Kind};
use crate::lint::format::{self, Format};
use crate::lint::policies::{PREFIX, Policies};
use crate::lint::{Outcome, Wishes, batch, explain, input, region, stacks, suppress};
use crate::load::{self, Loaded};
use crate::project::{Project, ProjectError};
use crate::select::NoStack;
use crate::{Context, names, select};

const DETAILS: &str = "\
Exit codes:
  0 nothing wrong   2 errors   4 warnings   6 both   8 more with notes
  1 there was nothing to lint, such as an app that fails

What is wrong but wanted is allowed in stackgen.toml, with the reason:
  [[lint.ignore]]
  rule = \"W3005\"              # or the beginning of ids
  stack = \"prod-*\"            # optional, like `file` and `id`
  reason = \"…\"
  until = \"2027-01-01\"        # optional: after this day it is an error
or in a template, as cfn-lint reads it: Metadata.cfn-lint.config.ignore_checks";

/// Find what is wrong with templates, before AWS does
///
/// Reads any CloudFormation template, in YAML or JSON, without asking AWS. Rules have the ids of cfn-lint where they mean the
/// same. Without arguments it lints the stacks of this project; what is wrong with them stands at the line of Rust that made
/// the resource.
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(crate) struct Args {
    /// Templates, folders, patterns such as 'cfn/**/*.yaml', `-` for standard input; or stacks of this project
    #[arg(value_name = "FILE|STACK")]
    what: Vec<String>,
    /// The form of the findings
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// The regions that templates are meant for, if not us-east-1 or their stacks'
    #[arg(long, value_delimiter = ',', value_name = "REGIONS")]
    region: Vec<String>,
    /// Only these rules: ids or their beginnings, such as E30,W
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    rules: Vec<String>,
    /// All but these rules
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    ignore: Vec<String>,
    /// Also the rules of the house: files of AWS CloudFormation Guard (*.guard), or folders with them
    #[arg(long, value_name = "PATH")]
    guard: Vec<String>,
    /// Also tell notes, whose ids begin with I or S4
    #[arg(long)]
    notes: bool,
    /// Say what a rule looks for, why, and what is right; lints nothing
    #[arg(long, value_name = "ID", conflicts_with = "what")]
    explain: Option<String>,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    if let Some(id) = &args.explain {
        let page = explain::show(&explain::find(id)?, context.shell.width());
        context.shell.view(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    explain::check(&args.rules, |id| id.starts_with(PREFIX) || PREFIX.starts_with(id))?;
    let (files, names): (Vec<String>, Vec<String>) = args.what.iter().cloned().partition(|word| input::is_file(word));
    region::check(&args.region)?;
    if let Some(id) = names.iter().find(|name| explain::is_id(name)) {
        return Err(CliError::new(Kind::Usage, NoTemplate(id.clone())).hints([SEVERAL]));
    }
    let (assembly, project) = if !names.is_empty() || files.is_empty() {
        let Loaded { assembly, project, .. } = load::assembly(context).map_err(|error| no_file(error, &names))?;
        (Some(assembly), project)
    } else {
        (None, nearby(context)?)
    };
    let wishes = wishes(context, args, project.as_ref())?;
    let mut outcome = Outcome::default();
    if let Some(assembly) = &assembly {
        let meant = select::stacks(assembly, &names).map_err(|error| no_file(error.into(), &names))?;
        if meant.is_empty() {
            context.shell.warn(select::NONE);
        }
        stacks::lint(assembly, &meant, &wishes, &mut outcome);
    }
    batch::lint(&context.shell, &input::files(&files)?, &wishes, &mut outcome);
    if let Some(project) = &project {
        suppress::apply(project, context.settings.today, &mut outcome);
    }
    format::print(context, project.as_ref(), &outcome, args.format)?;
    Ok(ExitCode::from(outcome.status()))
}

/// What is asked for, with the rules of the house: those that are named and those of the project.
fn wishes(context: &Context, args: &Args, project: Option<&Project>) -> Result<Wishes, CliError> {
    let mut policies = Policies::default();
    policies.add(Path::new(""), &args.guard)?;
    if let Some(project) = project {
        policies.add(&project.root, &project.guard)?;
    }
    explain::check(&args.rules, |id| policies.know(id))?;
    Ok(Wishes {
        regions: args.region.clone(),
        only: args.rules.clone(),
        ignore: args.ignore.clone(),
        notes: args.notes,
        today: context.settings.today,
        policies,
    })
}

/// The id of a rule where there should be a template.
#[derive(Debug, Error)]
#[error("`{0}` is a rule and no template")]
struct NoTemplate(String);

/// cfn-lint takes several ids with blanks between them.
const SEVERAL: &str = "several ids have commas between them: --rules E3012,E3002";

/// What is no stack was perhaps meant to be a file.
fn no_file(error: CliError, stacks: &[String]) -> CliError {
    let is_missing = matches!(error.source.downcast_ref(), Some(ProjectError::Missing { .. }));
    let is_unknown = error.source.downcast_ref::<NoStack>().is_some();
    let name = stacks.first().filter(|_| is_missing || is_unknown);
    error.hints(name.map(|name| format!("there is no file `{}` here, so a stack is meant", names::echo(name))))
}

/// Templates need no project, but one that is there may allow something.
fn nearby(context: &Context) -> Result<Option<Project>, ProjectError> {
    match Project::find(context.globals.project.as_deref().unwrap_or(Path::new("."))) {
        Err(ProjectError::Missing { .. }) => Ok(None),
        other => other.map(Some),
    }
}
