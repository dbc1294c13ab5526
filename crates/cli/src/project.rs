//! The project: the folder with `stackgen.toml`, found upward from where the command was typed.
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;
use toml::{Spanned, Value};

use crate::lint::suppress::{self, Suppression};
use crate::names;

/// The file that makes a folder a project.
pub(crate) const FILE: &str = "stackgen.toml";
/// What it may say.
pub(crate) const KEYS: [&str; 3] = ["app", "lint", "snapshots"];
/// What it usually says.
pub(crate) const EXAMPLE: &str = r#"app = "cargo run --quiet --bin stacks""#;

/// How to say it when it takes a shell.
pub(crate) const SHELL_EXAMPLE: &str = r#"app = ["sh", "-c", "…"]"#;
/// First words that no program has for a name.
const SHELL_COMMANDS: [&str; 3] = ["cd", "export", "source"];
const SHELL_SIGNS: [&str; 5] = ["&&", "||", "|", ";", ">"];

/// What `stackgen.toml` says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Project {
    /// The folder that it is in; the app runs there.
    pub(crate) root: PathBuf,
    /// The command that runs the app, with its arguments.
    pub(crate) app: Vec<String>,
    /// The folder of the reviewed templates.
    pub(crate) snapshots: PathBuf,
    /// Files and folders with rules of the house, from the root.
    pub(crate) guard: Vec<String>,
    /// What the linter keeps to itself.
    pub(crate) suppressions: Vec<Suppression>,
}

/// Why there is no project to work with. A place is `file:line`.
#[derive(Debug, Error)]
pub(crate) enum ProjectError {
    #[error("there is no {FILE} in `{}` or above", folder.display())]
    Missing { folder: PathBuf },
    #[error("cannot work in `{}`", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("cannot read `{}`", file.display())]
    Read { file: PathBuf, source: io::Error },
    #[error("{place}: {message}")]
    Syntax { place: String, message: String },
    #[error("{place}: unknown key `{key}`")]
    UnknownKey { place: String, key: String, near: Option<&'static str> },
    #[error("{place}: {message}")]
    BadApp { place: String, message: String },
    #[error("{place}: `app` is no line for a shell, which `{word}` would need")]
    ShellLine { place: String, word: String },
    #[error("{place}: `app` is missing, the command that describes the stacks")]
    NoApp { place: String },
}

impl Project {
    /// The project around a folder.
    pub(crate) fn find(folder: &Path) -> Result<Self, ProjectError> {
        let folder =
            folder.canonicalize().map_err(|source| ProjectError::Folder { folder: folder.to_owned(), source })?;
        let Some(root) = folder.ancestors().find(|folder| folder.join(FILE).is_file()) else {
            return Err(ProjectError::Missing { folder });
        };
        let file = root.join(FILE);
        let text = fs::read_to_string(&file).map_err(|source| ProjectError::Read { file, source })?;
        Self::parse(root, &text)
    }

