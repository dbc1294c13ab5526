//! The same stacks with other tools: first that the templates are equal, then what each took.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;

use super::measure::{self, Contestant};
use super::peers::{Peers, Validation};
use super::project::Project;
use super::{FOLDER, equal, programs};

/// What is compared: programs that write templates, and the commands that people type.
struct Arena<'a> {
    peers: &'a Peers,
    project: &'a Project,
    stackgen: &'a Path,
    optimized: &'a Path,
    unoptimized: &'a Path,
    out: PathBuf,
    stacks: usize,
}

/// Measures and prints.
pub(super) fn exec(runs: usize, peers: &Peers) -> anyhow::Result<()> {
    let project = &Project::new("hundred", "benches/synth.rs", &["benches/synth.rs"])?;
    let (stackgen, optimized, unoptimized) =
        (programs::stackgen()?, programs::synth()?, programs::synth_unoptimized()?);
    for stacks in [1, 10, 100] {
        let out = std::path::absolute(FOLDER)?.join("versus").join(stacks.to_string());
        let arena = Arena {
            peers,
            project,
            stackgen: &stackgen,
            optimized: &optimized,
            unoptimized: &unoptimized,
            out,
            stacks,
        };
        project.describe(&[&stacks.to_string()])?;
        arena.check()?;
        for (what, mut contestants) in [("apps alone", arena.apps()), ("whole commands", arena.commands())] {
            let medians = measure::in_turns(runs, &mut contestants)?;
            println!("\n{stacks} x 100 resources, {what}");
            measure::print(&contestants, &medians);
        }
    }
    Ok(())
}

impl<'a> Arena<'a> {
    fn apps(&'a self) -> Vec<Contestant<'a>> {
        let cdk = |validation| move || self.peers.cdk_app(self.stacks, &self.out("cdk"), validation);
        vec![
            Contestant::new("stackgen, unoptimized as users build it", || self.app(self.unoptimized)),
            Contestant::new("stackgen, optimized", || self.app(self.optimized)),
            Contestant::new("troposphere", || self.peers.troposphere(self.stacks, &self.out("troposphere"))),
            Contestant::new("CDK without its validation", cdk(Validation::Off)),
            Contestant::new("CDK", cdk(Validation::On)),
        ]
    }

    fn commands(&'a self) -> Vec<Contestant<'a>> {
        let cdk = |validation| move || self.peers.cdk_synth(self.stacks, &self.out("cdk-synth"), validation);
        vec![
            Contestant::new("`stackgen synth`, nothing to compile", || self.project.synth(self.stackgen)),
            Contestant::new("`cdk synth --quiet --no-validation`", cdk(Validation::Off)),
            Contestant::new("`cdk synth --quiet`", cdk(Validation::On)),
        ]
    }

    /// Runs everything once and compares what it wrote.
    fn check(&self) -> anyhow::Result<()> {
        for left in [&self.out, &self.project.path("out")] {
            if left.exists() {
                fs::remove_dir_all(left)?;
            }
        }
        for mut contestant in self.apps().into_iter().chain(self.commands()) {
            contestant.run(0)?;
        }
        let mut others = ["troposphere", "cdk", "cdk-synth"].map(|name| self.out(name)).to_vec();
        others.push(self.project.path("out"));
        let total = equal::must_equal(&self.out("stackgen"), &others)?;
        ensure!(total.resources == self.stacks * 100, "there are {} resources", total.resources);
        println!("\nall templates are equal: {} resources, {} bytes", total.resources, total.bytes);
        Ok(())
    }

    fn app(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.arg(self.stacks.to_string()).env("STACKGEN_OUT", self.out("stackgen"));
        command
    }

    fn out(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }
}
