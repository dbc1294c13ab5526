//! Writing files into a folder that may hold other things.
//!
//! Everything is written into a folder inside it first, so that nothing is half-written on a full disk, and then moved to
//! its place. Files that stackgen does not write are not touched.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file or folder that could not be written.
#[derive(Debug, Error)]
#[error("cannot write `{}`", path.display())]
pub(crate) struct OutputError {
    path: PathBuf,
    source: io::Error,
}

/// Writes files, by name.
pub(crate) fn write(folder: &Path, files: &[(String, String)]) -> Result<(), OutputError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| OutputError { path, source }
    };
    fs::create_dir_all(folder).map_err(at(folder))?;
    let fresh = tempfile::Builder::new().prefix(".stackgen-").tempdir_in(folder).map_err(at(folder))?;
    for (name, text) in files {
        let target = folder.join(name);
        if target.is_dir() {
            return Err(at(&target)(io::ErrorKind::IsADirectory.into()));
        }
        fs::write(fresh.path().join(name), text).map_err(at(&target))?;
    }
    for (name, _) in files {
        let target = folder.join(name);
        fs::rename(fresh.path().join(name), &target).map_err(at(&target))?;
    }
    Ok(())
}
