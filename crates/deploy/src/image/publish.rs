//! Publishing an image, as whoever builds images does: for trying an upgrade on the engine of this machine.
use std::time::Duration;

use stackgen_assembly::lock::{Pin, PinSource};

use super::{Found, find};
use crate::aws::ec2::{filters, numbered};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;

/// Canonical's account. Source: *Find Ubuntu images on AWS* of Canonical.
const CANONICAL: &str = "099720109477";
const BASE: &str = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-*";
/// How long a copy may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// An image to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its name, which no other image of the account has.
    pub name: String,
    /// The architecture, as EC2 names it.
    pub architecture: String,
    /// The image that it is a copy of; without one, Ubuntu's newest.
    pub from: Option<String>,
    /// How large its root is at least; without it, as large as that of the image that it is a copy of.
    pub root_gib: Option<u32>,
    /// The SSM parameter that is to name it.
    pub parameter: Option<String>,
}

/// Copies an image under a new name, waits until it is there, and writes its id to the parameter.
///
/// # Errors
///
/// If there is nothing to copy, the name is taken, or it takes too long.
pub async fn publish(connection: &Connection, wanted: &Publication) -> Result<Pin, Failure> {
    let base = match &wanted.from {
        Some(id) => id.clone(),
        None => base(connection, &wanted.architecture).await?,
    };
    let id = make(connection, wanted, &base).await;
    let id = id.map_err(|failure| failure.while_doing(format_args!("publishing {}", wanted.name)))?;
    let found = available(connection, &id).await?;
    let source = match &wanted.parameter {
        Some(parameter) => {
            let version = Some(connection.put_parameter(parameter, &found.id, true).await?);
            PinSource::Parameter { parameter: parameter.clone(), version }
        }
        None => PinSource::Newest { name: wanted.name.clone(), owner: "self".to_owned() },
    };
    Ok(found.pinned(&connection.region, source))
}

/// A copy, or with a larger root an image of the same snapshot.
async fn make(connection: &Connection, wanted: &Publication, base: &str) -> Result<String, Failure> {
    let none = || Failure::new(Kind::NotFound, format!("there is no image {base} with a volume for a root"));
    let from = find(connection, base, None).await?.ok_or_else(none)?;
    let Some(gib) = wanted.root_gib.filter(|gib| *gib > from.root_gib) else {
        let fields = [("Name", &*wanted.name), ("SourceImageId", base), ("SourceRegion", &connection.region)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        return connection.ec2("CopyImage", Retry::NotTaken, &fields).await?.text("imageId");
    };
    let gib = gib.to_string();
    let fields = [
        ("Name", &*wanted.name),
        ("Architecture", &from.architecture),
        ("VirtualizationType", "hvm"),
        ("RootDeviceName", &from.root_device),
        ("BlockDeviceMapping.1.DeviceName", &from.root_device),
        ("BlockDeviceMapping.1.Ebs.SnapshotId", &from.root_snapshot),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", &gib),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    connection.ec2("RegisterImage", Retry::NotTaken, &fields).await?.text("imageId")
}

async fn base(connection: &Connection, architecture: &str) -> Result<String, Failure> {
    let mut fields = numbered("Owner", [CANONICAL]);
    fields.extend(filters(&[("name", vec![BASE]), ("architecture", vec![architecture])]));
    let found = connection.ec2("DescribeImages", Retry::Safe, &fields).await?.items("imagesSet", Found::read)?;
    let newest = found.into_iter().max_by(|one, other| one.created.cmp(&other.created));
    let none = || Failure::new(Kind::NotFound, format!("there is no image of Ubuntu for {architecture} to begin with"));
    newest.map(|image| image.id).ok_or_else(none)
}

async fn available(connection: &Connection, id: &str) -> Result<Found, Failure> {
    let pace = Pace::short(connection, Duration::from_secs(30));
    loop {
        match find(connection, id, None).await? {
            Some(found) if found.state == "available" => return Ok(found),
            _ if pace.elapsed() > PATIENCE => {
                return Err(Failure::new(Kind::Other, format!("the image {id} does not become available")));
            }
            _ => pace.wait().await,
        }
    }
}
