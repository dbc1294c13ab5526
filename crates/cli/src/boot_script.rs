//! The boot script that a command is about.
use stackgen_assembly::{Assembly, SectionEntry, StackEntry, UserDataEntry};
use thiserror::Error;

use crate::names;
use crate::select::{self, NoStack};

/// Which boot script of the app.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// The resource that boots with it, if the stack has several
    #[arg(long, value_name = "ID")]
    host: Option<String>,
}

/// A boot script and where it is from.
pub(crate) struct BootScript<'a> {
    pub(crate) stack: &'a StackEntry,
    pub(crate) entry: &'a UserDataEntry,
    pub(crate) text: &'a str,
}

/// No script, or not one.
#[derive(Debug, Error)]
pub(crate) enum NoScript {
    #[error(transparent)]
    Stack(#[from] NoStack),
    #[error("the stack {stack} has no boot script")]
    None { stack: String, with: Vec<String> },
    #[error("the stack {stack} has {} boot scripts", .hosts.len())]
    Several { stack: String, hosts: Vec<String> },
    #[error("no host `{host}` boots with a script in the stack {stack}")]
    Host { stack: String, host: String, hosts: Vec<String> },
    #[error("the boot script has no section `{section}`")]
    Section { section: String, near: Option<String>, known: Vec<String> },
}

impl Which {
    pub(crate) fn of<'a>(&self, assembly: &'a Assembly) -> Result<BootScript<'a>, NoScript> {
        let stack = select::stack(assembly, &self.stack)?;
        let hosts = || stack.user_data.iter().map(|script| script.id.clone()).collect();
        let name = || stack.name.clone();
        let entry = match (&self.host, stack.user_data.as_slice()) {
            (None, [entry]) => entry,
            (None, []) => return Err(NoScript::None { stack: name(), with: with_script(assembly) }),
            (None, _) => return Err(NoScript::Several { stack: name(), hosts: hosts() }),
            (Some(host), scripts) => scripts
                .iter()
                .find(|script| script.id == *host)
                .ok_or_else(|| NoScript::Host { stack: name(), host: names::echo(host), hosts: hosts() })?,
        };
        Ok(BootScript::new(assembly, stack, entry))
    }
}

fn with_script(assembly: &Assembly) -> Vec<String> {
    let stacks = assembly.manifest.stacks.iter().filter(|stack| !stack.user_data.is_empty());
    stacks.map(|stack| stack.name.clone()).collect()
}

impl<'a> BootScript<'a> {
    /// Every script of a stack.
    pub(crate) fn all(assembly: &'a Assembly, stack: &'a StackEntry) -> impl Iterator<Item = BootScript<'a>> {
        stack.user_data.iter().map(move |entry| BootScript::new(assembly, stack, entry))
    }

    fn new(assembly: &'a Assembly, stack: &'a StackEntry, entry: &'a UserDataEntry) -> Self {
        BootScript { stack, entry, text: assembly.files.get(&entry.file).map_or("", String::as_str) }
    }

    /// The script with a plain word where CloudFormation puts a value in.
    pub(crate) fn with_plain_values(&self) -> String {
        stackgen_shell::with_plain_values(self.text, self.entry.values.iter().map(String::as_str))
    }

    /// The lines of one section.
    pub(crate) fn section(&self, name: &str) -> Result<String, NoScript> {
        let sections = &self.entry.sections;
        let known = || sections.iter().map(|section| section.name.as_str());
        let at = sections.iter().position(|section| section.name == name).ok_or_else(|| NoScript::Section {
            section: names::echo(name),
            near: names::nearest(name, known()).map(str::to_owned),
            known: known().map(str::to_owned).collect(),
        })?;
        let (first, end) = (sections[at].line, sections.get(at + 1).map(|next| next.line));
        let lines = self.text.split_inclusive('\n').skip(first.saturating_sub(1));
        Ok(lines.take(end.map_or(usize::MAX, |end| end - first)).collect())
    }

    /// The number of the first line of a section.
    pub(crate) fn first_line(&self, name: &str) -> usize {
        self.entry.sections.iter().find(|section| section.name == name).map_or(1, |section| section.line)
    }

    /// The section that a line is in.
    pub(crate) fn section_at(&self, line: usize) -> Option<&'a SectionEntry> {
        self.entry.sections.iter().rev().find(|section| section.line <= line)
    }

    /// Where a line was written.
    pub(crate) fn source(&self, line: usize) -> Option<String> {
        let run = self.entry.lines.iter().rev().find(|run| run.line <= line)?;
        let (file, first) = run.source.rsplit_once(':')?;
        Some(format!("{file}:{}", first.parse::<usize>().ok()? + line - run.line))
    }
}
