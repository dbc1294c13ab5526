//! Carrying out what was asked: an operation goes on whenever something that it waits for is due, and all that it knows is in
//! the stack, so that it survives a restart.
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::stack::{Resource, Source};

/// What goes on with a stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Its id, which its events carry.
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
    /// Physical resources that nobody wants any more, removed in the clean-up, oldest wish first.
    pub leftovers: Vec<(String, Resource)>,
    /// Whether a failure keeps what there is.
    pub disable_rollback: bool,
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
    /// Return to the last good state (`RollbackStack`, `ContinueUpdateRollback`).
    Rollback {
        /// Logical ids not to touch.
        skip: Vec<String>,
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
