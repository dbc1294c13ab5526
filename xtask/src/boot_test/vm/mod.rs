//! The same user-data on a whole machine: its own kernel, cloud-init that finds EC2 by itself, and NVMe disks that come late
//! and in any order. Containers cannot show these.
mod disk;
mod line;
mod machine;

use super::image;

/// What a machine needs beyond a container: a kernel, somebody to talk to, what checks and grows the root disk, and how
/// Debian's images for clouds get their addresses.
const PACKAGES: [&str; 5] = ["linux-image-cloud-amd64", "qemu-guest-agent", "e2fsprogs", "dhcpcd-base", "netplan.io"];

/// Runs them.
pub(super) fn exec() -> anyhow::Result<()> {
    let image = image::ensure("machine", &PACKAGES)?;
    println!("{}", image.display());
    Ok(())
}
