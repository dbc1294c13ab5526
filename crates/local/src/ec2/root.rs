//! Replacing the root volume of a running instance.
use serde_json::json;

use super::error::{invalid, missing};
use super::instance::State;
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Input, Place, attachment, boot, catalogue, image, time, volume};
use crate::wire::ApiError;

/// `CreateReplaceRootVolumeTask`: from an image, from a snapshot, or from the snapshot that the volume was made from. Source:
/// *Replace a root volume* in the EC2 User Guide: the instance runs and is no whole server, the image has its
/// architecture, and is not smaller than the volume.
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let instance = input.required("InstanceId")?;
    let ec2 = at.ec2();
    if ec2.driver.is_some() {
        return Err(ApiError::not_here("EC2", "CreateReplaceRootVolumeTask for machines of a driver"));
    }
    let host = ec2.instances.get(&instance).ok_or_else(|| missing(&instance))?.clone();
    if host.state != State::Running {
        let text = format!("The instance '{instance}' is not in the 'running' state.");
        return Err(ApiError::new("IncorrectInstanceState", text));
    }
    if catalogue::is_metal(&host.kind) {
        let text = "Root volume replacement is not supported for bare metal instances.";
        return Err(ApiError::new("UnsupportedOperation", text));
    }
    let on = ec2.devices(&instance).find(|(_, on)| on.device == host.root_device);
    let old = on
        .map(|(it, _)| it.clone())
        .ok_or_else(|| invalid(format!("The instance '{instance}' has no root volume.")))?;
    let from = match input.text("ImageId") {
        Some(id) => {
            let one = image::usable(ec2, &id)?;
            super::run::check_architecture(&host.kind, &one.architecture)?;
            let root = one.devices.iter().find(|it| it["deviceName"] == json!(one.root_device));
            root.and_then(|it| it["ebs"]["snapshotId"].as_str()).map(str::to_owned)
        }
        None => input.text("SnapshotId").or(old.snapshot.clone()),
    };
    let snapshot = from.unwrap_or_default();
    let size = ec2.snapshots.get(&snapshot).ok_or_else(|| missing(&snapshot))?.size;
    if input.text("ImageId").is_some() && size < old.spec.size {
        let text = format!(
            "The AMI's root volume ({size} GiB) is smaller than the instance's root volume ({} GiB).",
            old.spec.size
        );
        return Err(invalid(text));
    }
    let (id, started) = (at.world.id("replacevol"), time(at.now()));
    let seconds = at.ec2().settings.root;
    let done = at.wake(seconds, &id);
    let task = json!({
        "replaceRootVolumeTaskId": id, "instanceId": instance, "taskState": "in-progress", "startTime": started, "imageId": input.text("ImageId"),
        "snapshotId": snapshot, "deleteReplacedRootVolume": input.flag("DeleteReplacedRootVolume") == Some(true), "completeTime": time(done),
    });
    at.ec2().root_tasks.insert(id.clone(), task);
    at.ec2().tag(&id, tags_for(input, "replace-root-volume-task"));
    Ok(json!({"replaceRootVolumeTask": visible(&at.ec2().root_tasks[&id])}))
}

/// A task shows when it was completed only once it is.
fn visible(task: &serde_json::Value) -> serde_json::Value {
    let mut task = task.clone();
    if task["taskState"] != json!("succeeded") {
        task.as_object_mut().map(|task| task.shift_remove("completeTime"));
    }
    task
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

/// The new volume takes the place of the old one, and the machine boots from it. The instance then has the id of the image.
/// That cloud-init runs the user data again is a guess: the new root has no memory of the first boot.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let Some(task) = at.ec2().root_tasks.get(id).filter(|it| it["taskState"] == json!("in-progress")).cloned() else {
        return;
    };
    let instance = task["instanceId"].as_str().unwrap_or_default().to_owned();
    let state = if swap(at, &task, &instance).is_some() { "succeeded" } else { "failed" };
    if let Some(task) = at.ec2().root_tasks.get_mut(id) {
        task["taskState"] = json!(state);
    }
    boot::begin(at, &instance);
}

fn swap(at: &mut Place<'_>, task: &serde_json::Value, instance: &str) -> Option<()> {
    let host = at.ec2().instances.get(instance).filter(|it| it.state == State::Running)?.clone();
    let (old, on) = at
        .ec2()
        .devices(instance)
        .find(|(_, on)| on.device == host.root_device)
        .map(|(it, on)| (it.clone(), on.clone()))?;
    let wanted = json!({
        "SnapshotId": task["snapshotId"], "VolumeType": old.spec.kind, "Iops": old.spec.iops, "Throughput": old.spec.throughput,
        "Size": old.spec.size.max(at.ec2().snapshots.get(task["snapshotId"].as_str()?)?.size), "Encrypted": old.encrypted,
    });
    let new = volume::make(at, &host.zone, Input(&wanted), 0).ok()?;
    let ec2 = at.ec2();
    ec2.volumes.get_mut(&old.id)?.attachments.clear();
    if task["deleteReplacedRootVolume"] == json!(true) {
        ec2.volumes.shift_remove(&old.id);
    }
    attachment::put(at, &new, instance, &host.root_device, on.delete_on_termination, 0);
    let one = at.ec2().instances.get_mut(instance)?;
    if let Some(image) = task["imageId"].as_str() {
        image.clone_into(&mut one.image);
    }
    one.boot.ran_user_data = false;
    Some(())
}
