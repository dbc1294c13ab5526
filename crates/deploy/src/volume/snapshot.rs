//! Copies of volumes.
use std::time::Duration;

use super::seen::{self, Snapshot};
use super::{DataVolume, copies_of};
use crate::aws::{Connection, Retry};
use crate::change_set::new_operation;
use crate::failure::{Failure, Kind};
use crate::pace::Pace;

/// The tag with the stack of a snapshot.
pub(super) const STACK: &str = "stackgen:stack";
/// The tag with the logical id of its volume.
pub(super) const VOLUME: &str = "stackgen:volume";
/// The tag by which a snapshot is known again whose id never arrived: `CreateSnapshot` takes no token of the client.
const REQUEST: &str = "stackgen:request";
/// How often it is asked for again when nobody answered.
const TRIES: u32 = 3;

/// Begins a snapshot of a volume. What is on the volume at this moment is in it, whenever it is complete (*Create Amazon EBS
/// snapshots*). When an answer is lost, it is looked for before another one is begun.
///
/// # Errors
///
/// If EC2 refuses, or does not answer.
pub async fn take(connection: &Connection, stack: &str, of: &DataVolume) -> Result<Snapshot, Failure> {
    let request = new_operation();
    let mut tries = 1;
    loop {
        match begin(connection, stack, of, &request).await {
            Ok(id) => {
                let found = seen::snapshot(connection, &id).await?;
                return Ok(found.unwrap_or(Snapshot { id, volume: of.volume.clone(), ..Snapshot::default() }));
            }
            Err(failure) if failure.kind == Kind::Unknown => {
                // What was just made need not be listed at once.
                Pace::short(connection, Duration::ZERO).wait().await;
                if let Some(begun) =
                    seen::snapshots(connection, (&format!("tag:{REQUEST}"), vec![&request]), true).await?.pop()
                {
                    return Ok(begun);
                }
                if tries == TRIES {
                    return Err(failure);
                }
                tries += 1;
            }
            Err(failure) => return Err(failure.while_doing(format_args!("cannot copy {}", of.volume))),
        }
    }
}

async fn begin(connection: &Connection, stack: &str, of: &DataVolume, request: &str) -> Result<String, Failure> {
    let name = format!("{stack} {}", of.id);
    let mut fields = vec![("VolumeId".to_owned(), of.volume.as_str()), ("Description".to_owned(), name.as_str())];
    fields.push(("TagSpecification.1.ResourceType".to_owned(), "snapshot"));
    let tags = [("Name", name.as_str()), (STACK, stack), (VOLUME, &of.id), (REQUEST, request)];
    for (at, (key, value)) in tags.into_iter().enumerate() {
        let tag = format!("TagSpecification.1.Tag.{}", at + 1);
        fields.extend([(format!("{tag}.Key"), key), (format!("{tag}.Value"), value)]);
    }
    connection.ec2("CreateSnapshot", Retry::NotTaken, &fields).await?.text("snapshotId")
}

/// Waits until a snapshot is complete, and says how far it is, in EC2's words.
///
/// # Errors
///
/// If EC2 gave it up, or does not say.
pub async fn completed(connection: &Connection, id: &str, say: &dyn Fn(&str)) -> Result<Snapshot, Failure> {
    let pace = Pace::short(connection, Duration::from_secs(60));
    loop {
        let Some(found) = seen::snapshot(connection, id).await? else {
            return Err(Failure::new(Kind::NotFound, format!("the snapshot {id} is gone")));
        };
        match found.state.as_str() {
            "completed" => return Ok(found),
            "error" => return Err(Failure::new(Kind::Other, format!("EC2 could not complete the snapshot {id}"))),
            _ => say(&found.progress),
        }
        pace.wait().await;
    }
}

/// The snapshots of a stack's volumes, those of volumes that it had before among them, the newest first.
///
/// # Errors
///
/// If EC2 does not say.
pub async fn copies(connection: &Connection, stack: &str, volumes: &[DataVolume]) -> Result<Vec<Snapshot>, Failure> {
    let ids: Vec<String> = volumes.iter().map(|one| one.volume.clone()).collect();
    let mut found = seen::snapshots(connection, (&format!("tag:{STACK}"), vec![stack]), true).await?;
    for one in copies_of(connection, &ids).await? {
        if !found.iter().any(|known| known.id == one.id) {
            found.push(one);
        }
    }
    found.sort_by(|one, other| (other.taken, &one.id).cmp(&(one.taken, &other.id)));
    Ok(found)
}
