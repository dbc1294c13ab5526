//! A host: a root over the machine's own, and the disks that are attached to it. It can be booted again and again.
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustix::fs::{CWD, FileType, Mode, XattrFlags, mknodat, setxattr};

use crate::keeper::Keeper;
use crate::{Boot, BootError, Disk, Image, World};

/// A throw-away root. What a boot writes is there at the next one, as on a root volume; a new host has a new one.
pub struct Host {
    pub(crate) keeper: Arc<Keeper>,
    watched: Vec<String>,
}

const ROOT: &str = r"
mount -t tmpfs -o mode=0755 tmpfs /mnt
mkdir -p /mnt/upper /mnt/work /mnt/root /mnt/upper/stand-ins /mnt/stand-ins/bin
chmod 0700 /mnt/stand-ins
cp /bin/sleep /mnt/stand-ins/bin/real-sleep
: >/mnt/stand-ins/calls
: >/mnt/stand-ins/units.log
: >/mnt/stand-ins/kmsg
";

/// Programs that are played, and what plays them.
const PLAYED: [(&str, &str); 4] = [
    ("/usr/bin/aws", include_str!("stand_ins/aws.sh")),
    ("/usr/bin/curl", include_str!("stand_ins/curl.sh")),
    ("/usr/bin/systemctl", include_str!("stand_ins/systemctl.sh")),
    ("/usr/bin/sleep", include_str!("stand_ins/sleep.sh")),
];
const COMMON: &str = include_str!("stand_ins/common.sh");
const SETUP: &str = include_str!("setup.sh");

impl Host {
    /// A host as its image makes it.
    pub fn new(image: &Image) -> Result<Host, BootError> {
        let (keeper, _) = Keeper::start("make a root", ROOT, &[])?;
        let keeper = Arc::new(keeper);
        let host = Host { keeper, watched: Vec::new() };
        for path in &image.absent {
            host.take_away(path).map_err(BootError::file(Path::new(path)))?;
        }
        host.store("/mnt/stand-ins/bin/common.sh", 0o644, COMMON)?;
        for (path, script) in PLAYED {
            host.install(path, 0o755, script)?;
        }
        for (path, accounts) in [("/etc/passwd", true), ("/etc/group", false)] {
            let own = fs::read_to_string(path).map_err(BootError::file(Path::new(path)))?;
            let text = image.accounts(&own, |user, id| match accounts {
                true => format!("{user}:x:{id}:{id}::/nonexistent:/usr/sbin/nologin\n"),
                false => format!("{user}:x:{id}:\n"),
            });
            host.install(path, 0o644, text)?;
        }
        host.install("/etc/fstab", 0o644, "LABEL=root / ext4 defaults 0 1\n")?;
        for (path, mode, content) in &image.files {
            host.install(path, *mode, content)?;
        }
        Ok(host)
    }

    /// Writes down, whenever a service starts, whose these paths are and where they lie.
    #[must_use]
    pub fn watching(mut self, paths: &[&str]) -> Self {
        self.watched = paths.iter().map(|path| (*path).to_owned()).collect();
        self
    }

    /// Starts it: processes, `/run`, `/tmp` and mounts are new, nothing runs yet. Disks have a name, `nvme1n1`, and the serial
    /// number that the kernel shows for them.
    pub fn boot(&self, world: &World, disks: &[(&str, &str, &Disk)]) -> Result<Boot, BootError> {
        for (file, text) in world.files() {
            self.store(&format!("/mnt/stand-ins/world/{file}"), 0o600, text)?;
        }
        self.store("/mnt/stand-ins/world/watched", 0o600, self.watched.join("\n") + "\n")?;
        let mut command = Command::new("nsenter");
        command.args(["--mount", "--target", &self.keeper.pid().to_string()]);
        command.args(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net"]);
        command.args(["bash", "-euc", SETUP, "setup", "host"]);
        let (init, _) = Keeper::of("boot a host", command)?;
        let boot = Boot::new(init, self.keeper.clone());
        for (name, serial, disk) in disks {
            boot.attach(name, serial, disk)?;
        }
        Ok(boot)
    }

    /// What is in a file of its root volume, if a boot or the image wrote it.
    pub fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.keeper.path(&format!("/mnt/upper{path}"))).ok()
    }

    /// What a folder has is hidden, anything else is not there, in overlayfs' own marks (the kernel's documentation,
    /// *Overlay Filesystem*, whiteouts and opaque directories).
    fn take_away(&self, path: &str) -> std::io::Result<()> {
        let hidden = self.keeper.path(&format!("/mnt/upper{path}"));
        self.folders(Path::new(path).parent().unwrap_or(Path::new("/")))?;
        if Path::new(path).is_dir() {
            fs::create_dir_all(&hidden)?;
            fs::set_permissions(&hidden, fs::Permissions::from_mode(0o755))?;
            setxattr(&hidden, "trusted.overlay.opaque", b"y", XattrFlags::empty())?;
        } else {
            mknodat(CWD, &hidden, FileType::CharacterDevice, Mode::empty(), 0)?;
        }
        Ok(())
    }

    /// Folders of the root volume hide what the machine's own folders look like, so they are made alike.
    fn folders(&self, folder: &Path) -> std::io::Result<()> {
        let ancestors: Vec<&Path> = folder.ancestors().collect();
        for path in ancestors.into_iter().rev() {
            let made = self.keeper.path(&format!("/mnt/upper{}", path.display()));
            if !made.is_dir() {
                // Where a path of the machine was taken away, its mark gives way.
                let _ = fs::remove_file(&made);
                fs::create_dir(&made)?;
                let own = fs::metadata(path);
                let mode = own.map_or(0o755, |own| own.permissions().mode());
                fs::set_permissions(&made, fs::Permissions::from_mode(mode))?;
            }
        }
        Ok(())
    }

    /// A file of the root volume.
    fn install(&self, path: &str, mode: u32, content: impl AsRef<[u8]>) -> Result<(), BootError> {
        let made = self.folders(Path::new(path).parent().unwrap_or(Path::new("/")));
        made.map_err(BootError::file(Path::new(path)))?;
        // A mark that there is no such file would be written to.
        let _ = fs::remove_file(self.keeper.path(&format!("/mnt/upper{path}")));
        self.store(&format!("/mnt/upper{path}"), mode, content)
    }

    fn store(&self, path: &str, mode: u32, content: impl AsRef<[u8]>) -> Result<(), BootError> {
        let file = self.keeper.path(path);
        let made = || -> std::io::Result<()> {
            fs::create_dir_all(file.parent().unwrap_or(&file))?;
            fs::write(&file, content)?;
            fs::set_permissions(&file, fs::Permissions::from_mode(mode))
        };
        made().map_err(BootError::file(&file))
    }
}
