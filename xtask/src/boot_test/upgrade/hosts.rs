//! The machines and their disks: one machine for each instance that runs, and a disk for each volume, for as long as the test runs.
//! That of a root volume is made of the image when a machine first starts from it.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::engine::{Start, Volume};
use crate::boot_test::metadata::Metadata;
use crate::boot_test::root;
use crate::boot_test::vm::disk::Disk;
use crate::boot_test::vm::machine::{Machine, console_tail};

/// The host's loopback, as QEMU shows it to the guest.
const LOOPBACK: &str = "10.0.2.2";

/// An image: what a script makes of the root that all have in common.
pub(super) struct Image {
    pub(super) id: &'static str,
    pub(super) is_renumbered: bool,
    pub(super) change: &'static str,
}

/// All machines.
pub(super) struct Hosts {
    scratch: PathBuf,
    image: PathBuf,
    images: Vec<&'static Image>,
    /// The names of AWS, and whom to trust there.
    names: Vec<String>,
    certificate: PathBuf,
    hosts: Mutex<BTreeMap<String, Host>>,
    /// What the metadata service says to which process, so that it need not wait for whoever talks to a machine.
    told: Mutex<Vec<(u32, Arc<Metadata>)>>,
}

/// An instance that was started.
pub(super) struct Host {
    root: Disk,
    /// Nothing when it is off.
    pub(super) machine: Option<Machine>,
    /// When its button was pressed, each time.
    pub(super) presses: Vec<Instant>,
}

impl Hosts {
    pub(super) fn new(
        scratch: PathBuf,
        image: PathBuf,
        images: Vec<&'static Image>,
        names: Vec<String>,
        certificate: PathBuf,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(scratch.join("volumes"))?;
        Ok(Self { scratch, image, images, names, certificate, hosts: Mutex::default(), told: Mutex::default() })
    }

    /// All of them, for whoever changes what is there.
    pub(super) fn all(&self) -> MutexGuard<'_, BTreeMap<String, Host>> {
        self.hosts.lock().expect("no thread panics while it holds this")
    }

    /// How many machines run.
    pub(super) fn running(&self) -> usize {
        self.all().values().filter(|host| host.machine.is_some()).count()
    }

    /// Does something with the machine of an instance that runs.
    pub(super) fn with<T>(
        &self,
        instance: &str,
        what: impl FnOnce(&mut Machine) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let mut all = self.all();
        let machine = all.get_mut(instance).and_then(|host| host.machine.as_mut());
        what(machine.with_context(|| format!("{instance} has no machine that runs"))?)
    }

    /// What the metadata service says to a process.
    pub(super) fn metadata_of(&self, is_it: impl Fn(u32) -> bool) -> Option<Arc<Metadata>> {
        let told = self.told.lock().expect("no thread panics while it holds this");
        told.iter().find(|(pid, _)| is_it(*pid)).map(|(_, metadata)| Arc::clone(metadata))
    }

    /// Makes a machine of an instance: with a new root disk if it has none of that volume, and otherwise with that.
    pub(super) fn start(&self, wanted: &Start) -> anyhow::Result<()> {
        ensure!(wanted.architecture == "x86_64", "machines here are x86_64, and not {}", wanted.architecture);
        let folder = self.scratch.join(&wanted.instance);
        fs::create_dir_all(&folder)?;
        let root = self.root(wanted, &folder)?;
        let data: Vec<&Volume> = wanted.volumes.iter().filter(|it| !it.is_root).collect();
        let data = data.into_iter().map(|it| self.disk(&it.volume, it.gib)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut all = self.all();
        let new = || Host { root: root.clone(), machine: None, presses: Vec::new() };
        let host = all.entry(wanted.instance.clone()).or_insert_with(new);
        if host.machine.is_some() {
            return Ok(());
        }
        let disks: Vec<&Disk> = std::iter::once(&root).chain(&data).collect();
        let machine = Machine::start(&folder, &self.image, &disks)?;
        let told = (machine.pid(), Arc::new(metadata(wanted)?));
        self.told.lock().expect("no thread panics while it holds this").push(told);
        *host = Host { root, machine: Some(machine), presses: Vec::new() };
        Ok(())
    }

    /// The root disk of an instance, which is made of the image when its volume is first asked for.
    fn root(&self, wanted: &Start, folder: &Path) -> anyhow::Result<Disk> {
        let (volume, id) = (&wanted.root()?.volume, &wanted.image);
        let (file, serial) = (self.scratch.join("volumes").join(volume), serial(volume));
        if file.exists() {
            return Ok(Disk { file, serial });
        }
        let image = self.images.iter().find(|image| image.id == id).with_context(|| format!("nobody made {id}"))?;
        let root = root::over(&self.image, &folder.join(volume))?;
        root::name_aws(&root, LOOPBACK, &self.names, &self.certificate)?;
        // Nothing is asked of name servers, and whoever asks must not wait for one.
        fs::write(root.join("etc/resolv.conf"), "")?;
        fs::write(root.join("etc/image"), id)?;
        if image.is_renumbered {
            root::change_users(&root)?;
        }
        root::change(&root, image.change)?;
        Disk::of_folder(file, &serial, &root)
    }

    /// The disk of a volume, which is blank when it is first asked for.
    pub(super) fn disk(&self, volume: &str, gib: u64) -> anyhow::Result<Disk> {
        let (file, serial) = (self.scratch.join("volumes").join(volume), serial(volume));
        if file.exists() { Ok(Disk { file, serial }) } else { Disk::blank(file, &serial, gib) }
    }

    /// Throws an instance away.
    pub(super) fn remove(&self, instance: &str) -> anyhow::Result<()> {
        self.all().remove(instance).map_or(Ok(()), |host| host.root.remove())
    }

    /// The ends of all consoles.
    pub(super) fn consoles(&self) -> String {
        let all = self.all();
        let ends = all.keys().map(|id| format!("---- {id}\n{}\n", console_tail(&self.scratch.join(id), 60)));
        ends.collect()
    }
}

/// What the metadata service says to a machine.
fn metadata(wanted: &Start) -> anyhow::Result<Metadata> {
    let Start { instance, image, zone, vpc, user_data, .. } = wanted;
    let user_data = STANDARD.decode(user_data.as_deref().unwrap_or_default())?;
    Ok(Metadata::of_machine(instance, image, zone, vpc, &String::from_utf8(user_data)?))
}

/// What the controller of a volume's disk reports: *Identify the EBS device* in the EBS user guide.
fn serial(volume: &str) -> String {
    volume.replacen('-', "", 1)
}
