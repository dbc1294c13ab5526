//! Replacing the root volume of a running instance.
//!
//! Source: *Replace the root volume for an Amazon EC2 instance without stopping it* in the EC2 User Guide, and
//! `CreateReplaceRootVolumeTask`. A task is `pending` while the new volume is made, and `in-progress` from when the old one leaves
//! until the new one is there. The instance stays `running` and boots anew; if the task fails, from its old root.
use serde_json::{Value as Json, json};

use super::attachment::{self, Phase};
use super::error::{invalid, missing, state};
use super::instance::{Instance, State};
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place, Volume, boot, catalogue, image, time, volume};
use crate::wire::ApiError;

/// What a task keeps of the new volume; answers do not show it.
const VOLUME: &str = "volume";
/// Whether the task made the new volume; answers do not show it either.
const MADE: &str = "made";

/// `CreateReplaceRootVolumeTask`. The same client token with the same request gives the same task (*Ensuring idempotency in Amazon
/// EC2 API requests*).
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let Some(token) = input.text("ClientToken").map(|token| format!("CreateReplaceRootVolumeTask {token}")) else {
        let id = begin(at, input)?;
        return Ok(answer(at.ec2(), &id));
    };
    if let Some((asked, given)) = at.ec2().tokens.get(&token) {
        if asked != input.0 {
            let text =
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
            return Err(ApiError::new("IdempotentParameterMismatch", text));
        }
        let id = given.as_str().unwrap_or_default().to_owned();
        return Ok(answer(at.ec2(), &id));
    }
    let id = begin(at, input)?;
    at.ec2().tokens.insert(token, (input.0.clone(), json!(id)));
    Ok(answer(at.ec2(), &id))
}

fn answer(ec2: &Ec2, id: &str) -> Json {
    let mut task = visible(&ec2.root_tasks[id]);
    task["tagSet"] = ec2.tag_set(id);
    json!({ "replaceRootVolumeTask": task })
}

fn visible(task: &Json) -> Json {
    let mut task = task.clone();
    task.as_object_mut().map(|task| (task.shift_remove(VOLUME), task.shift_remove(MADE)));
    task
}

fn begin(at: &mut Place<'_>, input: Input<'_>) -> Result<String, ApiError> {
    let instance = input.required("InstanceId")?;
    let host = fitting(at.ec2(), &instance)?;
    if let Some(id) = input.text("ImageId") {
        image::keep_promise(at, &id, Some(&host.kind));
    }
    let seconds = at.ec2().settings.root;
    let (given, from) = source(at.ec2(), &host, input)?;
    let new = match &given {
        Some(volume) => volume.clone(),
        None => volume::make(at, &host.zone, Input(&from), seconds / 3)?,
    };
    let (id, started) = (at.world.id("replacevol"), time(at.now()));
    at.wake(seconds / 3, &id);
    let snapshot = from["SnapshotId"].as_str().filter(|_| given.is_none());
    let task = json!({
        "replaceRootVolumeTaskId": id, "instanceId": instance, "taskState": "pending", "startTime": started,
        "imageId": input.text("ImageId"), "snapshotId": snapshot,
        "deleteReplacedRootVolume": input.flag("DeleteReplacedRootVolume") == Some(true), VOLUME: new, MADE: given.is_none(),
    });
    at.ec2().root_tasks.insert(id.clone(), task);
    at.ec2().tag(&id, tags_for(input, "replace-root-volume-task"));
    Ok(id)
}

/// An instance that can have another root: it runs, and is no whole server. That it has one task at a time is a guess.
fn fitting(ec2: &Ec2, instance: &str) -> Result<Instance, ApiError> {
    let host = ec2.instances.get(instance).ok_or_else(|| missing(instance))?;
    if host.state != State::Running {
        let text = format!("The instance '{instance}' is not in the 'running' state.");
        return Err(ApiError::new("IncorrectInstanceState", text));
    }
    if catalogue::is_metal(&host.kind) {
        let text = "Root volume replacement is not supported for bare metal instances.";
        return Err(ApiError::new("UnsupportedOperation", text));
    }
    if ec2.root_tasks.values().any(|it| it["instanceId"] == json!(instance) && is_under_way(it)) {
        return Err(state(format!("A root volume replacement task for '{instance}' is in progress.")));
    }
    Ok(host.clone())
}

fn is_under_way(task: &Json) -> bool {
    task["taskState"] == json!("pending") || task["taskState"] == json!("in-progress")
}

/// The root volume of an instance.
pub(super) fn of<'e>(ec2: &'e Ec2, host: &Instance) -> Option<&'e Volume> {
    ec2.devices(&host.id).find(|(_, on)| on.device == host.root_device).map(|(it, _)| it)
}

/// The image that the root volume of an instance was made from.
pub(super) fn image_of(ec2: &Ec2, host: &Instance) -> String {
    image_of_root(ec2, host, of(ec2, host))
}

