//! A missing pin: resolved on first use, shown, and recorded when somebody says yes.
use stackgen_assembly::ImageEntry;
use stackgen_assembly::lock::Pin;
use stackgen_deploy::image;

use super::told::pin_words;
use super::{PinError, confirmed, in_region, regions};
use crate::Context;
use crate::deploy::way::Way;
use crate::error::CliError;
use crate::load::{self, Loaded};
use crate::problems::AppProblems;

/// The app for a deploy. If nothing is wrong with it but missing pins, these are resolved first.
pub(crate) fn assembly(context: &Context, way: &Way, is_sure: bool, asks: bool) -> Result<Loaded, CliError> {
    let mut loaded = load::described(context, way.is_local())?;
    if context.globals.assembly.is_none() && lacks_pins_only(&loaded) {
        record(context, way, &mut loaded, is_sure, asks)?;
        loaded = load::described(context, way.is_local())?;
    }
    AppProblems::check(context, &loaded)?;
    Ok(loaded)
}

/// Whether pins are missing, and nothing else is wrong.
fn lacks_pins_only(loaded: &Loaded) -> bool {
    let manifest = &loaded.assembly.manifest;
    let is_pin = |stack: &str, id: Option<&str>| {
        manifest.images.iter().any(|it| it.pin.is_none() && it.stack == stack && Some(&*it.parameter) == id)
    };
    !manifest.problems.is_empty()
        && manifest.problems.iter().all(|problem| is_pin(&problem.stack, problem.id.as_deref()))
}

fn record(context: &Context, way: &Way, loaded: &mut Loaded, is_sure: bool, asks: bool) -> Result<(), CliError> {
    let images = loaded.assembly.manifest.images.iter().filter(|image| image.pin.is_none());
    let missing: Vec<ImageEntry> = images.cloned().collect();
    let mut found: Vec<(ImageEntry, Pin)> = Vec::new();
    let mut words = String::new();
    for region in regions(&missing) {
        let account = way.open(context, region.clone())?;
        for wanted in in_region(&missing, &region) {
            let pin = account.ask(image::newest(&account.connection, wanted))?;
            let (stack, parameter) = (&wanted.stack, &wanted.parameter);
            let told = format!("{stack} {parameter}: {}, from {}", pin_words(&pin, account.now), pin.source);
            context.shell.status("Found", &told);
            found.push((wanted.clone(), pin));
        }
        words.clone_from(&account.words);
    }
    let file = loaded.locks.file();
    let question = format!("Pin {} in {}?", if found.len() == 1 { "it" } else { "them" }, file.display());
    let answer = match (is_sure, asks) {
        (true, _) => Some(true),
        (false, true) => confirmed(context, &question)?,
        (false, false) => None,
    };
    match answer {
        Some(true) => {}
        Some(false) => return Err(PinError::Declined.into()),
        None => {
            let stacks = missing.into_iter().map(|image| image.stack).collect();
            return Err(PinError::Unconfirmed { stacks, words }.into());
        }
    }
    found.into_iter().for_each(|(wanted, pin)| loaded.locks.pin(&wanted.stack, &wanted.parameter, pin));
    loaded.locks.save()?;
    context.shell.status("Pinned", &format!("in {}", file.display()));
    Ok(())
}
