//! `stackgen ami`: moving the pins of images.
use stackgen_assembly::ImageEntry;
use stackgen_assembly::lock::Pin;
use stackgen_deploy::{image, stack};

use crate::Context;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::load::{self, Loaded};
use crate::pins::told::{move_pin, shown_move};
use crate::pins::{PinError, confirmed};
use crate::problems::AppProblems;

/// Move the pinned images of hosts
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Bump(Bump),
}

/// Pin the newest image of a stack, or a given one
///
/// Changes stackgen.lock and nothing else: review it, and deploy. With --local, the pin holds on this machine only.
#[derive(Debug, clap::Args)]
struct Bump {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// Pin this image instead of the newest; it must fit
    #[arg(long, value_name = "AMI")]
    to: Option<String>,
    /// Let the host keep its name, so that its machine can stay and get only the root of the image: for `stackgen deploy
    /// --handover --strategy replace-root`
    #[arg(long)]
    in_place: bool,
    /// Only this image, of a stack that wants several
    #[arg(long, value_name = "PARAMETER")]
    image: Option<String>,
    /// Do not ask, though several pins move
    #[arg(short = 'y', long)]
    yes: bool,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let Command::Bump(args) = &args.command;
    let mut loaded = load::described(context, args.way.is_local())?;
    let images = images(context, &loaded, args)?;
    let account = args.way.open(context, images[0].region.clone())?;
    let mut found = Vec::new();
    for wanted in &images {
        let mut pin = look_up(&account, &loaded, args, wanted)?;
        pin.launched = launched(&account, &loaded, args, wanted, &pin)?;
        found.push((wanted, pin));
    }
    let mut changes = 0;
    for (wanted, pin) in found {
        changes += usize::from(move_pin(&account, &mut loaded.locks, wanted, pin));
    }
    if changes > 1 && !args.yes && confirmed(context, &format!("Move {changes} pins?"))? != Some(true) {
        return Err(PinError::Declined.into());
    }
    if changes > 0 {
        loaded.locks.save()?;
        shown_move(context, &loaded.locks, args.way.is_local());
    }
    Ok(())
}

/// The images of the stack, at least one.
fn images(context: &Context, loaded: &Loaded, args: &Bump) -> Result<Vec<ImageEntry>, CliError> {
    let manifest = &loaded.assembly.manifest;
    let all: Vec<ImageEntry> = manifest.images.iter().filter(|image| image.stack == args.stack).cloned().collect();
    if all.is_empty() {
        AppProblems::check(context, loaded)?;
        crate::select::stack(&loaded.assembly, &args.stack)?;
        return Err(PinError::NoImages(args.stack.clone()).into());
    }
    let names = || all.iter().map(|image| image.parameter.clone()).collect();
    match &args.image {
        Some(wanted) => match all.iter().find(|image| image.parameter == *wanted) {
            Some(image) => Ok(vec![image.clone()]),
            None => Err(PinError::NoImage { stack: args.stack.clone(), image: wanted.clone(), images: names() }.into()),
        },
        None if args.to.is_some() && all.len() > 1 => {
            Err(PinError::WhichImage { stack: args.stack.clone(), images: names() }.into())
        }
        None => Ok(all),
    }
}

fn look_up(account: &Account<'_>, loaded: &Loaded, args: &Bump, wanted: &ImageEntry) -> Result<Pin, CliError> {
    let Some(id) = &args.to else { return account.ask(image::newest(&account.connection, wanted)) };
    // The AWS on this machine knows only the id of what the project has pinned.
    match loaded.locks.committed(&wanted.stack, &wanted.parameter, id).filter(|_| args.way.is_local()) {
        Some(pin) => Ok(pin.clone()),
        None => account.ask(image::given(&account.connection, wanted, id)),
    }
}

/// The image that the machine was launched from, if it is to stay, or has stayed already.
fn launched(
    account: &Account<'_>,
    loaded: &Loaded,
    args: &Bump,
    wanted: &ImageEntry,
    pin: &Pin,
) -> Result<Option<String>, CliError> {
    let seen = loaded.locks.seen();
    let before = seen.pin(&wanted.stack, &wanted.parameter).filter(|before| args.in_place || before.id == pin.id);
    let before = before.and_then(|before| before.launched.clone());
    if before.is_none() && !args.in_place {
        return Ok(None);
    }
    if args.in_place && pin.root_gib < wanted.root_gib {
        let (id, gib, own) = (pin.id.clone(), pin.root_gib, wanted.root_gib);
        return Err(PinError::SmallRoot { id, gib, own }.into());
    }
    let now = account.ask(stack::describe(&account.connection, &wanted.stack))?;
    let deployed = now.and_then(|now| now.parameters.get(&wanted.parameter).cloned());
    match deployed {
        None if args.in_place => Err(PinError::NoHost(wanted.stack.clone()).into()),
        Some(deployed) if deployed != pin.id => Ok(before.or(Some(deployed)).filter(|_| args.in_place)),
        _ => Ok(before),
    }
}
