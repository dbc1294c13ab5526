//! Volumes.
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::attachment::{self, Attachment};
use super::error::{invalid, missing};
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place, time};
use crate::wire::ApiError;

/// A volume.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Volume {
    pub id: String,
    pub zone: String,
    pub spec: Spec,
    pub encrypted: bool,
    pub kms_key: Option<String>,
    pub snapshot: Option<String>,
    pub multi_attach: bool,
    pub created: Timestamp,
    /// When it becomes available; nothing when it is.
    pub creating_until: Option<Timestamp>,
    pub attachments: Vec<Attachment>,
    /// What is on it: text by the name of the file.
    pub content: BTreeMap<String, String>,
    pub modification: Option<Modification>,
    /// When it was modified, the latest last.
    #[serde(default)]
    pub modified: Vec<Timestamp>,
    pub auto_enable_io: bool,
    /// Instances whose user data was run by the system on it.
    #[serde(default)]
    pub booted: BTreeSet<String>,
}

/// What can be modified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Spec {
    pub size: i64,
    pub kind: String,
    pub iops: Option<i64>,
    pub throughput: Option<i64>,
}

/// The last modification of a volume.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Modification {
    pub from: Spec,
    pub to: Spec,
    pub started: Timestamp,
    pub optimizing_from: Timestamp,
    pub completed_at: Timestamp,
}

impl Modification {
    fn state(&self, now: Timestamp) -> &'static str {
        match (now < self.optimizing_from, now < self.completed_at) {
            (true, _) => "modifying",
            (false, true) => "optimizing",
            (false, false) => "completed",
        }
    }
}

impl Volume {
    /// `creating`, `available` or `in-use`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (self.creating_until, self.attachments.is_empty()) {
            (Some(_), _) => "creating",
            (None, true) => "available",
            (None, false) => "in-use",
        }
    }

    fn shown(&self, ec2: &Ec2) -> Json {
        json!({
            "volumeId": self.id, "size": self.spec.size, "snapshotId": self.snapshot.clone().unwrap_or_default(),
            "availabilityZone": self.zone, "availabilityZoneId": super::catalogue::zone_id(&self.zone), "status": self.status(),
            "createTime": time(self.created), "volumeType": self.spec.kind, "iops": self.spec.iops,
            "throughput": self.spec.throughput, "encrypted": self.encrypted, "kmsKeyId": self.kms_key,
            "multiAttachEnabled": self.multi_attach,
            "attachmentSet": self.attachments.iter().map(|it| it.shown(&self.id)).collect::<Vec<_>>(),
            "tagSet": ec2.tag_set(&self.id),
        })
    }

    fn modification_shown(&self, now: Timestamp) -> Option<Json> {
        let it = self.modification.as_ref()?;
        let state = it.state(now);
        let progress = match state {
            "modifying" => 0,
            "optimizing" => 50,
            _ => 100,
        };
        Some(json!({
            "volumeId": self.id, "modificationState": state, "progress": progress,
            "originalSize": it.from.size, "originalVolumeType": it.from.kind, "originalIops": it.from.iops,
            "originalThroughput": it.from.throughput, "originalMultiAttachEnabled": self.multi_attach,
            "targetSize": it.to.size, "targetVolumeType": it.to.kind, "targetIops": it.to.iops,
            "targetThroughput": it.to.throughput, "targetMultiAttachEnabled": self.multi_attach,
            "startTime": time(it.started), "endTime": (state == "completed").then(|| time(it.completed_at)),
        }))
    }
}

impl Ec2 {
    /// A volume.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn volume(&mut self, id: &str) -> Result<&mut Volume, ApiError> {
        self.volumes.get_mut(id).ok_or_else(|| missing(id))
    }
}

/// What a type has when nothing is said, and the limits of what may be said. Source: *Amazon EBS volume types*: gp3 has 3,000
/// to 80,000 IOPS, at most 500 for each GiB, and 125 to 2,000 MiB/s, at most 0.25 for each IOPS.
fn completed(size: i64, kind: &str, iops: Option<i64>, throughput: Option<i64>) -> Result<Spec, ApiError> {
    let combination = |text: String| ApiError::new("InvalidParameterCombination", text);
    let (smallest, largest) = match kind {
        "gp3" => (1, 65_536),
        "gp2" => (1, 16_384),
        "io1" => (4, 16_384),
        "io2" => (4, 65_536),
        "st1" | "sc1" => (125, 16_384),
        "standard" => (1, 1_024),
        other => {
            let text = format!("Unsupported volume type '{other}' for volume creation.");
            return Err(ApiError::new("UnknownVolumeType", text));
        }
    };
    if size < smallest || size > largest {
        return Err(invalid(format!(
            "Volume of {size}GiB is {} for volume type {kind}; {} is {}GiB",
            if size < smallest { "too small" } else { "too large" },
            if size < smallest { "minimum" } else { "maximum" },
            if size < smallest { smallest } else { largest }
        )));
    }
    if throughput.is_some() && kind != "gp3" {
        return Err(combination(format!("The parameter throughput is not supported for {kind} volumes.")));
    }
    let iops = match (kind, iops) {
        ("gp3", iops) => Some(checked_gp3(size, iops.unwrap_or(3_000), throughput.unwrap_or(125))?),
        ("gp2", None) => Some((size * 3).clamp(100, 16_000)),
        ("io1" | "io2", None) => {
            return Err(ApiError::new("MissingParameter", "The request must contain the parameter iops"));
        }
        ("io1" | "io2", iops) => iops,
        (_, Some(_)) => return Err(combination(format!("The parameter iops is not supported for {kind} volumes."))),
        (_, None) => None,
    };
    let throughput = (kind == "gp3").then(|| throughput.unwrap_or(125));
    Ok(Spec { size, kind: kind.to_owned(), iops, throughput })
}

