//! Machines that have to stop before CloudFormation can go on.
//!
//! CloudFormation deletes what depends on an instance before the instance, and so detaches its disks while it runs. Of a disk
//! that is mounted that never ends: "the volume can be stuck in the busy state while trying to detach" (*Detach an Amazon EBS
//! volume*). A stopped machine lets go.
use std::time::Duration;

use crate::aws::{Connection, ec2};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;
use crate::plan::{Consequence, Fate, StackPlan};

/// How long a machine may take to stop. EC2 itself turns one off that does not shut down after a few minutes.
const PATIENCE: Duration = Duration::from_secs(600);

/// The machines that go with a stack, if disks are to be detached from machines there.
pub(crate) fn to_stop(plan: &StackPlan) -> Vec<String> {
    let attaches = |change: &&crate::plan::Change| change.type_name == "AWS::EC2::VolumeAttachment";
    if !plan.changes.iter().any(|change| attaches(&change) && change.physical_id.is_some()) {
        return Vec::new();
    }
    let goes =
        |consequence| !matches!(consequence, Consequence::Removed(Fate::Kept) | Consequence::DataAtRisk(Fate::Kept));
    let machines = plan.changes.iter().filter(|it| it.type_name == "AWS::EC2::Instance" && goes(it.consequence));
    machines.filter(|it| !plan.request.retain.contains(&it.id)).filter_map(|it| it.physical_id.clone()).collect()
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
    let pace = Pace::new(connection.is_near, Duration::from_secs(30));
    connection.ec2("StopInstances", &numbered("InstanceId", machines)).await?;
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
    let mut fields =
        vec![("Filter.1.Name".to_owned(), "instance-id"), ("Filter.2.Name".to_owned(), "instance-state-name")];
    fields.extend(numbered("Filter.1.Value", machines));
    fields.extend(states.iter().enumerate().map(|(index, state)| (format!("Filter.2.Value.{}", index + 1), *state)));
    let xml = connection.ec2("DescribeInstances", &fields).await?;
    Ok(ec2::texts(&xml, "instanceId").map(str::to_owned).filter(|id| machines.contains(id)).collect())
}

fn numbered<'a>(name: &str, values: &'a [String]) -> Vec<(String, &'a str)> {
    values.iter().enumerate().map(|(index, value)| (format!("{name}.{}", index + 1), value.as_str())).collect()
}
