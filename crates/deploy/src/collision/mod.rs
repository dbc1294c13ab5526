//! What a change will run into, told before anything moves.
//!
//! CloudFormation makes the new before it deletes the old, asks nobody whether the old one still holds what the new one needs,
//! and finds out in the middle. A [`Collision`] names what would happen, whether that is certain, and the way around it. It is
//! read from the two templates, the change set and the published facts of the types, so that it holds for any stack.
mod exported;
mod held;
mod instance;
mod named;
mod volume;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(crate) use exported::{Moved, moved};

use crate::host::Host;
use crate::plan::{Action, BootScriptChange, Change, Consequence, Side};

/// Something that a change will run into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collision {
    /// What it is.
    pub kind: CollisionKind,
    /// The resources, the one that fails or is hurt first.
    pub ids: Vec<String>,
    /// What happens and why.
    pub why: String,
    /// The way around it.
    pub way: String,
    /// Whether the change fails because of it. What does not fail only hurts.
    pub fails: bool,
    /// Whether a handover is the way around it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_handover: bool,
}

/// The kinds of collisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollisionKind {
    /// A volume is wanted by a new host while the old one has it.
    VolumeHeld,
    /// A network interface or a private address is wanted while another machine has it.
    InterfaceHeld,
    /// A public address moves from one host to another.
    AddressMoves,
    /// A disk is detached from a machine that has it mounted.
    DiskMounted,
    /// A resource with a name of its own is replaced, and the name is taken.
    NameTaken,
    /// An export changes that other stacks import.
    ExportInUse,
    /// A volume is changed in a way that EBS or CloudFormation does not know.
    VolumeFixed,
    /// A volume grows, and what is on it does not.
    VolumeGrows,
    /// A boot script changes that nothing will run.
    ScriptNotRun,
    /// The root disk goes with its machine.
    RootGoes,
    /// A new machine is not waited for.
    NotAwaited,
}

impl CollisionKind {
    /// Its name, as plans have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CollisionKind::VolumeHeld => "volume-held",
            CollisionKind::InterfaceHeld => "interface-held",
            CollisionKind::AddressMoves => "address-moves",
            CollisionKind::DiskMounted => "disk-mounted",
            CollisionKind::NameTaken => "name-taken",
            CollisionKind::ExportInUse => "export-in-use",
            CollisionKind::VolumeFixed => "volume-fixed",
            CollisionKind::VolumeGrows => "volume-grows",
            CollisionKind::ScriptNotRun => "script-not-run",
            CollisionKind::RootGoes => "root-goes",
            CollisionKind::NotAwaited => "not-awaited",
        }
    }
}

/// What is known of a change.
pub(crate) struct Known<'a> {
    /// The template in force, with the parameters as they are.
    pub(crate) before: &'a Side<'a>,
    /// The wanted template, with the parameters as they will be.
    pub(crate) after: &'a Side<'a>,
    /// The hosts of both.
    pub(crate) hosts: (&'a [Host], &'a [Host]),
    pub(crate) changes: &'a [Change],
    pub(crate) boot_scripts: &'a [BootScriptChange],
    /// Exports in use that change.
    pub(crate) exports: &'a [Moved],
}

impl Known<'_> {
    fn change(&self, id: &str) -> Option<&Change> {
        self.changes.iter().find(|change| change.id == id)
    }

    /// Whether a resource is another one afterwards. What is only decided on the way counts, unless all that could decide it
    /// merely stops and starts.
    fn is_replaced(&self, change: &Change) -> bool {
        match change.action {
            Action::Replace => true,
            Action::MayReplace if change.consequence == Consequence::Restart => false,
            Action::MayReplace => {
                let mut causes = change.properties.iter().filter(|one| one.replaces).map(|one| one.cause.as_deref());
                causes.any(|cause| match cause.map(|cause| cause.split('.').next().unwrap_or(cause)) {
                    Some(id) if id != change.id => self.change(id).is_none_or(|other| self.is_replaced(other)),
                    _ => true,
                })
            }
            _ => false,
        }
    }

    /// Whether there is no such resource before, or another one afterwards.
    fn is_made(&self, change: &Change) -> bool {
        change.action == Action::Add || self.is_replaced(change)
    }
}

/// All that a change will run into; what fails comes first.
pub(crate) fn find(known: &Known<'_>) -> Vec<Collision> {
    let mut found = held::find(known);
    found.extend(named::find(known));
    found.extend(exported::find(known));
    found.extend(volume::find(known));
    found.extend(instance::find(known));
    found.sort_by_key(|one| (!one.fails, one.kind));
    found
}
