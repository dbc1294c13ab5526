//! A resource that the stack has is compared with what is wanted, and changed in place where that will do.
use serde_json::Value as Json;

use super::{adopt, is_tagged};
use crate::cloudformation::operation::nested::NESTED;
use crate::cloudformation::operation::run::Run;
use crate::cloudformation::operation::{State, Verb, drift, policy};
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::cloudformation::template::Wanted;
use crate::resources::{Doing, Effect, Refusal, provider};

/// AWS's words, known from the events of real updates; no page publishes them.
const REPLACING: &str = "Requested update requires the creation of a new physical resource; hence creating one.";

impl Run<'_> {
    pub(super) fn change(
        &mut self,
        at: usize,
        logical_id: &str,
        wanted: &Wanted,
        properties: Json,
        current: &Resource,
    ) {
        let tags_moved = self.op.before.tags != self.op.target.tags && is_tagged(&current.type_name);
        if self.op.revert_drift {
            match drift::compare(self.world, self.region, self.stack_id, logical_id).status {
                "DELETED" => return self.create(at, logical_id, wanted, properties),
                status if status == "MODIFIED" || current.type_name != NESTED => {
                    let known = self.known(logical_id, current, &properties);
                    if known != current.properties || status == "MODIFIED" {
                        return self.change_drifted(at, logical_id, wanted, (properties, tags_moved), (current, known));
                    }
                }
                _ => {}
            }
        }
        let failed = current.status == ResourceStatus::UpdateFailed;
        // What a nested stack is made from may have changed behind its URL: it is asked at every update.
        let nested = current.type_name == NESTED && self.op.verb == Verb::Update;
        if current.properties == properties && !tags_moved && !failed && !nested {
            adopt(&mut self.stack().resources[logical_id], wanted);
            self.op.steps[at].state = State::Done;
            return;
        }
        self.change_known(at, logical_id, wanted, properties, current);
    }

    /// A resource that differs from what is wanted.
    pub(super) fn change_known(
        &mut self,
        at: usize,
        logical_id: &str,
        wanted: &Wanted,
        properties: Json,
        current: &Resource,
    ) {
        let effect = if current.type_name == wanted.type_name {
            provider(&wanted.type_name).effect(&wanted.type_name, &current.properties, &properties)
        } else {
            Effect::Replace
        };
        self.mark(logical_id, ResourceStatus::UpdateInProgress, (effect == Effect::Replace).then(|| REPLACING.into()));
        if let Err(reason) = self.allowed(logical_id, &current.type_name, effect) {
            return self.fail(at, &reason);
        }
        match effect {
            // What is refused: *Updates are not supported* in the template reference, and for wait conditions
            // aws-cloudformation/cloudformation-coverage-roadmap#1097. The sentence is quoted by users.
            Effect::Refused => {
                self.fail(at, &format!("Update to resource type {} is not supported.", current.type_name));
            }
            Effect::InPlace => self.update(at, logical_id, wanted, properties, current),
            Effect::Replace => self.replace(at, logical_id, wanted, properties, current),
        }
    }

    fn allowed(&mut self, logical_id: &str, type_name: &str, effect: Effect) -> Result<(), String> {
        // Source: anomalyco/sst#977; *Required conditions for pausing stack rollback* names immutable updates.
        if effect == Effect::Replace && self.op.disable_rollback {
            return Err("Replacement type updates not supported on stack with disable-rollback.".to_owned());
        }
        let action = if effect == Effect::Replace { "Update:Replace" } else { "Update:Modify" };
        let policy = self.op.policy.clone().or_else(|| self.stack().policy.clone());
        policy.map_or(Ok(()), |policy| policy::check(&policy, action, logical_id, type_name))
    }

    fn update(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json, current: &Resource) {
        match self.change_physical(logical_id, current, &properties) {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(begun) => {
                let resource = &mut self.stack().resources[logical_id];
                resource.physical_id = Some(begun.physical_id);
                resource.properties = properties;
                adopt(resource, wanted);
                self.wait(at, Doing::Update, begun.takes);
            }
        }
    }
}
