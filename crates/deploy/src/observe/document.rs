//! What was seen. Its form is what engines read that have never heard of this crate, and what is kept in files.
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the form.
pub(super) const VERSION: u32 = 1;

/// A region of an account at a time: some stacks with what is around them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Observed {
    pub version: u32,
    /// The number of the account; empty if no stack was there to tell.
    pub account: String,
    pub region: String,
    pub at: Timestamp,
    /// What was done to the stack since, such as `deployed`; then this is how it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_since: Option<String>,
    pub stacks: Vec<Deployed>,
    /// Stacks that were looked for and are not there.
    pub absent: Vec<String>,
    /// Exports of all stacks of the region, those of others included.
    pub exports: Vec<ExportSeen>,
    /// Values of SSM parameters that are named; none that is secret.
    pub stored: BTreeMap<String, String>,
    /// The buckets of the stacks, and whether there is anything in them.
    pub buckets: BTreeMap<String, bool>,
    pub instances: Vec<MachineSeen>,
    pub volumes: Vec<DiskSeen>,
    pub addresses: Vec<AddressSeen>,
    pub images: Vec<ImageSeen>,
    pub networks: Vec<NetworkSeen>,
    pub subnets: Vec<SubnetSeen>,
    pub groups: Vec<GroupSeen>,
    /// What could not be seen.
    pub notes: Vec<String>,
}

impl Default for Observed {
    fn default() -> Observed {
        Observed {
            version: VERSION,
            account: String::new(),
            region: String::new(),
            at: Timestamp::UNIX_EPOCH,
            done_since: None,
            stacks: Vec::new(),
            absent: Vec::new(),
            exports: Vec::new(),
            stored: BTreeMap::new(),
            buckets: BTreeMap::new(),
            instances: Vec::new(),
            volumes: Vec::new(),
            addresses: Vec::new(),
            images: Vec::new(),
            networks: Vec::new(),
            subnets: Vec::new(),
            groups: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Deployed {
    pub id: String,
    pub name: String,
    pub status: String,
    pub reason: Option<String>,
    /// The template as it was sent.
    pub template: String,
    /// Values of parameters; CloudFormation shows what is hidden as `****`.
    pub parameters: BTreeMap<String, String>,
    pub resolved: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub capabilities: Vec<String>,
    pub role: Option<String>,
    pub notification_arns: Vec<String>,
    pub protection: bool,
    pub disable_rollback: bool,
    pub policy: Option<String>,
    /// The stack that it is part of.
    pub parent: Option<String>,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub outputs: BTreeMap<String, OutputSeen>,
    pub resources: Vec<ResourceSeen>,
}

/// An output of a stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct OutputSeen {
    pub value: String,
    pub export: Option<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct ResourceSeen {
    pub id: String,
    #[serde(rename = "type")]
    pub type_name: String,
    pub physical_id: Option<String>,
    pub status: String,
    pub reason: Option<String>,
}

/// An export.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct ExportSeen {
    pub name: String,
    pub value: String,
    /// The ARN of the stack.
    pub stack: String,
    /// Who imports it; asked only for the stacks that are looked for.
    pub importers: Vec<String>,
}

/// An instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct MachineSeen {
    pub id: String,
    pub state: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub private_ip: Option<String>,
    pub public_ip: Option<String>,
    pub private_name: Option<String>,
    pub public_name: Option<String>,
    pub root_device: Option<String>,
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct DiskSeen {
    pub id: String,
    pub zone: String,
    pub size: i64,
    #[serde(rename = "type")]
    pub kind: String,
    pub iops: Option<i64>,
    pub throughput: Option<i64>,
    pub encrypted: bool,
    pub instance: Option<String>,
    pub device: Option<String>,
    /// When it was last modified, and whether that is still going on.
    pub modified: Option<Timestamp>,
    pub is_modifying: bool,
}

/// An Elastic IP address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct AddressSeen {
    pub public_ip: String,
    pub allocation: String,
}

/// An image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct ImageSeen {
    pub id: String,
    pub name: String,
    pub architecture: String,
    pub root_device: String,
    pub size: Option<i64>,
}

/// A VPC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct NetworkSeen {
    pub id: String,
    pub block: String,
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct SubnetSeen {
    pub id: String,
    pub network: String,
    pub block: String,
    pub zone: String,
}

/// A security group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct GroupSeen {
    pub id: String,
    pub network: String,
    pub name: String,
}
