//! Volumes as they are, and copies of them.
use roxmltree::Node;

use crate::aws::ec2::{filters, numbered, text};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};

/// A volume as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Disk {
    pub(super) id: String,
    pub(super) zone: String,
    /// The instances that it is on, each with how it is there: `attached`, `busy` and so on.
    pub(super) on: Vec<(String, String)>,
}

/// Some volumes as they are; those that are gone are left out.
pub(super) async fn describe(connection: &Connection, ids: &[String]) -> Result<Vec<Disk>, Failure> {
    let fields = filters(&[("volume-id", ids.iter().map(String::as_str).collect())]);
    let answer = connection.ec2("DescribeVolumes", Retry::Safe, &fields).await?;
    answer.items("volumeSet", |it| {
        let owned = |path: &str| text(it, path).map(str::to_owned);
        let sets = it.children().filter(|child| child.has_tag_name("attachmentSet"));
        let on = sets.flat_map(|set| set.children().filter(Node::is_element)).filter_map(|one| {
            Some((text(one, "instanceId")?.to_owned(), text(one, "status").unwrap_or_default().to_owned()))
        });
        Some(Disk { id: owned("volumeId")?, zone: owned("availabilityZone").unwrap_or_default(), on: on.collect() })
    })
}

/// Takes a snapshot of a volume, once for each description. What is on the volume at this moment is in it, whenever it is
/// complete (*Create Amazon EBS snapshots*), so that nobody waits.
pub(super) async fn snapshot(connection: &Connection, volume: &str, description: &str) -> Result<String, Failure> {
    let known = filters(&[("volume-id", vec![volume]), ("description", vec![description])]);
    let answer = connection.ec2("DescribeSnapshots", Retry::Safe, &known).await?;
    let known = answer.items("snapshotSet", |it| text(it, "snapshotId").map(str::to_owned))?;
    if let Some(known) = known.into_iter().next() {
        return Ok(known);
    }
    let fields = [("VolumeId".to_owned(), volume), ("Description".to_owned(), description)];
    connection.ec2("CreateSnapshot", Retry::NotTaken, &fields).await?.text("snapshotId")
}

/// The zone of a subnet, if it is there.
pub(super) async fn zone_of_subnet(connection: &Connection, subnet: &str) -> Result<Option<String>, Failure> {
    let fields = filters(&[("subnet-id", vec![subnet])]);
    let answer = connection.ec2("DescribeSubnets", Retry::Safe, &fields).await?;
    Ok(answer.items("subnetSet", |it| text(it, "availabilityZone").map(str::to_owned))?.into_iter().next())
}

/// The state of an image, if it is there.
pub(super) async fn state_of_image(connection: &Connection, image: &str) -> Result<Option<String>, Failure> {
    let fields = numbered("ImageId", [image]);
    let answer = match connection.ec2("DescribeImages", Retry::Safe, &fields).await {
        Err(failure) if failure.kind == Kind::NotFound => return Ok(None),
        answer => answer?,
    };
    Ok(answer.items("imagesSet", |it| text(it, "imageState").map(str::to_owned))?.into_iter().next())
}
