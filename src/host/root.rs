//! The system of the host: its image, its root volume, its metadata service.
use stackgen_cfn::ec2::instance::{BlockDeviceMapping, Ebs, MetadataOptions};
use stackgen_core::{AwsType, Parameter, Stack, Value};

use super::config::{Image, RootVolume};

/// The pinned image, as a parameter whose default is the pin: a plain one, since one that reads SSM is read at every
/// deploy. The pin is also its only value. Another one, given at a deploy, would replace the host behind the back of the
/// logical ids, and nobody would wait for the new host's readiness.
#[track_caller]
pub(super) fn image(stack: &mut Stack, image: &Image) -> Value<String> {
    let description = format!(
        "The pinned image of the host. The pin changes in the configuration and not at a deploy; new pins come from the \
         SSM parameter {}.",
        image.source
    );
    let parameter = Parameter::of(AwsType::ImageId).default(image.id.as_str()).allowed_values([image.id.as_str()]);
    stack.parameter("HostImage", parameter.description(&description))
}

/// The root volume goes with the host: nothing on it is kept.
pub(super) fn mapping(root: &RootVolume, image: &Image) -> BlockDeviceMapping {
    let ebs = Ebs::new().volume_size(root.gib).volume_type("gp3").encrypted(true).delete_on_termination(true);
    BlockDeviceMapping::new().device_name(&image.root_device).ebs(ebs)
}

/// Version 2 of the metadata service only, and not for containers behind the host.
pub(super) fn metadata() -> MetadataOptions {
    MetadataOptions::new().http_endpoint("enabled").http_tokens("required").http_put_response_hop_limit(1)
}
