//! What a rehearsal wants to know of a world.
use std::collections::BTreeSet;

use crate::ec2::Ec2;
use crate::ec2::attachment::Phase;
use crate::ec2::boot::BootPhase;
use crate::ec2::instance::State;
use crate::world::World;

/// Something that a stack made and that is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing {
    /// The name of the stack that made it.
    pub stack: String,
    /// Its logical id there.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// What it is.
    pub physical_id: String,
    /// Whether the stack still has it.
    pub is_owned: bool,
}

/// All that stacks of a region made and that is there.
#[must_use]
pub fn things(world: &World, region: &str) -> Vec<Thing> {
    let Some(here) = world.regions.get(region) else { return Vec::new() };
    let mut all = Vec::new();
    for (type_name, things) in &here.others {
        for (physical_id, thing) in things {
            let Some(stack) = here.stacks.get(&thing.stack_id) else { continue };
            let is_it = |id: &Option<String>| id.as_deref() == Some(physical_id);
            let is_owned = stack.status.word() != "DELETE_COMPLETE"
                && stack.resources.values().any(|it| it.type_name == *type_name && is_it(&it.physical_id));
            all.push(Thing {
                stack: stack.name.clone(),
                logical_id: thing.logical_id.clone(),
                type_name: type_name.clone(),
                physical_id: physical_id.clone(),
                is_owned,
            });
        }
    }
    all.sort();
    all
}

/// Snapshots of the account.
#[must_use]
pub fn snapshots(world: &World, region: &str) -> BTreeSet<String> {
    let all = world.regions.get(region).into_iter().flat_map(|region| region.ec2.snapshots.values());
    all.filter(|it| it.owner == world.account).map(|it| it.id.clone()).collect()
}

/// How an instance that a stack made is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The name of the stack.
    pub stack: String,
    /// Its logical id there.
    pub logical_id: String,
    /// Its id.
    pub instance: String,
    /// Its state, in EC2's word.
    pub state: &'static str,
    /// Whether it runs and its boot ended well.
    pub is_up: bool,
    /// The volumes that it can use, its root left out.
    pub volumes: BTreeSet<String>,
    /// Its Elastic IP addresses.
    pub addresses: BTreeSet<String>,
}

/// The instances that stacks of a region made, those left out that are gone.
#[must_use]
pub fn hosts(world: &World, region: &str) -> Vec<Host> {
    let Some(here) = world.regions.get(region) else { return Vec::new() };
    let ec2 = &here.ec2;
    let tag = |id: &str, name: &str| ec2.tags.get(id)?.get(&format!("aws:cloudformation:{name}")).cloned();
    let host = |one: &crate::ec2::Instance| {
        Some(Host {
            stack: tag(&one.id, "stack-name")?,
            logical_id: tag(&one.id, "logical-id")?,
            instance: one.id.clone(),
            state: one.state.word(),
            is_up: one.state == State::Running && one.boot.phase == BootPhase::Up,
            volumes: volumes(ec2, &one.id, &one.root_device),
            addresses: addresses(ec2, &one.id),
        })
    };
    ec2.instances.values().filter(|it| it.state != State::Terminated).filter_map(host).collect()
}

/// A volume that waits to be let go is still used.
fn volumes(ec2: &Ec2, instance: &str, root: &str) -> BTreeSet<String> {
    let used = ec2.devices(instance).filter(|(_, on)| on.device != root && on.mounted && on.phase != Phase::Detaching);
    used.map(|(volume, _)| volume.id.clone()).collect()
}

fn addresses(ec2: &Ec2, instance: &str) -> BTreeSet<String> {
    let interface = ec2.primary(instance).map(|it| it.id.as_str());
    let on_it = |it: &&crate::ec2::Address| it.association.as_ref().map(|(_, on)| on.as_str()) == interface;
    ec2.addresses.values().filter(|it| it.association.is_some()).filter(on_it).map(|it| it.public_ip.clone()).collect()
}

/// Something that happened to a resource or a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: jiff::Timestamp,
    /// The name of the stack.
    pub stack: String,
    /// The resource; the stack's name for the stack itself.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// What it is.
    pub physical_id: String,
    /// The status that it got.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
}

/// What happened to the stacks of a region, in its order.
#[must_use]
pub fn events(world: &World, region: &str) -> Vec<Happened> {
    let stacks = world.regions.get(region).into_iter().flat_map(|region| region.stacks.values());
    let mut all: Vec<Happened> = stacks
        .flat_map(|stack| {
            stack.events.iter().map(|event| Happened {
                at: event.at,
                stack: stack.name.clone(),
                logical_id: event.logical_id.clone(),
                type_name: event.type_name.clone(),
                physical_id: event.physical_id.clone(),
                status: event.status.clone(),
                reason: event.reason.clone(),
            })
        })
        .collect();
    // Of what happens at the same time to the same stack, the order stays.
    all.sort_by_key(|event| event.at);
    all
}
