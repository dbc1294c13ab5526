//! Files that only their owner reads, written whole or not at all.
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

/// Puts a document in the place of a file, as JSON.
pub(crate) fn replace(path: &Path, document: &impl Serialize) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension(format!("new-{}", std::process::id()));
    let _ = fs::remove_file(&fresh);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    // It may hold values of parameters.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(&serde_json::to_vec_pretty(document)?)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
