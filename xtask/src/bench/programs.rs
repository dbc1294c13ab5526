//! The programs that are measured, made by cargo.
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

/// The command itself, as it is released.
pub(super) fn stackgen() -> anyhow::Result<PathBuf> {
    built("stackgen", &["build", "--release", "--package", "stackgen-cli", "--bin", "stackgen"])
}

/// The app with the production stacks, unoptimized as its users build it.
pub(super) fn stacks() -> anyhow::Result<PathBuf> {
    built("stacks", &["build", "--package", "stackgen", "--bin", "stacks"])
}

/// The program `benches/synth.rs`, optimized.
pub(super) fn synth() -> anyhow::Result<PathBuf> {
    built("synth", &["bench", "--no-run", "--bench", "synth", "--package", "stackgen"])
}

/// The program `benches/synth.rs`, unoptimized as users build an app.
pub(super) fn synth_unoptimized() -> anyhow::Result<PathBuf> {
    built("synth", &["build", "--bench", "synth", "--package", "stackgen"])
}

/// The program of this name that a cargo command makes.
fn built(name: &str, arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let output = Command::new("cargo").args(arguments).args(["--quiet", "--message-format=json"]).output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo {} failed: {errors}", arguments.join(" "));
    let text = String::from_utf8(output.stdout)?;
    let messages = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut programs = messages
        .filter(|message| message["target"]["name"] == name)
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs.next().with_context(|| format!("cargo {} made no program", arguments.join(" ")))
}
