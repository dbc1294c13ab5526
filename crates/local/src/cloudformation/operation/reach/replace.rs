//! Another physical resource takes the place of the one that is there.
use serde_json::Value as Json;
use stackgen_schema::{Facts, Replacement};

use super::{INITIATED, adopt};
use crate::cloudformation::operation::run::Run;
use crate::cloudformation::operation::{Phase, Work};
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::cloudformation::template::Wanted;
use crate::resources::{Doing, Refusal, provider};

const REPLACED_BY_PROVIDER: &str = "Requested update required the provider to create a new physical resource";

impl Run<'_> {
    pub(super) fn replace(
        &mut self,
        at: usize,
        logical_id: &str,
        wanted: &Wanted,
        properties: Json,
        current: &Resource,
    ) {
        let facts = Facts::embedded().resource(&wanted.type_name);
        let first = facts.is_some_and(|facts| facts.replacement == Replacement::DeleteThenCreate);
        let keeps = matches!(wanted.update_replace_policy.as_deref(), Some("Retain" | "RetainExceptOnCreate"));
        if first && !keeps && !self.op.gone.contains(logical_id) {
            return self.delete_first(at, logical_id, current);
        }
        if let Some(name) = kept_name(&wanted.type_name, &current.properties, &properties).filter(|_| !first) {
            return self.fail(at, &custom_named(&name));
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

    pub(super) fn replace_gone(&mut self, at: usize, logical_id: &str) {
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

    /// Learns the physical id of what is over, where only its end tells it. Another one at an update is a replacement, whose old
    /// resource goes in the clean-up. Source: *Replacing a custom resource during an update* in
    /// *AWS::CloudFormation::CustomResource*; the reasons of the events are known from real updates.
    pub(in crate::cloudformation::operation) fn identify(&mut self, at: usize, doing: Doing, is_good: bool) {
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
}

/// The name that a template gives to a resource and that stays the same.
fn kept_name(type_name: &str, before: &Json, after: &Json) -> Option<String> {
    let facts = Facts::embedded().resource(type_name)?;
    let same = |path: &String| before.pointer(path).filter(|it| after.pointer(path) == Some(it));
    let parts: Option<Vec<&Json>> = facts.primary_identifier.iter().map(same).collect();
    let parts: Option<Vec<&str>> = parts?.into_iter().map(Json::as_str).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("|"))
}

/// Source: convox/rack#2941.
fn custom_named(name: &str) -> String {
    format!(
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and update the \
         stack again."
    )
}
