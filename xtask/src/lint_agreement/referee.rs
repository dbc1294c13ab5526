//! What the referees say that are packages of Python. They take long, so answers are kept beside the build, by what is in
//! the template.
//!
//! A template that names other files, such as a nested stack's, is asked about again only when it itself changes.
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use super::finding::{Answer, Answers};
use crate::tools;

/// A package of Python, and the program that makes it answer.
pub(super) struct Referee {
    package: &'static str,
    version: &'static str,
    program: &'static str,
}

/// In the release whose schemas the facts come from.
pub(super) const CFN_LINT: Referee =
    Referee { package: "cfn-lint", version: "1.58.0", program: include_str!("cfn_lint.py") };

/// AWS's own engine: native, but published as a command for Python only.
pub(super) const CFN_VALIDATE: Referee =
    Referee { package: "cloudformation-validate", version: "1.14.0", program: include_str!("cfn_validate.py") };

/// After which an answer is not waited for; some conditions take cfn-lint minutes.
const LIMIT_S: &str = "20";
/// How many run at once. Each takes a core and 250 MB.
const PROCESSES: usize = 2;

/// An answer as it is kept.
#[derive(Clone, Default, Deserialize, Serialize)]
struct Kept {
    #[serde(flatten)]
    answer: Answer,
    seconds: f64,
}

impl Referee {
    /// Asks the referee, or what is kept of its answers.
    pub(super) fn answers(&self, names: &[PathBuf]) -> anyhow::Result<Answers> {
        let folder = tools::beside_the_build("lint-agreement")?.join(format!("{}-{}", self.package, self.version));
        fs::create_dir_all(&folder)?;
        let mut kept = BTreeMap::new();
        let mut asked = Vec::new();
        for name in names {
            let file = folder.join(self.key(name)?);
            match fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Kept>(&text).ok()) {
                Some(answer) => drop(kept.insert(name.clone(), answer)),
                None => asked.push((name, file)),
            }
        }
        if !asked.is_empty() {
            println!("{self} reads {} templates, {} answers are kept from before", asked.len(), kept.len());
            kept.extend(self.ask_all(&asked)?);
        }
        let seconds: f64 = kept.values().map(|kept| kept.seconds).sum();
        let clock =
            format!("{self}: {seconds:.2} s for {} templates, loaded once and one after the other", names.len());
        let of = kept.into_iter().map(|(name, kept)| (name, kept.answer)).collect();
        Ok(Answers { linter: self.to_string(), of, seconds: Some(seconds), clock })
    }

    /// The same template has the same key. The hash differs between releases of Rust, which costs no more than asking.
    fn key(&self, name: &Path) -> anyhow::Result<String> {
        let mut hasher = DefaultHasher::new();
        fs::read(name).with_context(|| format!("reading {}", name.display()))?.hash(&mut hasher);
        (self.program, LIMIT_S).hash(&mut hasher);
        // Templates may name others that lie beside them.
        name.parent().hash(&mut hasher);
        Ok(format!("{:016x}.json", hasher.finish()))
    }

    fn ask_all(&self, asked: &[(&PathBuf, PathBuf)]) -> anyhow::Result<Vec<(PathBuf, Kept)>> {
        let python = self.installed()?;
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            let work = || self.ask_some(&python, asked, &next);
            let workers: Vec<_> = (0..PROCESSES).map(|_| scope.spawn(work)).collect();
            let mut all = Vec::new();
            for worker in workers {
                all.extend(worker.join().expect("a worker does not panic")?);
            }
            Ok(all)
        })
    }

    /// Asks about one template after the other, as long as there are any that no other process was asked about.
    fn ask_some(
        &self,
        python: &Path,
        asked: &[(&PathBuf, PathBuf)],
        next: &AtomicUsize,
    ) -> anyhow::Result<Vec<(PathBuf, Kept)>> {
        let mut linter = Linter::start(python, self.program)?;
        let mut answers = Vec::new();
        while let Some((name, file)) = asked.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answer = match linter.ask(name) {
                Some(answer) => answer,
                None => {
                    linter = Linter::start(python, self.program)?;
                    let failure = Some("it ended without an answer".to_owned());
                    Kept { answer: Answer { failure, ..Answer::default() }, seconds: 0.0 }
                }
            };
            fs::write(file, serde_json::to_vec(&answer)?)?;
            answers.push(((*name).clone(), answer));
        }
        Ok(answers)
    }

    /// The interpreter that has the package in this version; another version on the search path would not do.
    /// Its Python, beside which its command is.
    pub(super) fn installed(&self) -> anyhow::Result<PathBuf> {
        let home = tools::beside_the_build("tools")?.join(format!("{}-{}", self.package, self.version));
        let python = home.join("bin").join("python");
        let marker = home.join("installed");
        if marker.exists() {
            return Ok(python);
        }
        println!("installing {self}");
        let made = Command::new("python3").args(["-m", "venv"]).arg(&home).status().context("python3 does not run")?;
        ensure!(made.success(), "python3 makes no folder for packages; Debian has that in python3-venv");
        let package = format!("{}=={}", self.package, self.version);
        let got = Command::new(home.join("bin").join("pip")).args(["install", "--quiet", &package]).status()?;
        ensure!(got.success(), "{self} could not be installed; see above");
        fs::write(marker, "")?;
        Ok(python)
    }
}

impl fmt::Display for Referee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.package, self.version)
    }
}

/// A running referee that answers one template after the other.
struct Linter {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Linter {
    fn start(python: &Path, program: &str) -> anyhow::Result<Self> {
        // Where no file of settings lies that it would read.
        let nowhere = python.parent().context("an interpreter lies in a folder")?;
        let mut command = Command::new(python);
        command.args(["-c", program, LIMIT_S]).current_dir(nowhere);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().with_context(|| format!("`{}` does not run", python.display()))?;
        let questions = process.stdin.take().context("its input is piped")?;
        let answers = BufReader::new(process.stdout.take().context("its output is piped")?);
        Ok(Linter { process, questions, answers })
    }

    /// Nothing if it ended on the way.
    fn ask(&mut self, name: &Path) -> Option<Kept> {
        writeln!(self.questions, "{}", name.display()).ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }
}

impl Drop for Linter {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
