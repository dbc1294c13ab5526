//! The clients, in the releases that were tried, beside the build.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::tools::{self, CDK};

/// The AWS CLI of PyPI is version 1; version 2 is not published there.
const PYTHON: Packages = Packages { name: "clients", packages: &["boto3==1.43.127", "awscli==1.46.3"] };

/// Packages of Python that have a folder of their own, since their dependencies do not go together.
pub(crate) struct Packages {
    pub(crate) name: &'static str,
    pub(crate) packages: &'static [&'static str],
}

impl Packages {
    /// The folder with the programs, installed if it is not there.
    pub(crate) fn programs(&self) -> anyhow::Result<PathBuf> {
        let home = home(self.name, self.packages)?;
        let programs = home.join("bin");
        if is_there(&home) {
            return Ok(programs);
        }
        installed(Command::new("python3").args(["-m", "venv"]).arg(&home), "a folder for Python packages")?;
        installed(
            Command::new(programs.join("pip")).args(["install", "--quiet"]).args(self.packages),
            &self.packages.join(", "),
        )?;
        done(&home)?;
        Ok(programs)
    }
}

/// A Python that has boto3 and the AWS CLI.
pub(crate) fn python() -> anyhow::Result<PathBuf> {
    Ok(PYTHON.programs()?.join("python"))
}

/// The folder with the CDK and its library.
pub(crate) fn cdk() -> anyhow::Result<PathBuf> {
    let home = home("cdk", &CDK)?;
    if !is_there(&home) {
        fs::create_dir_all(&home)?;
        fs::write(home.join("package.json"), "{\"private\": true}\n")?;
        installed(
            Command::new("npm").args(["install", "--silent", "--no-audit", "--no-fund"]).args(CDK).current_dir(&home),
            &CDK.join(", "),
        )?;
        done(&home)?;
    }
    Ok(home)
}

/// Other releases have another folder.
fn home(name: &str, packages: &[&str]) -> anyhow::Result<PathBuf> {
    let version = packages[0].rsplit(['=', '@']).next().unwrap_or_default();
    Ok(tools::beside_the_build("tools")?.join(format!("interop-{name}-{version}")))
}

fn is_there(home: &Path) -> bool {
    home.join("installed").exists()
}

fn done(home: &Path) -> anyhow::Result<()> {
    Ok(fs::write(home.join("installed"), "")?)
}

fn installed(command: &mut Command, what: &str) -> anyhow::Result<()> {
    println!("{:>14} {what}", "install");
    let status = command.status().with_context(|| format!("{:?} does not run", command.get_program()))?;
    ensure!(status.success(), "{what} could not be installed; see above");
    Ok(())
}
