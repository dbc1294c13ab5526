//! Towards the template: a resource is made, changed, replaced or taken in.
use serde_json::{Map, Value as Json};
use stackgen_schema::Facts;

use super::run::Run;
use super::{State, signals};
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::cloudformation::template::Wanted;
use crate::resources::Doing;

mod change;
mod create;
mod drifted;
mod failure;
mod import;
mod replace;

/// AWS's words, known from the events of real updates; no page publishes them.
const INITIATED: &str = "Resource creation Initiated";

impl Run<'_> {
    pub(super) fn begin_reach(&mut self, at: usize) {
        let logical_id = self.op.steps[at].logical_id.clone();
        let wanted = match self.design() {
            Ok(design) => design.resources[&logical_id].clone(),
            Err(reason) => return self.refuse(at, &logical_id, None, &reason),
        };
        let properties = match self.properties(&logical_id) {
            Ok(properties) => properties,
            Err(reason) if self.world.unknown(&logical_id, &reason) => Json::Object(Map::new()),
            Err(reason) => return self.refuse(at, &logical_id, Some(&wanted), &reason),
        };
        let current = self.stack().resources.get(&logical_id).cloned();
        if let Some(identifier) = self.op.imports.get(&logical_id).cloned() {
            return self.import(at, &logical_id, &wanted, properties, identifier);
        }
        match current {
            None => self.create(at, &logical_id, &wanted, properties),
            Some(current) if current.status == ResourceStatus::CreateFailed => {
                self.create_again(at, &logical_id, &wanted, properties, current);
            }
            Some(current) => self.change(at, &logical_id, &wanted, properties, &current),
        }
    }

    /// Fails before anything was tried.
    fn refuse(&mut self, at: usize, logical_id: &str, wanted: Option<&Wanted>, reason: &str) {
        if let (Some(wanted), false) = (wanted, self.stack().resources.contains_key(logical_id)) {
            self.enlist(logical_id, wanted, Json::Null, ResourceStatus::CreateInProgress);
        }
        self.fail(at, reason);
    }

    fn enlist(&mut self, logical_id: &str, wanted: &Wanted, properties: Json, status: ResourceStatus) {
        let mut resource = Resource {
            type_name: wanted.type_name.clone(),
            physical_id: None,
            status,
            reason: None,
            since: self.world.now(),
            properties,
            attributes: Map::new(),
            reference: String::new(),
            depends_on: Vec::new(),
            deletion_policy: None,
            update_replace_policy: None,
            metadata: None,
            drift: None,
        };
        adopt(&mut resource, wanted);
        self.stack().resources.insert(logical_id.to_owned(), resource);
    }

    pub(super) fn done_reach(&mut self, at: usize, doing: Doing) {
        let logical_id = self.op.steps[at].logical_id.clone();
        if doing == Doing::Delete {
            self.op.gone.insert(logical_id.clone());
            self.op.steps[at].state = State::Waiting;
            return self.replace_gone(at, &logical_id);
        }
        let awaited = self
            .design()
            .ok()
            .and_then(|design| signals::awaited(design.resources[&logical_id].creation_policy.as_ref()?));
        let is_there = self.op.imports.contains_key(&logical_id) || self.world.is_adopting();
        if let (Some(awaited), Doing::Create, false) = (awaited, doing, is_there) {
            let deadline = self.stack().resources[&logical_id].since + awaited.timeout;
            self.op.steps[at].state = State::Signals { deadline };
            return;
        }
        self.complete(at);
    }

    /// The resource is what the template wants.
    pub(super) fn complete(&mut self, at: usize) {
        let logical_id = self.op.steps[at].logical_id.clone();
        self.read_attributes(&logical_id);
        let status = match self.stack().resources[&logical_id].status {
            ResourceStatus::UpdateInProgress => ResourceStatus::UpdateComplete,
            ResourceStatus::ImportInProgress => return self.imported(at, &logical_id),
            _ => ResourceStatus::CreateComplete,
        };
        self.mark(&logical_id, status, None);
        self.op.steps[at].state = State::Done;
    }
}

/// What the template says beside the properties.
fn adopt(resource: &mut Resource, wanted: &Wanted) {
    resource.depends_on.clone_from(&wanted.depends_on);
    resource.deletion_policy.clone_from(&wanted.deletion_policy);
    resource.update_replace_policy.clone_from(&wanted.update_replace_policy);
    resource.metadata.clone_from(&wanted.metadata);
}

fn is_tagged(type_name: &str) -> bool {
    Facts::embedded().resource(type_name).is_some_and(|facts| facts.tagging.is_some())
}
