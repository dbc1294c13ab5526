//! What compiling costs: the builders of a few services and of all, and the library with everything below it.
//!
//! `cargo xtask builders` guards the budget; this gives medians, and the peak of each by itself.
use std::path::Path;
use std::process::Command;

use super::FOLDER;
use super::measure::{self, Contestant, Trial, run};

/// Everyday services, and every service.
const FEATURES: [&str; 2] = ["ec2,iam,ssm,s3,logs", "all"];

/// Compiling is measured less often than the rest, because it takes long and varies little.
const RUNS: usize = 3;

/// Measures and prints.
pub(super) fn exec(runs: usize) -> anyhow::Result<()> {
    // Dependencies do not count; whoever uses the builders has them anyway.
    run(&mut check("default"))?;
    let mut contestants: Vec<Contestant> = Vec::new();
    for features in FEATURES {
        contestants.push(Contestant::prepared(&format!("check of {features}"), move |_| {
            run(cargo("clean", "builders").args(["--package", "stackgen-cfn"]))?;
            Ok(Trial { command: check(features), expects: None })
        }));
    }
    contestants.push(Contestant::prepared("the library and its dependencies, debug", |_| {
        run(&mut cargo("clean", "library"))?;
        let mut command = cargo("build", "library");
        command.args(["--package", "stackgen", "--lib"]);
        Ok(Trial { command, expects: None })
    }));
    let medians = measure::in_turns(runs.min(RUNS), &mut contestants)?;
    println!("\ncompiling");
    measure::print(&contestants, &medians);
    Ok(())
}

/// Checks the builders as cargo does for a dependency from a registry, that is, not incrementally.
fn check(features: &str) -> Command {
    let mut command = cargo("check", "builders");
    command.args(["--package", "stackgen-cfn", "--features", features]).env("CARGO_INCREMENTAL", "0");
    command
}

fn cargo(subcommand: &str, target: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args([subcommand, "--quiet", "--target-dir"]).arg(Path::new(FOLDER).join("compile").join(target));
    command
}