    fn parse(root: &Path, text: &str) -> Result<Self, ProjectError> {
        let mut app = None;
        let mut snapshots = "snapshots".to_owned();
        for (key, value) in entries(text)? {
            let at = place(text, Some(value.span()));
            match (key.get_ref().as_str(), value.into_inner()) {
                ("app", command) => app = Some(words(at, command)?),
                ("lint", _) => {}
                ("snapshots", Value::String(folder)) => snapshots = folder,
                ("snapshots", _) => {
                    let message = "`snapshots` is the name of a folder".to_owned();
                    return Err(ProjectError::Syntax { place: at, message });
                }
                (name, _) => {
                    let near = names::nearest(name, KEYS.into_iter());
                    let place = place(text, Some(key.span()));
                    return Err(ProjectError::UnknownKey { place, key: name.to_owned(), near });
                }
            }
        }
        let (suppressions, guard) = suppress::parse(text)
            .map_err(|(span, message)| ProjectError::Syntax { place: place(text, span), message })?;
        let app = app.ok_or_else(|| ProjectError::NoApp { place: FILE.to_owned() })?;
        Ok(Project { root: root.to_owned(), app, snapshots: root.join(snapshots), guard, suppressions })
    }
}

type Entry = (Spanned<String>, Spanned<Value>);

/// The keys and their values, in the order of the file.
fn entries(text: &str) -> Result<Vec<Entry>, ProjectError> {
    let entries: BTreeMap<_, _> = toml::from_str(text).map_err(|error: toml::de::Error| ProjectError::Syntax {
        place: place(text, error.span()),
        message: error.message().replace('\n', ", "),
    })?;
    let mut entries: Vec<Entry> = entries.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    Ok(entries)
}

fn place(text: &str, span: Option<Range<usize>>) -> String {
    match span {
        Some(span) => format!("{FILE}:{}", 1 + text[..span.start.min(text.len())].matches('\n').count()),
        None => FILE.to_owned(),
    }
}

/// The words of a command: as a shell splits them, or as they are listed.
fn words(place: String, command: Value) -> Result<Vec<String>, ProjectError> {
    let bad = |message: &str| ProjectError::BadApp { place: place.clone(), message: message.to_owned() };
    let words = match command {
        Value::String(line) => {
            let words = shlex::split(&line).ok_or_else(|| bad("`app` has a quote without its end"))?;
            match shell_word(&words) {
                Some(word) => return Err(ProjectError::ShellLine { place, word: word.to_owned() }),
                None => words,
            }
        }
        Value::Array(items) => {
            let words = items.into_iter().map(|item| item.as_str().map(str::to_owned));
            words.collect::<Option<_>>().ok_or_else(|| bad("`app` is a list of strings"))?
        }
        _ => return Err(bad("`app` is a command: a string, or a list of strings")),
    };
    match words.first() {
        Some(program) if !program.is_empty() => Ok(words),
        _ => Err(bad("`app` is empty")),
    }
}

/// What only a shell would understand. In a list every word is meant as it is.
fn shell_word(words: &[String]) -> Option<&str> {
    let is_setting = |word: &str| word.split_once('=').is_some_and(|(name, _)| !name.contains('/'));
    let first = words.first().filter(|first| SHELL_COMMANDS.contains(&first.as_str()) || is_setting(first));
    first.or_else(|| words.iter().find(|word| SHELL_SIGNS.contains(&word.as_str()))).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Project, String> {
        Project::parse(Path::new("/project"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn commands_are_split_like_a_shell_does() {
        let project = parse("app = \"run 'two words' \\\"$HOME\\\"\"").unwrap();
        assert_eq!(project.app, ["run", "two words", "$HOME"]);
        assert_eq!(project.snapshots, Path::new("/project/snapshots"));
        let project = parse("app = ['run', 'two words']\nsnapshots = 'reviewed'").unwrap();
        assert_eq!(project.app, ["run", "two words"]);
        assert_eq!(project.snapshots, Path::new("/project/reviewed"));
    }

    #[test]
    fn shell_lines_are_told_from_commands() {
        for (line, word) in [
            ("STAGE=prod cargo run", "STAGE=prod"),
            ("cd infra", "cd"),
            ("make && ./app", "&&"),
            ("./app | tee log", "|"),
            ("./app > log", ">"),
        ] {
            let said = parse(&format!("app = '{line}'")).unwrap_err();
            assert_eq!(said, format!("stackgen.toml:1: `app` is no line for a shell, which `{word}` would need"));
        }
        assert!(parse("app = 'cargo run --config a=b'").is_ok());
        assert!(parse("app = './a=b/app'").is_ok());
        assert!(parse("app = ['sh', '-c', 'cd infra && make']").is_ok());
        assert!(parse("app = ['./app', '>']").is_ok());
    }

    #[test]
    fn mistakes_have_a_place() {
        let say = |text| parse(text).unwrap_err();
        assert_eq!(say("\nsnapshot = ''"), "stackgen.toml:2: unknown key `snapshot`");
        assert_eq!(say("# nothing"), "stackgen.toml: `app` is missing, the command that describes the stacks");
        assert_eq!(say("app = ''"), "stackgen.toml:1: `app` is empty");
        assert_eq!(say("app = []"), "stackgen.toml:1: `app` is empty");
        assert_eq!(say("app = [1]"), "stackgen.toml:1: `app` is a list of strings");
        assert_eq!(say("app = 'it''s'\n"), "stackgen.toml:1: unexpected key or value, expected newline, `#`");
        assert_eq!(say("app = \"it's\""), "stackgen.toml:1: `app` has a quote without its end");
        assert_eq!(say("zzz = 1\nbbb = 1\naaa = 1"), "stackgen.toml:1: unknown key `zzz`");
        assert_eq!(say("app = 'a'\n[app]"), "stackgen.toml:2: duplicate key");
        assert_eq!(say("app = 'a'\nsnapshots = 1"), "stackgen.toml:2: `snapshots` is the name of a folder");
    }
}
