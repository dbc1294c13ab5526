//! Failures by script: what goes wrong in a rehearsal or a test.
use serde::{Deserialize, Serialize};

use crate::resources::{Doing, Refusal};
use crate::world::World;

/// A failure that will happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mishap {
    /// The name of the stack.
    pub stack: String,
    /// The resource in it.
    pub logical_id: String,
    /// What fails.
    pub doing: Doing,
    /// The reason that the event shows.
    pub reason: String,
    /// How often it fails before it works.
    pub times: u32,
    /// Whether it fails only after it has begun, so that something is left of it.
    pub late: bool,
}

/// Lets a mishap happen if one is due here.
pub(super) fn strike(
    world: &mut World,
    stack: &str,
    logical_id: &str,
    doing: Doing,
    late: bool,
) -> Result<(), Refusal> {
    let here = |it: &&mut Mishap| {
        it.times > 0 && it.stack == stack && it.logical_id == logical_id && it.doing == doing && it.late == late
    };
    match world.mishaps.iter_mut().find(here) {
        None => Ok(()),
        Some(mishap) => {
            mishap.times -= 1;
            Err(Refusal(mishap.reason.clone()))
        }
    }
}
