//! `cargo xtask fuzz`: looks for texts that make the linter panic, hang or eat memory.
//!
//! Inputs are made by libFuzzer, which sees what code an input reaches and goes on from those that reach something new. It
//! begins with the examples of all rules and the small corpus in `crates/lint/fuzz/corpus`, which the tests of
//! `stackgen-lint` run without any of this. The compiler is the usual one: what makes code tell where it went are options of
//! LLVM (source: LLVM's "SanitizerCoverage"), the same that `cargo fuzz` gives.
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use stackgen_lint::rules::explanations;

use crate::tools::beside_the_build;

const COVERAGE: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// With `--target`, build scripts and macros are not compiled with the flags above.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// A slow input is a finding, as are big ones that eat memory. Longer inputs reach nothing new and are slower.
const LIMITS: [&str; 3] = ["-timeout=5", "-rss_limit_mb=2048", "-max_len=4096"];
/// How much of a corpus the repository keeps.
const KEPT_BYTES: usize = 64 << 10;

/// What is fed with inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Target {
    /// Reading YAML and JSON
    Document,
    /// All rules over any text
    Lint,
    /// The rules on boot scripts
    Shell,
}

/// Look for texts that make the linter panic, hang or eat memory
///
/// Needs a C++ compiler, for libFuzzer. Inputs that break something are left beside the build, and the chore fails.
#[derive(clap::Args)]
pub struct Args {
    /// Only this target
    #[arg(value_enum)]
    target: Option<Target>,
    /// How long, for each target
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Afterwards keep the smallest inputs that together reach everything in `crates/lint/fuzz/corpus`
    #[arg(long)]
    keep: bool,
}

/// Runs the command.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    let home = beside_the_build("fuzz")?;
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    let project = project.join("crates/lint/fuzz");
    build(&project, &home)?;
    let all = [Target::Document, Target::Lint, Target::Shell];
    for target in all.into_iter().filter(|target| args.target.is_none_or(|only| only == *target)) {
        let run = Run::new(target, &project, &home)?;
        run.fuzz(args.minutes)?;
        if args.keep {
            run.keep()?;
        }
    }
    Ok(())
}

fn build(project: &Path, home: &Path) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--target", PLATFORM, "--target-dir"]).arg(home);
    cargo.current_dir(project).env("RUSTFLAGS", COVERAGE);
    succeed(&mut cargo, "building the fuzz targets")
}

struct Run {
    name: &'static str,
    program: PathBuf,
    project: PathBuf,
    /// Inputs of this and earlier runs.
    inputs: PathBuf,
    /// Inputs that broke something.
    found: PathBuf,
}

impl Run {
    fn new(target: Target, project: &Path, home: &Path) -> anyhow::Result<Run> {
        let name = match target {
            Target::Document => "document",
            Target::Lint => "lint",
            Target::Shell => "shell",
        };
        let program = home.join(PLATFORM).join("release").join(name);
        let (inputs, found) = (home.join("inputs").join(name), home.join("found").join(name));
        fs::create_dir_all(&inputs)?;
        fs::create_dir_all(&found)?;
        let run = Run { name, program, project: project.to_owned(), inputs, found };
        let kept = fs::read_to_string(run.corpus()).unwrap_or_default();
        let kept = kept.lines().map(serde_json::from_str::<String>).collect::<Result<Vec<_>, _>>()?;
        let examples = explanations().flat_map(|rule| [rule.good.to_owned(), rule.bad.to_owned()]);
        for input in examples.chain(kept) {
            let mut hasher = DefaultHasher::new();
            input.hash(&mut hasher);
            fs::write(run.inputs.join(format!("seed-{:016x}", hasher.finish())), input)?;
        }
        Ok(run)
    }

    /// A text in JSON on each line, so that a corpus is one file.
    fn corpus(&self) -> PathBuf {
        self.project.join("corpus").join(format!("{}.jsonl", self.name))
    }

    fn fuzz(&self, minutes: u64) -> anyhow::Result<()> {
        println!("{:>14} {} for {minutes} minutes", "fuzz", self.name);
        let mut command = Command::new(&self.program);
        // One process makes inputs and another runs them, so that one that breaks something does not end the search.
        command.args(["-fork=1", "-ignore_crashes=1", "-ignore_timeouts=1", "-ignore_ooms=1"]).args(LIMITS);
        command.arg(format!("-max_total_time={}", minutes * 60));
        command.arg(format!("-dict={}", self.project.join("words.dict").display()));
        command.arg(format!("-artifact_prefix={}/", self.found.display())).arg(&self.inputs);
        // It ends with the status of the last input that broke something.
        let status = command.status().with_context(|| format!("{} does not run", self.program.display()))?;
        let found = fs::read_dir(&self.found)?.count();
        if found > 0 {
            bail!(
                "{found} inputs broke something: {}\nrun one again: {} FILE",
                self.found.display(),
                self.program.display()
            );
        }
        if !status.success() {
            bail!("the search ended early: {status}");
        }
        Ok(())
    }

    /// The smallest inputs that together reach what all of them reach, as many as fit.
    fn keep(&self) -> anyhow::Result<()> {
        let merged = self.inputs.with_extension("merged");
        if merged.exists() {
            fs::remove_dir_all(&merged)?;
        }
        fs::create_dir_all(&merged)?;
        let mut merge = Command::new(&self.program);
        succeed(merge.arg("-merge=1").args(LIMITS).arg(&merged).arg(&self.inputs), "merging the corpus")?;
        let mut texts = Vec::new();
        for entry in fs::read_dir(&merged)? {
            texts.extend(String::from_utf8(fs::read(entry?.path())?).ok());
        }
        texts.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
        let mut lines = String::new();
        for text in texts {
            let line = serde_json::to_string(&text)?;
            if lines.len() + line.len() >= KEPT_BYTES {
                break;
            }
            lines += &line;
            lines.push('\n');
        }
        fs::write(self.corpus(), &lines)?;
        println!("{:>14} {} inputs in {}", "keep", lines.lines().count(), self.corpus().display());
        Ok(())
    }
}

fn succeed(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{:?} does not run", command.get_program()))?;
    if !status.success() {
        bail!("{what} failed: {status}");
    }
    Ok(())
}
