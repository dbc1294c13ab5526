//! Machines that have to stop before CloudFormation can go on, and start again if it could not.
//!
//! CloudFormation deletes what depends on an instance before the instance, and so detaches its disks while it runs. Of a disk
//! that is mounted that never ends: "the volume can be stuck in the busy state while trying to detach" (*Detach an Amazon EBS
//! volume*). A stopped machine lets go.
use std::time::Duration;

use roxmltree::Node;

use crate::aws::ec2::{filters, numbered, text};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;
use crate::plan::{Change, Consequence, Fate, StackPlan};

/// How long a machine takes to stop, about.
const STOPPING: Duration = Duration::from_secs(30);
/// How long a machine takes to start and to be reached, about.
const STARTING: Duration = Duration::from_secs(60);
/// How long a machine may take to stop or to start. EC2 itself turns one off that does not shut down after a few minutes.
const PATIENCE: Duration = Duration::from_secs(600);

/// A machine as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) id: String,
    /// EC2's word: `running`, `stopped` and so on.
    pub(crate) state: String,
    pub(crate) zone: String,
    /// Whether its root is a volume; one without cannot be stopped.
    pub(crate) has_volume_root: bool,
}

/// The machines that go with a stack, if disks are to be detached from machines there.
pub(crate) fn to_stop(plan: &StackPlan) -> Vec<String> {
    let attaches = |change: &&Change| change.type_name == "AWS::EC2::VolumeAttachment";
    if !plan.changes.iter().any(|change| attaches(&change) && change.physical_id.is_some()) {
        return Vec::new();
    }
    let goes =
        |consequence| !matches!(consequence, Consequence::Removed(Fate::Kept) | Consequence::DataAtRisk(Fate::Kept));
    let machines = plan.changes.iter().filter(|it| it.type_name == "AWS::EC2::Instance" && goes(it.consequence));
    machines.filter(|it| !plan.request.retain.contains(&it.id)).filter_map(|it| it.physical_id.clone()).collect()
}

/// Some machines as they are; one that is gone is left out.
///
/// # Errors
///
/// If EC2 does not say.
pub(crate) async fn describe(connection: &Connection, machines: &[String]) -> Result<Vec<Machine>, Failure> {
    read(connection, machines, |it| {
        let owned = |path: &str| text(it, path).map(str::to_owned);
        Some(Machine {
            id: owned("instanceId")?,
            state: owned("instanceState/name")?,
            zone: owned("placement/availabilityZone").unwrap_or_default(),
            has_volume_root: owned("rootDeviceType").is_none_or(|kind| kind == "ebs"),
        })
    })
    .await
}

/// What is made of what EC2 says of some machines. One that is gone is left out, which a filter bears and a list of ids does not.
///
/// # Errors
///
/// If EC2 does not say.
pub(crate) async fn read<T>(
    connection: &Connection,
    machines: &[String],
    of: impl Fn(Node<'_, '_>) -> Option<T>,
) -> Result<Vec<T>, Failure> {
    if machines.is_empty() {
        return Ok(Vec::new());
    }
    let fields = filters(&[("instance-id", machines.iter().map(String::as_str).collect())]);
    connection.ec2("DescribeInstances", Retry::Safe, &fields).await?.items("instancesSet", of)
}

/// Which of some machines run, or are about to.
///
/// # Errors
///
/// If EC2 does not say.
pub(crate) async fn running(connection: &Connection, machines: &[String]) -> Result<Vec<String>, Failure> {
    let found = describe(connection, machines).await?;
    let is_up = |it: &&Machine| matches!(it.state.as_str(), "pending" | "running" | "stopping");
    Ok(found.iter().filter(is_up).map(|it| it.id.clone()).collect())
}

/// Asks for machines to be stopped, as by their button: they unmount what they have.
///
/// # Errors
///
/// If EC2 refuses.
pub(crate) async fn begin_to_stop(connection: &Connection, machines: &[String]) -> Result<(), Failure> {
    connection.ec2("StopInstances", Retry::Safe, &numbered("InstanceId", machines)).await.map(drop)
}

/// Stops machines, and waits until they are stopped.
///
/// # Errors
///
/// If EC2 refuses, or they do not stop.
pub(crate) async fn stop(connection: &Connection, machines: &[String]) -> Result<(), Failure> {
    let pace = Pace::short(connection, STOPPING);
    begin_to_stop(connection, machines).await?;
    while !running(connection, machines).await?.is_empty() {
        if pace.elapsed() > PATIENCE {
            return Err(Failure::new(Kind::Other, "they do not stop"));
        }
        pace.wait().await;
    }
    Ok(())
}

/// Starts machines, and waits until they run and EC2 reaches them.
///
/// # Errors
///
/// If EC2 refuses, which it does when there is no room for such a machine, or they do not start.
pub(crate) async fn start(connection: &Connection, machines: &[String]) -> Result<(), Failure> {
    connection.ec2("StartInstances", Retry::Safe, &numbered("InstanceId", machines)).await?;
    reached(connection, machines).await
}

/// Waits until machines run and EC2 reaches them.
///
/// # Errors
///
/// If they do not come up.
pub(crate) async fn reached(connection: &Connection, machines: &[String]) -> Result<(), Failure> {
    let pace = Pace::short(connection, STARTING);
    while !answering(connection, machines).await? {
        if pace.elapsed() > PATIENCE {
            return Err(Failure::new(Kind::Other, "they run, and EC2 does not reach them"));
        }
        pace.wait().await;
    }
    Ok(())
}

/// Whether EC2 reaches machines: its own check of each has passed (*Status checks for Amazon EC2 instances*).
///
/// # Errors
///
/// If EC2 does not say.
pub(crate) async fn answering(connection: &Connection, machines: &[String]) -> Result<bool, Failure> {
    let fields = numbered("InstanceId", machines);
    let answer = connection.ec2("DescribeInstanceStatus", Retry::Safe, &fields).await?;
    let well = answer.items("instanceStatusSet", |it| {
        let is_well =
            text(it, "instanceState/name") == Some("running") && text(it, "instanceStatus/status") == Some("ok");
        is_well.then(|| text(it, "instanceId").unwrap_or_default().to_owned())
    })?;
    Ok(machines.iter().all(|id| well.contains(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Action;

    fn change(id: &str, kind: &str, action: Action, consequence: Consequence) -> Change {
        let physical_id = Some(format!("{id}-1"));
        Change {
            id: id.to_owned(),
            type_name: format!("AWS::EC2::{kind}"),
            physical_id,
            source: None,
            action,
            consequence,
            meaning: String::new(),
            stateful: false,
            properties: Vec::new(),
        }
    }

    #[test]
    fn machines_stop_only_if_they_go_and_have_disks() {
        let gone = Consequence::Removed(Fate::Deleted);
        let host = |consequence| change("Host", "Instance", Action::Remove, consequence);
        let disk = || change("Attachment", "VolumeAttachment", Action::Remove, gone);
        let stops = |changes| to_stop(&StackPlan { changes, ..StackPlan::default() });
        assert_eq!(stops(vec![host(gone), disk()]), ["Host-1"]);
        assert!(stops(vec![host(gone)]).is_empty());
        assert!(stops(vec![host(Consequence::Removed(Fate::Kept)), disk()]).is_empty());
    }
}
