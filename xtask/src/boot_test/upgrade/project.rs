//! A copy of this project, with values of its own, and the command that is run in it.
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, ensure};

use super::Prepared;

const VALUES: &str = "stacks/prod.yaml";
/// The machines here are x86-64.
const HERE: [(&str, &str); 2] =
    [("instance_type: m7g.medium", "instance_type: m7i.large"), ("architecture: arm64", "architecture: x86_64")];

/// The copy.
pub(super) struct Project {
    folder: PathBuf,
    stackgen: PathBuf,
}

impl Project {
    /// Copies what the command reads. The app is built already.
    pub(super) fn copy(prepared: &Prepared, folder: PathBuf) -> anyhow::Result<Self> {
        let own = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        for inner in ["stacks", "snapshots"] {
            fs::create_dir_all(folder.join(inner))?;
        }
        for entry in fs::read_dir(own.join("snapshots"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join("snapshots").join(entry.file_name()))?;
        }
        let settings = fs::read_to_string(own.join("stackgen.toml"))?;
        let app = |line: &str| match line.starts_with("app =") {
            true => format!("app = '{}'\n", prepared.stacks.display()),
            false => format!("{line}\n"),
        };
        fs::write(folder.join("stackgen.toml"), settings.lines().map(app).collect::<String>())?;
        let mut values = fs::read_to_string(own.join(VALUES))?;
        for (there, here) in HERE {
            ensure!(values.contains(there), "{VALUES} has no `{there}`");
            values = values.replace(there, here);
        }
        fs::write(folder.join(VALUES), values)?;
        Ok(Self { folder, stackgen: prepared.stackgen.clone() })
    }

    /// Pins another image, as a person would.
    pub(super) fn pin(&self, image: &str) -> anyhow::Result<()> {
        let file = self.folder.join(VALUES);
        let values = fs::read_to_string(&file)?;
        let pin = values.split("id: ami-").nth(1).and_then(|rest| rest.get(..17)).context("the values have a pin")?;
        Ok(fs::write(file, values.replace(&format!("ami-{pin}"), image))?)
    }

    /// Runs the command, shows what it says, and expects it to succeed.
    pub(super) fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let status = self.try_run(arguments)?;
        ensure!(status.success(), "`stackgen {}` ended with {status}", arguments.join(" "));
        Ok(())
    }

    /// Runs the command, and shows what it says.
    pub(super) fn try_run(&self, arguments: &[&str]) -> anyhow::Result<ExitStatus> {
        println!("{:>14} stackgen {}", "$", arguments.join(" "));
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>&1"]).arg(&self.stackgen).args(arguments).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        // The server that a command leaves behind must not hold the other end.
        let mut running = command.spawn().context("`stackgen` does not run")?;
        for line in BufReader::new(running.stdout.take().context("it was piped")?).lines() {
            println!("{:>14} {}", "|", line?);
        }
        Ok(running.wait()?)
    }
}
