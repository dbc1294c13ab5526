//! Images: which one is the newest, whether a pinned one can be deployed, and whether a newer one is published.
//!
//! A deploy never moves a pin. [`newest`] and [`given`] make pins for somebody who reviews them, [`misfits`] refuses a pinned
//! image before anything is asked of CloudFormation, and [`newer`] only tells.
mod find;
mod fit;
mod publish;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use roxmltree::Node;
use stackgen_assembly::lock::{Pin, PinSource};

pub use find::{Newer, given, newer, newest};
pub use fit::{Look, look, misfits};
pub use publish::{Publication, publish};

use crate::aws::ec2::{numbered, root_mapping, text};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};

/// What EC2 says of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    id: String,
    name: String,
    owner: String,
    architecture: String,
    root_device: String,
    root_gib: u32,
    root_snapshot: String,
    created: String,
    /// `available`, `pending`, `disabled` and others.
    state: String,
    deprecated: Option<Timestamp>,
}

impl Found {
    /// Nothing if it has no root on a disk of its own: there is no volume to boot from.
    fn read(node: Node<'_, '_>) -> Option<Found> {
        let said = |path: &str| text(node, path).map(str::to_owned);
        let root = root_mapping(node)?;
        let root_gib = text(root, "ebs/volumeSize")?.parse().ok()?;
        let root_snapshot = text(root, "ebs/snapshotId").unwrap_or_default().to_owned();
        Some(Found {
            id: said("imageId")?,
            name: said("name").unwrap_or_default(),
            owner: said("imageOwnerId").unwrap_or_default(),
            architecture: said("architecture").unwrap_or_default(),
            created: said("creationDate").unwrap_or_default(),
            state: said("imageState").unwrap_or_default(),
            deprecated: said("deprecationTime").and_then(|at| at.parse().ok()),
            root_device: said("rootDeviceName")?,
            root_gib,
            root_snapshot,
        })
    }

    /// Whether the engine on this machine only promised it. Of such an image nothing is known but its id.
    fn is_promised(&self) -> bool {
        self.name == format!("promised/{}", self.id)
    }

    fn pinned(self, region: &str, source: PinSource) -> Pin {
        Pin {
            architecture: self.architecture,
            created: self.created,
            id: self.id,
            launched: None,
            name: self.name,
            owner: self.owner,
            region: region.to_owned(),
            root_device: self.root_device,
            root_gib: self.root_gib,
            source,
        }
    }
}

/// An image by its id, if it is there for this account; of an owner, if one is named. By its id a deprecated one is found too,
/// and one that was deregistered is an empty answer or a refusal. Sources: *Deprecate an AMI* in the EC2 User Guide,
/// `DescribeImages` in the EC2 API reference.
async fn find(connection: &Connection, id: &str, owner: Option<&str>) -> Result<Option<Found>, Failure> {
    let mut fields = numbered("ImageId", [id]);
    fields.extend(numbered("Owner", owner));
    match connection.ec2("DescribeImages", Retry::Safe, &fields).await {
        Ok(answer) => Ok(answer.items("imagesSet", Found::read)?.pop()),
        Err(failure) if failure.kind == Kind::NotFound => Ok(None),
        Err(failure) => Err(failure.while_doing(format_args!("looking at the image {id}"))),
    }
}
