//! Copies of volumes, and where the next host would be.
use crate::aws::ec2::{filters, numbered, text};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};

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
