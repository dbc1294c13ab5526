//! ShellCheck's remarks on boot scripts, where it is installed. What it said of a script before is kept, so that a synth of
//! unchanged scripts does not wait for it.
use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::{Deserialize, Serialize};
use stackgen_assembly::{ProblemEntry, StackEntry};
use stackgen_shell::shellcheck;

use crate::Context;
use crate::boot_script::BootScript;
use crate::load::Loaded;
use crate::problems;
use crate::shell::WARNING;

#[derive(Debug, Serialize, Deserialize)]
struct Remark {
    line: usize,
    text: String,
}

/// Warns of what ShellCheck says. It is never the reason for a failure: what must not be, the synth refuses on any machine.
pub(crate) fn warn(context: &Context, loaded: &Loaded, stacks: &[&StackEntry]) {
    let Some(program) = context.settings.search_path.as_deref().and_then(find) else { return };
    for script in stacks.iter().flat_map(|stack| BootScript::all(&loaded.assembly, stack)) {
        match remarks(context, &program, &script.with_plain_values()) {
            Ok(remarks) => {
                let own = |remark: &&Remark| !is_of_the_kit(loaded, script.source(remark.line).as_deref());
                remarks.iter().filter(own).for_each(|remark| show(context, loaded, &script, remark));
            }
            Err(error) => context.shell.warn(&format!("ShellCheck does not work: {error}")),
        }
    }
}

/// Sections that come with stackgen are written in its own `src`; whoever uses them cannot change them.
fn is_of_the_kit(loaded: &Loaded, source: Option<&str>) -> bool {
    let file = source.and_then(|source| source.rsplit_once(':')).map(|(file, _)| file);
    let Some(file) = file.filter(|file| file.starts_with("src/")) else { return false };
    loaded.project.as_ref().is_some_and(|project| !project.root.join(file).exists())
}

fn show(context: &Context, loaded: &Loaded, script: &BootScript<'_>, remark: &Remark) {
    let section =
        script.section_at(remark.line).map(|section| format!(", section {}", section.name)).unwrap_or_default();
    let problem = ProblemEntry {
        stack: script.stack.name.clone(),
        id: Some(script.entry.id.clone()),
        path: format!("line {}{section}", remark.line),
        source: script.source(remark.line),
        message: remark.text.clone(),
        hint: None,
    };
    context.shell.message(&problems::report(context, loaded, (WARNING, "warning:"), &problem));
}

fn remarks(context: &Context, program: &Path, text: &str) -> io::Result<Vec<Remark>> {
    let kept = context.settings.cache.as_ref().map(|cache| cache.join("shellcheck").join(key(program, text)));
    let known = kept.as_ref().and_then(|kept| serde_json::from_str(&fs::read_to_string(kept).ok()?).ok());
    if let Some(known) = known {
        return Ok(known);
    }
    let said = shellcheck::check(text)?.unwrap_or_default();
    let said = said.into_iter().map(|it| Remark { line: it.line, text: format!("{} {}", it.code, it.message) });
    let said: Vec<Remark> = said.collect();
    // A cache that cannot be written costs time and nothing else.
    if let (Some(kept), Ok(json)) = (kept, serde_json::to_vec(&said)) {
        let _ = kept.parent().map(fs::create_dir_all).map(|_| fs::write(&kept, json));
    }
    Ok(said)
}

/// Another script and another ShellCheck have another key.
fn key(program: &Path, text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let facts = fs::metadata(program).ok();
    facts.map(|facts| (facts.len(), facts.modified().ok())).hash(&mut hasher);
    format!("{:016x}.json", hasher.finish())
}

fn find(search_path: &OsStr) -> Option<PathBuf> {
    env::split_paths(search_path).map(|folder| folder.join("shellcheck")).find(|program| program.is_file())
}
