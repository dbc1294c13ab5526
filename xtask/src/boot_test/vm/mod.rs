//! The same user-data on a whole machine: its own kernel, cloud-init that finds EC2 by itself, and NVMe disks that come late
//! and in any order. Containers cannot show these. `docs/boot-test-vm.md` is what a run says.
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::ensure;
use serde::{Deserialize, Serialize};

use super::host::Host;
use super::{enclosure, image, programs};

mod boots;
pub(super) mod disk;
mod line;
pub(super) mod machine;

/// What a machine needs beyond a container: a kernel, somebody to talk to, and how
/// Debian's images for clouds get their addresses.
const PACKAGES: [&str; 4] = ["linux-image-cloud-amd64", "qemu-guest-agent", "dhcpcd-base", "netplan.io"];

/// What was made before the enclosure, where there is a network.
#[derive(Serialize, Deserialize)]
struct Prepared {
    host: Host,
    image: PathBuf,
    moto: PathBuf,
}

/// Runs the command, or what it encloses.
pub(super) fn exec(enclosed: Option<&str>) -> anyhow::Result<()> {
    if let Some(prepared) = enclosed {
        return boots::exec(&serde_json::from_str(prepared)?);
    }
    require()?;
    let prepared = Prepared { host: Host::describe()?, image: image()?, moto: programs::moto()? };
    enclosure::enclose(&["boot-test", "--vm", "--enclosed", &serde_json::to_string(&prepared)?])
}

/// Says what is missing for machines.
pub(super) fn require() -> anyhow::Result<()> {
    enclosure::require_root()?;
    for (program, package) in [("qemu-system-x86_64", "qemu-system-x86"), ("mke2fs", "e2fsprogs")] {
        let found = Command::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        ensure!(found.is_ok(), "`{program}` is not here; install it with `apt-get install {package}`");
    }
    Ok(())
}

/// The root of a machine's image.
pub(super) fn image() -> anyhow::Result<PathBuf> {
    image::ensure("machine", &PACKAGES)
}
