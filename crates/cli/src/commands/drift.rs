//! `stackgen drift`.
use std::process::ExitCode;

use serde_json::json;
use stackgen_deploy::stack::{self, Drift};

use crate::Context;
use crate::deploy::find;
use crate::deploy::way::{self, Way};
use crate::error::{CliError, Kind};
use crate::shell::{STRONG, WARNING};
use crate::table;

/// Show what was changed outside of CloudFormation
///
/// Looks at every resource that CloudFormation can look at. `stackgen deploy --revert-drift` sets back what differs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks; without names, those of the app that are there
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// End with exit code 1 if anything differs
    #[arg(long)]
    fail: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let (account, mut loaded) = args.way.to_names(context, &args.stacks)?;
    if loaded.is_none() && args.stacks.is_empty() {
        loaded = args.way.app(context)?;
    }
    let mut names = way::names(loaded.as_ref(), &args.stacks)?;
    if args.stacks.is_empty() {
        let there = account.ask(stack::list(&account.connection))?;
        names.retain(|name| there.iter().any(|stack| stack.name == *name));
    }
    let mut found = Vec::new();
    for name in &names {
        find::stack(&account, loaded.as_ref(), name)?;
        if !args.json {
            context.shell.status("Looking", &format!("at {name}"));
        }
        found.push(account.ask(stack::detect_drift(&account.connection, name))?);
    }
    if args.json {
        context.shell.data(&format!("{:#}\n", json!(found)))?;
    } else {
        context.shell.view(&found.iter().map(text).collect::<String>())?;
    }
    let is_drifted = found.iter().any(Drift::is_drifted);
    Ok(if args.fail && is_drifted { Kind::Failed.exit_code() } else { ExitCode::SUCCESS })
}

fn text(drift: &Drift) -> String {
    let differing = drift.resources.iter().filter(|resource| resource.status != "NOT_CHECKED");
    let unknown: Vec<&str> =
        drift.resources.iter().filter(|it| it.status == "NOT_CHECKED").map(|resource| resource.id.as_str()).collect();
    let count = differing.clone().count();
    let what = if count == 0 {
        "is what its template says".to_owned()
    } else {
        format!("differs in {}", table::counted(count, "resource"))
    };
    let mut text = format!("{STRONG}{}{STRONG:#} {what}\n", drift.stack);
    for resource in differing {
        let physical_id = resource.physical_id.as_deref().unwrap_or("-");
        let status = resource.status.to_lowercase();
        text += &format!("  {WARNING}{status}{WARNING:#} {} ({}) {physical_id}\n", resource.id, resource.type_name);
        for property in &resource.properties {
            text += &format!("    {}: {} -> {}\n", property.path, property.expected, property.actual);
        }
    }
    if !unknown.is_empty() {
        text += &format!("  not looked at: {}\n", unknown.join(", "));
    }
    text
}
