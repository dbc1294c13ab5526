//! The data volume and how it hangs on the host.
use stackgen_cfn::ec2;
use stackgen_core::{Handle, Parameter, Stack, condition};

use super::config::DataVolume;
use super::size::{SizeError, check_gp3};
use crate::lock::Lock;

/// The logical id of a volume that is made empty.
const ID: &str = "DataVolume";

/// The volume. It holds data, so it stays whatever happens to the stack; that is the default of every such type. One that the
/// lock says is made from a snapshot has another id, since no volume can be made from it afterwards.
#[track_caller]
pub(super) fn volume(stack: &mut Stack, config: &DataVolume, lock: &Lock, zone: &str) -> ec2::Volume {
    let restored = lock.restored(stack.name(), ID).cloned();
    let least = restored.as_ref().map_or(0, |from| from.gib);
    let size = check_gp3(config.gib, config.iops, config.throughput);
    let enough = if config.gib < least { Err(SizeError::Snapshot { gib: config.gib, least }) } else { Ok(config.gib) };
    let size = size.and(enough);
    let volume = ec2::Volume::new()
        .availability_zone(zone)
        .volume_type(ec2::volume::VolumeType::GP3)
        .size(size)
        .iops(config.iops)
        .throughput(config.throughput)
        .encrypted(true)
        .tags([("Name", format!("{}-data", stack.name()))]);
    match restored {
        Some(from) => {
            stack.retire(ID, "stackgen.lock says that the data volume is made from a snapshot; the old one stays");
            stack.add(&from.logical_id(ID), volume.snapshot_id(from.snapshot))
        }
        None => stack.add(ID, volume),
    }
}

/// The attachment. Setting the parameter to `detached` takes the volume off the host and changes nothing else, which is
/// how a new host can get it.
#[track_caller]
pub(super) fn attachment(
    stack: &mut Stack,
    config: &DataVolume,
    instance: &ec2::Instance,
    volume: &ec2::Volume,
) -> ec2::VolumeAttachment {
    let parameter = Parameter::string()
        .description("Whether the data volume is attached to the host. A handover sets it; people need not.")
        .default("attached")
        .allowed_values(["attached", "detached"]);
    let wanted = stack.parameter("DataAttachment", parameter);
    let attached = stack.condition("DataAttached", condition::equals(wanted, "attached"));
    let attachment = ec2::VolumeAttachment::new().instance_id(instance).volume_id(volume).device(&config.device);
    stack.add("DataAttachmentToHost", attachment).only_if(&attached)
}
