//! A script as the rules see it: its commands, who calls what, and which variables hold what.

use std::collections::BTreeMap;

use crate::reader::read;
use crate::syntax::{Command, Comment, Kind, Link, Word};
use crate::{Found, allow};

/// Scripts within scripts within scripts are as deep as this.
const DEEPEST: usize = 3;

/// One script.
pub struct Script<'a> {
    pub text: &'a str,
    pub first_line: usize,
    pub is_bash: bool,
    /// True if another script writes it, so that it does not run where boot scripts run.
    pub is_written: bool,
    pub commands: Vec<Command<'a>>,
    pub comments: Vec<Comment<'a>>,
    /// The bodies of the functions.
    pub functions: BTreeMap<&'a str, usize>,
    pub assignments: Vec<Assignment<'a>>,
    /// The first place after each command and all that stands in it.
    ends: Vec<usize>,
}

/// One `NAME=value` that outlives its command.
pub struct Assignment<'a> {
    pub name: &'a str,
    pub command: usize,
    /// Which word of the command it is.
    pub word: usize,
    /// `export`, `local`, and so on, or nothing.
    pub builtin: &'static str,
}

/// Builtins that take assignments and have a status of their own.
const DECLARING: [&str; 5] = ["export", "local", "declare", "readonly", "typeset"];

/// The script and the scripts that it writes to files.
pub fn with_written_scripts(text: &str) -> Vec<Script<'_>> {
    let mut scripts = Vec::new();
    collect(text, 1, 0, &mut scripts);
    scripts
}

fn collect<'a>(text: &'a str, first_line: usize, depth: usize, scripts: &mut Vec<Script<'a>>) {
    let Some(is_bash) = shell_of(text) else { return };
    let script = Script::new(text, first_line, is_bash, depth > 0);
    let written: Vec<(&str, usize)> = if depth < DEEPEST { script.written() } else { Vec::new() };
    scripts.push(script);
    for (body, line) in written {
        collect(body, line, depth + 1, scripts);
    }
}

/// Whether the first line names bash, or sh, or neither.
fn shell_of(text: &str) -> Option<bool> {
    let first = text.trim_start_matches('\t').lines().next()?.strip_prefix("#!")?;
    let mut words = first.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let interpreter = words.next()?;
    match if interpreter == "env" { words.find(|word| !word.starts_with('-'))? } else { interpreter } {
        "bash" => Some(true),
        "sh" | "dash" => Some(false),
        _ => None,
    }
}

