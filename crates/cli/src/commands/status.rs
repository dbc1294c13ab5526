//! `stackgen status`.
use stackgen_deploy::stack::{self, ResourceNow, StackNow, Status, status::Sentiment};

use crate::Context;
use crate::deploy::find;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::load::Loaded;
use crate::pins::told;
use crate::shell::{FAINT, STRONG};
use crate::status::{self as hosts, Hosts};
use crate::table::Table;
use crate::time;

/// Show how stacks are, or what is in one of them and how its hosts are
///
/// Of a host it shows the machine, its image against the newest, its volume with the last copy, its address, how its first boot
/// went, and who is at work on it; pending changes are told from templates, without asking for a change set. Without a name, the stacks of the app, or of the region where there is no app. What is unfinished here, `stackgen resume`
/// goes on with.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show the resources of this stack, and its hosts
    #[arg(value_name = "STACK")]
    stack: Option<String>,
    /// All stacks of the region, those of other tools included
    #[arg(long, conflicts_with = "stack")]
    all: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let named: Vec<String> = args.stack.iter().cloned().collect();
    let (account, mut loaded) = args.way.to_names(context, &named)?;
    if let Some(name) = &args.stack {
        let now = find::stack(&account, loaded.as_ref(), name)?;
        let resources = account.ask(stack::contents(&account.connection, &now.id))?;
        let unfinished = unfinished(&account, &now.name)?;
        let hosts = hosts::look(&account, &now, &resources, loaded.as_ref(), unfinished)?;
        return one(&account, &now, &resources, &hosts, args.json);
    }
    if loaded.is_none() && !args.all {
        loaded = args.way.app(context)?;
    }
    let there = account.ask(stack::list(&account.connection))?;
    let names = match &loaded {
        Some(loaded) if !args.all => loaded.assembly.manifest.stacks.iter().map(|stack| stack.name.clone()).collect(),
        _ => there.iter().map(|stack| stack.name.clone()).collect::<Vec<_>>(),
    };
    let stacks: Vec<(String, Option<&StackNow>)> =
        names.into_iter().map(|name| (name.clone(), there.iter().find(|stack| stack.name == name))).collect();
    all(&account, &stacks, args.json)?;
    tell_newer(&account, args, loaded.as_ref());
    Ok(())
}

/// Which newer images are published for the stacks that were shown. Programs are not told.
fn tell_newer(account: &Account<'_>, args: &Args, loaded: Option<&Loaded>) {
    if let Some(loaded) = loaded.filter(|_| !args.json) {
        let stacks = loaded.assembly.manifest.stacks.iter().map(|stack| stack.name.clone());
        told::newer(account, loaded, &stacks.collect::<Vec<_>>());
    }
}

fn all(account: &Account<'_>, stacks: &[(String, Option<&StackNow>)], is_json: bool) -> Result<(), CliError> {
    let shell = &account.context.shell;
    if is_json {
        let stacks: serde_json::Map<_, _> =
            stacks.iter().map(|(name, now)| (name.clone(), serde_json::json!(now))).collect();
        return shell.data(&format!("{:#}\n", serde_json::Value::Object(stacks)));
    }
    if stacks.is_empty() {
        shell.warn(&format!("there are no stacks in {}", account.connection.region));
        return Ok(());
    }
    let mut table = Table::new(&["STACK", "STATUS", "AGE", "CHANGED", "NOTES"]);
    for (name, now) in stacks {
        let age = |at: Option<jiff::Timestamp>| at.map_or("-".to_owned(), |at| time::age(account.now, at));
        let status = now.map_or("not there", |now| now.status.word());
        let (created, updated) = now.map_or((None, None), |now| (now.created, now.updated.or(now.created)));
        table.push(vec![name.clone(), status.to_owned(), age(created), age(updated), notes(account, name, *now)?]);
    }
    shell.view(&table.render(STRONG, 0, shell.width()))
}

