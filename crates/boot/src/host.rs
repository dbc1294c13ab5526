//! A host: a root over the machine's own, and the disks that are attached to it. It can be booted again and again.
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustix::fs::{FileType, Mode};

use crate::keeper::Keeper;
use crate::rooted::{Root, ancestors, own_place};
use crate::{Boot, BootError, Disk, Image, World};

/// A throw-away root. What a boot writes is there at the next one, as on a root volume; a new host has a new one.
pub struct Host {
    pub(crate) keeper: Arc<Keeper>,
    /// What its root volume has over the machine's own.
    upper: Root,
    /// Where the played programs and the world are.
    stand_ins: Arc<Root>,
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
        image.check()?;
        let (keeper, _) = Keeper::start("make a root", ROOT, &[])?;
        let open = |folder: &str| {
            let folder = keeper.path(folder);
            Root::at(&folder).map_err(BootError::file(&folder))
        };
        let (upper, stand_ins) = (open("/mnt/upper")?, Arc::new(open("/mnt/stand-ins")?));
        let host = Host { upper, stand_ins, keeper: Arc::new(keeper), watched: Vec::new() };
        for path in &image.absent {
            host.take_away(Path::new(path)).map_err(BootError::file(Path::new(path)))?;
        }
        host.take_state_away().map_err(BootError::file(Path::new("/var/lib")))?;
        host.stand_ins.write("bin/common.sh", 0o644, COMMON).map_err(BootError::file(Path::new("common.sh")))?;
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
        let watched = ("watched".to_owned(), self.watched.join("\n") + "\n");
        for (file, text) in world.files().into_iter().chain([watched]) {
            let path = format!("world/{file}");
            self.stand_ins.write(&path, 0o600, text).map_err(BootError::file(Path::new(&path)))?;
        }
        let mut command = Command::new("nsenter");
        command.args(["--mount", "--target", &self.keeper.pid().to_string()]);
        command.args(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net"]);
        command.args(["bash", "-euc", SETUP, "setup", "host"]);
        let (init, _) = Keeper::of("boot a host", command)?;
        let boot = Boot::new(init, self.keeper.clone(), self.stand_ins.clone())?;
        for (name, serial, disk) in disks {
            boot.attach(name, serial, disk)?;
        }
        Ok(boot)
    }

    /// What is in a file of its root volume, if a boot or the image wrote it.
    pub fn read(&self, path: &str) -> Option<String> {
        String::from_utf8(self.upper.read(path).ok()?).ok()
    }

    /// What a folder has is hidden, anything else is not there.
    fn take_away(&self, path: &Path) -> io::Result<()> {
        self.folders(path)?;
        if path.is_dir() {
            self.upper.make_folder(path, own_mode(path))?;
            self.upper.hide_below(path)
        } else {
            self.upper.mark_absent(path)
        }
    }

    /// Of `/var/lib` there is only the list of packages: a service that finds what the same one has left on this machine would
    /// go on from there.
    fn take_state_away(&self) -> io::Result<()> {
        let state = Path::new("/var/lib");
        self.folders(&state.join("any"))?;
        for entry in fs::read_dir(state)? {
            let path = entry?.path();
            if !path.ends_with("dpkg") && self.upper.kind(&path).is_none() {
                self.upper.mark_absent(&path)?;
            }
        }
        Ok(())
    }

    /// Folders of the root volume hide what the machine's own folders look like, so they are made alike.
    fn folders(&self, path: &Path) -> io::Result<()> {
        for folder in ancestors(path) {
            // Where a path of the machine was taken away, its mark gives way, and what is below it stays hidden.
            let was_absent = self.upper.kind(folder) == Some(FileType::CharacterDevice);
            if was_absent {
                self.upper.remove(folder)?;
            }
            self.upper.make_folder(folder, if was_absent { Mode::from_raw_mode(0o755) } else { own_mode(folder) })?;
            if was_absent {
                self.upper.hide_below(folder)?;
            }
        }
        Ok(())
    }

    /// A file of the root volume.
    fn install(&self, path: &str, mode: u32, content: impl AsRef<[u8]>) -> Result<(), BootError> {
        let made = || -> io::Result<()> {
            let path = Path::new(path);
            let folder = own_place(path.parent().unwrap_or(path), |place| self.upper.kind(place).is_some());
            let path = folder.join(path.file_name().unwrap_or_default());
            self.folders(&path)?;
            // A mark that there is no such file would be written to.
            self.upper.remove(&path)?;
            self.upper.write(&path, mode, &content)
        };
        made().map_err(BootError::file(Path::new(path)))
    }
}

fn own_mode(folder: &Path) -> Mode {
    Mode::from_raw_mode(fs::metadata(folder).map_or(0o755, |own| own.permissions().mode() & 0o7777))
}
