//! `stackgen lock update`.
use stackgen_assembly::ImageEntry;
use stackgen_assembly::lock::check;
use stackgen_deploy::image;

use crate::deploy::way::Way;
use crate::error::CliError;
use crate::load;
use crate::pins::told::{move_pin, shown_move};
use crate::pins::{in_region, regions};
use crate::problems::AppProblems;
use crate::select::NoStack;
use crate::{Context, names};

/// Look up the images that are not pinned, or whose pins do not fit
///
/// A pin that fits stays what it is; `--newest` moves it too, as `stackgen ami bump` does for one stack. Pins that no stack wants
/// are removed. What changes is shown, and asks for a review of the file rather than for a yes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the images of this stack
    #[arg(long = "stack", value_name = "STACK")]
    stacks: Vec<String>,
    /// Move pins that fit to the newest image too
    #[arg(long)]
    newest: bool,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let mut loaded = load::described(context, args.way.is_local())?;
    let manifest = loaded.assembly.manifest.clone();
    if manifest.images.is_empty() {
        AppProblems::check(context, &loaded)?;
    }
    check_names(&manifest.images, &args.stacks, &loaded)?;
    let seen = loaded.locks.seen();
    let findings = check(&seen, &manifest);
    let is_meant = |image: &&ImageEntry| {
        let fits = !findings.iter().any(|it| it.stack == image.stack && it.name == image.parameter);
        (args.stacks.is_empty() || args.stacks.contains(&image.stack)) && (args.newest || !fits)
    };
    let meant: Vec<ImageEntry> = manifest.images.iter().filter(is_meant).cloned().collect();
    let mut changes = 0;
    for region in regions(&meant) {
        let account = args.way.open(context, region.clone())?;
        for wanted in in_region(&meant, &region) {
            let mut pin = account.ask(image::newest(&account.connection, wanted))?;
            let same = seen.pin(&wanted.stack, &wanted.parameter).filter(|before| before.id == pin.id);
            pin.launched = same.and_then(|before| before.launched.clone());
            changes += usize::from(move_pin(&account, &mut loaded.locks, wanted, pin));
        }
    }
    let gone = loaded.locks.prune(&manifest);
    gone.iter()
        .for_each(|(stack, name)| context.shell.status("Removed", &format!("{stack} {name}: no stack wants it")));
    if changes + gone.len() == 0 {
        context.shell.status("Unchanged", &loaded.locks.file().display().to_string());
        return Ok(());
    }
    loaded.locks.save()?;
    shown_move(context, &loaded.locks, args.way.is_local());
    Ok(())
}

fn check_names(images: &[ImageEntry], names: &[String], loaded: &load::Loaded) -> Result<(), NoStack> {
    let stacks = || loaded.assembly.manifest.stacks.iter().map(|stack| stack.name.clone());
    let mut known: Vec<String> = images.iter().map(|image| image.stack.clone()).chain(stacks()).collect();
    known.dedup();
    match names.iter().find(|name| !known.contains(name)) {
        Some(name) => {
            let near = names::nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            Err(NoStack::of(name, near, known))
        }
        None => Ok(()),
    }
}
