//! From an edit of the app to the templates: what a person waits for, all day.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::measure::{self, Contestant, Trial};
use super::peers::{Peers, Validation};
use super::project::Project;
use super::{FOLDER, programs};

/// Something in an app that each round writes anew and expects in a template.
struct Edit {
    file: PathBuf,
    original: String,
    /// What is replaced.
    text: String,
    /// The letters before the number of the round.
    prefix: &'static str,
    template: PathBuf,
}

impl Edit {
    /// Changes the image of all hosts.
    fn of_image(file: PathBuf, template: PathBuf) -> anyhow::Result<Self> {
        let original = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Ok(Edit { file, original, text: IMAGE.to_owned(), prefix: "ami-0123456789abcde", template })
    }

    /// Changes the first description in the file.
    fn of_description(file: PathBuf, template: PathBuf) -> anyhow::Result<Self> {
        let original = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let found = original.split_once(".description(\"").and_then(|(_, rest)| rest.split_once('"'));
        let text = found.with_context(|| format!("{} has no description", file.display()))?.0.to_owned();
        Ok(Edit { file, original, text, prefix: "In round ", template })
    }

    /// Writes another value; a comment would not change what is compiled.
    fn apply(&self, round: usize, command: Command) -> anyhow::Result<Trial> {
        let text = format!("{}{round:02}", self.prefix);
        let edited = self.original.replace(&self.text, &text);
        ensure!(edited != self.original, "`{}` is not in {}", self.text, self.file.display());
        fs::write(&self.file, edited)?;
        Ok(Trial { command, expects: Some((self.template.clone(), text)) })
    }
}

const IMAGE: &str = "ami-0123456789abcdef0";

/// Measures and prints.
pub(super) fn exec(runs: usize, peers: Option<&Peers>) -> anyhow::Result<()> {
    let stackgen = programs::stackgen()?;
    let hundred = Project::new("hundred", "benches/synth.rs", &["benches/synth.rs"])?;
    hundred.describe(&["1"])?;
    let production = Project::new("production-app", "stacks/main.rs", &["stacks", "userdata", "snapshots"])?;
    let ours = Edit::of_image(hundred.path("benches/synth.rs"), hundred.path("out/bench-0.json"))?;
    let two = Edit::of_description(production.path("stacks/compute.rs"), production.path("out/prod-compute.json"))?;
    let mut contestants = vec![
        Contestant::prepared("`stackgen synth`, 100 resources", |round| ours.apply(round, hundred.synth(&stackgen))),
        Contestant::prepared("`stackgen synth`, the production stacks", |round| {
            two.apply(round, production.synth(&stackgen))
        }),
    ];
    if let Some(peers) = peers {
        contestants.extend(theirs(peers)?);
    }
    let medians = measure::in_turns(runs, &mut contestants)?;
    println!("\nfrom an edit to the templates");
    measure::print(&contestants, &medians);
    Ok(())
}

fn theirs(peers: &Peers) -> anyhow::Result<Vec<Contestant<'_>>> {
    type Start = fn(&Peers, &Path) -> Command;
    let commands: [(&str, &str, Start); 3] = [
        ("troposphere, 100 resources", "troposphere_app.py", |peers, out| peers.troposphere(1, out)),
        ("`cdk synth --quiet --no-validation`, 100", "cdk_app.js", |peers, out| {
            peers.cdk_synth(1, out, Validation::Off)
        }),
        ("`cdk synth --quiet`, 100 resources", "cdk_app.js", |peers, out| peers.cdk_synth(1, out, Validation::On)),
    ];
    let mut contestants = Vec::new();
    for (index, (name, app, command)) in commands.into_iter().enumerate() {
        let out = std::path::absolute(FOLDER)?.join("edit").join(index.to_string());
        let edit = Edit::of_image(peers.app(app), out.join("bench-0.template.json"))?;
        contestants.push(Contestant::prepared(name, move |round| edit.apply(round, command(peers, &out))));
    }
    Ok(contestants)
}
