//! What a deploy would do, before it does anything: for people to read, for programs to check, and for a file that is carried
//! out later or not at all.

mod boot_script;
mod build;
mod change;
mod compare;
mod consequence;
mod danger;
mod estimate;
mod exports;
mod file;
mod from_template;
mod make;
mod make_destroy;
mod nested;
mod of_change_set;
mod openings;
mod permissions;
mod propose;
mod read;
mod request;
mod side;
mod stack_policy;
mod takeover;
mod values;
mod wishes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::collision::Collision;
use crate::handover::Handover;
use crate::host::Host;

pub use change::{
    Action, BootScriptChange, Change, Consequence, Evaluation, Fate, Opening, PermissionChange, PropertyChange,
};
pub use danger::{Danger, DangerKind};
pub(crate) use estimate::{references, seconds_of};
pub(crate) use exports::importers;
pub use file::{check, load, save};
pub(crate) use make::account_of;
pub use make::{discard, make};
pub use make_destroy::make_destroy;
pub use of_change_set::of_change_set;
pub(crate) use propose::{Question, propose};
pub use request::Request;
pub(crate) use side::Side;
pub use wishes::{Approvals, Selection, Wishes};

/// The version of the form of plan files. A reader refuses another one.
pub const PLAN_VERSION: u32 = 1;

/// What would be done to some stacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_VERSION`] of the writer.
    pub version: u32,
    /// The account that it was made for.
    pub account: String,
    /// The region that it was made for.
    pub region: String,
    /// The stacks; each comes after those that it depends on.
    pub stacks: Vec<StackPlan>,
}

/// What would be done to one stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StackPlan {
    /// The stack's name.
    pub stack: String,
    /// Its id, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack_id: Option<String>,
    /// What is done.
    pub verb: Verb,
    /// The change set that does it. A stack whose inputs another stack of the plan has yet to make has none: its changes are
    /// told from its template, and asked of CloudFormation when its turn comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_set: Option<String>,
    /// Why there is no change set yet: the stacks that come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// SHA-256 of the template that was sent.
    pub template: String,
    /// What happens to its resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Parameters, outputs, tags and settings that change, by section (`parameter`, `output`, `tag`, `setting`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueChange>,
    /// Exports that change or go, with who imports them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<ExportChange>,
    /// What CloudFormation wants to be told that we know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Boot scripts that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boot_scripts: Vec<BootScriptChange>,
    /// Statements of IAM policies that come or go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<PermissionChange>,
    /// Ways through security groups that open or close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<Opening>,
    /// What will fail or hurt, with the way around it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collisions: Vec<Collision>,
    /// The way around the collisions of a host that is replaced, if it is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Handover>,
    /// The hosts that it has afterwards; of a stack that goes, those that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Host>,
    /// What needs somebody's word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dangers: Vec<Danger>,
    /// What should be known, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// About how long it takes, in seconds.
    #[serde(default)]
    pub seconds: u64,
    /// What the stack was when the plan was made: its status, and when it was last changed. A plan is refused when they moved.
    #[serde(default)]
    pub seen: BTreeMap<String, String>,
    /// What is sent, and done around it: enough for another process to carry the plan out.
    #[serde(default)]
    pub request: Request,
}

/// What two templates tell of changes and boot scripts.
#[cfg(test)]
pub(crate) fn changes_of(before: &Side<'_>, after: &Side<'_>) -> (Vec<Change>, Vec<BootScriptChange>) {
    let changes = from_template::changes(before.template, after.template, &[]);
    let scripts = boot_script::compare(before, after, &changes);
    (changes, scripts)
}

/// What is done to a stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// There is nothing to do.
    #[default]
    Nothing,
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// What is left of a failed creation is deleted, and it is made again.
    Recreate,
    /// Resources are taken into it.
    Import,
    /// It is deleted.
    Destroy,
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueChange {
    /// `parameter`, `output`, `tag` or `setting`.
    pub section: String,
    /// Its name.
    pub name: String,
    /// What it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// An export that changes or goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportChange {
    /// Its name.
    pub name: String,
    /// Whether it goes, or only changes its value.
    pub is_removed: bool,
    /// The stacks that import it now.
    pub importers: Vec<String>,
}
