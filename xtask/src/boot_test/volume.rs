//! The data volume: a file behind a loop device.
use std::fs::File;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::programs::run;

/// An attached loop device. The kernel detaches it as soon as nobody has it open, so nothing is left of it even when this
/// process is killed.
pub(super) struct Volume {
    pub device: PathBuf,
    _open: File,
}

impl Volume {
    /// A blank one. It takes memory only for what is written to it.
    pub(super) fn blank(scratch: &Path) -> anyhow::Result<Self> {
        let file = scratch.join("volume");
        File::create(&file)?.set_len(1 << 30)?;
        let attach = Command::new("losetup").args(["--find", "--show"]).arg(&file).output()?;
        ensure!(attach.status.success(), "losetup: {}", String::from_utf8_lossy(&attach.stderr));
        let device = PathBuf::from(String::from_utf8(attach.stdout)?.trim());
        let open = File::open(&device).with_context(|| device.display().to_string())?;
        ensure!(open.metadata()?.file_type().is_block_device(), "{} is no block device", device.display());
        // While it is open this only asks for detaching later (`LOOP_CLR_FD` in the kernel's drivers/block/loop.c).
        run(Command::new("losetup").arg("--detach").arg(&device))?;
        Ok(Self { device, _open: open })
    }

    /// The numbers by which the kernel knows it.
    pub(super) fn numbers(&self) -> anyhow::Result<(u64, u64)> {
        let device = self.device.metadata()?.rdev();
        Ok((nix::sys::stat::major(device), nix::sys::stat::minor(device)))
    }

    pub(super) fn name(&self) -> anyhow::Result<&str> {
        self.device.file_name().and_then(|name| name.to_str()).context("a device has a name")
    }
}
