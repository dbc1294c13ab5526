//! What becomes of what the stacks had: what stays and is nobody's, what is gone, what is left over.
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use stackgen_deploy::plan::Plan;
use stackgen_local::World;
use stackgen_local::adopt::scene::{self, Thing};

/// What there is at a time.
#[derive(Clone, Debug)]
pub(super) struct Inventory {
    things: Vec<Thing>,
    /// Snapshots of the account, with their volumes.
    snapshots: BTreeMap<String, String>,
}

impl Inventory {
    pub(super) fn take(world: &World, region: &str) -> Inventory {
        let volume = |id: String| {
            let volume = world.regions.get(region)?.ec2.snapshots.get(&id)?.volume.clone();
            Some((id, volume))
        };
        let snapshots = scene::snapshots(world, region).into_iter().filter_map(volume).collect();
        Inventory { things: scene::things(world, region), snapshots }
    }

    /// The ids of all that is there.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        self.things.iter().map(|thing| thing.physical_id.clone()).collect()
    }
}

/// What became of things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Remains {
    /// They stay and belong to no stack now, on purpose.
    pub(crate) retained: Vec<Remnant>,
    /// They are gone.
    pub(crate) deleted: Vec<Remnant>,
    /// They were made, and no stack has them.
    pub(crate) left_over: Vec<Remnant>,
    /// Snapshots that were made.
    pub(crate) snapshots: Vec<String>,
}

/// A thing of which something became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Remnant {
    pub(crate) stack: String,
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) physical_id: String,
    /// Whether it held data.
    pub(crate) stateful: bool,
    /// Whether a snapshot of it was made.
    pub(crate) has_copy: bool,
}

/// The difference of two inventories.
pub(super) fn between(before: &Inventory, after: &Inventory, plan: Option<&Plan>) -> Remains {
    let stacks = || plan.into_iter().flat_map(|plan| &plan.stacks);
    let made = || after.snapshots.iter().filter(|(id, _)| !before.snapshots.contains_key(*id));
    let stateful = |thing: &Thing| {
        let of_stack = stacks().filter(|stack| stack.stack == thing.stack);
        of_stack.flat_map(|stack| &stack.changes).any(|change| change.id == thing.logical_id && change.stateful)
    };
    let remnant = |thing: &Thing| Remnant {
        stack: thing.stack.clone(),
        id: thing.logical_id.clone(),
        type_name: thing.type_name.clone(),
        physical_id: thing.physical_id.clone(),
        stateful: stateful(thing) || thing.type_name == "AWS::EC2::Volume",
        has_copy: made().any(|(_, volume)| *volume == thing.physical_id),
    };
    let same = |one: &Thing, other: &Thing| one.type_name == other.type_name && one.physical_id == other.physical_id;
    let then = |thing: &Thing| before.things.iter().find(|other| same(thing, other));
    let now = |thing: &Thing| after.things.iter().find(|other| same(thing, other));
    let owned = before.things.iter().filter(|thing| thing.is_owned);
    Remains {
        retained: owned.clone().filter(|thing| now(thing).is_some_and(|now| !now.is_owned)).map(remnant).collect(),
        deleted: owned.filter(|thing| now(thing).is_none()).map(remnant).collect(),
        left_over: after.things.iter().filter(|thing| !thing.is_owned && then(thing).is_none()).map(remnant).collect(),
        snapshots: made().map(|(id, _)| id.clone()).collect(),
    }
}
