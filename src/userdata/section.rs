//! The named parts of a boot script.
use serde::Serialize;
use stackgen_core::Fault;

use super::template::{Rendered, Template, quoted};
use crate::iam::Grant;

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
        let body = template.render(values);
        Section { name, failure: failure.to_owned(), file: template.file(), body, grants: Vec::new() }
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
