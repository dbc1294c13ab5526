//! Rule files: where they are, and whether they can be read.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Policies, engine};

/// How the names of rule files end.
const ENDINGS: [&str; 2] = ["guard", "ruleset"];

/// One file.
#[derive(Debug)]
pub(super) struct RuleFile {
    /// As it was given.
    pub(super) name: String,
    pub(super) text: String,
}

/// Why rules cannot be run.
#[derive(Debug, Error)]
pub(crate) enum PolicyError {
    #[error("cannot read `{name}`")]
    Read { name: String, source: io::Error },
    #[error("no rules in `{0}`")]
    Nothing(String),
    #[error("{place}: {message}")]
    Syntax { place: String, message: String },
    #[error("this `stackgen` was built without AWS CloudFormation Guard, which the rules in `{0}` are for")]
    NotBuilt(String),
}

impl Policies {
    /// Adds files and folders of them, whose names start from a folder.
    pub(crate) fn add(&mut self, root: &Path, names: &[String]) -> Result<(), PolicyError> {
        for name in names {
            if !engine::IS_BUILT {
                return Err(PolicyError::NotBuilt(name.clone()));
            }
            let files = files(root, name)?;
            if files.is_empty() {
                return Err(PolicyError::Nothing(name.clone()));
            }
            for file in files {
                self.files.push(RuleFile::read(root, &file)?);
            }
        }
        Ok(())
    }
}

impl RuleFile {
    fn read(root: &Path, file: &Path) -> Result<Self, PolicyError> {
        let name = file.display().to_string();
        let text = match fs::read_to_string(root.join(file)) {
            Ok(text) => text,
            Err(source) => return Err(PolicyError::Read { name, source }),
        };
        match engine::fault(&text) {
            Some((line, column, message)) => {
                Err(PolicyError::Syntax { place: format!("{name}:{line}:{column}"), message })
            }
            None => Ok(RuleFile { name, text }),
        }
    }

    /// The names of the rules with their lines. What stands outside of every rule is Guard's rule `default`.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&str, usize)> {
        let named = self.text.lines().enumerate().filter_map(|(at, line)| {
            let rest = line.trim_start().strip_prefix("rule ")?.trim_start();
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            Some((&rest[..end], at + 1))
        });
        named.chain([("default", 1)])
    }
}

/// The rule files that a name means, by name.
fn files(root: &Path, name: &str) -> Result<Vec<PathBuf>, PolicyError> {
    let mut files = Vec::new();
    let mut waiting = vec![PathBuf::from(name)];
    while let Some(path) = waiting.pop() {
        let error = |source| PolicyError::Read { name: path.display().to_string(), source };
        let whole = root.join(&path);
        if !whole.is_dir() {
            files.push(path);
            continue;
        }
        for entry in fs::read_dir(&whole).map_err(error)? {
            let entry = entry.map_err(error)?;
            let below = path.join(entry.file_name());
            let is_rules = below.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
            // Links to folders may lead in circles.
            if is_rules || entry.file_type().map_err(error)?.is_dir() {
                waiting.push(below);
            }
        }
    }
    files.sort();
    Ok(files)
}
