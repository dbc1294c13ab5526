//! `stackgen.lock`: what was looked up outside of the app, kept for review.
//!
//! The file stands beside `stackgen.toml` and is committed. An app reads it when it describes; commands write it, and only when
//! somebody says so. Its keys are sorted at every level, so that the same content is the same text, and a change is a small one.
mod check;
mod restored;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use check::{Finding, check};
pub use restored::Restored;

/// The name of the file.
pub const LOCK_FILE: &str = "stackgen.lock";
/// The version of its form. A reader refuses another one.
const VERSION: u32 = 1;

/// What was looked up. Fields stand in the order of their names, here and below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The pinned images, by stack and parameter.
    pub images: BTreeMap<String, BTreeMap<String, Pin>>,
    /// Outputs that became parameters of other stacks in the last good deploy, by stack and output.
    pub inputs: BTreeMap<String, BTreeMap<String, String>>,
    /// Volumes that are made from snapshots, by stack and the id that they would have without.
    pub volumes: BTreeMap<String, BTreeMap<String, Restored>>,
}

/// An image that is deployed until somebody pins another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// What it runs on, as EC2 names it.
    pub architecture: String,
    /// When it was made, as EC2 says it.
    pub created: String,
    /// Its id.
    pub id: String,
    /// The image that the machine was launched from, if it stays and only gets this one's root: the host keeps its name then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched: Option<String>,
    /// Its name.
    pub name: String,
    /// The account that made it.
    pub owner: String,
    /// The region that it is in.
    pub region: String,
    /// The name of its root device.
    pub root_device: String,
    /// The size of its root snapshot: no root volume can be smaller.
    pub root_gib: u32,
    /// Where it came from.
    pub source: PinSource,
}

/// Where a pin came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum PinSource {
    /// An SSM parameter.
    Parameter {
        /// Its name.
        parameter: String,
        /// The version that named this image; none if somebody named the image.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<u64>,
    },
    /// The newest of an owner.
    Newest {
        /// Its name, with `*` and `?`.
        name: String,
        /// Who made it.
        owner: String,
    },
}

/// Why a lock could not be read.
#[derive(Debug, Error)]
pub enum LockError {
    /// It is there and cannot be read.
    #[error("cannot read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("`{}` is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why, with line and column.
        source: serde_json::Error,
    },
    /// It was written by another version.
    #[error("`{}` has format version {found}; this stackgen reads version {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
    /// It names an image by what is no id.
    #[error("`{}`: `{stack}` has `{id}` for its image {parameter}, which is no id of an image", path.display())]
    NoId {
        /// The file.
        path: PathBuf,
        /// The stack.
        stack: String,
        /// The parameter.
        parameter: String,
        /// What stands there.
        id: String,
    },
    /// It names a snapshot by what is no id.
    #[error("`{}`: `{stack}` has `{id}` for its volume {volume}, which is no id of a snapshot", path.display())]
    NoSnapshot {
        /// The file.
        path: PathBuf,
        /// The stack.
        stack: String,
        /// The volume.
        volume: String,
        /// What stands there.
        id: String,
    },
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    images: BTreeMap<String, BTreeMap<String, Pin>>,
    #[serde(default)]
    inputs: BTreeMap<String, BTreeMap<String, String>>,
    version: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    volumes: BTreeMap<String, BTreeMap<String, Restored>>,
}

impl Lock {
    /// Reads a file. One that is not there has nothing in it.
    ///
    /// # Errors
    /// Names the file and says what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        match fs::read_to_string(path) {
            Ok(text) => Lock::parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Lock::default()),
            Err(source) => Err(LockError::File { path: path.to_owned(), source }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, LockError> {
        let damaged = |source| LockError::Damaged { path: path.to_owned(), source };
        // The rest of another version means something else.
        let raw: serde_json::Value = serde_json::from_str(text).map_err(damaged)?;
        match raw.get("version").and_then(serde_json::Value::as_u64) {
            Some(found) if found != u64::from(VERSION) => {
                return Err(LockError::Version { path: path.to_owned(), found });
            }
            _ => {}
        }
        let Written { images, inputs, volumes, .. } = serde_json::from_str(text).map_err(damaged)?;
        for (stack, pins) in &images {
            let ids = pins
                .iter()
                .flat_map(|(name, pin)| [&pin.id].into_iter().chain(&pin.launched).map(move |id| (name, id)));
            if let Some((parameter, id)) = ids.into_iter().find(|(_, id)| !is_image_id(id)) {
                let (stack, parameter) = (stack.clone(), parameter.clone());
                return Err(LockError::NoId { path: path.to_owned(), stack, parameter, id: id.clone() });
            }
        }
        for (stack, all) in &volumes {
            if let Some((volume, restored)) = all.iter().find(|(_, one)| !restored::is_snapshot_id(&one.snapshot)) {
                let (stack, volume) = (stack.clone(), volume.clone());
                let (path, id) = (path.to_owned(), restored.snapshot.clone());
                return Err(LockError::NoSnapshot { path, stack, volume, id });
            }
        }
        Ok(Lock { images, inputs, volumes })
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let Lock { images, inputs, volumes } = self.clone();
        let written = Written { images, inputs, version: VERSION, volumes };
        serde_json::to_string_pretty(&written).expect("a lock has text keys") + "\n"
    }

    /// The image that is pinned for a parameter of a stack.
    #[must_use]
    pub fn pin(&self, stack: &str, parameter: &str) -> Option<&Pin> {
        self.images.get(stack)?.get(parameter)
    }

    /// Pins an image; answers with the one that was pinned.
    pub fn set_pin(&mut self, stack: &str, parameter: &str, pin: Pin) -> Option<Pin> {
        self.images.entry(stack.to_owned()).or_default().insert(parameter.to_owned(), pin)
    }

    /// Takes a pin away.
    pub fn remove_pin(&mut self, stack: &str, parameter: &str) -> Option<Pin> {
        let pins = self.images.get_mut(stack)?;
        let pin = pins.remove(parameter);
        self.images.retain(|_, pins| !pins.is_empty());
        pin
    }

    /// This lock with the pins and volumes of another one over its own.
    #[must_use]
    pub fn under(mut self, other: &Lock) -> Lock {
        for (stack, pins) in &other.images {
            self.images.entry(stack.clone()).or_default().extend(pins.clone());
        }
        for (stack, volumes) in &other.volumes {
            self.volumes.entry(stack.clone()).or_default().extend(volumes.clone());
        }
        self
    }
}

/// Whether a text is the id of an image: eight or seventeen hexadecimal digits. Source: *Resource IDs* in the EC2 User Guide.
#[must_use]
pub fn is_image_id(text: &str) -> bool {
    let digits = text.strip_prefix("ami-").unwrap_or_default();
    matches!(digits.len(), 8 | 17) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}
