//! `stackgen lock check`.
use std::collections::BTreeSet;
use std::process::ExitCode;

use jiff::Timestamp;
use stackgen_assembly::lock::{Finding, Lock, check};
use stackgen_assembly::{ImageEntry, StackEntry};
use stackgen_deploy::image::{self, Look};

use crate::Context;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::load::{self, Loaded};
use crate::local;
use crate::pins::told::{difference, pin_words};
use crate::pins::{PinError, in_region, regions};
use crate::problems::AppProblems;
use crate::shell::STRONG;
use crate::table::Table;

/// What is older than it could be, if it is asked for.
const STALE: u8 = 4;

/// Check the lock against the app, and against what is published
///
/// Without asking anybody: whether every image is pinned and every pin wanted, and whether architecture, root volume and region
/// fit. Then, unless --offline: whether each image is there and as the lock says, and whether a newer one is published.
///
/// Exit codes: 0 the lock is right; 1 something in it does not fit, or could not be asked; 4 with --newest, if it is right and
/// an image is deprecated or a newer one published.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Ask nobody
    #[arg(long)]
    offline: bool,
    /// End with 4 if an image is deprecated or a newer one published
    #[arg(long, conflicts_with = "offline")]
    newest: bool,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let loaded = load::described(context, args.way.is_local())?;
    check_rest(context, &loaded)?;
    let manifest = &loaded.assembly.manifest;
    let seen = loaded.locks.seen();
    let mut findings = check(&seen, &manifest.images, &stacks_that_count(&loaded));
    let mut is_stale = false;
    let mut table = Table::new(&["STACK", "IMAGE", "PINNED", "SOURCE", "NOTES"]);
    for region in regions(&manifest.images) {
        let account = if args.offline { None } else { Some(args.way.open(context, region.clone())?) };
        if let Some(account) = account.as_ref().filter(|_| args.way.is_local()) {
            let ids: BTreeSet<String> = manifest.images.iter().filter_map(|image| image.pin.clone()).collect();
            local::images::promise_ids(context, &ids, &account.connection.region)?;
        }
        for wanted in in_region(&manifest.images, &region) {
            let Some(pin) = seen.pin(&wanted.stack, &wanted.parameter) else { continue };
            let now = account.as_ref().map_or(context.settings.now, |account| account.now);
            let mut notes = Vec::new();
            if loaded.locks.is_of_this_machine(&wanted.stack, &wanted.parameter) {
                notes.push("on this machine only".to_owned());
            }
            if let Some(account) = &account {
                let look = account.ask(image::look(&account.connection, wanted, pin))?;
                is_stale |= stale(&look, account, &mut notes);
                findings.extend(look.misfits.into_iter().map(|message| finding(wanted, message)));
            }
            let notes = if notes.is_empty() { "-".to_owned() } else { notes.join("; ") };
            let cells = [pin_words(pin, now), pin.source.to_string(), notes];
            table.push([wanted.stack.clone(), wanted.parameter.clone()].into_iter().chain(cells).collect());
        }
    }
    show(context, &seen, &table, &findings)?;
    Ok(ExitCode::from(if args.newest && is_stale { STALE } else { 0 }))
}

/// Problems that are none of pins end the command: then nobody knows what the app wants.
fn check_rest(context: &Context, loaded: &Loaded) -> Result<(), CliError> {
    let manifest = &loaded.assembly.manifest;
    let is_of_image = |stack: &str, id: Option<&str>| {
        manifest.images.iter().any(|image| image.stack == stack && Some(&*image.parameter) == id)
    };
    if manifest.problems.iter().all(|problem| is_of_image(&problem.stack, problem.id.as_deref())) {
        return Ok(());
    }
    Ok(AppProblems::check(context, loaded)?)
}

/// An app with problems shows no stacks, so that nobody knows what they read; then every recorded input counts as read.
fn stacks_that_count(loaded: &Loaded) -> Vec<StackEntry> {
    loaded.assembly.manifest.stacks.clone()
}

fn finding(wanted: &ImageEntry, message: String) -> Finding {
    Finding { stack: wanted.stack.clone(), name: wanted.parameter.clone(), message }
}

/// Notes what is older than it could be.
fn stale(look: &Look, account: &Account<'_>, notes: &mut Vec<String>) -> bool {
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    let deprecated = look.deprecated.filter(|at| *at <= account.now);
    notes.extend(deprecated.map(|at| format!("deprecated since {}", day(at))));
    match &look.newer {
        Ok(None) => notes.push("the newest".to_owned()),
        Ok(Some(newer)) => {
            notes.push(format!("{} ({}) is published", newer.pin.id, difference(newer.seconds)));
            return true;
        }
        Err(failure) => notes.push(format!("not known whether it is the newest: {failure}")),
    }
    deprecated.is_some()
}

fn show(context: &Context, seen: &Lock, table: &Table, findings: &[Finding]) -> Result<(), CliError> {
    let shell = &context.shell;
    if seen.images.is_empty() && findings.is_empty() {
        shell.status("Nothing", "is pinned, and no stack wants an image");
        return Ok(());
    }
    shell.view(&table.render(STRONG, 0, shell.width()))?;
    findings.iter().for_each(|finding| shell.warn(&finding.to_string()));
    if findings.is_empty() { Ok(()) } else { Err(PinError::Faults(findings.len()).into()) }
}
