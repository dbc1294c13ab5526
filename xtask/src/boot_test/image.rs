//! The image that stands in for the AMI: Debian packages, and the files under `image/root`.
//!
//! It is made once for each recipe and kept beside the build as a folder that nobody writes to: containers put an overlay
//! over it, and a disk image can be filled from it.
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::tools;

/// The oldest release whose `awscli` reads endpoints from its configuration (2.13).
const RELEASE: &str = "trixie";
const PACKAGES: &[&str] = &[
    "adduser",
    "awscli",
    "ca-certificates",
    "cloud-init",
    "curl",
    "dbus",
    "e2fsprogs",
    "iproute2",
    "libpam-systemd",
    "openssl",
    "postgresql-17",
    "procps",
    "redis-server",
    "systemd-sysv",
    "udev",
    "xfsprogs",
];
/// Half of the image would be for people who read.
const UNREAD: [&str; 4] = ["doc", "info", "locale", "man"];
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/boot_test/image");

/// The folder with the root of the image, made if it is not there. A machine that needs more packages than a container
/// has an image of its own name.
pub(super) fn ensure(name: &str, more_packages: &[&str]) -> anyhow::Result<PathBuf> {
    let images = tools::beside_the_build("boot-images")?;
    let packages = PACKAGES.iter().chain(more_packages).copied().collect::<Vec<_>>().join(",");
    let image = images.join(format!("{name}-{:016x}", recipe(&packages)?));
    if !image.exists() {
        fs::create_dir_all(&images)?;
        remove_older(&images, name)?;
        let unfinished = image.with_extension("unfinished");
        build(&unfinished, &packages)?;
        fs::rename(&unfinished, &image)?;
    }
    Ok(image)
}

/// A number for everything that decides what is in the image, apart from how far the packages have come.
fn recipe(packages: &str) -> anyhow::Result<u64> {
    let mut hasher = DefaultHasher::new();
    (RELEASE, packages, UNREAD, include_str!("image.rs")).hash(&mut hasher);
    let mut folders = vec![PathBuf::from(SOURCE)];
    while let Some(folder) = folders.pop() {
        let mut entries = fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                (entry.path(), fs::read(entry.path())?).hash(&mut hasher);
            }
        }
    }
    Ok(hasher.finish())
}

fn remove_older(images: &Path, name: &str) -> anyhow::Result<()> {
    for entry in fs::read_dir(images)? {
        let older = entry?;
        if older.file_name().to_string_lossy().rsplit_once('-').is_some_and(|(of, _)| of == name) {
            fs::remove_dir_all(older.path()).with_context(|| format!("{} is in the way", older.path().display()))?;
        }
    }
    Ok(())
}

fn build(root: &Path, packages: &str) -> anyhow::Result<()> {
    println!("{:>14} an image of Debian {RELEASE}", "install");
    let mut command = Command::new("mmdebstrap");
    command.args(["--quiet", "--mode=root", "--variant=minbase", "--format=directory"]).current_dir(SOURCE);
    command.arg(format!("--include={packages}")).arg("--aptopt=Acquire::Languages \"none\"");
    command.args(UNREAD.map(|folder| format!("--dpkgopt=path-exclude=/usr/share/{folder}/*")));
    // The cluster is made on the data volume, so the package must not make one.
    command.arg(
        "--essential-hook=mkdir -p \"$1/etc/postgresql-common\" && \
         echo 'create_main_cluster = false' >\"$1/etc/postgresql-common/createcluster.conf\"",
    );
    command.arg("--customize-hook=sync-in root /").arg("--customize-hook=chroot \"$1\" sh <setup.sh");
    let status = command.arg(RELEASE).arg(root).status().context(
        "`mmdebstrap` makes the image and is not here; install it with `apt-get install mmdebstrap debian-archive-keyring`",
    )?;
    ensure!(status.success(), "mmdebstrap made no image; its own message is above");
    Ok(())
}
