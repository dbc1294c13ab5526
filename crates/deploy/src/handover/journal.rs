//! How far a handover is, as it is noted on disk and in the lease.
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::progress::Cause;

/// Where a handover leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the new host.
    #[default]
    Forward,
    /// To the old one.
    Back,
}

/// How far a handover is. What is there decides what comes next; this says only what cannot be seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// The name of this work, by which its lease, its tokens and its snapshots are known again.
    pub holder: String,
    /// Where it leads.
    pub direction: Direction,
    /// Why it leads back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Cause>,
    /// The old hosts and their volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old: Vec<Old>,
    /// The update that was begun last, or is going to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Attempt>,
    /// Whether the checks were passed, after which anything may have been touched.
    #[serde(default)]
    pub is_checked: bool,
    /// The snapshots that were taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// When the old hosts were told to stop, by our clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Timestamp>,
    /// When the volumes were told to be let go: by our clock, and by that of CloudFormation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<(Timestamp, Timestamp)>,
    /// When the new host said that it is ready, by the clock of CloudFormation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Timestamp>,
    /// When a host with another root was seen to be well, by our clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub well: Option<Timestamp>,
    /// Why CloudFormation was not told of other roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<String>,
    /// New roots that were taken off again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spare: Vec<String>,
}

/// An old host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Old {
    /// The instance.
    pub instance: String,
    /// Its volumes.
    pub volumes: Vec<String>,
    /// Its root, if the machine stays and the root goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Root>,
    /// Whether its agent answered.
    #[serde(default)]
    pub has_agent: bool,
}

/// The root of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// The volume.
    pub volume: String,
    /// The device name that makes it the root.
    pub device: String,
    /// Whether it goes with the machine.
    pub goes_along: bool,
}

/// An update of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What it is to do.
    pub update: Update,
    /// The change set.
    pub change_set: String,
    /// When it was going to be begun, by our clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Timestamp>,
    /// What the stack was before.
    pub seen: BTreeMap<String, String>,
}

/// The updates of a handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// The template in force lets the volumes go.
    Release,
    /// The wanted template makes the new hosts and gives them the volumes.
    Take,
    /// The template in force gives the volumes back to the old hosts.
    GiveBack,
    /// The wanted template takes the machines as they are.
    Tell,
}
