//! A handover with real machines: the `stackgen` command deploys to its local engine, whose instances are machines under QEMU,
//! and puts newer images in the place of the one that runs, in each way that there is. `docs/boot-test-upgrade.md` is what a run says.
use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::ensure;
use clap::ValueEnum as _;
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
mod ways;

/// A way to another image: what becomes of the old host meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
pub(super) enum Way {
    /// It stops
    Stop,
    /// It runs on and unmounts its volume
    Unmount,
    /// Its machine stays, and gets another root
    ReplaceRoot,
}

impl Way {
    /// What the command calls it.
    fn word(self) -> &'static str {
        match self {
            Way::Stop => "stop",
            Way::Unmount => "unmount",
            Way::ReplaceRoot => "replace-root",
        }
    }
}

/// What was made before the enclosure, where there is a network.
#[derive(Serialize, Deserialize)]
struct Prepared {
    /// What is tried.
    ways: Vec<Way>,
    image: PathBuf,
    /// The command.
    stackgen: PathBuf,
    /// The app that describes the stacks.
    stacks: PathBuf,
}

/// Runs the command, or what it encloses. Without ways it is all of them.
pub(super) fn exec(ways: &[Way], enclosed: Option<&str>) -> anyhow::Result<()> {
    if let Some(prepared) = enclosed {
        return story::exec(&serde_json::from_str(prepared)?);
    }
    vm::require()?;
    for arguments in [["--package", "stackgen-cli"], ["--bin", "stacks"]] {
        let built = Command::new("cargo").args(["build", "--quiet"]).args(arguments).status()?;
        ensure!(built.success(), "`cargo build {}` failed", arguments.join(" "));
    }
    let beside = |name: &str| env::current_exe().map(|program| program.with_file_name(name));
    let ways = if ways.is_empty() { Way::value_variants().to_vec() } else { ways.to_vec() };
    let prepared = Prepared { ways, image: vm::image()?, stackgen: beside("stackgen")?, stacks: beside("stacks")? };
    enclosure::enclose(&["boot-test", "--upgrade", "--enclosed", &serde_json::to_string(&prepared)?])
}
