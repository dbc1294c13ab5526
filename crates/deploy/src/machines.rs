//! Machines that have to stop before CloudFormation can go on.
//!
//! CloudFormation deletes what depends on an instance before the instance, and so detaches its disks while it runs. Of a disk
//! that is mounted that never ends: "the volume can be stuck in the busy state while trying to detach" (*Detach an Amazon EBS
//! volume*). A stopped machine lets go.
use std::time::Duration;

use serde_json::Value as Json;

use crate::aws::ec2::{filters, numbered, text};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;
use crate::plan::{Action, Change, Consequence, Fate, StackPlan};

/// How long a machine takes to stop, about.
const STOPPING: Duration = Duration::from_secs(30);
/// How long a machine may take to stop. EC2 itself turns one off that does not shut down after a few minutes.
const PATIENCE: Duration = Duration::from_secs(600);

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

/// What somebody has to do before a deploy that takes disks off machines which stay. A deploy does not stop what is to go on.
pub(crate) fn held_disks(changes: &[Change], before: &Json) -> Vec<String> {
    let leaves = |it: &&Change| {
        it.type_name == "AWS::EC2::VolumeAttachment"
            && matches!(it.action, Action::Remove | Action::Replace | Action::MayReplace)
    };
    let told = changes.iter().filter(leaves).map(|change| {
        let machine = before.pointer(&format!("/Resources/{}/Properties/InstanceId/Ref", change.id));
        let machine = machine.and_then(Json::as_str).map_or_else(|| "its machine".to_owned(), |id| format!("`{id}`"));
        format!(
            "`{}` is detached, which never ends while {machine} runs and has the disk mounted: `aws ec2 stop-instances` first",
            change.id
        )
    });
    told.collect()
}

/// Which of some machines run, or are about to.
///
/// # Errors
///
/// If EC2 does not say.
pub(crate) async fn running(connection: &Connection, machines: &[String]) -> Result<Vec<String>, Failure> {
    states(connection, machines, &["pending", "running", "stopping"]).await
}

/// Stops machines, and waits until they are stopped.
///
/// # Errors
///
/// If EC2 refuses, or they do not stop.
pub(crate) async fn stop(connection: &Connection, machines: &[String]) -> Result<(), Failure> {
    let pace = Pace::short(connection, STOPPING);
    connection.ec2("StopInstances", Retry::Safe, &numbered("InstanceId", machines)).await?;
    while !running(connection, machines).await?.is_empty() {
        if pace.elapsed() > PATIENCE {
            return Err(Failure::new(Kind::Other, "they do not stop"));
        }
        pace.wait().await;
    }
    Ok(())
}

/// The machines that are in one of some states. One that is gone is in none, which a filter bears and a list of ids does not.
async fn states(connection: &Connection, machines: &[String], states: &[&str]) -> Result<Vec<String>, Failure> {
    let fields = filters(&[
        ("instance-id", machines.iter().map(String::as_str).collect()),
        ("instance-state-name", states.to_vec()),
    ]);
    let answer = connection.ec2("DescribeInstances", Retry::Safe, &fields).await?;
    let found = answer.items("instancesSet", |it| text(it, "instanceId").map(str::to_owned))?;
    Ok(machines.iter().filter(|id| found.contains(id)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    #[test]
    fn a_disk_that_leaves_a_machine_is_remarked() {
        let before = json!({"Resources": {"Attachment": {"Properties": {"InstanceId": {"Ref": "Host"}}}}});
        let told =
            |action| held_disks(&[change("Attachment", "VolumeAttachment", action, Consequence::Replaced)], &before);
        assert!(told(Action::Replace)[0].contains("while `Host` runs"));
        assert!(told(Action::Modify).is_empty());
    }
}
