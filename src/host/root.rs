//! The system of the host: its root volume, its metadata service.
use super::config::RootVolume;
use stackgen_cfn::ec2::instance::{BlockDeviceMapping, Ebs, MetadataOptions};

/// The root volume goes with the host: nothing on it is kept.
pub(super) fn mapping(root: &RootVolume, device: &str) -> BlockDeviceMapping {
    let ebs = Ebs::new().volume_size(root.gib).volume_type("gp3").encrypted(true).delete_on_termination(true);
    BlockDeviceMapping::new().device_name(device).ebs(ebs)
}

/// Version 2 of the metadata service only, and not for containers behind the host.
pub(super) fn metadata() -> MetadataOptions {
    MetadataOptions::new().http_endpoint("enabled").http_tokens("required").http_put_response_hop_limit(1)
}