fn checked_gp3(size: i64, iops: i64, throughput: i64) -> Result<i64, ApiError> {
    let combination = |text: String| Err(ApiError::new("InvalidParameterCombination", text));
    if !(3_000..=80_000).contains(&iops) {
        let end = if iops < 3_000 { "low; minimum is 3000" } else { "high; maximum is 80000" };
        return Err(invalid(format!("Volume iops of {iops} is too {end}.")));
    }
    if !(125..=2_000).contains(&throughput) {
        let end = if throughput < 125 { "low; minimum is 125" } else { "high; maximum is 2000" };
        return Err(invalid(format!("Throughput value {throughput} is too {end} MiBps.")));
    }
    if iops > 3_000 && iops > size * 500 {
        return combination(format!(
            "Iops to volume size ratio of {}.000000 is too high; maximum is 500.000000",
            iops / size
        ));
    }
    if throughput * 4 > iops {
        let ratio =
            f64::from(i32::try_from(throughput).unwrap_or(i32::MAX)) / f64::from(i32::try_from(iops).unwrap_or(1));
        return combination(format!(
            "Throughput (MiBps) to iops ratio of {ratio:.6} is too high; maximum is 0.250000 MiBps per iops."
        ));
    }
    Ok(iops)
}

/// What is made, for `CreateVolume` and for the devices of an instance alike: input with `Size`, `VolumeType`, `Iops`,
/// `Throughput`, `Encrypted`, `KmsKeyId`, `SnapshotId`. Answers the id.
///
/// # Errors
///
/// If AWS would refuse.
pub fn make(at: &mut Place<'_>, zone: &str, input: Input<'_>, seconds: i64) -> Result<String, ApiError> {
    let snapshot = match input.text("SnapshotId") {
        Some(id) => Some(at.ec2().snapshots.get(&id).cloned().ok_or_else(|| missing(&id))?),
        None => None,
    };
    if let Some(one) = snapshot.as_ref().filter(|one| one.completed.is_none()) {
        return Err(super::error::state(format!("Snapshot {} is not in 'completed' state", one.id)));
    }
    let size = input.number("Size").or_else(|| input.number("VolumeSize")).or(snapshot.as_ref().map(|one| one.size));
    let size =
        size.ok_or_else(|| ApiError::new("MissingParameter", "The request must contain the parameter size/snapshot"))?;
    if let Some(one) = snapshot.as_ref().filter(|one| size < one.size) {
        let text =
            format!("Volume of size {size}GB is smaller than snapshot '{}', expect size >= {}GB", one.id, one.size);
        return Err(ApiError::new("InvalidBlockDeviceMapping", text));
    }
    let kind = input.text("VolumeType").unwrap_or_else(|| "gp2".to_owned());
    let spec = completed(size, &kind, input.number("Iops"), input.number("Throughput"))?;
    let encrypted = input.flag("Encrypted") == Some(true) || snapshot.as_ref().is_some_and(|one| one.encrypted);
    let id = at.world.id("vol");
    let kms_key = encrypted.then(|| {
        let own = format!("arn:aws:kms:{}:{}:key/aws-ebs", at.region, at.world.account);
        input.text("KmsKeyId").or_else(|| snapshot.as_ref().and_then(|one| one.kms_key.clone())).unwrap_or(own)
    });
    let creating_until = (seconds > 0).then(|| at.wake(seconds, &id));
    let (content, booted) = snapshot.as_ref().map(|one| (one.content.clone(), one.booted.clone())).unwrap_or_default();
    let volume = Volume {
        id: id.clone(),
        zone: zone.to_owned(),
        spec,
        encrypted,
        kms_key,
        snapshot: snapshot.map(|one| one.id),
        multi_attach: input.flag("MultiAttachEnabled") == Some(true),
        created: at.now(),
        creating_until,
        attachments: Vec::new(),
        content,
        modification: None,
        modified: Vec::new(),
        auto_enable_io: false,
        booted,
    };
    at.ec2().volumes.insert(id.clone(), volume);
    Ok(id)
}

