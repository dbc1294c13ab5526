//! The named parts of a boot script.
use serde::Serialize;
use stackgen_core::{Fault, Source};

use super::template::{Rendered, Template, quoted};
use crate::iam::Grant;

/// The names of the start and the end of every script.
const FRAME: [&str; 2] = ["start", "end"];

/// A named part of a boot script: what it does, what to say if it fails, and what the host may do for it.
#[derive(Clone, Debug)]
pub struct Section {
    pub(super) name: &'static str,
    pub(super) failure: String,
    pub(super) file: &'static str,
    pub(super) body: Result<Rendered, Vec<Fault>>,
    pub(super) grants: Vec<Grant>,
}

impl Section {
    /// A section from a template and the struct that its names come from. `failure` is what the log says if a command in it
    /// fails without a word of its own: "the directories could not be made".
    pub fn new(name: &'static str, failure: &str, template: Template, values: &impl Serialize) -> Self {
        let section = Section { failure: failure.to_owned(), ..Section::frame(name, template, values) };
        let faults = section.faults();
        section.refused_for(faults)
    }

    /// The start or the end of a script: it has no heading, and nobody else may have its name.
    pub(super) fn frame(name: &'static str, template: Template, values: &impl Serialize) -> Self {
        let body = template.render(values);
        Section { name, failure: String::new(), file: template.file(), body, grants: Vec::new() }
    }

    /// Its name is a word of the log and of commands, and its failure is all that somebody may read of a dead machine.
    fn faults(&self) -> Vec<Fault> {
        let name = self.name;
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        let wrong_name = if FRAME.contains(&name) {
            Some((format!("`{name}` is the name of a section that every script has"), "choose another name"))
        } else if name.is_empty() || !name.chars().all(is_name) {
            let message = format!("`{}` is no name of a section", name.escape_debug());
            Some((message, "small letters, digits and `-`: `own-directories`"))
        } else {
            None
        };
        let message = format!("the section `{}` says nothing if it fails", name.escape_debug());
        let hint = "say what could not be done: \"the directories could not be made\"";
        let no_failure = self.failure.trim().is_empty().then_some((message, hint));
        let place = Source { file: self.file, line: 1 };
        let faults = wrong_name.into_iter().chain(no_failure);
        faults.map(|(message, hint)| Fault::new(message, Some(hint.to_owned())).at(place)).collect()
    }

    /// What the host must be allowed to do for this.
    #[must_use]
    pub fn needs(mut self, grants: impl IntoIterator<Item = Grant>) -> Self {
        self.grants.extend(grants);
        self
    }

    /// Refuses the section for what is wrong with its values.
    pub(super) fn refused_for(mut self, faults: Vec<Fault>) -> Self {
        if !faults.is_empty() {
            self.body = Err(self.body.err().into_iter().flatten().chain(faults).collect());
        }
        self
    }

    /// What stands before it in the script. The start and the end of a script have no heading.
    pub(super) fn heading(&self) -> String {
        if self.failure.is_empty() {
            return String::new();
        }
        format!("\nbegin {} {}\n", quoted(self.name), quoted(&self.failure))
    }
}
