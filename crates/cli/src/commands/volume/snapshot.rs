//! `stackgen volume snapshot`.
use stackgen_deploy::volume::{self, DataVolume, Snapshot};

use super::{agreed, show};
use crate::Context;
use crate::deploy::find;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::names;
use crate::shell::STRONG;
use crate::table::Table;
use crate::time;

/// Copy the data volumes of a stack's hosts, or list the copies
///
/// A copy has what is on the volume at this moment. While the host runs it is what a power cut would leave: file systems and
/// databases such as PostgreSQL recover from that. Of a stopped host it is complete. The ids go to standard output.
///
/// Ctrl-C leaves and stops nothing: EC2 completes the copy.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// Only this volume, by its logical id
    #[arg(long = "volume", value_name = "ID")]
    id: Option<String>,
    /// List the copies, those of volumes that left the stack among them, and make none
    #[arg(long)]
    list: bool,
    /// Print JSON for programs; only with --list
    #[arg(long, requires = "list")]
    json: bool,
    /// Do not wait until the copies are complete
    #[arg(long, conflicts_with = "list")]
    no_wait: bool,
    /// Do not ask
    #[arg(short = 'y', long)]
    yes: bool,
    #[command(flatten)]
    way: Way,
}

pub(super) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let (account, loaded) = args.way.to_names(context, std::slice::from_ref(&args.stack))?;
    let now = find::stack(&account, loaded.as_ref(), &args.stack)?;
    let all = account.ask(volume::of_stack(&account.connection, &now))?;
    let meant = chosen(&all, args.id.as_deref())?;
    if args.list {
        let found = account.ask(volume::copies(&account.connection, &now.name, &meant))?;
        return list(&account, &meant, found, args);
    }
    let hosts: Vec<String> = meant.iter().filter_map(|one| one.instance.clone()).collect();
    let running = account.ask(volume::running(&account.connection, &hosts))?;
    let steps: Vec<String> = meant.iter().map(|one| step(one, &running)).collect();
    show(context, &steps);
    agreed(context, args.yes, "Make the copies?")?;
    for one in &meant {
        let begun = account.ask(volume::take(&account.connection, &now.name, one))?;
        context.shell.data(&format!("{}\n", begun.id))?;
        if !args.no_wait {
            wait(&account, &begun)?;
        }
    }
    Ok(())
}

fn step(one: &DataVolume, running: &[String]) -> String {
    let state = match &one.instance {
        Some(instance) if running.contains(instance) => {
            format!("{instance} runs, so it is what a power cut would leave")
        }
        Some(instance) => format!("{instance} is stopped, so it is complete"),
        None => "no host has it".to_owned(),
    };
    format!("copy {} (`{}`): {state}", one.volume, one.id)
}

/// Waits for a copy, which is on its way whether anybody waits or not.
fn wait(account: &Account<'_>, begun: &Snapshot) -> Result<(), CliError> {
    let shell = &account.context.shell;
    let told = format!("{} of {}", begun.id, begun.volume);
    let line = std::cell::RefCell::new(shell.progress("Copying", &told));
    let say = |progress: &str| line.borrow_mut().tick_with(|| format!("{told}, {progress}"));
    let done = account.ask(volume::completed(&account.connection, &begun.id, &say));
    drop(line);
    let done = done?;
    shell.status("Copied", &format!("{} ({} GiB) to {}", done.volume, done.gib, done.id));
    Ok(())
}

/// The volumes that are meant, at least one.
fn chosen(all: &[DataVolume], id: Option<&str>) -> Result<Vec<DataVolume>, CliError> {
    let meant: Vec<DataVolume> =
        all.iter().filter(|one| id.is_none_or(|id| id == one.id || id == one.volume)).cloned().collect();
    if !meant.is_empty() {
        return Ok(meant);
    }
    let known: Vec<String> = all.iter().map(|one| one.id.clone()).collect();
    match id {
        Some(id) => Err(super::VolumeError::NoVolume { id: names::echo(id), known }.into()),
        None => Err(super::VolumeError::NoVolumes.into()),
    }
}

fn list(account: &Account<'_>, volumes: &[DataVolume], found: Vec<Snapshot>, args: &Args) -> Result<(), CliError> {
    let shell = &account.context.shell;
    let is_meant = |one: &Snapshot| args.id.is_none() || volumes.iter().any(|it| it.volume == one.volume);
    let found: Vec<Snapshot> = found.into_iter().filter(is_meant).collect();
    if args.json {
        return shell.data(&format!("{:#}\n", serde_json::json!(found)));
    }
    if found.is_empty() {
        shell.warn(&format!("there are no copies of volumes of {}", args.stack));
        return Ok(());
    }
    let mut table = Table::new(&["SNAPSHOT", "AGE", "SIZE", "STATE", "VOLUME"]);
    for one in &found {
        let age = one.taken.map_or_else(|| "-".to_owned(), |taken| time::age(account.now, taken));
        let known = volumes.iter().find(|it| it.volume == one.volume).map_or("not in the stack", |it| &it.id);
        let state = if one.state == "pending" { one.progress.clone() } else { one.state.clone() };
        table.push(vec![one.id.clone(), age, format!("{} GiB", one.gib), state, format!("{} ({known})", one.volume)]);
    }
    shell.view(&table.render(STRONG, 0, shell.width()))
}
