//! The facts on the resource types of an app, each looked up once.
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use stackgen_schema::{Facts, Kind, ResourceType, nearest};

use crate::node::Fault;

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

/// What is wrong with reading an attribute of a resource. A custom or third-party type has whatever attributes its provider
/// gives it, and so have nested stacks.
pub(super) fn missing_attribute(types: &Types, type_name: &str, id: &str, name: &str) -> Option<Fault> {
    let facts = types.get(type_name)?;
    let is_open = type_name.starts_with("AWS::CloudFormation::") || facts.attributes.is_empty();
    if is_open || facts.attributes.iter().any(|attribute| attribute.name == name) {
        return None;
    }
    let near = nearest(name, facts.attributes.iter().map(|attribute| attribute.name.as_str()));
    let hint = near.map(|near| format!("did you mean `{near}`?"));
    Some(Fault::new(format!("`{id}` ({type_name}) has no attribute `{name}`"), hint))
}

/// Whether the facts say that an attribute is a list.
pub(super) fn is_list_attribute(types: &Types, type_name: &str, name: &str) -> bool {
    let facts = types.get(type_name);
    let attribute = facts.iter().flat_map(|facts| &facts.attributes).find(|attribute| attribute.name == name);
    attribute.is_some_and(|attribute| matches!(attribute.kind, Kind::List(_)))
}