/// `CreateVolume`.
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let zone = input.required("AvailabilityZone")?;
    if !super::catalogue::zones(at.region).contains(&zone) {
        return Err(ApiError::new("InvalidZone.NotFound", format!("The zone '{zone}' does not exist.")));
    }
    let wait = at.ec2().settings.volume;
    let id = make(at, &zone, input, wait)?;
    at.ec2().tag(&id, tags_for(input, "volume"));
    let ec2 = at.ec2();
    Ok(ec2.volumes[&id].shown(ec2))
}

/// `DeleteVolume`.
pub(super) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("VolumeId")?;
    let volume = at.ec2().volume(&id)?;
    if let Some(attached) = volume.attachments.first() {
        let text = format!("Volume {id} is currently attached to {}", attached.instance);
        return Err(ApiError::new("VolumeInUse", text));
    }
    at.ec2().volumes.shift_remove(&id);
    at.ec2().tags.remove(&id);
    Ok(json!({"return": true}))
}

const VOLUMES: Kind = Kind {
    set: "volumeSet",
    id: "volumeId",
    ids: "VolumeId",
    missing,
    filters: &[
        ("attachment.delete-on-termination", "attachmentSet/deleteOnTermination"),
        ("attachment.device", "attachmentSet/device"),
        ("attachment.instance-id", "attachmentSet/instanceId"),
        ("attachment.status", "attachmentSet/status"),
        ("availability-zone", "availabilityZone"),
        ("create-time", "createTime"),
        ("encrypted", "encrypted"),
        ("size", "size"),
        ("snapshot-id", "snapshotId"),
        ("status", "status"),
        ("volume-id", "volumeId"),
        ("volume-type", "volumeType"),
    ],
};

/// `DescribeVolumes`.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(VOLUMES, ec2.volumes.values().map(|it| it.shown(ec2)).collect(), input)
}

/// How often a volume is modified in [`MODIFIED_IN`]: `ModifyVolume` in the API reference.
const MOST_MODIFIED: usize = 4;
const MODIFIED_IN: SignedDuration = SignedDuration::from_hours(24);

/// Refuses a modification while another one is under way, and the fifth in a day. The first sentence is quoted by users; the
/// second is the one of the time when it was one in six hours.
fn is_modified_rarely(volume: &Volume, now: Timestamp) -> Result<(), ApiError> {
    if let Some(last) = volume.modification.as_ref().filter(|last| last.state(now) != "completed") {
        let state = last.state(now).to_uppercase();
        let text = format!("Volume {} cannot be modified in modification state {state}", volume.id);
        return Err(ApiError::new("IncorrectModificationState", text));
    }
    let lately = volume.modified.iter().filter(|when| now.duration_since(**when) < MODIFIED_IN);
    if lately.count() >= MOST_MODIFIED {
        let text = "You've reached the maximum modification rate per volume limit.";
        return Err(ApiError::new("VolumeModificationRateExceeded", text));
    }
    Ok(())
}

/// `ModifyVolume`.
pub(super) fn modify(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (now, id) = (at.now(), input.required("VolumeId")?);
    let wait = at.ec2().settings.modification;
    let volume = at.ec2().volume(&id)?;
    is_modified_rarely(volume, now)?;
    let from = volume.spec.clone();
    let size = input.number("Size").unwrap_or(from.size);
    if size < from.size {
        return Err(invalid("New size cannot be smaller than existing size"));
    }
    let kind = input.text("VolumeType").unwrap_or_else(|| from.kind.clone());
    let kept = |value: Option<i64>| value.filter(|_| kind == from.kind && kind != "gp2");
    let iops = input.number("Iops").or_else(|| kept(from.iops));
    let to = completed(size, &kind, iops, input.number("Throughput").or_else(|| kept(from.throughput)))?;
    let (optimizing_from, completed_at) = (at.wake(wait, &id), at.wake(2 * wait, &id));
    let volume = at.ec2().volume(&id)?;
    volume.modification = Some(Modification { from, to, started: now, optimizing_from, completed_at });
    volume.modified.push(now);
    Ok(json!({"volumeModification": volume.modification_shown(now)}))
}

const MODIFICATIONS: Kind = Kind {
    set: "volumeModificationSet",
    id: "volumeId",
    ids: "VolumeId",
    missing: |id| {
        ApiError::new("InvalidVolumeModification.NotFound", format!("Modification for volume '{id}' does not exist."))
    },
    filters: &[("volume-id", "volumeId"), ("modification-state", "modificationState"), ("target-size", "targetSize")],
};

/// `DescribeVolumesModifications`.
pub(super) fn modifications(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let now = at.now();
    shown(MODIFICATIONS, at.ec2().volumes.values().filter_map(|it| it.modification_shown(now)).collect(), input)
}

/// Goes on with a volume whose time has come.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let now = at.now();
    let Some(volume) = at.ec2().volumes.get_mut(id) else { return };
    if volume.creating_until.is_some_and(|until| until <= now) {
        volume.creating_until = None;
    }
    // A volume has its new size as soon as it is optimizing (*Monitor the progress of Amazon EBS volume modifications*).
    if let Some(modification) = volume.modification.as_ref().filter(|it| it.optimizing_from <= now) {
        volume.spec = modification.to.clone();
    }
    attachment::look(at, id);
}
