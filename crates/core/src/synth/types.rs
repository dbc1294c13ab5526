//! The facts on the resource types of an app, each looked up once.
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use stackgen_schema::{Facts, ResourceType};

#[derive(Default)]
pub(super) struct Types(RefCell<HashMap<String, Option<Rc<ResourceType>>>>);

impl Types {
    /// What is known about a type; nothing for a custom or third-party one.
    pub(super) fn get(&self, name: &str) -> Option<Rc<ResourceType>> {
        if let Some(known) = self.0.borrow().get(name) {
            return known.clone();
        }
        let found = Facts::embedded().resource(name).map(Rc::new);
        self.0.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }
}

/// The candidate nearest to what was written, if any is near.
pub(super) fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = |candidate: &&str| strsim::jaro_winkler(&written.to_lowercase(), &candidate.to_lowercase());
    let scored = candidates.map(|candidate| (near(&candidate), candidate));
    scored.filter(|(score, _)| *score > 0.8).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
}
