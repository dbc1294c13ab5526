//! Volumes and snapshots as EC2 shows them.
use std::collections::BTreeMap;

use jiff::Timestamp;
use roxmltree::Node;
use serde::Serialize;

use crate::aws::ec2::{filters, text};
use crate::aws::{Connection, Retry};
use crate::failure::Failure;

/// A volume as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Its id.
    pub id: String,
    /// Its size.
    pub gib: u32,
    /// Its type, such as `gp3`.
    #[serde(rename = "type")]
    pub kind: String,
    /// EC2's word: `available`, `in-use` and so on.
    pub state: String,
    /// Where it is.
    pub zone: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Operations a second, where they can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<u32>,
    /// MiB a second, where they can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<u32>,
    /// The snapshot that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// Where it is attached.
    pub on: Vec<Attached>,
}

/// A volume on an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// The instance.
    pub instance: String,
    /// The device name at attachment.
    pub device: String,
    /// EC2's word: `attached`, `busy` and so on.
    pub state: String,
    /// Since when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// A snapshot as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Its id.
    pub id: String,
    /// The volume that it was taken of.
    pub volume: String,
    /// The size of that volume.
    pub gib: u32,
    /// EC2's word: `pending`, `completed` or `error`.
    pub state: String,
    /// How far it is, such as `40%`.
    pub progress: String,
    /// When it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Timestamp>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The account that has it.
    pub owner: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Some volumes as they are; those that are gone are left out.
///
/// # Errors
///
/// If EC2 does not say.
pub async fn describe(connection: &Connection, ids: &[String]) -> Result<Vec<Volume>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let fields = filters(&[("volume-id", ids.iter().map(String::as_str).collect())]);
    connection.ec2("DescribeVolumes", Retry::Safe, &fields).await?.items("volumeSet", volume)
}

/// The snapshots of some volumes that this account has, the newest first.
///
/// # Errors
///
/// If EC2 does not say.
pub(crate) async fn copies_of(connection: &Connection, volumes: &[String]) -> Result<Vec<Snapshot>, Failure> {
    if volumes.is_empty() {
        return Ok(Vec::new());
    }
    snapshots(connection, ("volume-id", volumes.iter().map(String::as_str).collect()), true).await
}

/// A snapshot, if it is there and this account may use it.
pub(crate) async fn snapshot(connection: &Connection, id: &str) -> Result<Option<Snapshot>, Failure> {
    Ok(snapshots(connection, ("snapshot-id", vec![id]), false).await?.pop())
}

/// Snapshots by one filter, the newest first.
pub(super) async fn snapshots(
    connection: &Connection,
    filter: (&str, Vec<&str>),
    is_own: bool,
) -> Result<Vec<Snapshot>, Failure> {
    let mut fields = filters(&[filter]);
    if is_own {
        fields.push(("Owner.1".to_owned(), "self"));
    }
    let answer = connection.ec2("DescribeSnapshots", Retry::Safe, &fields).await?;
    let mut found = answer.items("snapshotSet", read_snapshot)?;
    found.sort_by(|one, other| (other.taken, &one.id).cmp(&(one.taken, &other.id)));
    Ok(found)
}

fn volume(node: Node<'_, '_>) -> Option<Volume> {
    let said = |path: &str| text(node, path).map(str::to_owned);
    let number = |path: &str| text(node, path)?.parse().ok();
    Some(Volume {
        id: said("volumeId")?,
        gib: number("size").unwrap_or_default(),
        kind: said("volumeType").unwrap_or_default(),
        state: said("status").unwrap_or_default(),
        zone: said("availabilityZone").unwrap_or_default(),
        encrypted: text(node, "encrypted") == Some("true"),
        iops: number("iops"),
        throughput: number("throughput"),
        snapshot: said("snapshotId").filter(|id| !id.is_empty()),
        on: below(node, "attachmentSet").filter_map(attached).collect(),
    })
}

fn attached(node: Node<'_, '_>) -> Option<Attached> {
    Some(Attached {
        instance: text(node, "instanceId")?.to_owned(),
        device: text(node, "device").unwrap_or_default().to_owned(),
        state: text(node, "status").unwrap_or_default().to_owned(),
        since: text(node, "attachTime").and_then(|at| at.parse().ok()),
    })
}

fn read_snapshot(node: Node<'_, '_>) -> Option<Snapshot> {
    let said = |path: &str| text(node, path).unwrap_or_default().to_owned();
    let tags = below(node, "tagSet")
        .filter_map(|tag| Some((text(tag, "key")?.to_owned(), text(tag, "value").unwrap_or_default().to_owned())));
    Some(Snapshot {
        id: text(node, "snapshotId")?.to_owned(),
        volume: said("volumeId"),
        gib: said("volumeSize").parse().unwrap_or_default(),
        state: said("status"),
        progress: said("progress"),
        taken: said("startTime").parse().ok(),
        encrypted: text(node, "encrypted") == Some("true"),
        owner: said("ownerId"),
        tags: tags.collect(),
    })
}

/// The items of a set that stands below.
fn below<'a, 'input: 'a>(node: Node<'a, 'input>, set: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    let sets = node.children().filter(move |child| child.has_tag_name(set));
    sets.flat_map(|set| set.children().filter(Node::is_element))
}
