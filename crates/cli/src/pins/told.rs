//! What is said of pinned images.
use jiff::Timestamp;
use stackgen_assembly::ImageEntry;
use stackgen_assembly::lock::Pin;
use stackgen_deploy::failure::Kind;
use stackgen_deploy::image::{self, Newer};

use super::PinError;
use super::locks::Locks;
use crate::Context;
use crate::deploy::way::Account;
use crate::error::CliError;
use crate::load::Loaded;
use crate::shell::WARNING;
use crate::table::counted;
use crate::time;

/// An image as people tell it from others: id, name and age.
pub(crate) fn pin_words(pin: &Pin, now: Timestamp) -> String {
    let age = pin.created.parse().map_or(String::new(), |made| format!(", {} old", time::age(now, made)));
    format!("{} ({}{age})", pin.id, pin.name)
}

/// How much later an image was made than another: `12 days newer`.
pub(crate) fn difference(seconds: i64) -> String {
    let size = seconds.unsigned_abs();
    let (count, unit) = match size {
        0..60 => (size, "second"),
        60..3600 => (size / 60, "minute"),
        3600..172_800 => (size / 3600, "hour"),
        _ => (size / 86_400, "day"),
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    format!("{} {}", counted(count, unit), if seconds < 0 { "older" } else { "newer" })
}

/// That another image is published, in one line.
pub(crate) fn newer_words(stack: &str, newer: &Newer, words: &str) -> String {
    let (id, much) = (&newer.pin.id, difference(newer.seconds));
    format!("{stack}: {id} ({much}) is published; `stackgen ami bump {stack}{words}`")
}

/// Refuses images that cannot be deployed, and says which newer ones are published; these are also the answer.
pub(crate) fn check(account: &Account<'_>, loaded: &Loaded, stacks: &[String]) -> Result<Vec<String>, CliError> {
    let images = images(account, loaded, stacks);
    let found = account.ask(async {
        match image::misfits(&account.connection, &images, &loaded.locks.seen()).await {
            Err(failure) if failure.kind == Kind::Denied => Ok(Err(failure)),
            other => other.map(Ok),
        }
    })?;
    match found {
        Ok(misfits) if misfits.is_empty() => Ok(newer(account, loaded, stacks)),
        Ok(misfits) => Err(PinError::Misfits(misfits).into()),
        // Whoever may deploy and not look is told by CloudFormation, only later.
        Err(failure) => {
            account.context.shell.warn(&format!("the pinned images are not checked: {failure}"));
            Ok(Vec::new())
        }
    }
}

/// Says which newer images are published. That nobody answers is no reason to say anything.
pub(crate) fn newer(account: &Account<'_>, loaded: &Loaded, stacks: &[String]) -> Vec<String> {
    let seen = loaded.locks.seen();
    let mut told = Vec::new();
    for wanted in images(account, loaded, stacks) {
        let Some(pin) = seen.pin(&wanted.stack, &wanted.parameter) else { continue };
        if let Ok(Ok(Some(newer))) = account.ask(async { Ok(image::newer(&account.connection, &wanted, pin).await) }) {
            let line = newer_words(&wanted.stack, &newer, &account.words);
            account.context.shell.styled(WARNING, "Newer image", &line);
            told.push(line);
        }
    }
    told
}

/// Pins an image, and says from what to what. Answers whether something is another.
pub(crate) fn move_pin(account: &Account<'_>, locks: &mut Locks, wanted: &ImageEntry, pin: Pin) -> bool {
    let (stack, parameter) = (&wanted.stack, &wanted.parameter);
    let shell = &account.context.shell;
    let after = pin_words(&pin, account.now);
    match locks.seen().pin(stack, parameter) {
        Some(before) if *before == pin => {
            shell.status("Unchanged", &format!("{stack} {parameter}: {after}"));
            return false;
        }
        Some(before) if before.launched != pin.launched => {
            let whom =
                pin.launched.as_ref().map_or("a new host".to_owned(), |was| format!("the host launched from {was}"));
            shell.status("Moved", &format!("{stack} {parameter}: {after}, for {whom}"));
        }
        Some(before) if before.id == pin.id => {
            shell.status("Looked up", &format!("{stack} {parameter}: {after} again, from {}", pin.source));
        }
        Some(before) => {
            let before = pin_words(before, account.now);
            shell.status("Moved", &format!("{stack} {parameter}: {before} -> {after}, from {}", pin.source));
        }
        None => shell.status("Pinned", &format!("{stack} {parameter}: {after}, from {}", pin.source)),
    }
    locks.pin(stack, parameter, pin);
    true
}

/// Says what to do with a lock that was written.
pub(crate) fn shown_move(context: &Context, locks: &Locks, is_local: bool) {
    let next = if is_local { "`stackgen diff --local` shows what it means" } else { "review it, then `stackgen diff`" };
    context.shell.status("Wrote", &format!("{}: {next}", locks.file().display()));
}

/// Some stacks with those that they depend on, unless only they are meant.
pub(crate) fn meant(loaded: &Loaded, names: &[String], only: bool) -> Vec<String> {
    let mut meant = names.to_vec();
    let mut next = 0;
    while let Some(entry) = meant.get(next).map(|name| loaded.assembly.stack(name)) {
        let before = entry
            .filter(|_| !only)
            .into_iter()
            .flat_map(|entry| entry.dependencies.iter().chain(entry.inputs.iter().map(|input| &input.stack)).cloned());
        let before: Vec<String> = before.filter(|name| !meant.contains(name)).collect();
        meant.extend(before);
        next += 1;
    }
    meant
}

/// The images of some stacks that are in the account's region.
fn images(account: &Account<'_>, loaded: &Loaded, stacks: &[String]) -> Vec<ImageEntry> {
    let is_here = |image: &&ImageEntry| {
        stacks.contains(&image.stack) && image.region.as_ref().is_none_or(|it| *it == account.connection.region)
    };
    loaded.assembly.manifest.images.iter().filter(is_here).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_by_their_largest_part() {
        let told = [0, 1, 90, 7_200, 172_799, 172_800, 1_036_800, -86_400 * 3].map(difference);
        let expected = ["0 seconds newer", "1 second newer", "1 minute newer", "2 hours newer", "47 hours newer"];
        assert_eq!(told[..5], expected);
        assert_eq!(told[5..], ["2 days newer", "12 days newer", "3 days older"]);
    }
}
