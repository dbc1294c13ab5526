//! `stackgen volume restore`.
use stackgen_assembly::lock::Restored;
use stackgen_deploy::stack;
use stackgen_deploy::volume::{self, DataVolume, Doubt, Snapshot, Volume, Wanted};

use super::{VolumeError, agreed, show};
use crate::Context;
use crate::deploy::DeployError;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::load::{self, Loaded};
use crate::problems::AppProblems;
use crate::select;
use crate::time;

/// Let a host have a data volume that is made from a snapshot
///
/// No volume can be made from a snapshot afterwards, so the host gets another one under another logical id. That is written to
/// stackgen.lock and nothing else changes: review it, then `stackgen deploy STACK --handover` makes the volume and a host that
/// mounts it. The old volume leaves the stack and stays, until somebody deletes it or adopts it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// The snapshot; `stackgen volume snapshot STACK --list` shows those of the stack
    #[arg(long, value_name = "SNAPSHOT")]
    snapshot: String,
    /// Which volume, by its logical id, of several
    #[arg(long = "volume", value_name = "ID")]
    id: Option<String>,
    /// Approve what needs it by the name that it is told with, such as `other-volume:snap-0abc`
    #[arg(long, value_name = "KIND:ID")]
    approve: Vec<String>,
    /// Do not ask
    #[arg(short = 'y', long)]
    yes: bool,
    #[command(flatten)]
    way: Way,
}

pub(super) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let loaded = load::assembly_for(context, args.way.is_local())?;
    let stack = select::stack(&loaded.assembly, &args.stack)?.name.clone();
    let wanted = wanted(&loaded, &stack, args.id.as_deref())?;
    let account = args.way.to_stacks(context, &loaded.assembly, std::slice::from_ref(&stack))?;
    let had = match account.ask(stack::describe(&account.connection, &stack))? {
        Some(now) if now.status.word() != "DELETE_COMPLETE" => {
            account.ask(volume::of_stack(&account.connection, &now))?
        }
        _ => Vec::new(),
    };
    let (found, doubt) = account.ask(volume::fits(&account.connection, &stack, &had, &wanted, &args.snapshot))?;
    let ids: Vec<String> = had.iter().map(|one| one.volume.clone()).collect();
    let old = account.ask(volume::describe(&account.connection, &ids))?;
    let base = base(&loaded, &stack, &wanted.id);
    let from = Restored { gib: found.gib, snapshot: found.id.clone() };
    let next = from.logical_id(&base);
    if wanted.snapshot.as_deref() == Some(&*found.id) {
        context.shell.status("Unchanged", &format!("{stack} {base} is made from {} already", found.id));
        return Ok(());
    }
    let loaded = described(context, loaded, &stack, &base, from)?;
    show(context, &steps(&account, &loaded, &stack, &found, (&had, &old), (&wanted.id, &next)));
    approved(args, &stack, doubt)?;
    agreed(context, args.yes, "Write that to the lock?")?;
    loaded.locks.save()?;
    let words = &account.words;
    let file = loaded.locks.file();
    context
        .shell
        .status("Wrote", &format!("{}: review it, then `stackgen deploy {stack} --handover{words}`", file.display()));
    Ok(())
}

/// The volume of the app that is meant.
fn wanted(loaded: &Loaded, stack: &str, id: Option<&str>) -> Result<Wanted, CliError> {
    let entry = select::stack(&loaded.assembly, stack)?;
    let template = serde_json::from_str(loaded.assembly.template(entry)).unwrap_or_default();
    let all = volume::wanted(&template, stack);
    let is_meant = |one: &&Wanted| id.is_none_or(|id| id == one.id || id == base(loaded, stack, &one.id));
    let mut meant = all.iter().filter(is_meant);
    let known = || all.iter().map(|one| one.id.clone()).collect();
    match (meant.next(), meant.next(), id) {
        (Some(one), None, _) => Ok(one.clone()),
        (None, _, Some(id)) => Err(VolumeError::NoVolume { id: crate::names::echo(id), known: known() }.into()),
        (None, _, None) => Err(VolumeError::NoVolumes.into()),
        (Some(_), Some(_), _) => Err(VolumeError::WhichVolume { known: known() }.into()),
    }
}

/// The id that a volume would have if it were not made from a snapshot.
pub(super) fn base(loaded: &Loaded, stack: &str, id: &str) -> String {
    let seen = loaded.locks.seen();
    let mut entries = seen.volumes.get(stack).into_iter().flatten();
    entries.find(|(base, from)| from.logical_id(base) == id).map_or_else(|| id.to_owned(), |(base, _)| base.clone())
}

/// The app as it describes itself with the snapshot in its lock.
fn described(
    context: &Context,
    mut loaded: Loaded,
    stack: &str,
    base: &str,
    from: Restored,
) -> Result<Loaded, CliError> {
    let (snapshot, id) = (from.snapshot.clone(), from.logical_id(base));
    loaded.locks.written().restore(stack, base, from);
    let loaded = load::again(context, loaded)?;
    AppProblems::check(context, &loaded)?;
    let entry = select::stack(&loaded.assembly, stack)?;
    let template = serde_json::from_str(loaded.assembly.template(entry)).unwrap_or_default();
    let reads =
        volume::wanted(&template, stack).iter().any(|one| one.id == id && one.snapshot.as_ref() == Some(&snapshot));
    if reads {
        Ok(loaded)
    } else {
        Err(VolumeError::LockIgnored { stack: stack.to_owned(), id: base.to_owned() }.into())
    }
}

fn steps(
    account: &Account<'_>,
    loaded: &Loaded,
    stack: &str,
    found: &Snapshot,
    (had, old): (&[DataVolume], &[Volume]),
    (before, after): (&str, &str),
) -> Vec<String> {
    let age = found.taken.map_or_else(String::new, |taken| format!(", {} old", time::age(account.now, taken)));
    let (snapshot, file) = (format!("{} ({} GiB of {}{age})", found.id, found.gib, found.volume), loaded.locks.file());
    let words = &account.words;
    let mut steps = vec![format!("{} says that the data volume of {stack} is made from {snapshot}", file.display())];
    let host = if had.is_empty() { "a host" } else { "the old host stops, and a new one" };
    steps.push(format!(
        "`stackgen deploy {stack} --handover{words}`, which you type: `{after}` is made from it, {host} mounts it and never formats it"
    ));
    steps.extend(had.iter().filter(|one| one.id == before).map(|one| match old.iter().find(|it| it.id == one.volume) {
        Some(it) if one.stays => format!(
            "{} leaves the stack then and stays, with what was written since; its {} GiB of {} are billed until `aws ec2 \
             delete-volume --volume-id {}`",
            it.id, it.gib, it.kind, it.id
        ),
        _ if one.stays => format!("{} leaves the stack then", one.volume),
        _ => format!("{} is deleted then, as its DeletionPolicy says; what was written since is lost", one.volume),
    }));
    steps
}

fn approved(args: &Args, stack: &str, doubt: Option<Doubt>) -> Result<(), CliError> {
    match doubt.filter(|doubt| !args.approve.contains(&doubt.name)) {
        None => Ok(()),
        Some(Doubt { name, reason }) => {
            let told = vec![format!("{name} ({stack}): {reason}")];
            Err(DeployError::Unapproved { told, names: vec![name] }.into())
        }
    }
}
