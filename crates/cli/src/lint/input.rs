//! Which files are meant: files, folders with all that is in them, and patterns.
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::names;

/// The name of what is piped in.
pub(crate) const STANDARD_INPUT: &str = "-";
/// How the names of templates end.
const ENDINGS: [&str; 4] = ["yaml", "yml", "json", "template"];
/// What is no template although it is named like one.
const FOREIGN_FOLDERS: [&str; 2] = ["node_modules", "target"];

/// A text that is to be linted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// As it was given.
    pub(crate) name: String,
    /// Whether it was found in a folder, where not everything has to be a template.
    pub(crate) is_guess: bool,
}

/// What could not be looked for.
#[derive(Debug, Error)]
#[error("no template in `{0}`")]
pub(crate) struct NothingFound(String);

/// Whether a word means files; else it means a stack.
pub(crate) fn is_file(word: &str) -> bool {
    let ends = Path::new(word).extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
    word == STANDARD_INPUT || word.contains('/') || ends || Path::new(word).exists()
}

/// The files that words mean, each once, in the order of the words and then of their names.
pub(crate) fn files(words: &[String]) -> Result<Vec<Input>, NothingFound> {
    let mut inputs = Vec::new();
    for word in words {
        let path = Path::new(word);
        // A name with a star in it may be that of a file.
        let found = match word.as_str() {
            STANDARD_INPUT => vec![named(word)],
            _ if path.is_dir() => below(path).iter().map(|path| guessed(path)).collect(),
            _ if !path.exists() && word.contains(['*', '?']) => fitting(word),
            _ => vec![named(word)],
        };
        if found.is_empty() {
            return Err(NothingFound(names::echo(word)));
        }
        inputs.extend(found);
    }
    let mut seen = HashSet::new();
    inputs.retain(|input: &Input| seen.insert(input.name.clone()));
    Ok(inputs)
}

fn named(word: &str) -> Input {
    Input { name: word.to_owned(), is_guess: false }
}

fn guessed(path: &Path) -> Input {
    Input { name: plain(path).display().to_string(), is_guess: true }
}

/// The files below a folder that are named like templates, by name, and the folders that cannot be looked into, so that it is
/// told when they are read. Links to folders may lead in circles.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            files.push(folder);
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let path = entry.path();
            let is_hidden = name.as_encoded_bytes().starts_with(b".");
            if is_hidden || FOREIGN_FOLDERS.iter().any(|foreign| name == *foreign) {
                continue;
            }
            let is_template = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(path),
                _ if is_template && path.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// The files that a pattern means. `*` stands for any letters of one name, `**` for any folders.
fn fitting(pattern: &str) -> Vec<Input> {
    let wanted: Vec<&str> = pattern.split('/').filter(|part| *part != ".").collect();
    let fixed = wanted.iter().take_while(|part| !part.contains(['*', '?'])).count().min(wanted.len() - 1);
    let start = match wanted[..fixed].join("/") {
        start if start.is_empty() && pattern.starts_with('/') => PathBuf::from("/"),
        start if start.is_empty() => PathBuf::from("."),
        start => PathBuf::from(start),
    };
    if !start.is_dir() {
        return Vec::new();
    }
    let fits = |path: &PathBuf| {
        let rest = path.strip_prefix(&start).unwrap_or(path);
        let parts: Vec<String> = rest.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        fits_parts(&parts, &wanted[fixed..])
    };
    let files = below(&start).into_iter().filter(|path| path.is_dir() || fits(path));
    files.map(|path| named(&plain(&path).display().to_string())).collect()
}

/// As code scanning and annotations want names of files.
fn plain(path: &Path) -> &Path {
    path.strip_prefix("./").unwrap_or(path)
}

fn fits_parts(parts: &[String], wanted: &[&str]) -> bool {
    match (wanted.split_first(), parts.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            fits_parts(parts, rest) || parts.split_first().is_some_and(|(_, later)| fits_parts(later, wanted))
        }
        (Some((first, rest)), Some((part, later))) => names::fits(part, first) && fits_parts(later, rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(path: &str, pattern: &str) -> bool {
        let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        fits_parts(&parts, &pattern.split('/').collect::<Vec<_>>())
    }

    #[test]
    fn patterns_go_by_folders() {
        assert!(fits("a/b.yaml", "a/*.yaml"));
        assert!(fits("a/b/c.yaml", "a/**/*.yaml"));
        assert!(fits("a/c.yaml", "a/**/*.yaml"));
        assert!(fits("a/b/c.yaml", "**"));
        assert!(!fits("a/b/c.yaml", "a/*.yaml"));
        assert!(!fits("a/b/c.yaml", "a/*/d*"));
    }
}
