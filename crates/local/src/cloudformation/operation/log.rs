//! What the events say.
use serde_json::Value as Json;

use super::nudge;
use super::run::Run;
use crate::cloudformation::stack::{Event, Resource, ResourceStatus, Status};
use crate::resources::cloudformation::exchange::hide;

impl Run<'_> {
    /// The stack gets a status, and an event says so.
    pub(super) fn enter(&mut self, status: Status, reason: Option<String>) {
        let (now, id) = (self.world.now(), self.world.uuid());
        let (operation_id, token) = (self.op.id.clone(), self.op.token.clone());
        let stack = self.stack();
        stack.status = status;
        stack.reason.clone_from(&reason);
        let event = Event {
            id,
            operation_id,
            at: now,
            logical_id: stack.name.clone(),
            physical_id: stack.id.clone(),
            type_name: "AWS::CloudFormation::Stack".to_owned(),
            status: status.word().to_owned(),
            reason,
            properties: None,
            token,
        };
        stack.log(event);
        // A nested stack is a resource of the one above it, which looks at it now.
        if let Some(parent) = stack.parent_id.clone() {
            nudge(self.world, self.region, &parent);
        }
    }

    /// A resource of the stack gets a status, and an event says so.
    pub(super) fn mark(&mut self, logical_id: &str, status: ResourceStatus, reason: Option<String>) {
        let now = self.world.now();
        let Some(resource) = self.stack().resources.get_mut(logical_id) else { return };
        resource.status = status;
        resource.reason.clone_from(&reason);
        resource.since = now;
        let resource = resource.clone();
        self.tell(logical_id, &resource, status, reason);
    }

    /// An event of a resource that the stack need not show.
    pub(super) fn tell(
        &mut self,
        logical_id: &str,
        resource: &Resource,
        status: ResourceStatus,
        reason: Option<String>,
    ) {
        let event = Event {
            id: format!("{logical_id}-{}", self.world.uuid()),
            operation_id: self.op.id.clone(),
            at: self.world.now(),
            logical_id: logical_id.to_owned(),
            physical_id: resource.physical_id.clone().unwrap_or_default(),
            type_name: resource.type_name.clone(),
            status: status.word().to_owned(),
            reason,
            properties: (resource.properties != Json::Null)
                .then(|| hide(self.world, self.stack_id, &resource.properties)),
            token: self.op.token.clone(),
        };
        self.stack().log(event);
    }
}
