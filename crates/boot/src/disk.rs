//! A disk: a sparse file in memory behind a loop device, so that every tool sees a true block device.
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, SeekFrom as Hole, seek};

use crate::BootError;
use crate::keeper::Keeper;

/// A disk that outlives boots and hosts.
pub struct Disk {
    keeper: Keeper,
    device: String,
    bytes: u64,
}

/// The device is opened and then detached, which happens at its last close: so it ends with the keeper and with the mounts.
/// `losetup` may lose its place to somebody who asks at the same time.
const ATTACH: &str = r#"
mount -t tmpfs -o mode=0700 tmpfs /mnt
truncate -s "$1" /mnt/image
mkdir /mnt/at
attempts=0
until fact=$(losetup --find --show /mnt/image); do
  attempts=$((attempts + 1))
  [ "$attempts" -lt 20 ]
  sleep 0.1
done
exec 9<"$fact"
losetup --detach "$fact"
"#;

impl Disk {
    /// A disk of zeros. Its size is in MiB; xfs wants at least 300.
    pub fn blank(mebibytes: u64) -> Result<Disk, BootError> {
        let (keeper, device) = Keeper::start("attach a loop device", ATTACH, &[&format!("{mebibytes}M")])?;
        Ok(Disk { keeper, device, bytes: mebibytes << 20 })
    }

    /// Runs a script that does something to the disk: `$disk` is the device, `$image` the file behind it, and `$at` an empty
    /// folder to mount it at. What it leaves mounted is taken away.
    pub fn prepare(&self, script: &str) -> Result<String, BootError> {
        let around = format!(
            "disk=$1 image=/mnt/image at=/mnt/at; export disk image at\n(\n{script}\n)\n\
             if mountpoint -q /mnt/at; then umount /mnt/at; fi"
        );
        self.keeper.run("prepare a disk", &around, &[&self.device])
    }

    /// From now on nothing of it can be read from this byte on: the device answers with I/O errors, as a broken disk does.
    pub fn break_from(&self, byte: u64) -> Result<(), BootError> {
        self.flushed()?;
        // The kernel's loop driver ends a read with an error where the file behind it gives nothing (lo_complete_rq).
        self.keeper.run("break a disk", "truncate -s \"$1\" /mnt/image", &[&byte.to_string()])?;
        self.flushed()
    }

    /// All that is on it. Waits until nobody has it mounted.
    pub fn content(&self) -> Result<Content, BootError> {
        self.released()?;
        self.content_as_it_is()
    }

    /// The same while somebody may write to it.
    pub(crate) fn content_as_it_is(&self) -> Result<Content, BootError> {
        self.flushed()?;
        let path = self.keeper.path("/mnt/image");
        let file = File::open(&path).map_err(BootError::file(&path))?;
        Content::of(file).map_err(BootError::file(&path))
    }

    /// Waits until no mount uses the disk: the kernel takes mounts of a namespace away a little after its last process.
    pub fn released(&self) -> Result<(), BootError> {
        let started = Instant::now();
        let exclusive = i32::try_from(OFlags::EXCL.bits()).expect("the flag is small");
        while OpenOptions::new().read(true).custom_flags(exclusive).open(&self.device).is_err() {
            if started.elapsed() > Duration::from_secs(5) {
                return Err(BootError::Late(format!("letting go of {}", self.device)));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn flushed(&self) -> Result<(), BootError> {
        self.keeper.run("flush a disk", "blockdev --flushbufs \"$1\"", &[&self.device]).map(drop)
    }

    /// `7:3`, as `mknod` and sysfs want it.
    pub(crate) fn number(&self) -> (u32, u32) {
        // Loop devices have the major number 7 (the kernel's admin-guide, *devices*).
        (7, self.device.trim_start_matches("/dev/loop").parse().unwrap_or_default())
    }

    pub(crate) fn sectors(&self) -> u64 {
        self.bytes / 512
    }
}

/// What is on a disk; two are equal if every byte is.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Blocks that are not all zeros, by their place.
    blocks: BTreeMap<u64, Vec<u8>>,
}

const BLOCK: usize = 64 << 10;

impl Content {
    fn of(mut file: File) -> std::io::Result<Content> {
        let mut blocks = BTreeMap::new();
        let zeros = vec![0; BLOCK];
        let mut place = 0;
        // There is an error where only a hole is left.
        while let Ok(data) = seek(&file, Hole::Data(place)) {
            let start = data - data % BLOCK as u64;
            file.seek(SeekFrom::Start(start))?;
            let mut block = Vec::with_capacity(BLOCK);
            (&file).take(BLOCK as u64).read_to_end(&mut block)?;
            if block != zeros[..block.len()] {
                blocks.insert(start, block);
            }
            place = start + BLOCK as u64;
        }
        Ok(Content { blocks })
    }

    /// Whether every byte is zero.
    pub fn is_blank(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Whether one of the texts is anywhere, unless it lies across two blocks.
    pub(crate) fn has_any(&self, texts: &[String]) -> bool {
        self.blocks.values().any(|block| crate::leaks::has_any(block, texts))
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} blocks of {BLOCK} bytes that are not zero", self.blocks.len())
    }
}