impl<'a> Script<'a> {
    fn new(text: &'a str, first_line: usize, is_bash: bool, is_written: bool) -> Script<'a> {
        let read = read(text, first_line);
        let commands = read.commands;
        let mut ends: Vec<usize> = (1..=commands.len()).collect();
        for at in (0..commands.len()).rev() {
            if let Some(parent) = commands[at].parent {
                ends[parent] = ends[parent].max(ends[at]);
            }
        }
        let functions = commands.iter().enumerate().filter_map(|(at, command)| Some((command.function?, at))).collect();
        let assignments = assignments(&commands);
        Script {
            text,
            first_line,
            is_bash,
            is_written,
            commands,
            comments: read.comments,
            functions,
            assignments,
            ends,
        }
    }

    /// The text and the first line of each shell script that is written with a heredoc.
    fn written(&self) -> Vec<(&'a str, usize)> {
        // A function of the script's own may write for it.
        let writes = |command: &Command| {
            command.output().is_some() || command.name() == "tee" || self.functions.contains_key(command.name())
        };
        let writers = self.commands.iter().filter(|command| writes(command));
        let heredocs =
            writers.filter_map(|command| command.redirects.iter().find_map(|redirect| redirect.heredoc.as_ref()));
        heredocs.map(|heredoc| (heredoc.body, heredoc.line)).collect()
    }

    pub fn simple(&self) -> impl Iterator<Item = (usize, &Command<'a>)> {
        self.commands.iter().enumerate().filter(|(_, command)| command.kind == Kind::Simple)
    }

    /// The commands with this name.
    pub fn named<'s>(&'s self, names: &'s [&'s str]) -> impl Iterator<Item = (usize, &'s Command<'a>)> {
        self.simple().filter(move |(_, command)| names.contains(&command.name()))
    }

    /// The command itself and all that stands in it.
    pub fn with_inner(&self, id: usize) -> &[Command<'a>] {
        &self.commands[id..self.ends[id]]
    }

    pub fn is_within(&self, inner: usize, outer: usize) -> bool {
        (outer..self.ends[outer]).contains(&inner)
    }

    /// The compound commands around a command, from the inside out.
    pub fn around(&self, id: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.commands[id].parent, |id| self.commands[*id].parent)
    }

    /// The first line of the statement that a command is part of.
    pub fn statement_line(&self, id: usize) -> usize {
        let mut at = id;
        loop {
            let command = &self.commands[at];
            match (command.parent, command.previous) {
                (Some(parent), _) if self.commands[parent].kind == Kind::Simple => at = parent,
                (Some(parent), _)
                    if command.kind != Kind::Substitution && self.commands[parent].kind == Kind::Substitution =>
                {
                    at = parent
                }
                (_, Some(previous)) if matches!(command.link, Link::And | Link::Or | Link::Pipe) => at = previous,
                _ => return command.line,
            }
        }
    }

    pub fn found(&self, id: usize, line: usize, message: String) -> Found {
        Found { line, statement: self.statement_line(id), message }
    }

    /// True if a comment of three words or more stands at the line, at the statement, or above it.
    pub fn has_reason(&self, id: usize, line: usize) -> bool {
        let statement = self.statement_line(id);
        let at = |wanted: usize| self.comments.iter().filter(move |comment| comment.line == wanted);
        // What allows one finding is no reason for another.
        let words = |comment: &Comment| {
            if allow::allowance(comment).is_some() { 0 } else { comment.text.split_whitespace().count() }
        };
        if [line, statement].into_iter().any(|line| at(line).any(|comment| words(comment) >= 3)) {
            return true;
        }
        let mut above = statement;
        let mut count = 0;
        while let Some(comment) = above.checked_sub(1).and_then(|line| at(line).find(|comment| comment.is_alone)) {
            count += words(comment);
            above = comment.line;
            if count >= 3 {
                return true;
            }
        }
        false
    }

    /// The names of functions whose bodies, and of variables whose values, have to do with commands of a kind.
    pub fn touched_by(&self, is_one: &dyn Fn(&Command<'a>) -> bool) -> Touched<'a> {
        let mut touched = Touched::default();
        for _ in 0..3 {
            let before = (touched.functions.len(), touched.variables.len());
            for (name, body) in &self.functions {
                if !touched.functions.contains(name) && self.touches(*body, is_one, &touched) {
                    touched.functions.push(name);
                }
            }
            for assignment in &self.assignments {
                let word = &self.commands[assignment.command].words[assignment.word];
                let from = |id: &usize| self.touches(*id, is_one, &touched);
                if !touched.variables.contains(&assignment.name) && word.substitutions.iter().any(from) {
                    touched.variables.push(assignment.name);
                }
            }
            if before == (touched.functions.len(), touched.variables.len()) {
                break;
            }
        }
        touched
    }

    /// True if a command, or one within it, is of a kind or uses a function or variable that is.
    pub fn touches(&self, id: usize, is_one: &dyn Fn(&Command<'a>) -> bool, touched: &Touched<'a>) -> bool {
        self.with_inner(id).iter().any(|command| {
            is_one(command)
                || touched.functions.iter().any(|name| *name == command.name())
                || command
                    .words
                    .iter()
                    .any(|word| word.expansions.iter().any(|expansion| touched.variables.contains(&expansion.name)))
        })
    }
}

/// Names that have to do with commands of some kind.
#[derive(Default)]
pub struct Touched<'a> {
    pub functions: Vec<&'a str>,
    pub variables: Vec<&'a str>,
}

fn assignments<'a>(commands: &[Command<'a>]) -> Vec<Assignment<'a>> {
    let mut assignments = Vec::new();
    for (id, command) in commands.iter().enumerate().filter(|(_, command)| command.kind == Kind::Simple) {
        let builtin = DECLARING.into_iter().find(|name| *name == command.name()).unwrap_or_default();
        if builtin.is_empty() && command.program < command.words.len() {
            continue;
        }
        for (at, word) in command.words.iter().enumerate() {
            if let Some((name, _)) = word.assignment() {
                assignments.push(Assignment { name, command: id, word: at, builtin });
            }
        }
    }
    assignments
}

/// What a word says, or at most its beginning.
pub fn shown(word: &Word) -> String {
    let text: String = word.text.chars().take(60).collect();
    text.replace('\n', " ")
}
