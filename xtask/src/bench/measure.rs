//! The stopwatch: runs commands in turns and keeps the time, the CPU time and the most memory of each.
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use wait4::Wait4;

use super::FOLDER;

/// What one run of a command took, with all processes that it started and waited for.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) wall_s: f64,
    pub(super) cpu_s: f64,
    /// The most memory that one of the processes had.
    pub(super) peak_mb: f64,
}

/// Makes the command of a round. What happens meanwhile is not measured.
type Prepare<'a> = Box<dyn FnMut(usize) -> anyhow::Result<Trial> + 'a>;

/// A command to run, and what must have come of it.
pub(super) struct Trial {
    pub(super) command: Command,
    /// A file and a text that must be in it afterwards.
    pub(super) expects: Option<(PathBuf, String)>,
}

/// One of the commands that are compared.
pub(super) struct Contestant<'a> {
    pub(super) name: String,
    prepare: Prepare<'a>,
}

impl<'a> Contestant<'a> {
    /// Runs the same command in each round.
    pub(super) fn new(name: &str, command: impl Fn() -> Command + 'a) -> Self {
        Contestant::prepared(name, move |_| Ok(Trial { command: command(), expects: None }))
    }

    /// Runs a command that is new in each round.
    pub(super) fn prepared(name: &str, prepare: impl FnMut(usize) -> anyhow::Result<Trial> + 'a) -> Self {
        Contestant { name: name.to_owned(), prepare: Box::new(prepare) }
    }

    /// One run, in the round of this number.
    pub(super) fn run(&mut self, round: usize) -> anyhow::Result<Run> {
        let name = &self.name;
        let Trial { mut command, expects } = (self.prepare)(round)?;
        let (run, _) = run(&mut command).with_context(|| name.clone())?;
        if let Some((file, text)) = expects {
            let there = fs::read_to_string(&file).with_context(|| format!("{name}: {}", file.display()))?;
            ensure!(there.contains(&text), "{name}: `{text}` is not in {}", file.display());
        }
        Ok(run)
    }
}

/// Runs all contestants in turns, so that what else the machine does meets them alike, and gives the medians of each.
pub(super) fn in_turns(runs: usize, contestants: &mut [Contestant]) -> anyhow::Result<Vec<Run>> {
    let mut measured = vec![Vec::new(); contestants.len()];
    // The first round fills the caches of the machine and does not count.
    for round in 0..=runs {
        for (contestant, measured) in contestants.iter_mut().zip(&mut measured) {
            let run = contestant.run(round)?;
            if round > 0 {
                measured.push(run);
            }
        }
    }
    Ok(measured.iter().map(|runs| medians(runs)).collect())
}

/// Runs a command to its end, and gives what it took and printed.
pub(super) fn run(command: &mut Command) -> anyhow::Result<(Run, String)> {
    fs::create_dir_all(FOLDER)?;
    // Files, because nobody reads a pipe while the command is waited for.
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| Path::new(FOLDER).join(name));
    command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
    let started = Instant::now();
    let child = command.spawn().with_context(|| format!("starting {command:?}"))?;
    let used = child.wait4().context("waiting for a command")?;
    let wall_s = started.elapsed().as_secs_f64();
    ensure!(used.status.success(), "{command:?} failed:\n{}", fs::read_to_string(&stderr)?);
    let cpu_s = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    Ok((Run { wall_s, cpu_s, peak_mb: used.rusage.maxrss as f64 / 1e6 }, fs::read_to_string(&stdout)?))
}

/// The median of each figure by itself.
pub(super) fn medians(runs: &[Run]) -> Run {
    let of = |figure: fn(&Run) -> f64| median(runs.iter().map(figure).collect());
    Run { wall_s: of(|run| run.wall_s), cpu_s: of(|run| run.cpu_s), peak_mb: of(|run| run.peak_mb) }
}

/// The middle one of some figures.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Prints contestants as a table; ratios are to the first.
pub(super) fn print(contestants: &[Contestant], medians: &[Run]) {
    let first = medians[0];
    println!("{:<44}  {:>9}  {:>9}  {:>7}  {:>7} {:>7}", "", "wall s", "CPU s", "peak MB", "wall x", "CPU x");
    for (Contestant { name, .. }, Run { wall_s, cpu_s, peak_mb }) in contestants.iter().zip(medians) {
        let (wall, cpu) = (wall_s / first.wall_s, cpu_s / first.cpu_s);
        println!("{name:<44}  {wall_s:>9.4}  {cpu_s:>9.4}  {peak_mb:>7.0}  {wall:>7.2} {cpu:>7.2}");
    }
}
