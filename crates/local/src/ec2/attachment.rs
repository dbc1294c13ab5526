//! Volumes on instances.
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::error::{invalid, missing, state};
use super::instance::State;
use super::{Answer, Input, Place, boot, machines, time};
use crate::wire::ApiError;

/// A volume on an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The instance.
    pub instance: String,
    /// The device.
    pub device: String,
    /// Where it is.
    pub phase: Phase,
    /// When it gets further.
    pub until: Option<Timestamp>,
    /// Since when it is there.
    pub since: Timestamp,
    /// Whether the volume goes when the instance does.
    pub delete_on_termination: bool,
    /// Since when it is wanted away.
    pub leaving_since: Option<Timestamp>,
    /// Whether the instance uses it: its boot ended with the volume there, and it did not stop since.
    pub mounted: bool,
    /// Whether it is to go whatever the instance does with it.
    #[serde(default)]
    pub is_forced: bool,
}

/// Where an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// It begins.
    Attaching,
    /// It is there.
    Attached,
    /// It is wanted away, and goes.
    Detaching,
    /// It is wanted away, and the instance does not let go.
    Busy,
}

impl Attachment {
    pub(super) fn shown(&self, volume: &str) -> Json {
        let status = serde_json::to_value(self.phase).expect("a word");
        json!({
            "volumeId": volume, "instanceId": self.instance, "device": self.device, "status": status,
            "attachTime": time(self.since), "deleteOnTermination": self.delete_on_termination,
        })
    }
}

/// `AttachVolume`.
pub(super) fn attach(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, instance, device) =
        (input.required("VolumeId")?, input.required("InstanceId")?, input.required("Device")?);
    let ec2 = at.ec2();
    let volume = ec2.volumes.get(&id).ok_or_else(|| missing(&id))?;
    let host = ec2.instances.get(&instance).ok_or_else(|| missing(&instance))?;
    // The order and the texts are those that users quote (hashicorp/terraform#11060 for the first).
    if !volume.multi_attach && !volume.attachments.is_empty()
        || volume.attachments.iter().any(|it| it.instance == instance)
    {
        return Err(ApiError::new("VolumeInUse", format!("{id} is already attached to an instance")));
    }
    if volume.creating_until.is_some() {
        return Err(state(format!("{id} is not 'available'.")));
    }
    if !matches!(host.state, State::Running | State::Stopped) {
        return Err(state(format!("Instance '{instance}' is not 'running'.")));
    }
    if volume.zone != host.zone {
        let text = format!("The volume '{id}' is not in the same availability zone as instance '{instance}'");
        return Err(ApiError::new("InvalidVolume.ZoneMismatch", text));
    }
    if ec2.devices(&instance).any(|(_, other)| other.device == device) {
        return Err(invalid(format!(
            "Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
        )));
    }
    let wait = ec2.settings.attachment;
    put(at, &id, &instance, &device, false, wait);
    Ok(at.ec2().volumes[&id].attachments.last().map(|it| it.shown(&id)).unwrap_or_default())
}

/// Puts a volume on an instance.
pub(super) fn put(
    at: &mut Place<'_>,
    id: &str,
    instance: &str,
    device: &str,
    delete_on_termination: bool,
    seconds: i64,
) {
    let is_driven = machines::is_up(at.ec2(), instance);
    let until = (seconds > 0 && !is_driven).then(|| at.wake(seconds, id));
    let phase = if seconds > 0 { Phase::Attaching } else { Phase::Attached };
    let since = at.now();
    let attachment = Attachment {
        instance: instance.to_owned(),
        device: device.to_owned(),
        phase,
        until,
        since,
        delete_on_termination,
        leaving_since: None,
        mounted: false,
        is_forced: false,
    };
    if let Some(volume) = at.ec2().volumes.get_mut(id) {
        volume.attachments.push(attachment);
    }
}

/// `DetachVolume`. A volume that a running instance has mounted stays `busy` until it is let go, which here a stop does, or a command that unmounts it.
/// Source: *Detach an Amazon EBS volume*: "the volume can become stuck in the busy state while it is trying to detach".
pub(super) fn detach(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("VolumeId")?;
    let (force, now) = (input.flag("Force") == Some(true), at.now());
    let wanted = input.text("InstanceId");
    let ec2 = at.ec2();
    let wait = ec2.settings.attachment;
    let volume = ec2.volumes.get_mut(&id).ok_or_else(|| missing(&id))?;
    let status = volume.status();
    let mine = |it: &&mut Attachment| wanted.as_ref().is_none_or(|wanted| *wanted == it.instance);
    let Some(attachment) = volume.attachments.iter_mut().find(mine) else {
        return Err(match wanted {
            Some(instance) if status == "in-use" => ApiError::new(
                "InvalidAttachment.NotFound",
                format!("The volume '{id}' is not attached to instance '{instance}'."),
            ),
            _ => state(format!("Volume '{id}' is in the '{status}' state.")),
        });
    };
    let host = ec2.instances.get(&attachment.instance);
    let is_up = host.is_some_and(|host| !matches!(host.state, State::Stopped | State::Terminated));
    if is_up && host.is_some_and(|host| host.root_device == attachment.device) {
        let text = format!("Unable to detach root volume '{id}' from instance '{}'", attachment.instance);
        return Err(ApiError::new("OperationNotPermitted", text));
    }
    attachment.leaving_since.get_or_insert(now);
    if is_up && attachment.mounted && !force {
        attachment.phase = Phase::Busy;
        // The call itself says `detaching`; only looking shows that it is busy.
        let mut said = attachment.shown(&id);
        said["status"] = json!("detaching");
        return Ok(said);
    }
    attachment.phase = Phase::Detaching;
    attachment.is_forced = force;
    let said = attachment.shown(&id);
    let instance = attachment.instance.clone();
    if machines::is_up(ec2, &instance) {
        return Ok(said);
    }
    let until = at.wake(wait, &id);
    let volume = at.ec2().volume(&id)?;
    for attachment in volume.attachments.iter_mut().filter(|it| it.phase == Phase::Detaching) {
        attachment.until = Some(until);
    }
    Ok(said)
}

