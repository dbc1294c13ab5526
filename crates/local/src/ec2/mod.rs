//! Amazon EC2: machines, disks, addresses and the network around them, and the calls that a deploy, a handover and a baker of
//! images make.
//!
//! What has a life of its own ([`Instance`], [`Volume`], [`Snapshot`], [`Image`]) is a struct; what is only made, shown and
//! deleted stands on a [`Shelf`] in the form in which answers show it. Tags are kept by id, for all kinds alike. A call is
//! `fn(&mut Place, Input) -> Answer`; the providers of resources make the same calls.
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::wire::{ApiError, Request};
use crate::world::World;

pub mod address;
pub mod attachment;
pub mod boot;
pub mod catalogue;
mod cidr;
pub mod disks;
pub mod error;
pub(crate) mod furnish;
pub mod image;
pub mod input;
pub mod instance;
pub mod key;
pub mod life;
pub mod machines;
pub mod network;
mod operations;
mod place;
pub mod root;
pub mod run;
pub mod security;
pub mod settings;
pub mod shown;
pub mod snapshot;
pub mod template;
pub mod volume;

#[cfg(test)]
mod tests;

pub use address::{Address, Interface};
pub use image::Image;
pub use input::Input;
pub use instance::Instance;
pub use place::{Place, time};
pub use settings::Settings;
pub use snapshot::Snapshot;
pub use volume::Volume;

/// What a call gives.
pub type Answer = Result<Json, ApiError>;

/// Things by id, in the form in which answers show them, without tags.
pub type Shelf = IndexMap<String, Json>;

/// What EC2 has in a region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Ec2 {
    /// Whether what every account has from the start is there.
    pub furnished: bool,
    /// How fast things are, and what goes wrong.
    pub settings: Settings,
    /// Who runs the instances, if the engine does not.
    #[serde(default)]
    pub driver: Option<machines::Driver>,
    pub vpcs: Shelf,
    pub subnets: Shelf,
    pub internet_gateways: Shelf,
    pub route_tables: Shelf,
    pub endpoints: Shelf,
    pub security_groups: Shelf,
    /// Rules of all security groups.
    pub rules: Shelf,
    pub keys: Shelf,
    pub launch_templates: Shelf,
    /// Tasks that replace root volumes.
    pub root_tasks: Shelf,
    pub interfaces: IndexMap<String, Interface>,
    /// By allocation id.
    pub addresses: IndexMap<String, Address>,
    pub images: IndexMap<String, Image>,
    /// Ids of images that appear when they are asked for.
    #[serde(default)]
    pub promised: BTreeSet<String>,
    pub snapshots: IndexMap<String, Snapshot>,
    pub volumes: IndexMap<String, Volume>,
    pub instances: IndexMap<String, Instance>,
    /// By the id of what they are on.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
    /// Client tokens: what was asked with one, and what came of it.
    pub tokens: BTreeMap<String, (Json, Json)>,
}

/// Answers a call.
///
/// # Errors
///
/// If AWS would refuse, or if the operation is not here.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    let operation =
        operations::named(&request.operation).ok_or_else(|| ApiError::not_here("EC2", &request.operation))?;
    let input = Input(&request.input);
    if input.flag("DryRun") == Some(true) {
        // A try in a copy says whether it would be refused.
        operation(&mut Place::new(&mut world.clone(), &request.region), input)?;
        let mut done = ApiError::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        done.status = 412;
        return Err(done);
    }
    operation(&mut Place::new(world, &request.region), input)
}

/// Looks at a thing whose time has come.
pub fn happen(world: &mut World, region: &str, id: &str) {
    let mut at = Place::new(world, region);
    match id.split('-').next() {
        Some("i") => life::look(&mut at, id),
        Some("vol") => volume::look(&mut at, id),
        Some("snap") => snapshot::look(&mut at, id),
        Some("ami") => image::look(&mut at, id),
        Some("replacevol") => root::look(&mut at, id),
        _ => {}
    }
}
