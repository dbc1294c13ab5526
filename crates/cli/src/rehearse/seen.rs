//! What is deployed: seen now, or kept from before in `.stackgen/observed`.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stackgen_assembly::{Assembly, StackEntry};
use stackgen_deploy::bootstrap;
use stackgen_deploy::observe::{self, Observed, Unusable, Wanted};
use stackgen_deploy::template_body::IN_REQUEST;

use super::{Deed, RehearseError};
use crate::Context;
use crate::deploy::way::Way;
use crate::error::CliError;
use crate::output;
use crate::project::{Project, ProjectError};

/// What the folder of this machine's own AWS is called.
const LOCAL: &str = "local";

/// What is deployed.
pub(crate) struct Seen {
    pub(crate) observed: Observed,
    /// Whether it is kept from before.
    pub(crate) is_old: bool,
}

impl Seen {
    /// Looks, and keeps what it saw for the next time.
    pub(crate) fn look(context: &Context, way: &Way, assembly: &Assembly, deed: &Deed<'_>) -> Result<Seen, CliError> {
        let names = deed.stacks();
        let sight = way.to_look(context, assembly, names)?;
        let endpoint = sight.reader.endpoint().map(|url| format!(", at {url}")).unwrap_or_default();
        context.shell.status("Looking", &format!("at {} in {}{endpoint}", names.join(", "), sight.reader.region()));
        let observed = sight.ask(observe::observe(&sight.reader, &wanted(assembly, deed), sight.now))?;
        let account = match (way.is_local(), observed.account.as_str()) {
            (true, _) => LOCAL,
            (false, "") => "unknown",
            (false, account) => account,
        };
        let root = folder(context)?;
        output::write(&root, &[(".gitignore".to_owned(), "*\n".to_owned())])?;
        observe::save(&root.join(account), &observed).map_err(CliError::from)?;
        Ok(Seen { observed, is_old: false })
    }

    /// Takes what was seen when somebody last looked.
    pub(crate) fn remember(
        context: &Context,
        way: &Way,
        assembly: &Assembly,
        deed: &Deed<'_>,
    ) -> Result<Seen, CliError> {
        let region = way.region_of(assembly, deed.stacks())?;
        match observe::load(&kept(context, way.is_local())?, &region, &wanted(assembly, deed).stacks)? {
            Ok(observed) => Ok(Seen { observed, is_old: true }),
            Err(Unusable { out_of_date, .. }) if !out_of_date.is_empty() => {
                Err(RehearseError::OutOfDate { stacks: out_of_date }.into())
            }
            Err(Unusable { never_seen: stacks, .. }) => Err(RehearseError::NeverSeen { stacks, region }.into()),
        }
    }
}

/// The folders of what was seen of accounts, or of this machine.
pub(crate) fn kept(context: &Context, is_local: bool) -> Result<Vec<PathBuf>, CliError> {
    let root = folder(context)?;
    if is_local {
        return Ok(vec![root.join(LOCAL)]);
    }
    let entries = std::fs::read_dir(root).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    Ok(entries.filter(|path| path.is_dir() && !path.ends_with(LOCAL)).collect())
}

fn folder(context: &Context) -> Result<PathBuf, CliError> {
    let folder = context.globals.project.as_deref().unwrap_or(Path::new("."));
    let root = match Project::find(folder) {
        Ok(project) => project.root,
        Err(ProjectError::Missing { folder }) => folder,
        Err(error) => return Err(error.into()),
    };
    Ok(root.join(".stackgen").join("observed"))
}

/// What a rehearsal needs to have seen.
pub(super) fn wanted(assembly: &Assembly, deed: &Deed<'_>) -> Wanted {
    let names = deed.stacks();
    let is_of_app = |name: &&String| assembly.stack(name).is_some();
    let others = names.iter().filter(|name| !is_of_app(name)).cloned();
    let mut stacks = with_needs(assembly, names);
    stacks.extend(others);
    let pending = deed.pending(assembly);
    // Large templates go through the bucket of this stack.
    if pending.iter().any(|text| text.len() > IN_REQUEST) {
        stacks.insert(0, bootstrap::STACK.to_owned());
    }
    Wanted { stacks, pending }
}

/// The stacks and all that they depend on, in the order of the assembly; without names all.
pub(super) fn with_needs(assembly: &Assembly, names: &[String]) -> Vec<String> {
    let mut wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        return assembly.manifest.stacks.iter().map(|entry| entry.name.clone()).collect();
    }
    let needs = |entry: &'_ StackEntry| -> Vec<String> {
        entry.dependencies.iter().cloned().chain(entry.inputs.iter().map(|input| input.stack.clone())).collect()
    };
    let all = &assembly.manifest.stacks;
    let needed: Vec<(String, Vec<String>)> = all.iter().map(|entry| (entry.name.clone(), needs(entry))).collect();
    loop {
        let more: Vec<&str> = needed
            .iter()
            .filter(|(name, _)| wanted.contains(name.as_str()))
            .flat_map(|(_, needs)| needs.iter().map(String::as_str))
            .filter(|name| !wanted.contains(name))
            .collect();
        if more.is_empty() {
            break;
        }
        wanted.extend(more);
    }
    all.iter().map(|entry| entry.name.clone()).filter(|name| wanted.contains(name.as_str())).collect()
}
