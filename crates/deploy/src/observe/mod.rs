//! Looking at what is deployed, as far as somebody needs it who wants to try a change somewhere else first.
//!
//! [`Reader`] is a way to an account that can only look: it has no calls that change anything, and what it sends is looked at
//! once more before it leaves (`read_only`). [`observe`] asks for stacks with what is around them, and [`Observed`] is what it
//! saw: a document that can be kept in files and put into an engine that has never heard of this crate.
mod document;
mod file;
mod machines;
mod named;
mod read_only;
mod reader;
mod stacks;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::failure::{Failure, Kind};

pub use document::{
    AddressSeen, Deployed, DiskSeen, ExportSeen, GroupSeen, ImageSeen, MachineSeen, NetworkSeen, Observed, OutputSeen,
    ResourceSeen, SubnetSeen,
};
pub(crate) use file::outdate;
pub use file::{Unusable, load, save};
pub use reader::Reader;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The stacks, each after those that it depends on.
    pub stacks: Vec<String>,
    /// Templates that are going to be deployed: what they name is looked for too.
    pub pending: Vec<String>,
}

/// Looks at stacks and at what is around them. What the credentials do not let us see is noted and left out, but the stacks
/// themselves.
///
/// # Errors
///
/// If the stacks cannot be seen.
pub async fn observe(reader: &Reader, wanted: &Wanted, at: Timestamp) -> Result<Observed, Failure> {
    let mut seen = Observed { region: reader.region().to_owned(), at, ..Observed::default() };
    for name in &wanted.stacks {
        match stacks::deployed(reader, name).await? {
            // What is nested in it comes before it.
            Some(stack) => {
                let mut all = stacks::nested(reader, &stack).await?;
                all.push(stack);
                seen.stacks.extend(all);
            }
            None => seen.absent.push(name.clone()),
        }
    }
    seen.account = seen.stacks.iter().find_map(|stack| stack.id.split(':').nth(4)).unwrap_or_default().to_owned();
    let exports = stacks::exports(reader, &seen.stacks).await;
    seen.exports = noted(&mut seen.notes, "exports of other stacks", exports)?;
    for name in named::stored(&seen, &wanted.pending).union(&named::beside_hosts(&seen)) {
        let value = reader.stored(name).await;
        if let Some(value) = noted(&mut seen.notes, &format!("the parameter {name}"), value)? {
            seen.stored.insert(name.clone(), value);
        }
    }
    for bucket in stacks::owned(&seen.stacks, "AWS::S3::Bucket") {
        // A bucket that is gone, or is elsewhere, is left to its deletion.
        let found = match reader.connection.is_filled(&bucket).await {
            Err(failure) if matches!(failure.kind, Kind::NotFound | Kind::Bucket) => continue,
            found => found,
        };
        let is_filled = noted(&mut seen.notes, &format!("what is in the bucket {bucket}"), found)?;
        seen.buckets.insert(bucket, is_filled);
    }
    let ids: BTreeSet<String> = named::ids(&seen, &wanted.pending);
    machines::look(reader, &ids, &mut seen).await?;
    Ok(seen)
}

/// What was seen, or nothing and a note if the credentials do not allow it.
fn noted<T: Default>(notes: &mut Vec<String>, what: &str, answer: Result<T, Failure>) -> Result<T, Failure> {
    match answer {
        Err(failure) if matches!(failure.kind, Kind::Denied | Kind::NotThere) => {
            notes.push(format!("{what} could not be seen: {}", failure.message));
            Ok(T::default())
        }
        answer => answer,
    }
}
