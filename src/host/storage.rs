//! The data volume and how it hangs on the host.
use stackgen_cfn::ec2;
use stackgen_core::{Handle, Parameter, Stack, condition};

use super::config::DataVolume;
use super::size::check_gp3;

/// The volume. It holds data, so it stays whatever happens to the stack; that is the default of every such type.
#[track_caller]
pub(super) fn volume(stack: &mut Stack, config: &DataVolume, zone: &str) -> ec2::Volume {
    let size = check_gp3(config.gib, config.iops, config.throughput).map(|()| config.gib);
    let volume = ec2::Volume::new()
        .availability_zone(zone)
        .volume_type(ec2::volume::VolumeType::GP3)
        .size(size)
        .iops(config.iops)
        .throughput(config.throughput)
        .encrypted(true)
        .tags([("Name", format!("{}-data", stack.name()))]);
    stack.add("DataVolume", volume)
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
