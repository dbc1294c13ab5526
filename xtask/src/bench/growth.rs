//! How synth grows with the number of stacks.
use std::process::Command;

use serde::Deserialize;

use super::measure::{self, Run, median};
use super::programs;

/// What the program `benches/synth.rs` says of one run.
#[derive(Clone, Copy, Deserialize)]
struct Figures {
    resources: usize,
    total_s: f64,
    bytes: usize,
    peak_kb: u64,
}

/// Each ten times the one before.
const SIZES: [usize; 4] = [1, 10, 100, 1000];

/// Measures and prints.
pub(super) fn exec(runs: usize) -> anyhow::Result<()> {
    let program = programs::synth()?;
    let mut measured = SIZES.map(|_| Vec::new());
    for _ in 0..runs {
        for (stacks, measured) in SIZES.iter().zip(&mut measured) {
            let (run, text) = measure::run(Command::new(&program).arg(stacks.to_string()))?;
            measured.push((serde_json::from_str::<Figures>(&text)?, run));
        }
    }
    println!("growth, optimized");
    println!("stacks  resources  in process  a second  whole process  peak    template  x10 takes");
    let mut before: Option<f64> = None;
    for (stacks, measured) in SIZES.iter().zip(&measured) {
        before = Some(print(*stacks, before, measured));
    }
    Ok(())
}

fn print(stacks: usize, before: Option<f64>, measured: &[(Figures, Run)]) -> f64 {
    let total_s = median(measured.iter().map(|(figures, _)| figures.total_s).collect());
    let peak_kb = median(measured.iter().map(|(figures, _)| figures.peak_kb as f64).collect());
    let whole_s = median(measured.iter().map(|(_, run)| run.wall_s).collect());
    let (Figures { resources, bytes, .. }, _) = measured[0];
    let growth = before.map(|before| format!("{:.1}", total_s / before)).unwrap_or_default();
    println!(
        "{stacks:>6}  {resources:>9}  {:>8.1} ms  {:>8.0}  {:>10.1} ms  {:>3.0} MB  {:>5.1} MB  {growth:>9}",
        total_s * 1e3,
        resources as f64 / total_s,
        whole_s * 1e3,
        peak_kb * 1024.0 / 1e6,
        bytes as f64 / 1e6,
    );
    total_s
}
