//! Another host takes the place of one that has volumes, in steps that each hold by themselves.
//!
//! CloudFormation makes the new attachment before it takes the old one away, so a host with a volume cannot be replaced in one
//! update. A handover takes two: the template in force with its switch off, which lets the volume go and changes nothing else;
//! and then the wanted template with the switch on. Before the first the old host is stopped, and when the second fails it is
//! given its volume back and started. `docs/decisions/014-handover.md` says why it is done so.
//!
//! - `propose` says whether a plan's collisions are those that a handover solves;
//! - `choose` takes one of the ways that are open;
//! - `next` decides what comes next, from what is there and nothing else, so that a process that goes on where another was
//!   killed does what that one would have done;
//! - `work` does it, each step noted on disk and in the lease before it begins;
//! - `open` finds handovers that were begun and not ended, here or on another machine.
mod check;
mod choose;
mod disks;
mod next;
mod open;
mod propose;
mod swap;
mod update;
mod work;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use open::{Open, find, go_on};
pub(crate) use propose::proposed;
pub(crate) use work::{hand_over, resume};

use crate::host::Switch;
use crate::lease::Claim;
use crate::progress::Cause;

/// A handover that a plan proposes, or that is going on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    /// The hosts that change places.
    pub hosts: Vec<Passing>,
    /// The parameters that let the volumes go.
    pub switches: Vec<Switch>,
    /// The ways that are open.
    #[serde(default)]
    pub ways: Vec<Strategy>,
    /// Why the old hosts cannot keep their machines, if they cannot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub against_swap: String,
    /// About how long nobody serves, in seconds, without the time that the new host needs to boot.
    pub seconds: u64,
    /// SHA-256 of the wanted template.
    pub digest: String,
    /// The wanted template. Another machine does not have it from here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// The parameters that get other values with it, which no other machine knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// How it is done, once somebody has chosen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Chosen>,
    /// How far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Journal>,
}

/// A host that goes, and the one that comes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passing {
    /// The logical id of the old instance.
    pub from: String,
    /// The logical id of the new one, perhaps the same.
    pub to: String,
    /// The logical ids of the attachments that let go.
    pub attachments: Vec<String>,
    /// The volumes, as the template writes them.
    pub volumes: Vec<String>,
    /// The wait conditions that say when the new one is ready.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ready: Vec<String>,
    /// The image of the new one, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The subnet of the new one, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// The zone of the new one, if it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// How a handover is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Who does it, with what.
    pub claim: Claim,
    /// Whether a snapshot of each volume is taken while nobody writes to it.
    pub snapshot: bool,
    /// What becomes of the old host meanwhile.
    #[serde(default)]
    pub strategy: Strategy,
}

/// What becomes of the old host in a handover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// It stops, which unmounts everything and takes nobody's help.
    #[default]
    Stop,
    /// It runs on without its volumes, which a command unmounts: what runs need not find room again to go back.
    Unmount,
    /// It stays, and gets another root volume.
    ReplaceRoot,
}

impl Strategy {
    /// Its word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Strategy::Stop => "stop",
            Strategy::Unmount => "unmount",
            Strategy::ReplaceRoot => "replace-root",
        }
    }
}

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

/// How a handover went.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Handed {
    /// Whether the old host runs again instead of the new one.
    pub is_back: bool,
    /// How long nobody served, in seconds, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// The snapshots that were taken and stay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// Why CloudFormation was not told that the host has another root: the stack keeps its template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untold: Option<String>,
}