/// The image that a root was made from: that of its snapshot, or what the instance has.
pub(super) fn image_of_root(ec2: &Ec2, host: &Instance, root: Option<&Volume>) -> String {
    let snapshot = root.and_then(|root| root.snapshot.as_ref());
    // An image is not asked for its snapshot again if it is the one that the instance has.
    let is_it = |it: &&image::Image| snapshot.is_some_and(|snapshot| it.uses(snapshot));
    let of_host = ec2.images.get(&host.image).filter(is_it);
    of_host.or_else(|| ec2.images.values().find(is_it)).map_or_else(|| host.image.clone(), |it| it.id.clone())
}

/// The volume that is to be the root, or what it is to be made from. The new volume has the type of the old one; made from an
/// image it has the image's size, which must not be smaller.
fn source(ec2: &Ec2, host: &Instance, input: Input<'_>) -> Result<(Option<String>, Json), ApiError> {
    let old = of(ec2, host).ok_or_else(|| invalid(format!("The instance '{}' has no root volume.", host.id)))?;
    let given = [input.text("ImageId"), input.text("SnapshotId"), input.text("VolumeId")];
    if given.iter().flatten().count() > 1 {
        let text = "Only one of imageId, snapshotId and volumeId can be specified.";
        return Err(ApiError::new("InvalidParameterCombination", text));
    }
    let made = |snapshot: &str, size: i64| {
        json!({
            "SnapshotId": snapshot, "VolumeType": old.spec.kind, "Iops": old.spec.iops, "Throughput": old.spec.throughput,
            "Size": size, "Encrypted": old.encrypted,
        })
    };
    match given {
        [Some(id), ..] => of_image(ec2, host, old, &id).map(|(snapshot, size)| (None, made(&snapshot, size))),
        [_, Some(snapshot), _] => {
            let origin = &ec2.snapshots.get(&snapshot).ok_or_else(|| missing(&snapshot))?.volume;
            let is_of_lineage = *origin == old.id || host.former_roots.contains(origin);
            if !is_of_lineage && old.snapshot.as_ref() != Some(&snapshot) {
                let text = format!("Snapshot '{snapshot}' was not made from a root volume of '{}'.", host.id);
                return Err(invalid(text));
            }
            Ok((None, made(&snapshot, old.spec.size)))
        }
        [_, _, Some(id)] => of_volume(ec2, host, old, &id).map(|()| (Some(id), Json::Null)),
        _ => {
            let snapshot = old.snapshot.clone().unwrap_or_default();
            ec2.snapshots.get(&snapshot).ok_or_else(|| missing(&snapshot))?;
            Ok((None, made(&snapshot, old.spec.size)))
        }
    }
}

fn of_image(ec2: &Ec2, host: &Instance, old: &Volume, id: &str) -> Result<(String, i64), ApiError> {
    let one = image::usable(ec2, id)?;
    super::run::check_architecture(&host.kind, &one.architecture)?;
    let root = one.devices.iter().find(|it| it["deviceName"] == json!(one.root_device));
    let ebs = root.map(|it| it["ebs"].clone()).unwrap_or_default();
    let snapshot = ebs["snapshotId"].as_str().unwrap_or_default().to_owned();
    let of_snapshot = ec2.snapshots.get(&snapshot).ok_or_else(|| missing(&snapshot))?.size;
    let size = ebs["volumeSize"].as_i64().unwrap_or(of_snapshot);
    if size < old.spec.size {
        let text = format!(
            "The AMI's root volume ({size} GiB) is smaller than the instance's root volume ({} GiB).",
            old.spec.size
        );
        return Err(invalid(text));
    }
    Ok((snapshot, size))
}

/// Source: `VolumeId` of `CreateReplaceRootVolumeTask`.
fn of_volume(ec2: &Ec2, host: &Instance, old: &Volume, id: &str) -> Result<(), ApiError> {
    let one = ec2.volumes.get(id).ok_or_else(|| missing(id))?;
    if one.status() != "available" {
        return Err(state(format!("{id} is not 'available'.")));
    }
    if one.zone != host.zone {
        let text = format!("The volume '{id}' is not in the same availability zone as instance '{}'", host.id);
        return Err(ApiError::new("InvalidVolume.ZoneMismatch", text));
    }
    if old.encrypted && !one.encrypted {
        return Err(invalid(format!("The volume '{id}' must be encrypted, as the root volume is.")));
    }
    Ok(())
}

const TASKS: Kind = Kind {
    set: "replaceRootVolumeTaskSet",
    id: "replaceRootVolumeTaskId",
    ids: "ReplaceRootVolumeTaskId",
    missing,
    filters: &[("instance-id", "instanceId"), ("task-state", "taskState")],
};

/// `DescribeReplaceRootVolumeTasks`.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(TASKS, ec2.tagged(&ec2.root_tasks).iter().map(visible).collect(), input)
}

