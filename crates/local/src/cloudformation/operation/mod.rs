//! Carrying out what was asked: an operation goes on whenever something that it waits for is due, and all that it knows is in
//! the stack, so that it survives a restart.
//!
//! An operation is a list of [`Step`]s for the [`Phase`] that it is in. [`go_on`] takes every step as far as it can go now,
//! and when all are settled it finishes the phase (`finish`), which ends the operation or plans the next one (`plan`). What a
//! step does is in `reach` (towards the template), `back` (back to what was), `remove`,
//! and `nested` for the stacks in a stack; all of them ask `wanted` what the template wants and `physical` to do it.
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::stack::{Output, Resource, Source, Status};
use crate::resources::Doing;

mod back;
pub mod drift;
mod exports;
mod finish;
mod log;
mod mishap;
mod nested;
mod physical;
mod plan;
mod policy;
mod reach;
mod remove;
mod run;
mod signals;
mod start;
mod wanted;

pub use exports::{export_owner, exports, importers};
pub use mishap::Mishap;
pub(crate) use nested::{set_aside, take_back};
pub use run::{go_on, nudge};
pub use signals::signal;
pub(crate) use start::check_token;
pub use start::{Order, admissible, cancel_update, start};

/// What goes on with a stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Its id, which its events carry. A rollback has an id of its own.
    pub id: String,
    /// What was asked for.
    pub verb: Verb,
    /// Where it is.
    pub phase: Phase,
    /// The token of the request.
    pub token: Option<String>,
    /// What the stack is going to be made from.
    pub target: Source,
    /// What the stack was made from before, to return to.
    pub before: Source,
    /// The resources as they were before, to return to.
    pub resources_before: IndexMap<String, Resource>,
    /// The outputs as they were before, to return to.
    #[serde(default)]
    pub outputs_before: IndexMap<String, Output>,
    /// Whether there is nothing to return to: the stack never was complete.
    pub from_nothing: bool,
    /// Physical resources that nobody wants any more, removed in the clean-up, oldest wish first.
    pub leftovers: Vec<(String, Resource)>,
    /// Logical ids whose former physical resource was deleted before the new one was made.
    pub gone: BTreeSet<String>,
    /// Whether a failure keeps what there is.
    pub disable_rollback: bool,
    /// Whether resources that this operation made are deleted in a rollback whatever their policy.
    pub retain_except_on_create: bool,
    /// What a failed create does: `ROLLBACK`, `DELETE` or `DO_NOTHING`.
    pub on_failure: Option<String>,
    /// What is imported: physical ids by logical id.
    pub imports: BTreeMap<String, String>,
    /// Whether what was changed behind the stack's back is put right.
    pub revert_drift: bool,
    /// Logical ids of resources that were what they were to become.
    #[serde(default)]
    pub synced: BTreeSet<String>,
    /// What resources were that differed from what was applied to them, to return to.
    #[serde(default)]
    pub drifted: BTreeMap<String, Json>,
    /// The change set that is executed.
    pub change_set: Option<String>,
    /// The stack policy that holds during this update only.
    pub policy: Option<Json>,
    /// When a create has taken too long.
    pub deadline: Option<Timestamp>,
    /// What is done in this phase.
    pub steps: Vec<Step>,
    /// When the phase begins; nothing happens before.
    pub not_before: Timestamp,
    /// Logical ids that a continued rollback does not touch.
    pub skip: BTreeSet<String>,
    /// When it is entered in the agenda to go on.
    pub wake: Option<Timestamp>,
    /// Why it went wrong, if that was no resource.
    pub failure: Option<String>,
    /// The status that the stack had when it began.
    pub status_before: Status,
    /// Whether the stack above it asked for it.
    #[serde(default)]
    pub by_parent: bool,
    /// Whether it waits for the stack above it before it cleans up.
    #[serde(default)]
    pub held: bool,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    /// Make it.
    Create,
    /// Change it.
    Update,
    /// Take resources in.
    Import,
    /// Delete it.
    Delete {
        /// Logical ids to keep.
        retain: Vec<String>,
        /// Whether what cannot be deleted is left behind.
        force: bool,
    },
    /// Return to the last good state. `continued` is `ContinueUpdateRollback`, otherwise `RollbackStack`.
    Rollback {
        /// Logical ids not to touch.
        skip: Vec<String>,
        /// Which of the two.
        continued: bool,
    },
}

/// Where an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Towards the target.
    Forward,
    /// Removing what the target does not want.
    CleanUp,
    /// Back to what was before.
    Back,
    /// Removing what the attempt had made.
    CleanUpBack,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The logical id of its resource.
    pub logical_id: String,
    /// What is to be done.
    pub work: Work,
    /// The steps, by place in the list, that must be over before.
    pub after: Vec<usize>,
    /// How far it is.
    pub state: State,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// Make the resource what the template wants.
    Reach,
    /// Make the resource what it was before.
    Return,
    /// Take the resource out of the stack again and leave it alone.
    Release,
    /// Let a nested stack clean up.
    LetCleanUp,
    /// Remove a physical resource.
    Remove {
        /// It.
        resource: Box<Resource>,
        /// Whether the stack still shows it under its logical id.
        shown: bool,
        /// How often it may still be tried.
        tries: u32,
    },
}

/// How far a step is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It waits for others.
    Waiting,
    /// It has begun and is looked at again at a time.
    Doing {
        /// What.
        doing: Doing,
        /// When to look again.
        due: Timestamp,
        /// Whether its least time is over, so that a signal may wake it.
        asked: bool,
    },
    /// It is there and waits for signals.
    Signals {
        /// Until when.
        deadline: Timestamp,
    },
    /// It failed and is tried again at a time.
    Again {
        /// When.
        at: Timestamp,
    },
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// It was given up because of another.
    Cancelled,
}

impl State {
    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self, State::Done | State::Failed | State::Cancelled)
    }
}
