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
    text: &'static str,
    template: PathBuf,
}

impl Edit {
    fn new(file: PathBuf, text: &'static str, template: PathBuf) -> anyhow::Result<Self> {
        let original = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        ensure!(original.contains(text), "`{text}` is not in {}", file.display());
        Ok(Edit { file, original, text, template })
    }

    /// Writes the number of the round behind the first letters of the text. A comment would not change what is compiled.
    fn apply(&self, round: usize, command: Command) -> anyhow::Result<Trial> {
        let width = self.text.len() - 4;
        let text = format!("{}{round:0width$}", &self.text[..4]);
        fs::write(&self.file, self.original.replace(self.text, &text))?;
        Ok(Trial { command, expects: Some((self.template.clone(), text)) })
    }
}

const IMAGE: &str = "ami-0123456789abcdef0";
const DESCRIPTION: &str = "The production host and its data volume";

/// Measures and prints.
pub(super) fn exec(runs: usize, peers: Option<&Peers>) -> anyhow::Result<()> {
    let stackgen = programs::stackgen()?;
    let hundred = Project::new("hundred", "benches/synth.rs", &["benches/synth.rs"])?;
    hundred.describe(&["1"])?;
    let production = Project::new("production-app", "stacks/main.rs", &["stacks", "userdata", "snapshots"])?;
    let ours = Edit::new(hundred.path("benches/synth.rs"), IMAGE, hundred.path("out/bench-0.json"))?;
    let two = Edit::new(production.path("stacks/compute.rs"), DESCRIPTION, production.path("out/prod-compute.json"))?;
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
        let edit = Edit::new(peers.app(app), IMAGE, out.join("bench-0.template.json"))?;
        contestants.push(Contestant::prepared(name, move |round| edit.apply(round, command(peers, &out))));
    }
    Ok(contestants)
}
