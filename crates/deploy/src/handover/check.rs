//! What has to be so before anything is touched.
use super::{Handover, Old, Passing, Strategy, disks};
use crate::aws::Connection;
use crate::failure::{Failure, Kind};
use crate::machines::{self, Machine};
use crate::stack::{self, Move, StackNow, Wish, next_move};
use crate::volume::{self, Volume};

/// Checks, and says which machines and volumes the old hosts are.
///
/// # Errors
///
/// If something is not as it has to be; nothing was touched then.
pub(super) async fn check(connection: &Connection, now: &StackNow, handover: &Handover) -> Result<Vec<Old>, Failure> {
    let name = &now.name;
    settled(now)?;
    if let Some(switch) = handover.switches.iter().find(|it| now.parameters.get(&it.parameter) != Some(&it.on)) {
        let is = now.parameters.get(&switch.parameter).map_or("not there", String::as_str);
        return refuse(format!("the parameter `{}` of `{name}` is {is} and not {}", switch.parameter, switch.on));
    }
    let resources = stack::resources(connection, &now.id).await?;
    let physical = |id: &str| resources.get(id).and_then(|one| one.physical_resource_id.clone());
    let mut old = Vec::new();
    for host in &handover.hosts {
        let Some(instance) = physical(&host.from) else {
            return refuse(format!("`{name}` has no `{}` any more", host.from));
        };
        let own = |volume: &String| match volume.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            Some(id) => physical(id),
            None => Some(volume.clone()),
        };
        let volumes: Option<Vec<String>> = host.volumes.iter().map(own).collect();
        let Some(volumes) = volumes else {
            return refuse(format!("it cannot be seen which volume `{}` has: {}", host.from, host.volumes.join(", ")));
        };
        let machine = machine(connection, &instance).await?;
        if handover.chosen.as_ref().is_some_and(|chosen| chosen.strategy == Strategy::Unmount) {
            hears(connection, &machine).await?;
        }
        for volume in volume::describe(connection, &volumes).await? {
            held(&volume, &instance)?;
        }
        place(connection, host, &machine.zone).await?;
        old.push(Old { instance, volumes, ..Old::default() });
    }
    Ok(old)
}

async fn machine(connection: &Connection, instance: &str) -> Result<Machine, Failure> {
    let found = machines::describe(connection, std::slice::from_ref(&instance.to_owned())).await?;
    let Some(machine) = found.into_iter().next() else { return refuse(format!("there is no machine {instance}")) };
    if !matches!(machine.state.as_str(), "running" | "stopped") {
        return refuse(format!("{instance} is {} and neither running nor stopped", machine.state));
    }
    if !machine.has_volume_root {
        return refuse(format!("{instance} cannot be stopped: its root is not a volume"));
    }
    Ok(machine)
}

/// A machine runs and takes commands, by which it unmounts.
async fn hears(connection: &Connection, machine: &Machine) -> Result<(), Failure> {
    let id = &machine.id;
    if machine.state != "running" {
        return refuse(format!(
            "{id} is {}, and only a machine that runs unmounts; take `--strategy stop`",
            machine.state
        ));
    }
    if !connection.has_agent(id).await? {
        return refuse(format!(
            "Systems Manager does not reach {id}: it has no agent, or its role does not allow what \
             AmazonSSMManagedInstanceCore does; `--strategy stop` takes neither"
        ));
    }
    Ok(())
}

/// A volume is on the old host, and nowhere else.
fn held(volume: &Volume, instance: &str) -> Result<(), Failure> {
    match volume.on.as_slice() {
        [on] if on.instance == instance && on.state == "attached" => Ok(()),
        [] => refuse(format!("{} is on no machine", volume.id)),
        on => {
            let on: Vec<String> = on.iter().map(|on| format!("{} ({})", on.instance, on.state)).collect();
            refuse(format!("{} is on {} and not attached to {instance} alone", volume.id, on.join(" and ")))
        }
    }
}

/// The new host has an image and is where the volumes are.
async fn place(connection: &Connection, host: &Passing, zone: &str) -> Result<(), Failure> {
    let there = match (&host.zone, &host.subnet) {
        (Some(zone), _) => Some(zone.clone()),
        (None, Some(subnet)) => match disks::zone_of_subnet(connection, subnet).await? {
            None => return refuse(format!("there is no subnet {subnet} for `{}`", host.to)),
            zone => zone,
        },
        (None, None) => None,
    };
    if let Some(there) = there.filter(|there| there != zone) {
        return refuse(format!("`{}` would be in {there}, and its volumes are in {zone}", host.to));
    }
    let Some(image) = host.image.as_ref().filter(|image| image.starts_with("ami-")) else { return Ok(()) };
    match disks::state_of_image(connection, image).await?.as_deref() {
        Some("available") => Ok(()),
        Some(state) => refuse(format!("the image {image} of `{}` is {state}", host.to)),
        None => refuse(format!("there is no image {image} for `{}`", host.to)),
    }
}

/// A stack can be handed over from where it is.
pub(super) fn settled(now: &StackNow) -> Result<(), Failure> {
    if next_move(Some(&now.status), Wish::Deploy) == Move::Update {
        return Ok(());
    }
    refuse(format!("`{}` is in {}, from which nothing can be handed over", now.name, now.status))
}

pub(super) fn refuse<T>(message: String) -> Result<T, Failure> {
    Err(Failure::new(Kind::Refused, message))
}
