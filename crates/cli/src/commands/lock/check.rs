//! `stackgen lock check`.
use std::collections::BTreeSet;
use std::process::ExitCode;

use jiff::Timestamp;
use stackgen_assembly::ImageEntry;
use stackgen_assembly::lock::{Finding, Lock, check};
use stackgen_deploy::image::{self, Look};

use crate::Context;
use crate::deploy::way::Way;
use crate::error::CliError;
use crate::load::{self, Loaded};
use crate::local;
use crate::pins::told::{difference, pin_words};
use crate::pins::{PinError, in_region, regions};
use crate::problems::AppProblems;
use crate::shell::STRONG;

/// The exit code for what is older than it could be, if that is asked for.
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
    let seen = loaded.locks.seen();
    let mut found = Found { findings: check(&seen, &loaded.assembly.manifest), ..Found::default() };
    for region in regions(&loaded.assembly.manifest.images) {
        found.look(context, args, &loaded, &region)?;
    }
    show(context, &seen, &found, args.way.words())?;
    Ok(ExitCode::from(if args.newest && found.is_stale { STALE } else { 0 }))
}

/// What was found.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    /// What is pinned, in lines.
    shown: String,
    /// Whether something is older than it could be.
    is_stale: bool,
    /// Why it is not known whether something is.
    unknown: Vec<String>,
}

impl Found {
    /// Looks at the images of a region.
    fn look(
        &mut self,
        context: &Context,
        args: &Args,
        loaded: &Loaded,
        region: &Option<String>,
    ) -> Result<(), CliError> {
        let images = &loaded.assembly.manifest.images;
        let account = if args.offline { None } else { Some(args.way.open(context, region.clone())?) };
        if let Some(account) = account.as_ref().filter(|_| args.way.is_local()) {
            let ids: BTreeSet<String> = images.iter().filter_map(|image| image.pin.clone()).collect();
            local::images::promise_ids(context, &ids, &account.connection.region)?;
        }
        let seen = loaded.locks.seen();
        for wanted in in_region(images, region) {
            let Some(pin) = seen.pin(&wanted.stack, &wanted.parameter) else { continue };
            let mut notes = Vec::new();
            if loaded.locks.is_of_this_machine(&wanted.stack, &wanted.parameter) {
                notes.push("on this machine only".to_owned());
            }
            if let Some(account) = &account {
                let look = account.ask(image::look(&account.connection, wanted, pin))?;
                self.note(wanted, look, account.now, &mut notes);
            }
            let now = account.as_ref().map_or(context.settings.now, |account| account.now);
            let (stack, parameter) = (&wanted.stack, &wanted.parameter);
            self.shown += &format!("{STRONG}{stack} {parameter}{STRONG:#}\n  {}\n", pin_words(pin, now));
            self.shown += &format!("  from {}\n", pin.source);
            notes.iter().for_each(|note| self.shown += &format!("  {note}\n"));
        }
        Ok(())
    }

    fn note(&mut self, wanted: &ImageEntry, look: Look, now: Timestamp, notes: &mut Vec<String>) {
        let finding = |message| Finding { stack: wanted.stack.clone(), name: wanted.parameter.clone(), message };
        self.findings.extend(look.misfits.into_iter().map(finding));
        if let Some(at) = look.deprecated.filter(|at| *at <= now) {
            notes.push(format!("deprecated since {}", at.to_string().chars().take(10).collect::<String>()));
            self.is_stale = true;
        }
        match look.newer {
            Ok(None) => notes.push("the newest".to_owned()),
            Ok(Some(newer)) => {
                notes.push(format!("{} ({}) is published", newer.pin.id, difference(newer.seconds)));
                self.is_stale = true;
            }
            Err(failure) => {
                notes.push("not known whether it is the newest".to_owned());
                self.unknown.push(format!("{} {}: {failure}", wanted.stack, wanted.parameter));
            }
        }
    }
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

fn show(context: &Context, seen: &Lock, found: &Found, words: String) -> Result<(), CliError> {
    let shell = &context.shell;
    if seen.images.is_empty() && found.findings.is_empty() {
        shell.status("Nothing", "is pinned, and no stack wants an image");
        return Ok(());
    }
    shell.view(&found.shown)?;
    found.unknown.iter().for_each(|why| shell.warn(why));
    found.findings.iter().for_each(|finding| shell.warn(&finding.to_string()));
    match found.findings.len() {
        0 => Ok(()),
        count => Err(PinError::Faults { count, words }.into()),
    }
}
