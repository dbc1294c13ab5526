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
