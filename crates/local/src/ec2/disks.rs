//! What is on volumes: files that nobody but a running machine can write, and that go wherever the volume goes.
use std::collections::BTreeMap;

use super::attachment::Phase;
use super::instance::State;
use crate::world::World;

/// The files of a volume, if there is one of this id.
#[must_use]
pub fn content<'w>(world: &'w World, volume: &str) -> Option<&'w BTreeMap<String, String>> {
    world.regions.values().find_map(|region| region.ec2.volumes.get(volume)).map(|volume| &volume.content)
}

/// Writes a file, as the machine does that has the volume.
///
/// # Errors
///
/// If there is no such volume, or no running machine has it.
pub fn write(world: &mut World, volume: &str, file: String, text: String) -> Result<(), String> {
    let region = world.regions.values_mut().find(|region| region.ec2.volumes.contains_key(volume));
    let ec2 = &mut region.ok_or_else(|| format!("there is no volume {volume}"))?.ec2;
    let runs = |id: &str| ec2.instances.get(id).is_some_and(|one| one.state == State::Running);
    let on = ec2.volumes[volume].attachments.iter().filter(|on| on.phase == Phase::Attached);
    if !on.into_iter().any(|on| runs(&on.instance)) {
        return Err(format!("no running machine has {volume}, so nobody can write to it"));
    }
    ec2.volumes[volume].content.insert(file, text);
    Ok(())
}
