//! A copy of this project, with values of its own, and the command that is run in it.
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, ensure};

use super::Prepared;

/// Where values and pins are. The second need not be there.
const FILES: [&str; 2] = ["stacks/prod.yaml", "stackgen.lock"];
/// The machines here are x86-64.
const HERE: [(&str, &str); 2] = [("m7g.medium", "m7i.large"), ("arm64", "x86_64")];

/// The copy.
pub(super) struct Project {
    folder: PathBuf,
    stackgen: PathBuf,
}

impl Project {
    /// Copies what the command reads. The app is built already.
    pub(super) fn copy(prepared: &Prepared, folder: PathBuf) -> anyhow::Result<Self> {
        let own = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        for inner in ["stacks", "snapshots", "bin"] {
            fs::create_dir_all(folder.join(inner))?;
        }
        // Whoever builds meanwhile changes nothing here.
        let [stackgen, stacks] = ["stackgen", "stacks"].map(|name| folder.join("bin").join(name));
        fs::copy(&prepared.stackgen, &stackgen)?;
        fs::copy(&prepared.stacks, &stacks)?;
        for entry in fs::read_dir(own.join("snapshots"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join("snapshots").join(entry.file_name()))?;
        }
        let settings = fs::read_to_string(own.join("stackgen.toml"))?;
        let app = |line: &str| match line.starts_with("app =") {
            true => format!("app = '{}'\n", stacks.display()),
            false => format!("{line}\n"),
        };
        fs::write(folder.join("stackgen.toml"), settings.lines().map(app).collect::<String>())?;
        for file in FILES.iter().filter(|file| own.join(file).exists()) {
            let text = fs::read_to_string(own.join(file))?;
            fs::write(folder.join(file), HERE.iter().fold(text, |text, (there, here)| text.replace(there, here)))?;
        }
        Ok(Self { folder, stackgen })
    }

    /// Pins another image, as a person would.
    pub(super) fn pin(&self, image: &str) -> anyhow::Result<()> {
        for file in FILES.iter().map(|file| self.folder.join(file)).filter(|file| file.exists()) {
            let text = fs::read_to_string(&file)?;
            fs::write(file, pinned(&text, image))?;
        }
        // What was pinned on this machine only lies over that.
        let over = self.folder.join(".stackgen/local/stackgen.lock");
        if over.exists() { Ok(fs::remove_file(over)?) } else { Ok(()) }
    }

    /// Runs the command, shows what it says, and expects it to succeed.
    pub(super) fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let status = self.try_run(arguments, |_| Ok(()))?;
        ensure!(status.success(), "`stackgen {}` ended with {status}", arguments.join(" "));
        Ok(())
    }

    /// Runs the command, and shows what it says. Each line is heard while the command runs on.
    pub(super) fn try_run(
        &self,
        arguments: &[&str],
        mut hear: impl FnMut(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<ExitStatus> {
        println!("{:>14} stackgen {}", "$", arguments.join(" "));
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>&1"]).arg(&self.stackgen).args(arguments).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut running = command.spawn().context("`stackgen` does not run")?;
        let mut is_plan = false;
        for line in BufReader::new(running.stdout.take().context("it was piped")?).lines() {
            let line = line?;
            // A plan is long, and other tests look at it. It ends with how many stacks there are.
            is_plan &= !line.starts_with("error") && !line.contains(" to create") && !line.contains(" to update");
            if !is_plan {
                println!("{:>14} {line}", "|");
            }
            is_plan |= line.trim_start().starts_with("Planning in ");
            hear(&line)?;
        }
        Ok(running.wait()?)
    }
}

/// A text with another image in the place of each.
fn pinned(text: &str, image: &str) -> String {
    let mut parts = text.split("ami-");
    let mut done = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        match rest.get(..17).filter(|id| id.chars().all(|it| it.is_ascii_hexdigit())) {
            Some(id) => done.extend([image, &rest[id.len()..]]),
            None => done.extend(["ami-", rest]),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::pinned;

    #[test]
    fn only_ids_of_images_are_pins() {
        let text = "source: /zmanim/prod/ami-id\nid: ami-0123456789abcdef0\nroot: 1\n";
        assert_eq!(pinned(text, "ami-1"), "source: /zmanim/prod/ami-id\nid: ami-1\nroot: 1\n");
    }
}
