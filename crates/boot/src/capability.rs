//! What a machine must have so that hosts can be booted on it.
use std::path::Path;

use crate::{Disk, Host, Image, World};

/// Debian's packages with the tools that are used here and by boot scripts.
pub const PACKAGES: &[&str] = &[
    "bash",
    "coreutils",
    "diffutils",
    "e2fsprogs",
    "fdisk",
    "grep",
    "mount",
    "sed",
    "strace",
    "util-linux",
    "xfsprogs",
];

/// Where the tools are that are not on every machine.
const TOOLS: [&str; 15] = [
    "unshare",
    "nsenter",
    "setpriv",
    "losetup",
    "mount",
    "blkid",
    "wipefs",
    "findmnt",
    "blockdev",
    "mkfs.xfs",
    "xfs_growfs",
    "mkfs.ext4",
    "chattr",
    "strace",
    "cmp",
];

/// Whether a test can boot hosts here. Where it cannot, nothing is tested, unless `STACKGEN_SKIP_NOTHING` is set.
///
/// # Panics
///
/// If something is missing and nothing may be skipped.
#[must_use]
#[expect(clippy::print_stdout, reason = "people want to know what was not tested")]
pub fn can_boot() -> bool {
    let missing = missing();
    #[expect(clippy::disallowed_methods, reason = "the environment of a test is read where tests start")]
    let must_run = std::env::var_os("STACKGEN_SKIP_NOTHING").is_some_and(|value| value == "1");
    assert!(missing.is_empty() || !must_run, "{}", missing.join("; "));
    if !missing.is_empty() {
        println!("not tested: {}", missing.join("; "));
    }
    missing.is_empty()
}

/// What is missing on this machine, in words that say what to do; nothing if hosts can be booted.
pub fn missing() -> Vec<String> {
    if !rustix::process::geteuid().is_root() {
        return vec!["this is not root; run it with sudo, or in a container with --privileged".to_owned()];
    }
    let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];
    let absent = |tool: &&&str| !folders.iter().any(|folder| Path::new(folder).join(tool).exists());
    let tools: Vec<&str> = TOOLS.iter().filter(absent).copied().collect();
    if !tools.is_empty() {
        return vec![format!("{} is missing; apt-get install {}", tools.join(", "), PACKAGES.join(" "))];
    }
    let tried = Disk::blank(16).and_then(|disk| {
        let host = Host::new(&Image::new())?;
        host.boot(&World::new(), &[("nvme1n1", "vol1", &disk)])?;
        disk.released()
    });
    tried
        .err()
        .map(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!(
                "this machine cannot mount in namespaces, has no loop devices or a kernel before 5.6: {error}{cause}"
            )
        })
        .into_iter()
        .collect()
}
