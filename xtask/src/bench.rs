//! Benchmarks: how synth grows, how long whole processes take, how long from an edit to a template.
//!
//! Every figure is a median of several runs on whatever machine this is; what lasts are the ratios and the growth.
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::Deserialize;

/// Measure synth: growth, whole processes, and the way from an edit to a template
#[derive(clap::Args)]
pub struct Args {
    /// Runs of each measurement; the median counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// What the program `benches/synth.rs` says of one run.
#[derive(Clone, Deserialize)]
struct Figures {
    stacks: usize,
    resources: usize,
    total_s: f64,
    bytes: usize,
    peak_kb: u64,
}

/// Measures and prints.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    growth(args.runs)?;
    stacks(args.runs)?;
    edit_loop(args.runs)
}

fn growth(runs: usize) -> anyhow::Result<()> {
    let program = built("synth", &["bench", "--no-run", "--bench", "synth", "--package", "stackgen"])?;
    println!("stacks  resources  in process  a second  whole process  peak    template  x10 takes");
    let mut before: Option<f64> = None;
    for stacks in [1, 10, 100, 1000] {
        let mut measured = Vec::new();
        for _ in 0..runs {
            measured.push(run(&program, stacks)?);
        }
        measured.sort_by(|(left, _), (right, _)| left.total_s.total_cmp(&right.total_s));
        let (figures, _) = measured[runs / 2].clone();
        let whole = median(measured.iter().map(|(_, wall)| *wall).collect());
        let growth = before.map(|before| format!("{:.1}", figures.total_s / before)).unwrap_or_default();
        println!(
            "{:>6}  {:>9}  {:>8.1} ms  {:>8.0}  {:>10.1} ms  {:>3} MB  {:>5.1} MB  {growth:>9}",
            figures.stacks,
            figures.resources,
            figures.total_s * 1e3,
            figures.resources as f64 / figures.total_s,
            whole.as_secs_f64() * 1e3,
            figures.peak_kb / 1024,
            figures.bytes as f64 / 1e6,
        );
        before = Some(figures.total_s);
    }
    Ok(())
}

fn run(program: &Path, stacks: usize) -> anyhow::Result<(Figures, Duration)> {
    let started = Instant::now();
    let output = Command::new(program).arg(stacks.to_string()).output()?;
    let wall = started.elapsed();
    if !output.status.success() {
        bail!("{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    }
    Ok((serde_json::from_slice(&output.stdout)?, wall))
}

/// The two production stacks: the app alone as its users build it, and the whole command.
fn stacks(runs: usize) -> anyhow::Result<()> {
    let app = built("stacks", &["build", "--bin", "stacks"])?;
    let stackgen = built("stackgen", &["build", "--release", "--package", "stackgen-cli"])?;
    let folder = std::env::temp_dir().join(format!("stackgen-bench-{}", std::process::id()));
    let alone = timed(runs, || Command::new(&app).env("STACKGEN_OUT", &folder).output());
    let ready = timed(runs, || Command::new(&stackgen).args(["synth", "--assembly"]).arg(&folder).output());
    let whole = timed(runs, || Command::new(&stackgen).arg("synth").output());
    println!("\nthe production stacks");
    println!("  the app alone, unoptimized as users build it   {:>7.1} ms", alone?.as_secs_f64() * 1e3);
    println!("  `stackgen synth` on a ready assembly           {:>7.1} ms", ready?.as_secs_f64() * 1e3);
    println!("  `stackgen synth`, nothing to compile           {:>7.1} ms", whole?.as_secs_f64() * 1e3);
    std::fs::remove_dir_all(&folder).context("the app wrote its assembly")
}

fn edit_loop(runs: usize) -> anyhow::Result<()> {
    let stackgen = built("stackgen", &["build", "--release", "--package", "stackgen-cli"])?;
    let file = Path::new("stacks/compute.rs");
    let original = std::fs::read_to_string(file)?;
    let mut edit = 0;
    let measured = timed(runs, || {
        edit += 1;
        // A comment would not change what is compiled.
        let edited = original.replace("The production host and its data volume", &format!("Host number {edit}"));
        std::fs::write(file, edited)?;
        Command::new(&stackgen).args(["synth", "prod-compute"]).output()
    });
    std::fs::write(file, original)?;
    println!("\nfrom an edit of a stack's file to its template     {:>7.1} ms", measured?.as_secs_f64() * 1e3);
    Ok(())
}

/// The program of this name that a cargo command makes.
fn built(name: &str, arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let output = Command::new("cargo").args(arguments).args(["--quiet", "--message-format=json"]).output()?;
    if !output.status.success() {
        bail!("cargo {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    let messages = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut programs = messages
        .filter(|message| message["target"]["name"] == name)
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs.next().with_context(|| format!("cargo {} made no program", arguments.join(" ")))
}

fn timed(runs: usize, mut command: impl FnMut() -> std::io::Result<std::process::Output>) -> anyhow::Result<Duration> {
    let mut walls = Vec::new();
    // The first run fills the caches of the machine and does not count.
    for counted in std::iter::once(false).chain(std::iter::repeat_n(true, runs)) {
        let started = Instant::now();
        let output = command()?;
        let wall = started.elapsed();
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        walls.extend(counted.then_some(wall));
    }
    Ok(median(walls))
}

fn median(mut walls: Vec<Duration>) -> Duration {
    walls.sort();
    walls[walls.len() / 2]
}
