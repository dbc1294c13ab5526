//! `stackgen volume adopt`.
use std::process::ExitCode;

use serde_json::Value as Json;
use stackgen_assembly::Assembly;
use stackgen_deploy::plan::{self, Plan, Selection, Wishes};
use stackgen_deploy::stack::{self, StackNow};
use stackgen_deploy::volume::{self, Adoption};

use super::restore::base;
use super::{VolumeError, show};
use crate::deploy::carry::{Carrier, Telling};
use crate::deploy::consent::Given;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::load::{self, Loaded};
use crate::problems::AppProblems;
use crate::{Context, select};

/// Take a volume that no stack has back into its stack
///
/// A data volume stays when its stack is destroyed, and when another takes its place. Taken back, it is imported, and its record
/// says that nothing may format it. A stack that is gone begins with the volume alone; `stackgen deploy` then makes the rest.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// The volume
    #[arg(long = "volume", value_name = "VOLUME")]
    volume: String,
    /// What it is in the app, by its logical id, of several
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    way: Way,
}

pub(super) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let loaded = load::assembly_for(context, args.way.is_local())?;
    let name = select::stack(&loaded.assembly, &args.stack)?.name.clone();
    let account = args.way.to_stacks(context, &loaded.assembly, std::slice::from_ref(&name))?;
    account.prepare_records(&args.way)?;
    let now = account.ask(stack::describe(&account.connection, &name))?;
    let now = now.filter(|now| !matches!(now.status.word(), "DELETE_COMPLETE" | "REVIEW_IN_PROGRESS"));
    let (loaded, forgotten) = of_volume(context, &account, args, loaded, &name)?;
    let adoption = look(&account, args, &loaded, &name, now.as_ref())?;
    show(context, &steps(&account, &loaded, &adoption, &name, now.is_some(), forgotten.as_deref()));
    let plan = planned(&account, &loaded, &name, &adoption, now.as_ref())?;
    let carrier = Carrier::new(&account, args.telling, &args.given);
    let code = carrier.deploy(&plan)?;
    if code != ExitCode::SUCCESS {
        return Ok(code);
    }
    let record = account.ask(volume::settle(&account.connection, &name, &adoption.volume.id))?;
    context.shell.status("Recorded", &format!("in {record}: {} is in service", adoption.volume.id));
    if forgotten.is_some() {
        loaded.locks.save()?;
        context.shell.status("Wrote", &loaded.locks.file().display().to_string());
    }
    let (words, handover) = (&account.words, if now.is_some() { " --handover" } else { "" });
    context.shell.status("Next", &format!("`stackgen deploy {name}{handover}{words}` makes the host that has it"));
    Ok(code)
}

/// The plan of the import and nothing else.
fn planned(
    account: &Account<'_>,
    loaded: &Loaded,
    name: &str,
    adoption: &Adoption,
    now: Option<&StackNow>,
) -> Result<Plan, CliError> {
    let assembly = importing(&loaded.assembly, name, adoption, now);
    let mut wishes = Wishes::default();
    wishes.parameters.insert(name.to_owned(), adoption.parameters.clone());
    let identifier = [("VolumeId".to_owned(), adoption.volume.id.clone())].into();
    wishes.imports.insert(name.to_owned(), [(adoption.id.clone(), identifier)].into());
    let selection = Selection { stacks: vec![name.to_owned()], only: true };
    account.plan(plan::make(&account.connection, &account.records, &assembly, &selection, &wishes))
}

/// The app as it is with this volume: if the lock says that another one is made from a snapshot, that goes.
fn of_volume(
    context: &Context,
    account: &Account<'_>,
    args: &Args,
    mut loaded: Loaded,
    name: &str,
) -> Result<(Loaded, Option<String>), CliError> {
    let found = account.ask(volume::describe(&account.connection, std::slice::from_ref(&args.volume)))?;
    let origin = found.first().and_then(|one| one.snapshot.clone());
    let seen = loaded.locks.seen();
    let mut entries = seen.volumes.get(name).into_iter().flatten().filter(|(base, from)| {
        let is_meant = args.id.as_ref().is_none_or(|id| id == *base || *id == from.logical_id(base));
        is_meant && Some(&from.snapshot) != origin.as_ref()
    });
    let Some((base, _)) = entries.next().filter(|_| !found.is_empty()) else { return Ok((loaded, None)) };
    if loaded.locks.written().forget_restored(name, base).is_none() {
        let file = loaded.project.as_ref().map_or_else(String::new, |project| project.root.display().to_string());
        return Err(VolumeError::OfProject { stack: name.to_owned(), id: base.clone(), folder: file }.into());
    }
    let loaded = load::again(context, loaded)?;
    AppProblems::check(context, &loaded)?;
    Ok((loaded, Some(base.clone())))
}

fn look(
    account: &Account<'_>,
    args: &Args,
    loaded: &Loaded,
    name: &str,
    now: Option<&StackNow>,
) -> Result<Adoption, CliError> {
    let entry = select::stack(&loaded.assembly, name)?;
    let template: Json = serde_json::from_str(loaded.assembly.template(entry)).unwrap_or_default();
    let all: Vec<String> = volume::wanted(&template, name).into_iter().map(|one| one.id).collect();
    let id = match (&args.id, &*all) {
        (Some(id), all) => all.iter().find(|one| base(loaded, name, one) == *id).unwrap_or(id).clone(),
        (None, [one]) => one.clone(),
        (None, []) => return Err(VolumeError::NoVolumes.into()),
        (None, _) => return Err(VolumeError::WhichVolume { known: all }.into()),
    };
    account.ask(volume::look(&account.connection, name, now, &template, &id, &args.volume))
}

/// The assembly with nothing in the stack but what is there and the volume. An import cannot change the tags of a stack either.
fn importing(assembly: &Assembly, name: &str, adoption: &Adoption, now: Option<&StackNow>) -> Assembly {
    let mut assembly = assembly.clone();
    for entry in assembly.manifest.stacks.iter_mut().filter(|entry| entry.name == name) {
        (entry.inputs, entry.dependencies) = (Vec::new(), Vec::new());
        entry.tags = now.map(|now| now.tags.clone()).unwrap_or_default();
        assembly.files.insert(entry.template.clone(), adoption.template.to_string());
    }
    assembly
}

fn steps(
    account: &Account<'_>,
    loaded: &Loaded,
    adoption: &Adoption,
    name: &str,
    is_there: bool,
    forgotten: Option<&str>,
) -> Vec<String> {
    let (id, volume, words) = (&adoption.id, &adoption.volume, &account.words);
    let what = format!("{} ({} GiB, {}) is imported as `{id}`", volume.id, volume.gib, volume.zone);
    let place = if is_there { "changes nothing else of it" } else { "makes the stack with nothing else in it" };
    let mut steps = vec![format!("{what} of {name}, which {place}")];
    steps.push(format!(
        "{} says that it is in service, so that nothing formats it",
        stackgen_deploy::host::record_of(name)
    ));
    if let Some(base) = forgotten {
        let file = loaded.locks.file();
        steps.push(format!("{} no longer says that `{base}` is made from a snapshot", file.display()));
    }
    let then = if is_there { "hands the host over to it, if it has another one now" } else { "makes the rest" };
    let handover = if is_there { " --handover" } else { "" };
    steps.push(format!("`stackgen deploy {name}{handover}{words}`, which you type, {then}"));
    steps
}
