//! Roots of machines, as EC2 has them.
use std::time::Duration;

use crate::aws::ec2::{filters, root_mapping, text};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::handover::{Old, Root};
use crate::machines;
use crate::pace::Pace;
use crate::volume;

/// How long a volume takes to come or go on a machine that is stopped, about.
const MOVING: Duration = Duration::from_secs(5);
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// A machine with its root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::handover) struct Host {
    pub(in crate::handover) instance: String,
    pub(in crate::handover) state: String,
    pub(in crate::handover) kind: String,
    pub(in crate::handover) device: String,
    /// Its root volume, if one is there.
    pub(in crate::handover) root: Option<String>,
    /// Whether the root goes with the machine.
    pub(in crate::handover) goes_along: bool,
    /// What an image has to have as the machine has it: by name.
    pub(in crate::handover) traits: [(&'static str, String); 3],
}

/// Which root a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::handover) enum Placed {
    /// Its own, as it was.
    Old,
    /// Another one.
    New,
    /// None; or its own, that would not yet go with the machine as it did.
    Not,
}

/// Which root a machine has, of which the old one is known.
pub(in crate::handover) fn placed(host: Option<&Host>, old: &Old) -> Placed {
    let Some((host, volume)) = host.and_then(|host| Some((host, host.root.as_ref()?))) else { return Placed::Not };
    match &old.root {
        Some(root) if root.volume == *volume && root.goes_along == host.goes_along => Placed::Old,
        Some(root) if root.volume == *volume => Placed::Not,
        _ => Placed::New,
    }
}

/// Machines by their ids; those that are gone are left out.
pub(in crate::handover) async fn describe(connection: &Connection, ids: &[String]) -> Result<Vec<Host>, Failure> {
    machines::read(connection, ids, |it| {
        let said = |path: &str| text(it, path).unwrap_or_default().to_owned();
        let root = root_mapping(it);
        Some(Host {
            instance: text(it, "instanceId")?.to_owned(),
            state: said("instanceState/name"),
            kind: said("instanceType"),
            root: root.and_then(|root| text(root, "ebs/volumeId").map(str::to_owned)),
            goes_along: root.is_some_and(|root| text(root, "ebs/deleteOnTermination") == Some("true")),
            device: said("rootDeviceName"),
            traits: super::check::traits(it),
        })
    })
    .await
}

/// Whether EC2 is putting another root into one of some machines.
pub(in crate::handover) async fn is_swapping(connection: &Connection, ids: &[String]) -> Result<bool, Failure> {
    let fields = filters(&[("instance-id", ids.iter().map(String::as_str).collect())]);
    let answer = connection.ec2("DescribeReplaceRootVolumeTasks", Retry::Safe, &fields).await?;
    let states = answer.items("replaceRootVolumeTaskSet", |it| text(it, "taskState").map(str::to_owned))?;
    Ok(states.iter().any(|state| !matches!(state.as_str(), "succeeded" | "failed" | "failed-detached")))
}

/// Asks EC2 to put a root from an image into a machine, and to keep the old one. The same token asks for the same once.
pub(in crate::handover) async fn replace(
    connection: &Connection,
    instance: &str,
    image: &str,
    token: &str,
) -> Result<(), Failure> {
    let fields = [
        ("InstanceId".to_owned(), instance),
        ("ImageId".to_owned(), image),
        ("DeleteReplacedRootVolume".to_owned(), "false"),
        ("ClientToken".to_owned(), token),
    ];
    let answer = connection.ec2("CreateReplaceRootVolumeTask", Retry::Safe, &fields).await?;
    let state = answer.items("CreateReplaceRootVolumeTaskResponse", |it| text(it, "taskState").map(str::to_owned))?;
    // The same token after a failure shows the failure.
    match state.first().map(String::as_str) {
        Some(state @ ("failing" | "failed" | "failed-detached")) => Err(Failure::new(
            Kind::Operation,
            format!("EC2 could not put a root from {image} into {instance}: {state}"),
        )),
        _ => Ok(()),
    }
}

/// Takes a volume off the machine that it is on.
pub(in crate::handover) async fn detach(connection: &Connection, volume: &str) -> Result<(), Failure> {
    let fields = [("VolumeId".to_owned(), volume)];
    let asked = connection.ec2("DetachVolume", Retry::Safe, &fields).await.map(drop);
    moved(connection, volume, asked, |on| on.is_none()).await
}

/// Puts a root back to its place, and lets it go with the machine if it did.
pub(in crate::handover) async fn attach(connection: &Connection, instance: &str, root: &Root) -> Result<(), Failure> {
    let Root { volume, device, goes_along } = root;
    let fields =
        [("VolumeId".to_owned(), &**volume), ("InstanceId".to_owned(), instance), ("Device".to_owned(), device)];
    let asked = connection.ec2("AttachVolume", Retry::Safe, &fields).await.map(drop);
    moved(connection, volume, asked, |on| on == Some("attached")).await?;
    // A volume that is attached stays when its machine goes (*Keep an Amazon EBS root volume after an instance terminates*).
    let goes_along = if *goes_along { "true" } else { "false" };
    let mut fields = vec![("InstanceId".to_owned(), instance)];
    fields.push(("BlockDeviceMapping.1.DeviceName".to_owned(), device));
    fields.push(("BlockDeviceMapping.1.Ebs.DeleteOnTermination".to_owned(), goes_along));
    connection.ec2("ModifyInstanceAttribute", Retry::Safe, &fields).await.map(drop)
}

/// Waits until a volume is where it is to be. That a repeated request is refused says nothing; where the volume is does.
async fn moved(
    connection: &Connection,
    volume: &str,
    asked: Result<(), Failure>,
    is_there: impl Fn(Option<&str>) -> bool,
) -> Result<(), Failure> {
    let pace = Pace::short(connection, MOVING);
    loop {
        let found = volume::describe(connection, &[volume.to_owned()]).await?;
        let on = found.first().and_then(|found| found.on.first());
        if is_there(on.map(|on| on.state.as_str())) {
            return Ok(());
        }
        let is_moving = on.is_some_and(|on| on.state != "attached");
        if !is_moving {
            asked.clone()?;
        }
        if pace.elapsed() > PATIENCE {
            let state = on.map_or("on no machine", |on| on.state.as_str());
            return Err(Failure::new(Kind::Other, format!("{volume} does not move; it is {state}")));
        }
        pace.wait().await;
    }
}

/// Deletes a volume that nobody has; one that is gone is gone.
pub(in crate::handover) async fn delete(connection: &Connection, volume: &str) -> Result<(), Failure> {
    match connection.ec2("DeleteVolume", Retry::Safe, &[("VolumeId".to_owned(), volume)]).await {
        Err(failure) if failure.kind != Kind::NotFound => Err(failure),
        _ => Ok(()),
    }
}
