//! Volumes and their attachments.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::super::{Doing, Effect, Progress, Refusal, generic};
use super::{Behavior, NO_TAGS, PLAIN, again, call, failed, picked, place, text};
use crate::ec2::attachment::{Attachment, Phase};
use crate::ec2::{Ec2, snapshot};

/// How long the handler waits for a volume to come or to be let go. The real figure is not published.
const PATIENCE: SignedDuration = SignedDuration::from_mins(20);

/// What cannot be changed, and what CloudFormation says then: *AWS::EC2::Volume* ("Updates are not supported") and
/// awsdocs/aws-cloudformation-user-guide#556.
const FIXED: [&str; 5] = ["AvailabilityZone", "Encrypted", "KmsKeyId", "SnapshotId", "MultiAttachEnabled"];
const FIXED_TEXT: &str = "Volume properties other than AutoEnableIO, type, size, and IOPS cannot be updated. Change the properties back to \
    previous values and update the stack again.";

fn is_fixed_changed(before: &Json, after: &Json) -> bool {
    FIXED.iter().any(|name| before.get(*name) != after.get(*name))
}

pub(super) const VOLUME: Behavior = Behavior {
    create: |site, properties| {
        let names = [
            "AvailabilityZone",
            "Size",
            "VolumeType",
            "Iops",
            "Throughput",
            "Encrypted",
            "KmsKeyId",
            "SnapshotId",
            "MultiAttachEnabled",
        ];
        let made = call(site, "CreateVolume", picked(properties, &names))?;
        Ok(text(&made["volumeId"]))
    },
    update: |site, id, before, after| {
        if is_fixed_changed(before, after) {
            return Err(Refusal(FIXED_TEXT.to_owned()));
        }
        let names = ["Size", "VolumeType", "Iops", "Throughput"];
        if names.iter().all(|name| before.get(*name) == after.get(*name)) {
            return Ok(());
        }
        let mut input = picked(after, &names);
        input["VolumeId"] = json!(id);
        call(site, "ModifyVolume", input).map(drop)
    },
    delete: |site, id, _| call(site, "DeleteVolume", json!({"VolumeId": id})).map(drop),
    progress: |site, id, doing| {
        let now = site.world.now();
        let Some(one) = place(site).ec2().volumes.get(id).cloned() else { return Ok(Progress::Done) };
        let is_changing = one.modification.is_some_and(|it| it.optimizing_from > now);
        let waits = doing == Doing::Create && one.creating_until.is_some() || doing == Doing::Update && is_changing;
        Ok(if waits { again(5) } else { Progress::Done })
    },
    attributes: |_, id, _| json!({"VolumeId": id}),
    // What is fixed is no replacement: the handler is asked, and refuses in its own words.
    effect: |type_name, before, after| {
        if is_fixed_changed(before, after) { Effect::InPlace } else { generic::effect(type_name, before, after) }
    },
    seen: |ec2, id| {
        let one = ec2.volumes.get(id)?;
        Some(json!({
            "AvailabilityZone": one.zone, "Size": one.spec.size, "VolumeType": one.spec.kind, "Iops": one.spec.iops,
            "Throughput": one.spec.throughput, "Encrypted": one.encrypted,
        }))
    },
    snapshot: |site, id| {
        let made = snapshot::make(&mut place(site), id, &format!("Created by CloudFormation from {id}"));
        made.map_err(|error| super::refusal(site, &error))
    },
    ..PLAIN
};

fn parts(id: &str) -> (&str, &str) {
    id.split_once('|').unwrap_or((id, ""))
}

fn attachment<'a>(ec2: &'a Ec2, id: &str) -> Option<&'a Attachment> {
    let (volume, instance) = parts(id);
    ec2.volumes.get(volume)?.attachments.iter().find(|it| it.instance == instance)
}

/// An attachment. It is replaced by a new one first, as its type has no `replacementStrategy`: the volume is held then, and the
/// new one fails with `VolumeInUse` (anarthal/servertech-chat#52).
pub(super) const ATTACHMENT: Behavior = Behavior {
    create: |site, properties| {
        // The device may be left to EC2; here it is the first of those that are recommended for volumes.
        let mut input = picked(properties, &["VolumeId", "InstanceId", "Device"]);
        if input.get("Device").is_none() {
            input["Device"] = json!("/dev/sdf");
        }
        call(site, "AttachVolume", input)?;
        Ok(format!("{}|{}", text(&properties["VolumeId"]), text(&properties["InstanceId"])))
    },
    delete: |site, id, _| {
        let (volume, instance) = parts(id);
        if attachment(place(site).ec2(), id).is_some_and(|it| matches!(it.phase, Phase::Detaching | Phase::Busy)) {
            return Ok(());
        }
        call(site, "DetachVolume", json!({"VolumeId": volume, "InstanceId": instance})).map(drop)
    },
    progress: |site, id, doing| {
        let now = site.world.now();
        let Some(one) = attachment(place(site).ec2(), id).cloned() else { return Ok(Progress::Done) };
        match doing {
            Doing::Delete if one.leaving_since.is_some_and(|since| now.duration_since(since) >= PATIENCE) => {
                Err(failed(site, "Exceeded attempts to wait", "NotStabilized"))
            }
            Doing::Delete => Ok(again(15)),
            _ if one.phase == Phase::Attaching && now.duration_since(one.since) >= PATIENCE => {
                Err(failed(site, "Exceeded attempts to wait", "NotStabilized"))
            }
            _ if one.phase == Phase::Attaching => Ok(again(2)),
            _ => Ok(Progress::Done),
        }
    },
    seen: |ec2, id| {
        let one = attachment(ec2, id)?;
        Some(json!({"VolumeId": parts(id).0, "InstanceId": one.instance, "Device": one.device}))
    },
    tagged: NO_TAGS,
    ..PLAIN
};
