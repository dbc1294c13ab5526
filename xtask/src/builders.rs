//! `cargo xtask builders`: compiles the builders and says what that costs, since cost is what keeps them usable.
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// Check that the builders compile, and within which time and memory
#[derive(clap::Args)]
pub struct Args {
    /// Only print what it costs, whatever the budget
    #[arg(long)]
    no_budget: bool,
}

/// Features to compile and what that may cost, with their part of the build script's compilation.
struct Budget {
    features: &'static str,
    cpu_seconds: f64,
    megabytes: i64,
}

/// Everyday services, and every service.
const BUDGETS: [Budget; 2] = [
    Budget { features: "ec2,iam,logs,s3,ssm", cpu_seconds: 2.0, megabytes: 500 },
    Budget { features: "all", cpu_seconds: 40.0, megabytes: 2500 },
];

/// Runs the command.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    // Without any service first, so that dependencies do not count.
    check("default")?;
    for Budget { features, cpu_seconds, megabytes } in BUDGETS {
        let before = children()?;
        check(features)?;
        let after = children()?;
        let cpu = seconds(&after) - seconds(&before);
        // The kernel keeps the largest of all children, and later ones here are larger.
        let peak = after.max_rss() / 1024;
        println!("{features}: {cpu:.1} CPU seconds, {peak} MB at most");
        ensure!(args.no_budget || cpu <= cpu_seconds, "{features} may cost {cpu_seconds} CPU seconds");
        ensure!(args.no_budget || peak <= megabytes, "{features} may take {megabytes} MB");
    }
    Ok(())
}

/// Checks the crate as cargo does for a dependency from a registry, that is, not incrementally.
fn check(features: &str) -> anyhow::Result<()> {
    let target = Path::new("target/builders");
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(arguments).args(["--package", "stackgen-cfn", "--quiet", "--target-dir"]).arg(target);
        command.env("CARGO_INCREMENTAL", "0").status().context("running cargo")
    };
    ensure!(cargo(&["clean"])?.success(), "cargo clean failed");
    ensure!(cargo(&["check", "--features", features])?.success(), "the builders of {features} do not compile");
    Ok(())
}

fn children() -> anyhow::Result<Usage> {
    getrusage(UsageWho::RUSAGE_CHILDREN).context("asking what child processes used")
}

fn seconds(usage: &Usage) -> f64 {
    (usage.user_time() + usage.system_time()).num_milliseconds() as f64 / 1e3
}
