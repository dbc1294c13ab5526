//! A resource that the stack does not have yet is made, or made again after it failed.
use serde_json::Value as Json;

use super::INITIATED;
use crate::cloudformation::operation::run::Run;
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::cloudformation::template::Wanted;
use crate::resources::Doing;

impl Run<'_> {
    pub(super) fn create(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json) {
        self.enlist(logical_id, wanted, properties, ResourceStatus::CreateInProgress);
        self.mark(logical_id, ResourceStatus::CreateInProgress, None);
        self.make(at, logical_id);
    }

    /// Makes the physical resource that the record of the stack describes.
    fn make(&mut self, at: usize, logical_id: &str) {
        let resource = self.stack().resources[logical_id].clone();
        match self.make_physical(logical_id, &resource.type_name, &resource.properties) {
            Err(reason) => self.fail(at, &reason),
            Ok((physical_id, takes)) => {
                if !physical_id.is_empty() {
                    self.stack().resources[logical_id].physical_id = Some(physical_id);
                    self.mark(logical_id, resource.status, Some(INITIATED.to_owned()));
                }
                self.wait(at, Doing::Create, takes);
            }
        }
    }

    /// A resource that failed to be made is deleted, if something of it is there, and made anew. Source: *Choose how to handle
    /// failures when provisioning resources* ("Resources without a last known stable state will be deleted upon the next
    /// stack operation").
    pub(super) fn create_again(
        &mut self,
        at: usize,
        logical_id: &str,
        wanted: &Wanted,
        properties: Json,
        current: Resource,
    ) {
        if current.physical_id.is_some() && self.delete_physical(logical_id, &current).is_err() {
            self.op.leftovers.push((logical_id.to_owned(), current));
        }
        self.create(at, logical_id, wanted, properties);
    }
}
