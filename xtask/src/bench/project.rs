//! A project outside of the repository, as a user has one, so that edits change nothing here.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::FOLDER;

const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.0.0"
edition = "2024"

[[bin]]
name = "NAME"
path = "MAIN"

[dependencies]
serde = { version = "1", features = ["derive"] }
serde_json = "1"
stackgen = { path = "../../.." }

[profile.dev]
debug = "line-tables-only"

[workspace]
"#;

/// A project that describes some stacks.
pub(super) struct Project {
    folder: PathBuf,
}

impl Project {
    /// Makes a project of this name out of copies of this repository's files and folders.
    pub(super) fn new(name: &str, main: &str, copies: &[&str]) -> anyhow::Result<Self> {
        let folder = Path::new(FOLDER).join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("Cargo.toml"), MANIFEST.replace("NAME", name).replace("MAIN", main))?;
        // The versions that this repository is tested with.
        for path in copies.iter().chain(&["Cargo.lock"]) {
            copy(Path::new(path), &folder.join(path)).with_context(|| format!("copying {path}"))?;
        }
        let project = Project { folder };
        project.describe(&[])?;
        Ok(project)
    }

    /// Says how the app is started.
    pub(super) fn describe(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let line = format!("app = \"cargo run --quiet -- {}\"\n", arguments.join(" "));
        Ok(fs::write(self.path("stackgen.toml"), line)?)
    }

    /// Something in the project.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// `stackgen synth` in the project, which writes templates into the folder `out`.
    pub(super) fn synth(&self, stackgen: &Path) -> Command {
        let mut command = Command::new(stackgen);
        command.args(["synth", "--format", "json", "--out", "out"]).current_dir(&self.folder);
        // Projects share what they have in common.
        command.env("CARGO_TARGET_DIR", "../build");
        command
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if from.is_file() {
        return fs::copy(from, to).map(drop);
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
