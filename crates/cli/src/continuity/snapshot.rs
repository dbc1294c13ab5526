//! The reviewed template of a stack, as it lies in the repository.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use thiserror::Error;

use super::resources::Resources;

/// A snapshot that was found.
pub(crate) struct Snapshot {
    file: PathBuf,
    text: String,
    pub(crate) resources: Resources,
}

/// Why a snapshot says nothing.
#[derive(Debug, Error)]
pub(crate) enum SnapshotError {
    #[error("cannot read `{}`", file.display())]
    Read { file: PathBuf, source: io::Error },
    #[error("`{}` is no template", file.display())]
    Syntax { file: PathBuf, source: Box<serde_yaml::Error> },
}

impl Snapshot {
    /// The snapshot of a stack: a file of insta, which has a header before the template, or the template alone.
    pub(crate) fn of(folder: &Path, stack: &str) -> Result<Option<Self>, SnapshotError> {
        for name in [format!("{stack}.yaml.snap"), format!("{stack}.yaml")] {
            let file = folder.join(name);
            match fs::read_to_string(&file) {
                Ok(text) => return Self::parse(file, text).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(SnapshotError::Read { file, source }),
            }
        }
        Ok(None)
    }

    /// The names of the stacks that the folder has snapshots of, sorted.
    pub(crate) fn stacks(folder: &Path) -> Result<Vec<String>, SnapshotError> {
        let unreadable = |source| SnapshotError::Read { file: folder.to_owned(), source };
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.file_name();
            let name = file.to_str().and_then(|name| name.strip_suffix(".yaml.snap").or(name.strip_suffix(".yaml")));
            names.extend(name.map(str::to_owned));
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn parse(file: PathBuf, text: String) -> Result<Self, SnapshotError> {
        let template: Json = serde_yaml::from_str(body(&text))
            .map_err(|source| SnapshotError::Syntax { file: file.clone(), source: Box::new(source) })?;
        Ok(Snapshot { file, resources: Resources::of(&template), text })
    }

    /// The line of a resource, as `file:line` below the project.
    pub(crate) fn place(&self, root: &Path, id: &str) -> String {
        let line = self.text.lines().position(|line| line == format!("  {id}:"));
        let file = self.file.strip_prefix(root).unwrap_or(&self.file).display();
        line.map_or(file.to_string(), |line| format!("{file}:{}", line + 1))
    }
}

/// What comes after the header of insta, if there is one.
fn body(text: &str) -> &str {
    text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(text, |(_, body)| body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str =
        "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties:\n      Size: !If [A, 1, !Ref B]\n";

    #[test]
    fn with_and_without_a_header() {
        for text in [TEMPLATE.to_owned(), format!("---\nsource: tests/stacks.rs\nexpression: yaml\n---\n{TEMPLATE}")] {
            let snapshot = Snapshot::parse("/project/snapshots/a.yaml".into(), text.clone()).unwrap();
            assert_eq!(snapshot.resources.type_of("Data"), Some("AWS::EC2::Volume"));
            let line = 1 + text.lines().position(|line| line == "  Data:").unwrap();
            assert_eq!(snapshot.place(Path::new("/project"), "Data"), format!("snapshots/a.yaml:{line}"));
        }
    }
}