/// Goes on with the attachments of a volume.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let now = at.now();
    let Some(volume) = at.ec2().volumes.get_mut(id) else { return };
    let mut appeared = Vec::new();
    let is_due = |it: &Attachment| it.until.is_some_and(|until| until <= now);
    volume.attachments.retain(|it| !(it.phase == Phase::Detaching && is_due(it)));
    for attachment in volume.attachments.iter_mut().filter(|it| it.phase == Phase::Attaching && is_due(it)) {
        attachment.phase = Phase::Attached;
        attachment.until = None;
        appeared.push(attachment.instance.clone());
    }
    for instance in appeared {
        boot::look(at, &instance);
    }
}

/// What a stop does to the volumes of an instance: nothing is mounted any more, what was busy goes, and what was wanted of a
/// machine is done without it.
pub(super) fn let_go(at: &mut Place<'_>, instance: &str) {
    let mut going = Vec::new();
    for volume in at.ec2().volumes.values_mut() {
        for attachment in volume.attachments.iter_mut().filter(|it| it.instance == instance) {
            attachment.mounted = false;
            match (attachment.phase, attachment.until) {
                (Phase::Busy | Phase::Detaching, None) => {
                    attachment.phase = Phase::Detaching;
                    going.push(volume.id.clone());
                }
                (Phase::Attaching, None) => attachment.phase = Phase::Attached,
                _ => {}
            }
        }
    }
    let wait = at.ec2().settings.attachment;
    for id in going {
        let until = at.wake(wait, &id);
        for attachment in at.ec2().volumes.get_mut(&id).into_iter().flat_map(|it| &mut it.attachments) {
            attachment.until = Some(until);
        }
    }
}

/// The data volumes of an instance that are meant: those that are named, or all if none is.
fn meant<'a>(at: &'a mut Place<'_>, instance: &str, named: &BTreeSet<String>) -> Vec<(&'a str, &'a mut Attachment)> {
    let ec2 = at.ec2();
    let root = ec2.instances.get(instance).map(|one| one.root_device.clone());
    let all = ec2.volumes.values_mut().filter_map(|volume| {
        let on =
            volume.attachments.iter_mut().find(|it| it.instance == instance && Some(&it.device) != root.as_ref())?;
        Some((volume.id.as_str(), on))
    });
    all.filter(|(id, _)| named.is_empty() || named.contains(*id)).collect()
}

/// The instance unmounts volumes. What was busy goes.
pub(crate) fn unmount(at: &mut Place<'_>, instance: &str, named: &BTreeSet<String>) {
    let mut going = Vec::new();
    for (id, on) in meant(at, instance, named) {
        on.mounted = false;
        if on.phase == Phase::Busy {
            on.phase = Phase::Detaching;
            going.push(id.to_owned());
        }
    }
    let wait = at.ec2().settings.attachment;
    for id in going {
        let until = at.wake(wait, &id);
        for on in at.ec2().volumes.get_mut(&id).into_iter().flat_map(|it| &mut it.attachments) {
            on.until = (on.phase == Phase::Detaching).then_some(until).or(on.until);
        }
    }
}

/// The instance mounts volumes.
///
/// # Errors
///
/// If one that is named is not attached.
pub(crate) fn mount(at: &mut Place<'_>, instance: &str, named: &BTreeSet<String>) -> Result<(), String> {
    let there = meant(at, instance, named).into_iter().filter(|(_, on)| on.phase == Phase::Attached);
    let mut there: Vec<(&str, &mut Attachment)> = there.collect();
    if let Some(missing) = named.iter().find(|id| !there.iter().any(|(other, _)| other == id)) {
        return Err(format!("mount: {missing} is not attached to {instance}"));
    }
    there.iter_mut().for_each(|(_, on)| on.mounted = true);
    Ok(())
}

impl super::Ec2 {
    /// The volumes on an instance.
    pub fn devices(&self, instance: &str) -> impl Iterator<Item = (&super::Volume, &Attachment)> {
        self.volumes.values().filter_map(move |volume| {
            let attachment = volume.attachments.iter().find(|it| it.instance == instance)?;
            Some((volume, attachment))
        })
    }
}
