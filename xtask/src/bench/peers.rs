//! The other tools: how they are installed, and the commands that describe the bench stacks with them.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::FOLDER;
use crate::tools::CDK;

/// What is installed, by pip.
const PYTHON: [&str; 1] = ["troposphere==4.11.1"];

/// Whether the CDK checks templates with its rules, as it does unless told otherwise.
#[derive(Clone, Copy)]
pub(super) enum Validation {
    On,
    Off,
}

/// Installed tools, and their apps beside them.
pub(super) struct Peers {
    folder: PathBuf,
}

impl Peers {
    /// Installs what is not there yet.
    pub(super) fn install() -> anyhow::Result<Self> {
        let folder = std::path::absolute(FOLDER)?.join("peers");
        fs::create_dir_all(&folder)?;
        let marker = folder.join("installed");
        let wanted = [&PYTHON[..], &CDK[..]].concat().join("\n");
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
            return Peers { folder }.with_apps();
        }
        println!("installing {}", wanted.replace('\n', ", "));
        let venv = folder.join("venv");
        step(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        step(Command::new(venv.join("bin/pip")).args(["install", "--quiet"]).args(PYTHON))?;
        let npm = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--save-exact", "--prefix"];
        step(Command::new("npm").args(npm).arg(&folder).args(CDK))?;
        fs::write(&marker, wanted)?;
        Peers { folder }.with_apps()
    }

    /// Copies the apps, so that an edit changes nothing in the repository.
    fn with_apps(self) -> anyhow::Result<Self> {
        for app in ["cdk_app.js", "troposphere_app.py"] {
            fs::copy(Path::new("benches/peers").join(app), self.app(app)).with_context(|| format!("copying {app}"))?;
        }
        Ok(self)
    }

    /// One of the apps in `benches/peers`.
    pub(super) fn app(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The troposphere app.
    pub(super) fn troposphere(&self, stacks: usize, out: &Path) -> Command {
        let mut command = Command::new(self.folder.join("venv/bin/python"));
        command.arg(self.app("troposphere_app.py")).arg(stacks.to_string()).arg(out);
        command
    }

    /// The CDK app without the CDK's command.
    pub(super) fn cdk_app(&self, stacks: usize, out: &Path, validation: Validation) -> Command {
        let mut command = Command::new("node");
        command.arg(self.app("cdk_app.js")).arg(stacks.to_string()).arg(out);
        command.env("CDK_VALIDATION", matches!(validation, Validation::On).to_string());
        command
    }

    /// `cdk synth`, without anything that asks the network or adds to the templates.
    pub(super) fn cdk_synth(&self, stacks: usize, out: &Path, validation: Validation) -> Command {
        let mut command = Command::new(self.folder.join("node_modules/.bin/cdk"));
        command.args(["synth", "--quiet", "--no-notices", "--no-version-reporting", "--no-path-metadata"]);
        command.args(["--app", &format!("node cdk_app.js {stacks}"), "--output"]).arg(out);
        if let Validation::Off = validation {
            command.arg("--no-validation");
        }
        command.current_dir(&self.folder).env("CDK_HOME", self.folder.join("home"));
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("CDK_DISABLE_CLI_TELEMETRY", "true");
        command
    }
}

fn step(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("running {command:?}"))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}
