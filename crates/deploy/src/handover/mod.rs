//! Another host takes the place of one that has volumes, in steps that each hold by themselves.
//!
//! CloudFormation makes the new attachment before it takes the old one away, so a host with a volume cannot be replaced in one
//! update. A handover takes two: the template in force with its switch off, which lets the volume go and changes nothing else;
//! and then the wanted template with the switch on. Before the first the old host is stopped, and when the second fails it is
//! given its volume back and started. It may also run on and unmount its volumes. `docs/decisions/014-handover.md` says why it is
//! done so. Where only its image changes the machine can stay, and gets another root: [`Strategy`] has the ways.
//!
//! - `propose` says whether a plan's collisions are those that a handover solves;
//! - `choose` takes one of the ways that are open;
//! - `next` decides what comes next, from what is there and nothing else, so that a process that goes on where another was
//!   killed does what that one would have done;
//! - `swap` is what a machine that stays takes, with a table of its own;
//! - `work` does it, each step noted on disk and in the lease before it begins;
//! - `journal` is what is noted;
//! - `open` finds handovers that were begun and not ended, here or on another machine.
mod check;
mod choose;
mod disks;
mod journal;
mod next;
mod open;
mod propose;
mod swap;
mod update;
mod work;

use serde::{Deserialize, Serialize};

pub use journal::{Attempt, Direction, Journal, Old, Root, Update};
pub use open::{Open, find, go_on};
pub(crate) use propose::proposed;
pub(crate) use work::{hand_over, resume};

use crate::host::Switch;
use crate::lease::Claim;

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
