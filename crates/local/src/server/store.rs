//! The world in a file.
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use crate::world::World;

/// The form of the file. A world of another form is not read: guessing would lose what is in it.
pub const FORMAT: u32 = 1;
/// The file in the folder of the state.
pub const FILE: &str = "state.json";
const LOCK: &str = "state.lock";
/// Longer than it takes to ask whether a folder is in use.
const ASKING: Duration = Duration::from_millis(200);

/// Why the world could not be read or written.
#[derive(Debug, Error)]
pub enum StateError {
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no world.
    #[error("`{}` is damaged", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// It was written by another version.
    #[error("`{}` has format {format}, and this stackgen knows {FORMAT} only", path.display())]
    Version {
        /// Which.
        path: PathBuf,
        /// Its format.
        format: u64,
    },
    /// Another server has it.
    #[error("`{}` belongs to a server that runs", folder.display())]
    InUse {
        /// Which.
        folder: PathBuf,
    },
}

/// What the file says.
#[derive(Debug, Serialize, Deserialize)]
struct Saved<W> {
    format: u32,
    stackgen: String,
    world: W,
}

/// A world as it is saved.
pub(super) fn to_json(world: &World) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Saved { format: FORMAT, stackgen: env!("CARGO_PKG_VERSION").to_owned(), world })
}

/// A world that was saved; `path` is for the error.
pub(super) fn from_json(path: &Path, text: &str) -> Result<World, StateError> {
    let damaged = |source| StateError::Damaged { path: path.to_owned(), source };
    let document: Json = serde_json::from_str(text).map_err(damaged)?;
    // The number first: a world of another form would only look damaged.
    match document.get("format").and_then(Json::as_u64) {
        Some(format) if format != u64::from(FORMAT) => Err(StateError::Version { path: path.to_owned(), format }),
        _ => Ok(serde_json::from_value::<Saved<World>>(document).map_err(damaged)?.world),
    }
}

/// Whether a server has a folder, whoever it is and however busy.
#[must_use]
pub fn is_in_use(folder: &Path) -> bool {
    let lock = File::open(folder.join(LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
}

/// Whether a server could start with a folder.
///
/// # Errors
///
/// If another server has it, or its world cannot be read.
pub fn check(folder: &Path) -> Result<(), StateError> {
    Store::open(folder)?.read().map(drop)
}

/// The folder of the state, which is this server's own.
#[derive(Debug)]
pub(super) struct Store {
    file: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
}

impl Store {
    /// Takes the folder, making it if it is not there.
    pub(super) fn open(folder: &Path) -> Result<Store, StateError> {
        let path = folder.join(LOCK);
        let failed = |source| StateError::Write { path: path.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::options().create(true).append(true).open(&path).map_err(failed)?;
        let since = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Store { file: folder.join(FILE), _lock: lock }),
                // Somebody may only be asking.
                Err(fs::TryLockError::WouldBlock) if since.elapsed() < ASKING => thread::sleep(ASKING / 20),
                Err(fs::TryLockError::WouldBlock) => return Err(StateError::InUse { folder: folder.to_owned() }),
                Err(fs::TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }

    /// The world in the file; nothing if there is no file.
    pub(super) fn read(&self) -> Result<Option<World>, StateError> {
        match fs::read_to_string(&self.file) {
            Ok(text) => from_json(&self.file, &text).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StateError::Read { path: self.file.clone(), source }),
        }
    }

    /// Writes a world, beside its place first, so that whoever dies leaves the old one or the new one. It holds secrets of
    /// parameters: only its owner may read it.
    pub(super) fn write(&self, text: &str) -> Result<(), StateError> {
        let failed = |source| StateError::Write { path: self.file.clone(), source };
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let mut fresh = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        fresh.write_all(text.as_bytes()).and_then(|()| fresh.as_file().sync_all()).map_err(failed)?;
        fresh.persist(&self.file).map(drop).map_err(|error| failed(error.error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        let mut world = World::new("123456789012", "2026-11-21T10:00:00Z".parse().unwrap());
        world.region("eu-west-1");
        world.number();
        world
    }

    #[test]
    fn a_world_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert!(store.read().unwrap().is_none());
        let text = to_json(&world()).unwrap();
        store.write(&text).unwrap();
        assert_eq!(to_json(&store.read().unwrap().unwrap()).unwrap(), text);
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn a_folder_has_one_server() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_in_use(folder.path()));
        let store = Store::open(folder.path()).unwrap();
        assert!(is_in_use(folder.path()));
        assert!(matches!(Store::open(folder.path()), Err(StateError::InUse { .. })));
        drop(store);
        assert!(!is_in_use(folder.path()));
        assert!(Store::open(folder.path()).is_ok());
    }

    #[test]
    fn what_is_no_world_is_told() {
        let said = |text: &str| from_json(Path::new("s"), text).unwrap_err().to_string();
        assert_eq!(said("{"), "`s` is damaged");
        assert_eq!(said("{}"), "`s` is damaged");
        assert_eq!(said(r#"{"format": 9, "world": 1}"#), "`s` has format 9, and this stackgen knows 1 only");
    }
}
