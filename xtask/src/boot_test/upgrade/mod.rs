//! A handover with real machines: the `stackgen` command deploys to its local engine, whose instances are machines under QEMU,
//! and puts a newer image in the place of the one that runs. `docs/boot-test-upgrade.md` is what a run says.
use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::ensure;
use serde::{Deserialize, Serialize};

use super::{enclosure, vm};

mod data;
mod driver;
mod engine;
mod front;
mod hosts;
mod imds;
mod project;
mod story;

/// What was made before the enclosure, where there is a network.
#[derive(Serialize, Deserialize)]
struct Prepared {
    image: PathBuf,
    /// The command.
    stackgen: PathBuf,
    /// The app that describes the stacks.
    stacks: PathBuf,
}

/// Runs the command, or what it encloses.
pub(super) fn exec(enclosed: Option<&str>) -> anyhow::Result<()> {
    if let Some(prepared) = enclosed {
        return story::exec(&serde_json::from_str(prepared)?);
    }
    vm::require()?;
    for arguments in [["--package", "stackgen-cli"], ["--bin", "stacks"]] {
        let built = Command::new("cargo").args(["build", "--quiet"]).args(arguments).status()?;
        ensure!(built.success(), "`cargo build {}` failed", arguments.join(" "));
    }
    let beside = |name: &str| env::current_exe().map(|program| program.with_file_name(name));
    let prepared = Prepared { image: vm::image()?, stackgen: beside("stackgen")?, stacks: beside("stacks")? };
    enclosure::enclose(&["boot-test", "--upgrade", "--enclosed", &serde_json::to_string(&prepared)?])
}
