//! A host with two volumes: a root that is thrown away with its image, and a data volume that outlives every host.
//!
//! The traps that this construct knows, and what it does about each:
//!
//! - an image parameter that reads SSM replaces the host on an unrelated deploy: the image is pinned, in `stackgen.lock`;
//! - a root mapping with another name than the image's adds a second disk: the name comes with the pin;
//! - a volume and its host in different zones cannot meet: the zone comes with the subnet;
//! - the volume is attached after the host exists, so a host that waits for its disk before it counts as created waits for
//!   ever: readiness is a wait condition of its own, after the attachment;
//! - EC2 runs a changed boot script only on a new instance: the logical id of the host changes with the script, and with
//!   whatever else only a new instance can have, so that the replacement is seen in a review and waits for readiness. A host
//!   can also be told to keep its script to itself ([`OnUserDataChange`]);
//! - a new host cannot take the volume while the old one holds it: the attachment hangs on the parameter `DataAttachment`,
//!   so that it can be let go first;
//! - data dies with a stack by default: the volume stays.
mod boot;
mod config;
mod image;
mod instance_type;
mod readiness;
mod role;
mod root;
mod script_change;
mod size;
mod storage;
mod wait;

use stackgen_cfn::{ec2, iam as cfn_iam};
use stackgen_core::{Stack, Value};

pub use boot::Boot;
pub use config::{Architecture, Config, DataVolume, RootVolume};
use image::HostImage;
pub use image::{Image, ImageError};
use readiness::Ready;
pub use role::add_role;
pub use script_change::OnUserDataChange;
pub use size::{SizeError, check_gp3};
pub use wait::{Wait, WaitError};

use crate::iam::Grant;
use crate::lock::Lock;
use crate::network::Subnet;
use crate::userdata::BootScript;

/// Where a host is placed, who may reach it, and what it may do.
#[derive(Debug)]
pub struct Place<'a> {
    /// The subnet, and with it the zone of the data volume.
    pub subnet: &'a Subnet,
    /// The security groups.
    pub security_groups: Vec<Value<String>>,
    /// What it needs beyond logging in and what its boot script needs.
    pub grants: Vec<Grant>,
}

/// A host in a stack.
#[derive(Clone, Debug)]
pub struct TwoVolumeHost {
    /// The host.
    pub instance: ec2::Instance,
    /// The data volume.
    pub volume: ec2::Volume,
    /// The public address.
    pub address: ec2::Eip,
    /// What the host may do.
    pub role: cfn_iam::Role,
}

impl TwoVolumeHost {
    /// Adds a host that boots the image which the lock has for its stack. `boot` makes its boot script, once the volume's id
    /// and the name of the readiness signal are known. What the script needs to be allowed, the host is allowed.
    #[track_caller]
    pub fn add(
        stack: &mut Stack,
        config: &Config,
        lock: &Lock,
        place: Place<'_>,
        boot: impl Fn(&Boot) -> BootScript,
    ) -> Self {
        let volume = storage::volume(stack, &config.data, lock, place.subnet.zone());
        let image = HostImage::of(stack, config, lock);
        let boot = Ready::new(stack, &volume, config, &image, place.subnet, boot);
        let grants = [Grant::session_manager()].into_iter().chain(boot.script().grants()).chain(place.grants);
        let (role, profile) = add_role(stack, "Host", grants);
        let instance = ec2::Instance::new()
            .image_id(image.parameter(stack, config))
            .instance_type(config.instance_type())
            .subnet_id(place.subnet)
            .security_group_ids(place.security_groups)
            .iam_instance_profile(&profile)
            .block_device_mappings([root::mapping(&config.root, image.root_device())])
            .metadata_options(root::metadata())
            .propagate_tags_to_volume_on_creation(true)
            .user_data(boot.user_data(config))
            .tags([("Name", stack.name().to_owned())]);
        let instance = place.subnet.before(stack.add(boot.instance_id(), instance));
        let attachment = storage::attachment(stack, &config.data, &instance, &volume);
        let address = ec2::Eip::new().domain("vpc").tags([("Name", stack.name().to_owned())]);
        let address = place.subnet.before(stack.add("HostAddress", address));
        let association = ec2::EipAssociation::new().allocation_id(address.allocation_id()).instance_id(&instance);
        let association = stack.add("HostAddressAssociation", association);
        boot.add_condition(stack, config.ready_within, &attachment, &association);
        TwoVolumeHost { instance, volume, address, role }
    }

    /// The public address, which stays when the host is replaced.
    pub fn public_ip(&self) -> Value<String> {
        self.address.reference()
    }
}
