//! The two production stacks of this repository: the app alone as its users build it, and the whole command.
use std::path::Path;
use std::process::Command;

use super::measure::{self, Contestant};
use super::{FOLDER, programs};

/// Measures and prints.
pub(super) fn exec(runs: usize) -> anyhow::Result<()> {
    let app = programs::stacks()?;
    let stackgen = programs::stackgen()?;
    let folder = Path::new(FOLDER).join("production");
    let alone = || {
        let mut command = Command::new(&app);
        command.env("STACKGEN_OUT", &folder);
        command
    };
    let checked = || {
        let mut command = Command::new("cargo");
        command.args(["build", "--quiet", "--package", "stackgen", "--bin", "stacks"]);
        command
    };
    let ready = || {
        let mut command = Command::new(&stackgen);
        command.args(["synth", "--assembly"]).arg(&folder);
        command
    };
    let whole = || {
        let mut command = Command::new(&stackgen);
        command.arg("synth");
        command
    };
    let mut contestants = [
        Contestant::new("the app alone, unoptimized", alone),
        Contestant::new("`cargo build` with nothing to compile", checked),
        Contestant::new("`stackgen synth` on a ready assembly", ready),
        Contestant::new("`stackgen synth`, nothing to compile", whole),
    ];
    let medians = measure::in_turns(runs, &mut contestants)?;
    println!("\nthe production stacks");
    measure::print(&contestants, &medians);
    Ok(())
}