/// What should be known of a stack.
fn notes(account: &Account<'_>, name: &str, now: Option<&StackNow>) -> Result<String, CliError> {
    let mut notes = Vec::new();
    if let Some(phase) = unfinished(account, name)? {
        notes.push(format!("unfinished here: {phase}"));
    }
    if let Some(now) = now {
        if now.protection {
            notes.push("protected".to_owned());
        }
        if now.drift.as_deref() == Some("DRIFTED") {
            notes.push("drifted".to_owned());
        }
        let reason = now.reason.as_deref().filter(|reason| !reason.is_empty());
        notes.extend(reason.filter(|_| now.status.sentiment() == Sentiment::Bad).map(str::to_owned));
    }
    Ok(if notes.is_empty() { "-".to_owned() } else { notes.join("; ") })
}

/// How far an operation is that was begun here and not ended.
fn unfinished(account: &Account<'_>, name: &str) -> Result<Option<String>, CliError> {
    let record = account.records.read(name)?.filter(|record| record.region == account.connection.region);
    Ok(record.and_then(|record| serde_json::to_value(record.phase).ok()?.as_str().map(str::to_owned)))
}

fn one(
    account: &Account<'_>,
    now: &StackNow,
    resources: &[ResourceNow],
    hosts: &Hosts,
    is_json: bool,
) -> Result<(), CliError> {
    let shell = &account.context.shell;
    if is_json {
        let mut all = hosts.json();
        all["stack"] = serde_json::json!(now);
        all["resources"] = serde_json::json!(resources);
        return shell.data(&format!("{all:#}\n"));
    }
    let at = |at: Option<jiff::Timestamp>| {
        at.map_or("-".to_owned(), |at| format!("{} ({} ago)", time::minute(at), time::age(account.now, at)))
    };
    let mut rows = vec![
        ("stack", now.name.clone()),
        ("status", said(&now.status, now.reason.as_deref())),
        ("created", at(now.created)),
        ("changed", at(now.updated.or(now.created))),
        ("protected", if now.protection { "yes" } else { "no" }.to_owned()),
        ("drift", now.drift.clone().unwrap_or_else(|| "NOT_CHECKED".to_owned())),
    ];
    rows.extend(now.role.clone().map(|role| ("role", role)));
    rows.push(("notes", notes(account, &now.name, None)?));
    let mut text: String =
        rows.into_iter().map(|(name, value)| format!("{STRONG}{name:<9}{STRONG:#}  {value}\n")).collect();
    text += &hosts.text(account, &now.name);
    let rows: Vec<Vec<String>> = resources.iter().map(row).collect();
    // What it is in AWS is copied from here; its type is of less use.
    let widest = |at: usize| rows.iter().map(|row| row[at].len()).max().unwrap_or(0) + 2;
    let columns = if (0..4).map(widest).sum::<usize>() > shell.width() + 2 { 3 } else { 4 };
    let mut table = Table::new(&["RESOURCE", "STATUS", "PHYSICAL ID", "TYPE"][..columns]);
    rows.into_iter().for_each(|row| table.push(row[..columns].to_vec()));
    text += "\n";
    text += &table.render(STRONG, 0, shell.width());
    shell.view(&text)?;
    hosts.tell_others(account, &now.name);
    Ok(())
}

fn row(resource: &ResourceNow) -> Vec<String> {
    let status = match resource.drift.as_deref() {
        Some(drift @ ("MODIFIED" | "DELETED")) => format!("{}, {drift}", resource.status),
        _ => resource.status.clone(),
    };
    let physical_id = resource.physical_id.clone().unwrap_or_else(|| "-".to_owned());
    vec![resource.id.clone(), status, physical_id, resource.type_name.clone()]
}

fn said(status: &Status, reason: Option<&str>) -> String {
    match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{status} {FAINT}({reason}){FAINT:#}"),
        None => status.to_string(),
    }
}
