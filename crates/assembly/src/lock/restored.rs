//! Volumes that are made from snapshots.
use serde::{Deserialize, Serialize};

use super::Lock;

/// How many digits of a snapshot tell it from others in a logical id.
const MARK: usize = 8;

/// The snapshot that a volume is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restored {
    /// The size of the volume that it was taken of: no volume that is made from it can be smaller.
    pub gib: u32,
    /// Its id.
    pub snapshot: String,
}

impl Restored {
    /// The logical id of a volume that is made from it. A volume cannot be made from another snapshot afterwards, so it is
    /// another volume to CloudFormation (*AWS::EC2::Volume*, `SnapshotId`: updates are not supported).
    #[must_use]
    pub fn logical_id(&self, volume: &str) -> String {
        let digits = self.snapshot.trim_start_matches("snap-");
        let mark = digits[digits.len().saturating_sub(MARK)..].to_uppercase();
        format!("{volume}{mark}")
    }
}

/// Whether a text is the id of a snapshot: eight or seventeen hexadecimal digits. Source: *Resource IDs* in the EC2 User Guide.
pub(super) fn is_snapshot_id(text: &str) -> bool {
    let digits = text.strip_prefix("snap-").unwrap_or_default();
    matches!(digits.len(), 8 | 17) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

impl Lock {
    /// The snapshot that a volume of a stack is made from, if it is.
    #[must_use]
    pub fn restored(&self, stack: &str, volume: &str) -> Option<&Restored> {
        self.volumes.get(stack)?.get(volume)
    }

    /// Says that a volume is made from a snapshot; answers with the one before.
    pub fn restore(&mut self, stack: &str, volume: &str, from: Restored) -> Option<Restored> {
        self.volumes.entry(stack.to_owned()).or_default().insert(volume.to_owned(), from)
    }

    /// Forgets that a volume is made from a snapshot.
    pub fn forget_restored(&mut self, stack: &str, volume: &str) -> Option<Restored> {
        let gone = self.volumes.get_mut(stack)?.remove(volume);
        self.volumes.retain(|_, volumes| !volumes.is_empty());
        gone
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{Lock, LockError};
    use super::*;

    fn read(text: &str) -> Result<Lock, LockError> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("stackgen.lock");
        fs::write(&file, text).expect("it can be written");
        Lock::read(&file)
    }

    #[test]
    fn a_restored_volume_has_an_id_of_its_own() {
        let from = Restored { gib: 20, snapshot: "snap-0123456789abcdef0".to_owned() };
        assert_eq!(from.logical_id("DataVolume"), "DataVolumeABCDEF0".replace("ABCDEF0", "9ABCDEF0"));
        let mut lock = Lock::default();
        assert!(!lock.text().contains("volumes"), "a lock without them is written as before");
        assert_eq!(lock.restore("prod", "DataVolume", from.clone()), None);
        assert_eq!(read(&lock.text()).expect("it was just written"), lock);
        assert_eq!(lock.restored("prod", "DataVolume"), Some(&from));
        assert_eq!(Lock::default().under(&lock), lock);
        assert_eq!(lock.forget_restored("prod", "DataVolume"), Some(from));
        assert_eq!(lock, Lock::default());
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        let text = r#"{"version": 1, "volumes": {"prod": {"Data": {"gib": 1, "snapshot": "vol-0123456789abcdef0"}}}}"#;
        assert!(matches!(read(text), Err(LockError::NoSnapshot { volume, .. }) if volume == "Data"));
    }
}
