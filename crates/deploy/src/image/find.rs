//! The image that a pin should be.
use std::time::Duration;

use jiff::Timestamp;
use stackgen_assembly::lock::{Pin, PinSource, is_image_id};
use stackgen_assembly::{ImageEntry, ImageWish};

use super::{Found, find};
use crate::aws::ec2::{filters, numbered};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};

/// How long anybody waits to hear of a newer image. Nothing depends on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// An image that is published beside the pinned one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// It, as it would be pinned.
    pub pin: Pin,
    /// How many seconds after the pinned one it was made; below zero if the older one is published again.
    pub seconds: i64,
}

/// The newest image of a wish, as a pin.
///
/// # Errors
///
/// If there is none, or the newest one does not fit the host: the message says what to do.
pub async fn newest(connection: &Connection, wanted: &ImageEntry) -> Result<Pin, Failure> {
    check_region(connection, wanted)?;
    let (found, source) = match &wanted.wish {
        ImageWish::Parameter { parameter } => of_parameter(connection, parameter).await?,
        ImageWish::Newest { name, owner } => {
            let source = PinSource::Newest { name: name.clone(), owner: owner.clone() };
            (newest_of(connection, wanted, owner, name).await?, source)
        }
    };
    fitting(connection, wanted, found, source)
}

/// An image that somebody names, as a pin.
///
/// # Errors
///
/// If there is none, it is not of the owner that the app wants, or it does not fit the host.
pub async fn given(connection: &Connection, wanted: &ImageEntry, id: &str) -> Result<Pin, Failure> {
    check_region(connection, wanted)?;
    if !is_image_id(id) {
        return Err(refused(format!("`{id}` is no id of an image; it looks like ami-0123456789abcdef0")));
    }
    let Some(found) = find(connection, id, None).await? else { return Err(absent(connection, id)) };
    let source = match &wanted.wish {
        ImageWish::Parameter { parameter } => PinSource::Parameter { parameter: parameter.clone(), version: None },
        ImageWish::Newest { name, owner } => {
            if find(connection, id, Some(owner)).await?.is_none() {
                let message = format!("{id} is of {}, and the app wants an image of {owner}", found.owner);
                return Err(refused(message));
            }
            PinSource::Newest { name: name.clone(), owner: owner.clone() }
        }
    };
    fitting(connection, wanted, found, source)
}

/// Whether another image than the pinned one is published. Costs two calls, and never more than some seconds.
///
/// # Errors
///
/// If nobody says, or what is published does not fit. Nothing depends on it.
pub async fn newer(connection: &Connection, wanted: &ImageEntry, pin: &Pin) -> Result<Option<Newer>, Failure> {
    let newest = tokio::time::timeout(PATIENCE, newest(connection, wanted)).await;
    let newest = newest.map_err(|_| Failure::new(Kind::Unknown, "nobody said in time which image is the newest"))??;
    let made = |pin: &Pin| pin.created.parse::<Timestamp>().map_or(0, Timestamp::as_second);
    let seconds = made(&newest) - made(pin);
    Ok((newest.id != pin.id).then_some(Newer { pin: newest, seconds }))
}

async fn of_parameter(connection: &Connection, name: &str) -> Result<(Found, PinSource), Failure> {
    let region = &connection.region;
    let Some(parameter) = connection.parameter(name).await? else {
        let message = format!(
            "there is no SSM parameter {name} in {region}, which names the newest image; \
             whoever publishes images writes it: `aws ssm put-parameter --name {name} --type String --value ami-…`"
        );
        return Err(Failure::new(Kind::NotFound, message));
    };
    let id = parameter.value.trim();
    if !is_image_id(id) {
        return Err(refused(format!("the SSM parameter {name} has `{id}`, which is no id of an image")));
    }
    let Some(found) = find(connection, id, None).await? else {
        let absent = absent(connection, id);
        return Err(absent.while_doing(format_args!("the SSM parameter {name} names {id}")));
    };
    Ok((found, PinSource::Parameter { parameter: name.to_owned(), version: Some(parameter.version) }))
}

async fn newest_of(connection: &Connection, wanted: &ImageEntry, owner: &str, name: &str) -> Result<Found, Failure> {
    let mut fields = numbered("Owner", [owner]);
    fields.extend(filters(&[
        ("name", vec![name]),
        ("architecture", vec![&wanted.architecture]),
        ("state", vec!["available"]),
        ("root-device-type", vec!["ebs"]),
    ]));
    let answer = connection.ec2("DescribeImages", Retry::Safe, &fields).await?;
    // Own images are listed although they are deprecated, which is how an owner takes a bad one back. Source: *Deprecate an
    // AMI* in the EC2 User Guide.
    let now = Timestamp::now();
    let is_current = |image: &Found| image.deprecated.is_none_or(|at| at > now);
    let found = answer.items("imagesSet", Found::read)?.into_iter().filter(is_current);
    let newest = found.max_by(|one, other| (&one.created, &one.id).cmp(&(&other.created, &other.id)));
    newest.ok_or_else(|| {
        let (architecture, region) = (&wanted.architecture, &connection.region);
        let message = format!("no image of {owner} for {architecture} is named like `{name}` in {region}");
        Failure::new(Kind::NotFound, message)
    })
}

fn fitting(connection: &Connection, wanted: &ImageEntry, found: Found, source: PinSource) -> Result<Pin, Failure> {
    if found.state != "available" {
        return Err(refused(format!("the image {} is {}; wait until it is available", found.id, found.state)));
    }
    match wanted.refuses(&found.id, &found.architecture, found.root_gib).as_slice() {
        [] => Ok(found.pinned(&connection.region, source)),
        messages => Err(refused(messages.join("; "))),
    }
}

fn check_region(connection: &Connection, wanted: &ImageEntry) -> Result<(), Failure> {
    match wanted.region.as_ref().filter(|region| **region != connection.region) {
        Some(region) => {
            let message =
                format!("`{}` is bound to the region {region}, and this is {}", wanted.stack, connection.region);
            Err(refused(message))
        }
        None => Ok(()),
    }
}

fn absent(connection: &Connection, id: &str) -> Failure {
    let region = &connection.region;
    Failure::new(Kind::NotFound, format!("there is no image {id} in {region}, or this account may not see it"))
}

fn refused(message: impl Into<String>) -> Failure {
    Failure::new(Kind::Refused, message)
}
