//! Towards the template: a resource is made, changed, replaced or taken in.
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};
use stackgen_schema::{Facts, Replacement};

use super::nested::NESTED;
use super::run::Run;
use super::{Phase, State, Verb, Work, drift, policy, signals};
use crate::cloudformation::change_set;
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::cloudformation::template::Wanted;
use crate::resources::{Doing, Effect, Refusal, provider};

/// AWS's words, known from the events of real updates; no page publishes them.
const REPLACING: &str = "Requested update requires the creation of a new physical resource; hence creating one.";
const INITIATED: &str = "Resource creation Initiated";
const TAGGING: &str = "Apply stack-level tags to imported resource if applicable.";
const REPLACED_BY_PROVIDER: &str = "Requested update required the provider to create a new physical resource";

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

    fn create(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json) {
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

    pub(super) fn make_physical(
        &mut self,
        logical_id: &str,
        type_name: &str,
        properties: &Json,
    ) -> Result<(String, SignedDuration), String> {
        self.stack().signals.remove(logical_id);
        if !self.world.promise(self.stack_id, logical_id) {
            return Ok((String::new(), SignedDuration::ZERO));
        }
        if let Some(id) = self.world.made_elsewhere(self.region, type_name, properties) {
            return Ok((id, SignedDuration::ZERO));
        }
        let applied = self.strike(logical_id, Doing::Create, false).and_then(|()| self.applied(properties));
        let begun = applied.and_then(|properties| {
            self.with(logical_id, type_name, |site| provider(&site.type_name).create(site, &properties))
        });
        let begun = begun.map(|begun| (begun.physical_id, begun.takes)).map_err(|Refusal(reason)| reason);
        self.world.keep((self.region, self.stack_id, logical_id), (type_name, properties), begun)
    }

    /// A resource that failed to be made is deleted, if something of it is there, and made anew. Source: *Choose how to handle
    /// failures when provisioning resources* ("Resources without a last known stable state will be deleted upon the next
    /// stack operation").
    fn create_again(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json, current: Resource) {
        if current.physical_id.is_some() && self.delete_physical(logical_id, &current).is_err() {
            self.op.leftovers.push((logical_id.to_owned(), current));
        }
        self.create(at, logical_id, wanted, properties);
    }

    fn change(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json, current: &Resource) {
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
    fn change_known(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json, current: &Resource) {
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

    /// What a resource really is, of what the stack applied to it and of what it is to be.
    fn known(&mut self, logical_id: &str, current: &Resource, wanted: &Json) -> Json {
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
    fn change_drifted(
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

    fn replace(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json, current: &Resource) {
        let facts = Facts::embedded().resource(&wanted.type_name);
        let first = facts.is_some_and(|facts| facts.replacement == Replacement::DeleteThenCreate);
        let keeps = matches!(wanted.update_replace_policy.as_deref(), Some("Retain" | "RetainExceptOnCreate"));
        if first && !keeps && !self.op.gone.contains(logical_id) {
            return self.delete_first(at, logical_id, current);
        }
        if let Some(name) = kept_name(&wanted.type_name, &current.properties, &properties).filter(|_| !first) {
            // Source: convox/rack#2941.
            let reason = format!(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and \
                 update the stack again."
            );
            return self.fail(at, &reason);
        }
        match self.make_physical(logical_id, &wanted.type_name, &properties) {
            Err(reason) => self.fail(at, &reason),
            Ok((physical_id, takes)) => {
                if !self.op.gone.contains(logical_id) {
                    let mut old = current.clone();
                    old.deletion_policy.clone_from(&wanted.update_replace_policy);
                    self.op.leftovers.push((logical_id.to_owned(), old));
                }
                let resource = &mut self.stack().resources[logical_id];
                resource.physical_id = Some(physical_id);
                resource.properties = properties;
                resource.type_name.clone_from(&wanted.type_name);
                adopt(resource, wanted);
                self.mark(logical_id, ResourceStatus::UpdateInProgress, Some(INITIATED.to_owned()));
                self.wait(at, Doing::Create, takes);
            }
        }
    }

    /// The old one goes first. Source: `replacementStrategy: delete_then_create` in the CloudFormation resource schemas.
    fn delete_first(&mut self, at: usize, logical_id: &str, current: &Resource) {
        match self.delete_physical(logical_id, current) {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(begun) => self.wait(at, Doing::Delete, begun.takes),
        }
    }

    fn import(&mut self, at: usize, logical_id: &str, wanted: &Wanted, properties: Json, identifier: String) {
        self.enlist(logical_id, wanted, properties.clone(), ResourceStatus::ImportInProgress);
        self.stack().resources[logical_id].physical_id = Some(identifier.clone());
        // The two reasons stand in a listing of events in PSCloudFormation's documentation, *Importing Resources*.
        self.mark(logical_id, ResourceStatus::ImportInProgress, Some("Resource import started.".to_owned()));
        let struck = self.strike(logical_id, Doing::Create, false);
        let real = struck.map(|()| {
            self.with(logical_id, &wanted.type_name, |site| provider(&site.type_name).read(site, &identifier))
        });
        match real {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(None) => {
                let reason =
                    format!("Resource of type '{}' with identifier '{identifier}' was not found.", wanted.type_name);
                self.fail(at, &reason);
            }
            Ok(Some(_)) => self.wait(at, Doing::Create, SignedDuration::from_secs(2)),
        }
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

    /// Learns the physical id of what is over, where only its end tells it. Another one at an update is a replacement, whose old
    /// resource goes in the clean-up. Source: *Replacing a custom resource during an update* in
    /// *AWS::CloudFormation::CustomResource*; the reasons of the events are known from real updates.
    pub(super) fn identify(&mut self, at: usize, doing: Doing, is_good: bool) {
        if matches!(self.op.steps[at].work, Work::Remove { .. }) {
            return;
        }
        let logical_id = self.op.steps[at].logical_id.clone();
        let Some(resource) = self.stack().resources.get(&logical_id).cloned() else { return };
        let old = resource.physical_id.clone().unwrap_or_default();
        let now =
            self.with(&logical_id, &resource.type_name, |site| provider(&site.type_name).identity(site, &old, doing));
        let Some(now) = now.filter(|now| *now != old && (is_good || old.is_empty())) else { return };
        self.stack().resources[&logical_id].physical_id = Some(now);
        if old.is_empty() {
            if is_good {
                self.mark(&logical_id, resource.status, Some(INITIATED.to_owned()));
            }
            return;
        }
        let before = self.op.resources_before.get(&logical_id).filter(|it| it.physical_id == resource.physical_id);
        let mut gone = before.cloned().unwrap_or_else(|| resource.clone());
        gone.deletion_policy = resource.update_replace_policy.filter(|_| self.op.phase == Phase::Forward);
        self.op.leftovers.push((logical_id.clone(), gone));
        self.mark(&logical_id, resource.status, Some(REPLACED_BY_PROVIDER.to_owned()));
    }

    fn replace_gone(&mut self, at: usize, logical_id: &str) {
        let wanted = match self.design() {
            Ok(design) => design.resources[logical_id].clone(),
            Err(reason) => return self.fail(at, &reason),
        };
        let current = self.stack().resources[logical_id].clone();
        match self.properties(logical_id) {
            Ok(properties) => self.replace(at, logical_id, &wanted, properties, &current),
            Err(reason) => self.fail(at, &reason),
        }
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

    /// What was taken in is updated at once, for the tags of the stack, by the handler of its type. Its failure fails the
    /// import. The events stand in realestate-com-au/stackup#96 and *Importing Resources* of PSCloudFormation's documentation.
    fn imported(&mut self, at: usize, logical_id: &str) {
        self.mark(logical_id, ResourceStatus::ImportComplete, Some("Resource import completed.".to_owned()));
        self.mark(logical_id, ResourceStatus::UpdateInProgress, Some(TAGGING.to_owned()));
        let resource = self.stack().resources[logical_id].clone();
        let begun = if is_tagged(&resource.type_name) && resource.type_name != NESTED {
            self.change_physical(logical_id, &resource, &resource.properties).map(|begun| begun.takes)
        } else {
            self.strike(logical_id, Doing::Update, false).map(|()| SignedDuration::ZERO)
        };
        match begun {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(takes) => self.wait(at, Doing::Update, takes),
        }
    }

    /// Asks what `Ref` and `Fn::GetAtt` give.
    pub(super) fn read_attributes(&mut self, logical_id: &str) {
        let resource = self.stack().resources[logical_id].clone();
        let id = resource.physical_id.clone().unwrap_or_default();
        let mut attributes = self.with(logical_id, &resource.type_name, |site| {
            provider(&site.type_name).attributes(site, &id, &resource.properties)
        });
        attributes.extend(self.world.learned(&id));
        let record = &mut self.stack().resources[logical_id];
        record.drift = None;
        record.reference = provider(&resource.type_name).reference(&resource.type_name, &id, &attributes);
        record.attributes = attributes;
    }

    pub(super) fn fail_reach(&mut self, at: usize, reason: &str) {
        let logical_id = self.op.steps[at].logical_id.clone();
        self.op.steps[at].state = State::Failed;
        let status = self.failed_status(&logical_id);
        self.mark(&logical_id, status, Some(reason.to_owned()));
        if self.op.disable_rollback {
            self.restore(&logical_id);
        } else {
            self.cancel();
        }
    }

    fn failed_status(&mut self, logical_id: &str) -> ResourceStatus {
        match self.stack().resources.get(logical_id).map(|it| it.status) {
            Some(ResourceStatus::CreateInProgress) | None => ResourceStatus::CreateFailed,
            Some(ResourceStatus::ImportInProgress) => ResourceStatus::ImportFailed,
            Some(_) => ResourceStatus::UpdateFailed,
        }
    }

    /// Where rollback is disabled, a resource that failed to be changed returns to its last stable state at once. Source:
    /// *Choose how to handle failures when provisioning resources*.
    fn restore(&mut self, logical_id: &str) {
        let Some(before) = self.op.resources_before.get(logical_id).cloned() else { return };
        let current = self.stack().resources[logical_id].clone();
        let nested = current.type_name == NESTED;
        if nested || current.properties == before.properties || current.status != ResourceStatus::UpdateFailed {
            return;
        }
        if self.change_physical(logical_id, &current, &before.properties).is_ok() {
            self.stack().resources[logical_id].properties = before.properties;
        }
    }

    /// Gives up all that goes on.
    pub(super) fn cancel(&mut self) {
        for at in 0..self.op.steps.len() {
            let step = &self.op.steps[at];
            if step.state.is_settled() || !matches!(step.work, Work::Reach) {
                continue;
            }
            let logical_id = step.logical_id.clone();
            let busy = step.state != State::Waiting;
            if matches!(step.state, State::Doing { doing: Doing::Delete, .. }) {
                self.op.gone.insert(logical_id.clone());
            }
            self.op.steps[at].state = State::Cancelled;
            if busy {
                self.identify(at, Doing::Create, false);
                let status = self.failed_status(&logical_id);
                let word = if status == ResourceStatus::CreateFailed { "creation" } else { "update" };
                self.mark(&logical_id, status, Some(format!("Resource {word} cancelled")));
            }
        }
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

/// The name that a template gives to a resource and that stays the same.
fn kept_name(type_name: &str, before: &Json, after: &Json) -> Option<String> {
    let facts = Facts::embedded().resource(type_name)?;
    let same = |path: &String| before.pointer(path).filter(|it| after.pointer(path) == Some(it));
    let parts: Option<Vec<&Json>> = facts.primary_identifier.iter().map(same).collect();
    let parts: Option<Vec<&str>> = parts?.into_iter().map(Json::as_str).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("|"))
}
