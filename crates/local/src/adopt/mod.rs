//! Taking over what is deployed elsewhere, so that what is to be done there can be done here first.
//!
//! [`adopt`] makes every stack in a new world the ordinary way, in virtual time, and each resource gets the physical id that it
//! has there: whatever makes up an id asks the [`Adoption`] first. So everything is as the engine itself would have left it, with
//! the names of the original. What was made by no stack is furnished (`surroundings`), and what differs from the templates is
//! put right afterwards.
//!
//! What cannot be made as it is there is told in the notes. Nothing that is told about the original is taken for more than it is:
//! values that are hidden there (`NoEcho`) are hidden here too.
//!
//! [`scene`] reads what a rehearsal wants to know of a world: whose things there are, and how hosts are.

mod deployed;
mod promise;
pub mod scene;
mod stacks;
mod surroundings;

use jiff::{SignedDuration, Timestamp};

use crate::world::World;

pub use deployed::{
    Account, Address, Deployed, Disk, Export, Group, Image, Machine, Network, Output, Resource, Subnet,
};
pub use promise::Adoption;
pub(crate) use stacks::HIDDEN;

/// How long before the look the world begins: longer than anything takes that is made meanwhile.
const BEFORE: SignedDuration = SignedDuration::from_hours(48);

/// What was taken over.
#[derive(Debug)]
pub struct Adopted {
    /// The world, at the time of the look.
    pub world: World,
    /// What in it is not as it is there, or not known.
    pub notes: Vec<String>,
}

/// Takes an account's region over. `pending` are the templates that are going to be deployed: what they name must be there.
#[must_use]
pub fn adopt(account: &Account, pending: &[String]) -> Adopted {
    let mut world = World::new(&account.account, began(account.at));
    world.adoption = Some(Adoption::of(account));
    surroundings::furnish(&mut world, account, pending);
    for stack in in_order(account) {
        stacks::take_over(&mut world, account, stack);
    }
    let notes = world.adoption.take().map(Adoption::into_notes).unwrap_or_default();
    let until = account.at.max(world.now());
    world.advance(until);
    surroundings::put_right(&mut world, account);
    Adopted { world, notes }
}

/// The stacks, those first that others import from.
fn in_order(account: &Account) -> Vec<&Deployed> {
    let imports = |stack: &Deployed, from: &Deployed| {
        let exports = account.exports.iter().filter(|export| export.stack == from.id);
        exports.flat_map(|export| &export.importers).any(|name| *name == stack.name)
    };
    let mut open: Vec<&Deployed> = account.stacks.iter().collect();
    let mut order = Vec::new();
    while !open.is_empty() {
        let is_ready = |stack: &&Deployed| !open.iter().any(|other| other.id != stack.id && imports(stack, other));
        // Stacks cannot import from each other in a circle; what was seen at several times may look so.
        let next = open.iter().position(is_ready).unwrap_or(0);
        order.push(open.remove(next));
    }
    order
}

fn began(at: Timestamp) -> Timestamp {
    at.checked_sub(BEFORE).unwrap_or(at)
}
