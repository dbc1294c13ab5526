//! The locks that a command goes by.
//!
//! The project has one, which is reviewed and committed. The AWS on this machine is another account, whose images are of no use
//! elsewhere: what is pinned with `--local` stands in a lock of its own, beside what that AWS keeps, and lies over the project's.
use std::path::{Path, PathBuf};

use stackgen_assembly::Manifest;
use stackgen_assembly::lock::{LOCK_FILE, Lock, LockError, Pin};

use crate::output::{self, OutputError};

/// The lock of the project and, with `--local`, that of this machine.
#[derive(Debug)]
pub(crate) struct Locks {
    folder: PathBuf,
    committed: Lock,
    here: Option<Here>,
}

#[derive(Debug)]
struct Here {
    folder: PathBuf,
    lock: Lock,
}

impl Locks {
    /// Reads the lock of a project, and the one in the folder of this machine's AWS, if that is meant.
    pub(crate) fn read(project: &Path, local: Option<PathBuf>) -> Result<Self, LockError> {
        let here = |folder: PathBuf| Ok(Here { lock: Lock::read(&folder.join(LOCK_FILE))?, folder });
        Ok(Locks {
            folder: project.to_owned(),
            committed: Lock::read(&project.join(LOCK_FILE))?,
            here: local.map(here).transpose()?,
        })
    }

    /// What holds: the project's pins, and those of this machine over them.
    pub(crate) fn seen(&self) -> Lock {
        match &self.here {
            Some(here) => self.committed.clone().under(&here.lock),
            None => self.committed.clone(),
        }
    }

    /// What an app is told to go by, if it is not the project's own.
    pub(crate) fn for_app(&self) -> Option<Lock> {
        self.here
            .as_ref()
            .filter(|here| !(here.lock.images.is_empty() && here.lock.volumes.is_empty()))
            .map(|_| self.seen())
    }

    /// Whether a pin holds on this machine only.
    pub(crate) fn is_of_this_machine(&self, stack: &str, parameter: &str) -> bool {
        self.here.as_ref().is_some_and(|here| here.lock.pin(stack, parameter).is_some())
    }

    /// Where pins are written.
    pub(crate) fn file(&self) -> PathBuf {
        self.here.as_ref().map_or(&self.folder, |here| &here.folder).join(LOCK_FILE)
    }

    /// The pin of the project, if it is this image.
    pub(crate) fn committed(&self, stack: &str, parameter: &str, id: &str) -> Option<&Pin> {
        self.committed.pin(stack, parameter).filter(|pin| pin.id == id)
    }

    /// Pins an image. One that the project has pinned needs nothing on this machine.
    pub(crate) fn pin(&mut self, stack: &str, parameter: &str, pin: Pin) {
        let committed = self.committed(stack, parameter, &pin.id);
        let is_committed = committed.is_some_and(|committed| committed.launched == pin.launched);
        match &mut self.here {
            Some(here) if is_committed => drop(here.lock.remove_pin(stack, parameter)),
            Some(here) => drop(here.lock.set_pin(stack, parameter, pin)),
            None => drop(self.committed.set_pin(stack, parameter, pin)),
        }
    }

    /// Removes what no stack wants.
    pub(crate) fn prune(&mut self, manifest: &Manifest) -> Vec<(String, String)> {
        self.written().prune(manifest)
    }

    /// The one that is written.
    pub(crate) fn written(&mut self) -> &mut Lock {
        match &mut self.here {
            Some(here) => &mut here.lock,
            None => &mut self.committed,
        }
    }

    /// Writes it.
    pub(crate) fn save(&self) -> Result<(), OutputError> {
        let (folder, lock) = match &self.here {
            Some(here) => (&here.folder, &here.lock),
            None => (&self.folder, &self.committed),
        };
        output::write(folder, &[(LOCK_FILE.to_owned(), lock.text())])
    }
}

#[cfg(test)]
mod tests {
    use stackgen_assembly::lock::PinSource;

    use super::*;

    fn pin(id: &str) -> Pin {
        let source = PinSource::Newest { name: "host-*".to_owned(), owner: "self".to_owned() };
        let [architecture, created, name, owner, region, root_device] =
            ["arm64", "2026-01-01T00:00:00Z", "host-1", "123456789012", "eu-west-1", "/dev/sda1"].map(str::to_owned);
        Pin {
            architecture,
            created,
            id: id.to_owned(),
            launched: None,
            name,
            owner,
            region,
            root_device,
            root_gib: 8,
            source,
        }
    }

    #[test]
    fn pins_of_this_machine_stay_on_it() {
        let (project, machine) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let read = |is_local: bool| {
            Locks::read(project.path(), is_local.then(|| machine.path().to_owned())).expect("both can be read")
        };
        let mut locks = read(false);
        locks.pin("prod", "HostImage", pin("ami-11111111"));
        locks.save().unwrap();
        let committed = std::fs::read_to_string(project.path().join(LOCK_FILE)).unwrap();

        let mut locks = read(true);
        assert_eq!(locks.for_app(), None);
        locks.pin("prod", "HostImage", pin("ami-22222222"));
        locks.save().unwrap();
        assert_eq!(std::fs::read_to_string(project.path().join(LOCK_FILE)).unwrap(), committed);
        let mut locks = read(true);
        assert!(locks.is_of_this_machine("prod", "HostImage"));
        assert_eq!(locks.for_app().and_then(|lock| lock.pin("prod", "HostImage").cloned()), Some(pin("ami-22222222")));
        assert_eq!(read(false).seen().pin("prod", "HostImage"), Some(&pin("ami-11111111")));

        // Going back to the project's image leaves nothing of this machine's.
        locks.pin("prod", "HostImage", pin("ami-11111111"));
        assert!(!locks.is_of_this_machine("prod", "HostImage") && locks.for_app().is_none());
        assert_eq!(locks.seen().pin("prod", "HostImage"), Some(&pin("ami-11111111")));
    }
}
