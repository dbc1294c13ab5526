//! Snapshots of volumes.
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::error::missing;
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place, time};
use crate::wire::ApiError;

/// A snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Snapshot {
    pub id: String,
    pub volume: String,
    pub owner: String,
    pub description: String,
    pub size: i64,
    pub encrypted: bool,
    pub kms_key: Option<String>,
    pub started: Timestamp,
    pub until: Option<Timestamp>,
    pub completed: Option<Timestamp>,
    /// What was on the volume when the snapshot began.
    pub content: BTreeMap<String, String>,
    /// Instances whose user data was run by the system on the volume.
    #[serde(default)]
    pub booted: BTreeSet<String>,
}

impl Snapshot {
    fn shown(&self, ec2: &Ec2) -> Json {
        let done = self.completed.is_some();
        json!({
            "snapshotId": self.id, "volumeId": self.volume, "status": if done { "completed" } else { "pending" },
            "progress": if done { "100%" } else { "0%" }, "startTime": time(self.started), "completionTime": self.completed.map(time),
            "ownerId": self.owner, "volumeSize": self.size, "description": self.description, "encrypted": self.encrypted,
            "kmsKeyId": self.kms_key, "storageTier": "standard", "tagSet": ec2.tag_set(&self.id),
        })
    }
}

/// Begins a snapshot of a volume.
///
/// # Errors
///
/// If there is no such volume or it is not there yet.
pub fn make(at: &mut Place<'_>, volume: &str, description: &str) -> Result<String, ApiError> {
    let one = at.ec2().volume(volume)?.clone();
    if one.creating_until.is_some() {
        return Err(super::error::state(format!("The volume '{volume}' is 'creating'")));
    }
    let id = at.world.id("snap");
    let seconds = at.ec2().settings.snapshot;
    let until = Some(at.wake(seconds, &id));
    let snapshot = Snapshot {
        id: id.clone(),
        volume: volume.to_owned(),
        owner: at.account(),
        description: description.to_owned(),
        size: one.spec.size,
        encrypted: one.encrypted,
        kms_key: one.kms_key,
        started: at.now(),
        until,
        completed: None,
        content: one.content,
        booted: one.booted,
    };
    at.ec2().snapshots.insert(id.clone(), snapshot);
    Ok(id)
}

/// `CreateSnapshot`.
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = make(at, &input.required("VolumeId")?, &input.text("Description").unwrap_or_default())?;
    at.ec2().tag(&id, tags_for(input, "snapshot"));
    let ec2 = at.ec2();
    let mut answer = ec2.snapshots[&id].shown(ec2);
    answer["status"] = json!("pending");
    Ok(answer)
}

/// `CreateSnapshots`: of all volumes of an instance, at one moment.
pub(super) fn create_of_instance(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let specification = input.part("InstanceSpecification").unwrap_or(input);
    let instance = specification.required("InstanceId")?;
    let ec2 = at.ec2();
    let host = ec2.instances.get(&instance).ok_or_else(|| missing(&instance))?;
    let (no_root, left_out) =
        (specification.flag("ExcludeBootVolume") == Some(true), specification.texts("ExcludeDataVolumeId"));
    let wanted = ec2
        .devices(&instance)
        .filter(|(volume, it)| !(left_out.contains(&volume.id) || no_root && it.device == host.root_device));
    let volumes: Vec<String> = wanted.map(|(volume, _)| volume.id.clone()).collect();
    let mut all = Vec::new();
    for volume in volumes {
        let id = make(at, &volume, &input.text("Description").unwrap_or_default())?;
        if input.text("CopyTagsFromSource").as_deref() == Some("volume") {
            let tags = at.ec2().tags.get(&volume).cloned().unwrap_or_default();
            at.ec2().tag(&id, tags);
        }
        at.ec2().tag(&id, tags_for(input, "snapshot"));
        let ec2 = at.ec2();
        let mut one = ec2.snapshots[&id].shown(ec2);
        one["state"] = json!("pending");
        all.push(one);
    }
    Ok(json!({"snapshotSet": all}))
}

/// `DeleteSnapshot`.
pub(super) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("SnapshotId")?;
    let ec2 = at.ec2();
    if !ec2.snapshots.contains_key(&id) {
        return Err(missing(&id));
    }
    if let Some(image) = ec2.images.values().find(|it| it.uses(&id)) {
        let text = format!("The snapshot {id} is currently in use by {}", image.id);
        return Err(ApiError::new("InvalidSnapshot.InUse", text));
    }
    ec2.snapshots.shift_remove(&id);
    ec2.tags.remove(&id);
    Ok(json!({"return": true}))
}

const SNAPSHOTS: Kind = Kind {
    set: "snapshotSet",
    id: "snapshotId",
    ids: "SnapshotId",
    missing,
    filters: &[
        ("description", "description"),
        ("encrypted", "encrypted"),
        ("owner-id", "ownerId"),
        ("progress", "progress"),
        ("snapshot-id", "snapshotId"),
        ("start-time", "startTime"),
        ("status", "status"),
        ("volume-id", "volumeId"),
        ("volume-size", "volumeSize"),
    ],
};

/// `DescribeSnapshots`.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (account, owners) = (at.account(), input.texts("Owner"));
    let ec2 = at.ec2();
    let is_wanted = |it: &&Snapshot| {
        owners.is_empty() || owners.iter().any(|owner| *owner == it.owner || owner == "self" && it.owner == account)
    };
    shown(SNAPSHOTS, ec2.snapshots.values().filter(is_wanted).map(|it| it.shown(ec2)).collect(), input)
}

/// Goes on with a snapshot whose time has come.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let now = at.now();
    let Some(snapshot) = at.ec2().snapshots.get_mut(id) else { return };
    if snapshot.until.is_some_and(|until| until <= now) {
        snapshot.completed = snapshot.until.take();
    }
}
