//! Reading and writing the folder.
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::manifest::{FORMAT_VERSION, Manifest, StackEntry};

const MANIFEST: &str = "manifest.json";

/// An assembly in memory: the manifest and the files that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    /// What is in it.
    pub manifest: Manifest,
    /// Templates and boot scripts by file name.
    pub files: BTreeMap<String, String>,
}

/// Why an assembly could not be written.
#[derive(Debug, Error)]
#[error("cannot write `{}`", path.display())]
pub struct WriteError {
    /// The file or folder.
    pub path: PathBuf,
    source: io::Error,
}

/// Why an assembly could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// There is no manifest.
    #[error("`{}` is no assembly: it has no {MANIFEST}", .0.display())]
    NoManifest(PathBuf),
    /// A file is missing or cannot be read.
    #[error("cannot read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The manifest is not what it should be.
    #[error("`{}` is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why, with line and column.
        source: serde_json::Error,
    },
    /// The manifest was written by another version.
    #[error("`{}` has format version {found}; this stackgen reads version {FORMAT_VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
    /// The manifest names a file outside the folder.
    #[error("`{}` names the file `{name}`, which is not in the assembly's folder", path.display())]
    Outside {
        /// The manifest.
        path: PathBuf,
        /// The file name.
        name: String,
    },
}

impl Assembly {
    /// Writes the folder, replacing an assembly that is there. Whoever reads meanwhile finds the old one, the new one or, for
    /// an instant, none, but never a mixture: the files are written beside it first. A folder that holds anything else is
    /// refused.
    ///
    /// # Errors
    /// Names the file that could not be written. What was there before is there still.
    pub fn write(&self, folder: &Path) -> Result<(), WriteError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| WriteError { path, source }
        };
        check_replaceable(folder).map_err(at(folder))?;
        let folder = std::path::absolute(folder).map_err(at(folder))?;
        let fresh = beside(&folder, "new");
        let _ = fs::remove_dir_all(&fresh);
        let written = self.fill(&fresh).and_then(|()| swap(&fresh, &folder).map_err(at(&folder)));
        if written.is_err() {
            let _ = fs::remove_dir_all(&fresh);
        }
        written
    }

    fn fill(&self, folder: &Path) -> Result<(), WriteError> {
        let at = |path: PathBuf| move |source| WriteError { path, source };
        fs::create_dir_all(folder).map_err(at(folder.to_owned()))?;
        let manifest = serde_json::to_string_pretty(&self.manifest).expect("a manifest has text keys") + "\n";
        for (name, text) in self.files.iter().chain([(&MANIFEST.to_owned(), &manifest)]) {
            let path = folder.join(name);
            if !is_file_name(name) {
                return Err(at(path)(io::Error::new(io::ErrorKind::InvalidInput, "the name leads out of the folder")));
            }
            fs::write(&path, text).map_err(at(path))?;
        }
        Ok(())
    }

    /// Reads the folder.
    ///
    /// # Errors
    /// Names the file and says what is wrong with it.
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        let path = folder.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ReadError::NoManifest(folder.to_owned()));
            }
            Err(source) => return Err(ReadError::File { path, source }),
        };
        let damaged = |source| ReadError::Damaged { path: path.clone(), source };
        // The version is read first, since the rest of another version means something else.
        let raw: serde_json::Value = serde_json::from_str(&text).map_err(damaged)?;
        match raw.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(FORMAT_VERSION) => {
                return Err(ReadError::Version { path, found: version });
            }
            _ => {}
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(damaged)?;
        // Commands name files after stacks, so a stack's name must be fit for one.
        let unfit = |stack: &StackEntry| {
            stack.files().chain([stack.name.as_str()]).find(|name| !is_file_name(name)).map(str::to_owned)
        };
        if let Some(name) = manifest.stacks.iter().find_map(unfit) {
            return Err(ReadError::Outside { path, name });
        }
        let mut files = BTreeMap::new();
        for name in manifest.stacks.iter().flat_map(StackEntry::files) {
            let path = folder.join(name);
            let text = fs::read_to_string(&path).map_err(|source| ReadError::File { path, source })?;
            files.insert(name.to_owned(), text);
        }
        Ok(Assembly { manifest, files })
    }

    /// One stack by name.
    pub fn stack(&self, name: &str) -> Option<&StackEntry> {
        self.manifest.stacks.iter().find(|stack| stack.name == name)
    }

    /// A stack's template: JSON without white space.
    pub fn template(&self, stack: &StackEntry) -> &str {
        self.files.get(&stack.template).map_or("", String::as_str)
    }
}

impl StackEntry {
    fn files(&self) -> impl Iterator<Item = &str> {
        let scripts = self.user_data.iter().map(|script| script.file.as_str());
        [self.template.as_str()].into_iter().chain(scripts)
    }
}

/// Only what an assembly brought with it may be deleted.
fn check_replaceable(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let manifest = fs::read(folder.join(MANIFEST)).ok();
    let manifest: Option<Manifest> = manifest.and_then(|text| serde_json::from_slice(&text).ok());
    let files = manifest.iter().flat_map(|manifest| &manifest.stacks).flat_map(StackEntry::files);
    let known: Vec<&str> = files.chain(manifest.is_some().then_some(MANIFEST)).collect();
    for entry in entries {
        let name = entry?.file_name();
        if !known.iter().any(|known| name == *known) {
            let message = format!("it holds `{}`, which is of no assembly", name.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
    }
    Ok(())
}

fn is_file_name(name: &str) -> bool {
    Path::new(name).file_name() == Some(name.as_ref())
}

fn beside(folder: &Path, suffix: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{suffix}-{}", std::process::id()));
    folder.with_file_name(name)
}

fn swap(fresh: &Path, folder: &Path) -> io::Result<()> {
    if !folder.exists() {
        return fs::rename(fresh, folder);
    }
    let old = beside(folder, "old");
    fs::rename(folder, &old)?;
    if let Err(error) = fs::rename(fresh, folder) {
        fs::rename(&old, folder)?;
        return Err(error);
    }
    fs::remove_dir_all(&old)
}
