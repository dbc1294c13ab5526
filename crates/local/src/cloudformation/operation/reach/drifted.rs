//! A resource that was changed behind the stack's back, where an update is to put that right.
use serde_json::{Value as Json, json};

use super::adopt;
use crate::cloudformation::change_set;
use crate::cloudformation::operation::State;
use crate::cloudformation::operation::run::Run;
use crate::cloudformation::stack::Resource;
use crate::cloudformation::template::Wanted;
use crate::resources::{Effect, provider};

impl Run<'_> {
    /// What a resource really is, of what the stack applied to it and of what it is to be.
    pub(super) fn known(&mut self, logical_id: &str, current: &Resource, wanted: &Json) -> Json {
        let id = current.physical_id.clone().unwrap_or_default();
        let real = self.with(logical_id, &current.type_name, |site| provider(&site.type_name).read(site, &id));
        let mut known = change_set::known(&current.properties, &current.properties, &real.unwrap_or_default(), wanted);
        if self.world.sync_replaces {
            forget_replacing(&current.type_name, &current.properties, &mut known, wanted);
        }
        known
    }

    /// What was changed behind the stack's back becomes what the template says. Where it is that already, only the record of the stack
    /// changes, without an event. Sources: *DeploymentMode* of `CreateChangeSet` in the API reference (`REVERT_DRIFT`), `SyncWithActual`
    /// of `ResourceChange`; aws-cloudformation/cloudformation-coverage-roadmap#2559 for updates with events of the stack only.
    pub(super) fn change_drifted(
        &mut self,
        at: usize,
        logical_id: &str,
        wanted: &Wanted,
        (properties, tags_moved): (Json, bool),
        (current, known): (&Resource, Json),
    ) {
        if change_set::is_there(&known, &properties) && !tags_moved {
            let resource = &mut self.stack().resources[logical_id];
            (resource.properties, resource.drift) = (properties, None);
            adopt(resource, wanted);
            self.op.synced.insert(logical_id.to_owned());
            self.op.steps[at].state = State::Done;
            return;
        }
        self.op.drifted.insert(logical_id.to_owned(), known.clone());
        let drifted = Resource { properties: known, ..current.clone() };
        self.change_known(at, logical_id, wanted, properties, &drifted);
    }
}

/// Takes properties that replace for what was applied, although the resource has what is wanted already.
fn forget_replacing(type_name: &str, applied: &Json, known: &mut Json, wanted: &Json) {
    for (name, value) in known.as_object_mut().into_iter().flatten() {
        let (before, after) =
            (applied.get(name).cloned().unwrap_or_default(), wanted.get(name).cloned().unwrap_or_default());
        let replaces = || {
            let (before, after) = (json!({ name.as_str(): before }), json!({ name.as_str(): after }));
            provider(type_name).effect(type_name, &before, &after) == Effect::Replace
        };
        if *value == after && before != after && replaces() {
            *value = before.clone();
        }
    }
}
