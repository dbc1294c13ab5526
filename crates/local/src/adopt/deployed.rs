//! What was seen of an account's region, as it is told: the words of AWS's answers, as few as are needed.
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;

/// A region of an account at a time.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Account {
    /// The number of the account.
    pub account: String,
    pub region: String,
    /// When it was looked at.
    pub at: Timestamp,
    /// Stacks, each after those whose exports it imports.
    pub stacks: Vec<Deployed>,
    /// Exports of all stacks of the region.
    pub exports: Vec<Export>,
    /// Values of SSM parameters by name.
    pub stored: BTreeMap<String, String>,
    pub instances: Vec<Machine>,
    pub volumes: Vec<Disk>,
    pub addresses: Vec<Address>,
    pub images: Vec<Image>,
    pub networks: Vec<Network>,
    pub subnets: Vec<Subnet>,
    pub groups: Vec<Group>,
}

impl Default for Account {
    fn default() -> Account {
        Account {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            stacks: Vec::new(),
            exports: Vec::new(),
            stored: BTreeMap::new(),
            instances: Vec::new(),
            volumes: Vec::new(),
            addresses: Vec::new(),
            images: Vec::new(),
            networks: Vec::new(),
            subnets: Vec::new(),
            groups: Vec::new(),
        }
    }
}

/// A stack.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Deployed {
    /// Its ARN.
    pub id: String,
    pub name: String,
    pub status: String,
    pub reason: Option<String>,
    /// As it was sent.
    pub template: String,
    /// Values of its parameters; what is hidden is `****`.
    pub parameters: BTreeMap<String, String>,
    /// What parameters of SSM types held when they were read.
    pub resolved: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub capabilities: BTreeSet<String>,
    pub role: Option<String>,
    pub notification_arns: Vec<String>,
    pub protection: bool,
    pub disable_rollback: bool,
    /// Its stack policy: JSON as text.
    pub policy: Option<String>,
    /// The stack that it is part of, which comes after it.
    pub parent: Option<String>,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub outputs: BTreeMap<String, Output>,
    pub resources: Vec<Resource>,
}

/// An output of a stack.
#[derive(Clone, Debug, Default, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Output {
    pub value: String,
    /// The name under which others import it.
    #[serde(default)]
    pub export: Option<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Resource {
    pub id: String,
    #[serde(rename = "type")]
    pub type_name: String,
    pub physical_id: Option<String>,
    pub status: String,
    pub reason: Option<String>,
}

/// A value that a stack gives to others.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Export {
    pub name: String,
    pub value: String,
    /// The ARN of the stack.
    pub stack: String,
    /// Names of the stacks that import it, as far as somebody asked.
    pub importers: Vec<String>,
}

/// An instance.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Machine {
    pub id: String,
    pub state: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub private_ip: Option<String>,
    pub public_ip: Option<String>,
    pub private_name: Option<String>,
    pub public_name: Option<String>,
    /// The device of its root.
    pub root_device: Option<String>,
}

/// A volume.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Disk {
    pub id: String,
    pub zone: String,
    pub size: i64,
    #[serde(rename = "type")]
    pub kind: String,
    pub iops: Option<i64>,
    pub throughput: Option<i64>,
    pub encrypted: bool,
    /// The instance that it is on, and the device there.
    pub instance: Option<String>,
    pub device: Option<String>,
    /// When it was last modified, and whether that is still going on.
    pub modified: Option<Timestamp>,
    pub is_modifying: bool,
}

/// An Elastic IP address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Address {
    pub public_ip: String,
    pub allocation: String,
}

/// An image.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Image {
    pub id: String,
    pub name: String,
    pub architecture: String,
    pub root_device: String,
    /// Size of its root in GiB.
    pub size: Option<i64>,
}

/// A VPC.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Network {
    pub id: String,
    pub block: String,
}

/// A subnet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Subnet {
    pub id: String,
    pub network: String,
    pub block: String,
    pub zone: String,
}

/// A security group.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Group {
    pub id: String,
    pub network: String,
    pub name: String,
}