/// Goes on with a task whose time has come.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let Some(task) = at.ec2().root_tasks.get(id).cloned() else { return };
    let instance = task["instanceId"].as_str().unwrap_or_default().to_owned();
    let runs = at.ec2().instances.get(&instance).is_some_and(|it| it.state == State::Running);
    match task["taskState"].as_str() {
        Some("pending") if runs => {
            put(at, id, "in-progress");
            goes_down(at, &instance);
            let seconds = at.ec2().settings.root;
            at.wake(seconds - seconds / 3, id);
        }
        Some("in-progress") if runs && at.ec2().driver.is_some() => {}
        Some("in-progress") if runs => finish(at, id, &task, &instance),
        Some("pending" | "in-progress") => fail(at, id, &task, "failed"),
        _ => {}
    }
}

fn put(at: &mut Place<'_>, id: &str, state: &str) {
    let now = time(at.now());
    if let Some(task) = at.ec2().root_tasks.get_mut(id) {
        task["taskState"] = json!(state);
        if !is_under_way(task) {
            task["completeTime"] = json!(now);
        }
    }
}

/// The system is gone, and with it what it had mounted.
fn goes_down(at: &mut Place<'_>, instance: &str) {
    attachment::unmount(at, instance, &std::collections::BTreeSet::new());
    if let Some(one) = at.ec2().instances.get_mut(instance) {
        one.boot.off();
    }
}

fn finish(at: &mut Place<'_>, id: &str, task: &Json, instance: &str) {
    let about = ["imageId", "snapshotId", VOLUME, "instanceId"].map(|name| task[name].as_str().unwrap_or_default());
    match at.ec2().settings.strike_root(&about) {
        None => swap(at, id, task, instance),
        Some(state) => {
            fail(at, id, task, state);
            if state == "failed" {
                boot::begin(at, instance);
            }
        }
    }
}

/// The task has failed. Without a root (`failed-detached`) nothing boots.
fn fail(at: &mut Place<'_>, id: &str, task: &Json, state: &str) {
    put(at, id, state);
    let new = task[VOLUME].as_str().unwrap_or_default();
    if task[MADE] == json!(true) {
        at.ec2().volumes.shift_remove(new);
    }
    let host = at.ec2().instances.get(task["instanceId"].as_str().unwrap_or_default()).cloned();
    if let Some(host) = host.filter(|_| state == "failed-detached") {
        let old = of(at.ec2(), &host).map(|it| it.id.clone()).unwrap_or_default();
        leaves(at.ec2(), &old);
    }
}

fn leaves(ec2: &mut Ec2, root: &str) {
    if let Some(root) = ec2.volumes.get_mut(root) {
        root.attachments.clear();
    }
}

/// The new volume takes the place of the old one, and the machine boots from it. Made from an image, the instance has the id of the
/// image from now on.
fn swap(at: &mut Place<'_>, id: &str, task: &Json, instance: &str) {
    let new = task[VOLUME].as_str().unwrap_or_default();
    let host = at.ec2().instances.get(instance).cloned();
    let old = host.as_ref().and_then(|host| of(at.ec2(), host)).map(|it| (it.id.clone(), it.attachments.clone()));
    let (Some(host), Some((old, on)), true) = (host, old, at.ec2().volumes.contains_key(new)) else {
        return fail(at, id, task, "failed");
    };
    let goes = on.iter().any(|it| it.instance == instance && it.delete_on_termination);
    let ec2 = at.ec2();
    leaves(ec2, &old);
    if task["deleteReplacedRootVolume"] == json!(true) {
        ec2.volumes.shift_remove(&old);
        ec2.tags.remove(&old);
    }
    if let Some(new) = ec2.volumes.get_mut(new) {
        new.creating_until = None;
    }
    attachment::put(at, new, instance, &host.root_device, goes, 0);
    if let Some(one) = at.ec2().instances.get_mut(instance) {
        if let Some(image) = task["imageId"].as_str() {
            image.clone_into(&mut one.image);
        }
        one.former_roots.insert(old);
    }
    put(at, id, "succeeded");
    boot::begin(at, instance);
}

/// The volume that the driver of an instance is to make its root now.
pub(super) fn wanted<'e>(ec2: &'e Ec2, host: &Instance) -> Option<&'e Volume> {
    let is_it = |it: &&Json| it["instanceId"] == json!(host.id) && it["taskState"] == json!("in-progress");
    ec2.volumes.get(ec2.root_tasks.values().find(is_it)?[VOLUME].as_str()?)
}

/// A driver's machine has another root, and boots from it.
///
/// # Errors
///
/// If nobody wanted that.
pub(super) fn replaced(at: &mut Place<'_>, instance: &str, volume: &str) -> Result<(), String> {
    let ec2 = at.ec2();
    let is_root = |(it, on): (&Volume, &attachment::Attachment)| it.id == volume && on.phase == Phase::Attached;
    let is_it = |task: &Json| task["instanceId"] == json!(instance) && task[VOLUME] == json!(volume);
    let task = ec2.root_tasks.iter().find(|(_, it)| is_it(it) && it["taskState"] == json!("in-progress"));
    match task.map(|(id, task)| (id.clone(), task.clone())) {
        Some((id, task)) => finish(at, &id, &task, instance),
        None if ec2.devices(instance).any(is_root) => {}
        None => return Err(format!("{volume} was not to be the root of {instance}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
