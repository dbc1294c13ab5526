//! Whether pinned images can be deployed: asked before any change set, since CloudFormation would find out halfway.
use jiff::Timestamp;
use stackgen_assembly::ImageEntry;
use stackgen_assembly::lock::{Lock, Pin};

use super::{Newer, find, newer};
use crate::aws::Connection;
use crate::failure::Failure;

/// What is to be known of a pinned image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Why it cannot be deployed.
    pub misfits: Vec<String>,
    /// When its owner deprecates it, or did.
    pub deprecated: Option<Timestamp>,
    /// Whether another one is published, or why nobody knows.
    pub newer: Result<Option<Newer>, Failure>,
}

/// Why the pinned images of some stacks cannot be deployed, one sentence each with what to do about it.
///
/// # Errors
///
/// If EC2 does not say.
pub async fn misfits(connection: &Connection, images: &[ImageEntry], lock: &Lock) -> Result<Vec<String>, Failure> {
    let mut told = Vec::new();
    for wanted in images {
        let Some(id) = &wanted.pin else { continue };
        let pin = lock.pin(&wanted.stack, &wanted.parameter).filter(|pin| pin.id == *id);
        let (misfits, _) = of(connection, wanted, id, pin).await?;
        told.extend(misfits.into_iter().map(|misfit| format!("{}: {misfit}", wanted.stack)));
    }
    Ok(told)
}

/// Everything that EC2 and the source of an image say of a pin.
///
/// # Errors
///
/// If EC2 does not say.
pub async fn look(connection: &Connection, wanted: &ImageEntry, pin: &Pin) -> Result<Look, Failure> {
    let (misfits, deprecated) = of(connection, wanted, &pin.id, Some(pin)).await?;
    Ok(Look { misfits, deprecated, newer: newer(connection, wanted, pin).await })
}

async fn of(
    connection: &Connection,
    wanted: &ImageEntry,
    id: &str,
    pin: Option<&Pin>,
) -> Result<(Vec<String>, Option<Timestamp>), Failure> {
    let (stack, region) = (&wanted.stack, &connection.region);
    let fix = format!("pin another one: `stackgen ami bump {stack}`");
    let Some(found) = find(connection, id, None).await? else {
        let misfit = format!("there is no image {id} in {region}, or this account may not see it; {fix}");
        return Ok((vec![misfit], None));
    };
    let mut misfits = Vec::new();
    if found.state != "available" {
        misfits.push(format!("the image {id} is {}; {fix}", found.state));
    }
    if found.is_promised() {
        return Ok((misfits, None));
    }
    misfits.extend(wanted.refuses(id, &found.architecture, found.root_gib));
    if let Some(pin) = pin {
        let facts = [
            ("owner", &pin.owner, &found.owner),
            ("architecture", &pin.architecture, &found.architecture),
            ("root device", &pin.root_device, &found.root_device),
        ];
        for (what, locked, is) in facts.into_iter().filter(|(_, locked, is)| locked != is) {
            misfits.push(format!(
                "the {what} of {id} is {is}, and the lock says {locked}; \
                 look it up again: `stackgen ami bump {stack} --to {id}`"
            ));
        }
    }
    Ok((misfits, found.deprecated))
}
