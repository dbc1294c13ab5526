//! Disks of the machine: files with holes, so that they are as large as the real ones and take little room.
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

const MIB: u64 = 1024 * 1024;
const ROOT_MIB: u64 = 3 * 1024;
const DISK_SIGNATURE: u32 = 0x5ac2_0001;
/// How the kernel finds its root whatever the disks are called: the disk's signature and the partition's number.
pub(in crate::boot_test) const ROOT_PARTITION: &str = "PARTUUID=5ac20001-01";

/// A disk, and the serial number that its controller reports.
#[derive(Clone)]
pub(in crate::boot_test) struct Disk {
    pub(in crate::boot_test) file: PathBuf,
    pub(in crate::boot_test) serial: String,
}

impl Disk {
    /// A blank one.
    pub(in crate::boot_test) fn blank(file: PathBuf, serial: &str, gib: u64) -> anyhow::Result<Self> {
        let made = File::create(&file).and_then(|disk| disk.set_len(gib * 1024 * MIB));
        made.with_context(|| format!("making {}", file.display()))?;
        Ok(Disk { file, serial: serial.to_owned() })
    }

    /// One with a partition that has what is in a folder, owners included.
    pub(in crate::boot_test) fn of_folder(file: PathBuf, serial: &str, folder: &Path) -> anyhow::Result<Self> {
        let disk = Disk::blank(file, serial, ROOT_MIB / 1024)?;
        File::options().write(true).open(&disk.file)?.write_all_at(&partition_table(), 0)?;
        let mut command = Command::new("mke2fs");
        command.args(["-q", "-F", "-t", "ext4", "-L", "root", "-E", &format!("offset={MIB},nodiscard"), "-d"]);
        command.arg(folder).arg(&disk.file).arg(format!("{}m", ROOT_MIB - 1));
        let status = command.status().context("`mke2fs` fills the root disk; install e2fsprogs")?;
        ensure!(status.success(), "mke2fs did not fill the root disk; its own message is above");
        Ok(disk)
    }

    /// Whether every byte is zero.
    pub(in crate::boot_test) fn is_blank(&self) -> anyhow::Result<bool> {
        let mut disk = File::open(&self.file)?;
        let mut piece = vec![0; MIB as usize];
        loop {
            match disk.read(&mut piece)? {
                0 => return Ok(true),
                length if piece[..length].iter().any(|byte| *byte != 0) => return Ok(false),
                _ => {}
            }
        }
    }

    /// Makes it larger, as volumes are between machines.
    pub(in crate::boot_test) fn grow(&self, gib: u64) -> anyhow::Result<()> {
        let grown = File::options().write(true).open(&self.file).and_then(|disk| disk.set_len(gib * 1024 * MIB));
        grown.with_context(|| format!("growing {}", self.file.display()))
    }

    /// Throws it away.
    pub(in crate::boot_test) fn remove(self) -> anyhow::Result<()> {
        fs::remove_file(&self.file).with_context(|| format!("removing {}", self.file.display()))
    }
}

/// A table with one Linux partition after the first MiB. It is written here as it is two numbers and a signature.
fn partition_table() -> [u8; 512] {
    const SECTOR: u64 = 512;
    let sectors = |mib: u64| u32::try_from(mib * MIB / SECTOR).expect("root disks are far below 2 TiB").to_le_bytes();
    let mut table = [0; 512];
    table[440..444].copy_from_slice(&DISK_SIGNATURE.to_le_bytes());
    table[450] = 0x83;
    table[454..458].copy_from_slice(&sectors(1));
    table[458..462].copy_from_slice(&sectors(ROOT_MIB - 1));
    table[510..].copy_from_slice(&[0x55, 0xaa]);
    table
}
