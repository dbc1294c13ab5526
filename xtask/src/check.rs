//! The test entry point: everything that must hold before a change lands, in the order of what fails fastest.
use std::ffi::OsStr;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

use crate::tools;

/// Run everything that must hold before a change lands
///
/// Formatting, lints, generated files, tests, documentation, licences, and what independent judges say of the stacks. Tools
/// that are not on the machine are installed beside the build; two of them want Python.
#[derive(clap::Args)]
pub struct Args {
    /// Only the steps whose name contains this
    only: Option<String>,
}

struct Step {
    name: &'static str,
    command: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const fn step(name: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, command, environment: &[] }
}

/// What runs on other people's machines.
const LET_GO: &str = "crates/deploy/src/host/volumes/let_go.sh";
const TAKE: &str = "crates/deploy/src/host/volumes/take.sh";
const READY: &str = "crates/deploy/src/handover/swap/ready.sh";

const STEPS: &[Step] = &[
    step("format", &["cargo", "fmt", "--all", "--check"]),
    step("features", &["cargo", "xtask", "features", "--check"]),
    step("lint", &["cargo", "clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
    step("scripts", &["shellcheck", "--external-sources", "--source-path=SCRIPTDIR", ".ci/run", LET_GO, TAKE, READY]),
    step("rules", &["cargo", "xtask", "rules", "--check"]),
    step("facts", &["cargo", "xtask", "schema", "check"]),
    step("licences", &["cargo", "deny", "--log-level", "error", "check", "licenses", "bans", "sources"]),
    Step {
        name: "documentation",
        command: &["cargo", "doc", "--workspace", "--no-deps", "--quiet"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    // Whether they compile; what that costs is measured and not tested, since machines differ.
    step("builders", &["cargo", "xtask", "builders", "--no-budget"]),
    step("referees", &["cargo", "test", "--package", "stackgen", "--test", "referees", "--quiet", "--", "--ignored"]),
    Step {
        name: "tests",
        command: &["cargo", "test", "--workspace", "--quiet"],
        // Nobody accepts a snapshot by running a test, and boot scripts are booted or the check fails.
        environment: &[("INSTA_UPDATE", "no"), ("INSTA_FORCE_PASS", "0"), ("STACKGEN_SKIP_NOTHING", "1")],
    },
    step("interop", &["cargo", "xtask", "interop", "--quick", "--with", "ministack", "--with", "moto"]),
    // Builds the engine of Guard, which nothing else here does: docs/decisions/010.
    Step {
        name: "policies",
        command: &["cargo", "test", "--package", "stackgen-cli", "--features", "guard", "--quiet", "policies"],
        environment: &[("INSTA_UPDATE", "no"), ("INSTA_FORCE_PASS", "0")],
    },
    step("boot-test", &["cargo", "xtask", "boot-test"]),
];

/// Runs the steps and stops at the first that fails.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    let wanted = |step: &&Step| args.only.as_ref().is_none_or(|only| step.name.contains(only.as_str()));
    let steps: Vec<&Step> = STEPS.iter().filter(wanted).collect();
    if steps.is_empty() {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("no such step; there are {}", names.join(", "));
    }
    let path = tools::ensure()?;
    for step in steps {
        let started = Instant::now();
        println!("{:>14} {}", step.name, step.command.join(" "));
        run(step, &path)?;
        println!("{:>14} {:.1} s", "", started.elapsed().as_secs_f64());
    }
    Ok(())
}

fn run(step: &Step, path: &OsStr) -> anyhow::Result<()> {
    let mut command = Command::new(step.command[0]);
    command.args(&step.command[1..]).envs(step.environment.iter().copied()).env("PATH", path);
    let status = command.status().with_context(|| format!("`{}` does not run", step.command[0]))?;
    if !status.success() {
        bail!("`{}` failed in step {}", step.command.join(" "), step.name);
    }
    Ok(())
}
