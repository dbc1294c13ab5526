//! The values of a host.
use serde::Deserialize;

use super::image::Image;
use super::script_change::OnUserDataChange;
use super::wait::Wait;

/// The values of a host with two volumes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The instance type, such as `m7g.medium`. Its architecture must be the image's.
    pub instance_type: String,
    /// The image that it wants. Which one it boots, the lock says.
    pub image: Image,
    /// The volume with the system, thrown away with the host.
    #[serde(default)]
    pub root: RootVolume,
    /// The volume with the data, kept.
    #[serde(default)]
    pub data: DataVolume,
    /// How long a boot may take. A boot script that goes by it makes a new host of every change.
    #[serde(default)]
    pub ready_within: Wait,
    /// What becomes of a host whose boot script changes.
    #[serde(default)]
    pub on_user_data_change: OnUserDataChange,
    /// The number of the boot script that was accepted; for a host that forbids changes.
    #[serde(default)]
    pub accepted_script: Option<String>,
}

/// What a processor understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
}

impl Architecture {
    /// What EC2 calls it.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::Arm64 => "arm64",
            Architecture::X86_64 => "x86_64",
        }
    }
}

/// A volume with the system.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootVolume {
    /// Its size, at least the image's.
    pub gib: u32,
}

impl Default for RootVolume {
    fn default() -> Self {
        RootVolume { gib: 10 }
    }
}

/// A volume with the data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataVolume {
    /// Its size. It can grow and never shrink.
    pub gib: u32,
    /// Reads and writes a second.
    pub iops: u32,
    /// MiB a second.
    pub throughput: u32,
    /// The device name at attachment. The host finds the disk by its serial number and not by this.
    pub device: String,
}

impl Default for DataVolume {
    fn default() -> Self {
        DataVolume { gib: 20, iops: 3_000, throughput: 125, device: "/dev/sdf".to_owned() }
    }
}
