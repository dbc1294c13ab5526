//! Whether a snapshot can become a volume of a stack.
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::snapshot::STACK;
use super::{DataVolume, Snapshot, logical, seen};
use crate::aws::Connection;
use crate::failure::{Failure, Kind};
use crate::host;
use crate::plan::Side;

/// A volume that a template wants for a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Its logical id.
    pub id: String,
    /// Its size, if the template says it.
    pub gib: Option<u32>,
    /// Whether it is to be encrypted.
    pub encrypted: bool,
    /// The snapshot that it is made from.
    pub snapshot: Option<String>,
}

/// Why a snapshot may not be the one that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// What it is approved by.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// The volumes that a template makes for the hosts of a stack.
#[must_use]
pub fn wanted(template: &Json, stack: &str) -> Vec<Wanted> {
    let side = Side { template, parameters: &BTreeMap::new() };
    let hosts = host::hosts(&side, stack);
    let mut ids: Vec<&str> = hosts.iter().flat_map(|it| &it.attachments).map(|it| logical(&it.volume)).collect();
    ids.dedup();
    let volume = |id: &str| {
        let properties = template.pointer(&format!("/Resources/{id}/Properties"))?;
        let said = |name: &str| properties.get(name).map(|value| side.text(value));
        Some(Wanted {
            id: id.to_owned(),
            gib: said("Size").and_then(|size| size.parse().ok()),
            encrypted: said("Encrypted").as_deref() == Some("true"),
            snapshot: said("SnapshotId"),
        })
    };
    ids.into_iter().filter_map(volume).collect()
}

/// A snapshot that can become a volume, with the doubt whether it is the one that is meant. `had` are the volumes that the
/// stack has.
///
/// # Errors
///
/// If it cannot: it is not there, not complete, too large, or may not lose its encryption.
pub async fn fits(
    connection: &Connection,
    stack: &str,
    had: &[DataVolume],
    wanted: &Wanted,
    id: &str,
) -> Result<(Snapshot, Option<Doubt>), Failure> {
    let Some(found) = seen::snapshot(connection, id).await? else {
        let region = &connection.region;
        return refuse(
            Kind::NotFound,
            format!(
                "there is no snapshot {id} in {region}, or it is not shared with this account; one of another region is copied \
                 first: `aws ec2 copy-snapshot --source-region REGION --source-snapshot-id {id} --region {region}`"
            ),
        );
    };
    if found.state != "completed" {
        let Snapshot { state, progress, .. } = &found;
        return refuse(Kind::Refused, format!("the snapshot {id} is {state} ({progress}); wait until it is completed"));
    }
    if let Some(gib) = wanted.gib.filter(|gib| *gib < found.gib) {
        let (name, least) = (&wanted.id, found.gib);
        return refuse(
            Kind::Refused,
            format!("the snapshot {id} has {least} GiB, and `{name}` {gib}; make it {least} GiB at least in the app"),
        );
    }
    // Source: `CreateVolume`, Encrypted: "You can't create an unencrypted volume from an encrypted snapshot".
    if found.encrypted && !wanted.encrypted {
        let name = &wanted.id;
        return refuse(
            Kind::Refused,
            format!("the snapshot {id} is encrypted, and `{name}` is not to be; set Encrypted in the app"),
        );
    }
    let is_own =
        had.iter().any(|one| one.volume == found.volume) || found.tags.get(STACK).is_some_and(|it| it == stack);
    let doubt = (!is_own).then(|| Doubt {
        name: format!("other-volume:{id}"),
        reason: format!("it is a copy of {}, and nothing says that `{stack}` ever had that volume", found.volume),
    });
    Ok((found, doubt))
}

fn refuse<T>(kind: Kind, message: String) -> Result<T, Failure> {
    Err(Failure::new(kind, message))
}
