//! A machine, and the image that it runs.
use jiff::Timestamp;
use serde::Serialize;

use crate::aws::ec2::{filters, text};
use crate::aws::{Connection, Retry};
use crate::failure::Failure;

/// A machine as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Its id.
    pub id: String,
    /// Its type, such as `m7g.medium`.
    #[serde(rename = "type")]
    pub kind: String,
    /// EC2's word: `running`, `stopped` and so on.
    pub state: String,
    /// Since when it is on; of one that is off, when it was turned on last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launched: Option<Timestamp>,
    /// Where it is.
    pub zone: String,
    /// Its image.
    pub image: String,
    /// The address that the world reaches it at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// EC2's checks by name (`system`, `instance`, `volumes`), as far as they are told: `ok`, `impaired`, `initializing`.
    pub checks: Vec<(String, String)>,
}

/// An image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// Some machines, and then their images.
pub(super) async fn look(
    connection: &Connection,
    ids: &[String],
) -> (Result<Vec<Machine>, Failure>, Result<Vec<Image>, Failure>) {
    let described = async {
        let machines = machines(connection, ids).await;
        let images = match &machines {
            Ok(machines) => images(connection, machines).await,
            Err(_) => Ok(Vec::new()),
        };
        (machines, images)
    };
    let ((machines, images), checks) = tokio::join!(described, checks(connection, ids));
    // Who may not see the checks still sees the machines.
    let checks = checks.unwrap_or_default();
    let checked = |mut machine: Machine| {
        let known = checks.iter().find(|(id, _)| *id == machine.id);
        machine.checks = known.map(|(_, checks)| checks.clone()).unwrap_or_default();
        machine
    };
    (machines.map(|machines| machines.into_iter().map(checked).collect()), images)
}

async fn machines(connection: &Connection, ids: &[String]) -> Result<Vec<Machine>, Failure> {
    let Some(fields) = of("instance-id", ids) else { return Ok(Vec::new()) };
    let answer = connection.ec2("DescribeInstances", Retry::Safe, &fields).await?;
    answer.items("instancesSet", |it| {
        let said = |path: &str| text(it, path).unwrap_or_default().to_owned();
        Some(Machine {
            id: text(it, "instanceId")?.to_owned(),
            kind: said("instanceType"),
            state: said("instanceState/name"),
            launched: said("launchTime").parse().ok(),
            zone: said("placement/availabilityZone"),
            image: said("imageId"),
            address: text(it, "ipAddress").map(str::to_owned),
            checks: Vec::new(),
        })
    })
}

async fn images(connection: &Connection, machines: &[Machine]) -> Result<Vec<Image>, Failure> {
    let mut ids: Vec<String> = machines.iter().map(|machine| machine.image.clone()).collect();
    ids.sort();
    ids.dedup();
    let Some(mut fields) = of("image-id", &ids) else { return Ok(Vec::new()) };
    fields.push(("IncludeDeprecated".to_owned(), "true"));
    let answer = connection.ec2("DescribeImages", Retry::Safe, &fields).await?;
    answer.items("imagesSet", |it| {
        let said = |path: &str| text(it, path).unwrap_or_default().to_owned();
        Some(Image {
            id: text(it, "imageId")?.to_owned(),
            name: said("name"),
            created: said("creationDate").parse().ok(),
        })
    })
}

type Checks = Vec<(String, Vec<(String, String)>)>;

/// EC2's checks. Source: *Status checks for Amazon EC2 instances*: of machines that do not run there are none.
async fn checks(connection: &Connection, ids: &[String]) -> Result<Checks, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let fields = crate::aws::ec2::numbered("InstanceId", ids);
    let answer = connection.ec2("DescribeInstanceStatus", Retry::Safe, &fields).await?;
    answer.items("instanceStatusSet", |it| {
        let names = [("system", "systemStatus"), ("instance", "instanceStatus"), ("volumes", "attachedEbsStatus")];
        let check = |(name, at): (&str, &str)| Some((name.to_owned(), text(it, &format!("{at}/status"))?.to_owned()));
        Some((text(it, "instanceId")?.to_owned(), names.into_iter().filter_map(check).collect()))
    })
}

/// A filter; a machine that is gone is left out by it, where a list of ids would be refused.
fn of<'a>(name: &'a str, ids: &'a [String]) -> Option<Vec<(String, &'a str)>> {
    (!ids.is_empty()).then(|| filters(&[(name, ids.iter().map(String::as_str).collect())]))
}
