//! What is asked of the types of resources for a step: to make, change and delete physical resources, and to tell of them.
use jiff::SignedDuration;
use serde_json::Value as Json;

use super::run::Run;
use super::{Phase, mishap};
use crate::cloudformation::stack::Resource;
use crate::cloudformation::template::{Seen, dynamic};
use crate::resources::{Begun, Doing, Refusal, Site, provider};

impl Run<'_> {
    /// Lets a mishap happen if one is due.
    pub(super) fn strike(&mut self, logical_id: &str, doing: Doing, late: bool) -> Result<(), Refusal> {
        let stack = self.stack().name.clone();
        mishap::strike(self.world, &stack, logical_id, doing, late)
    }

    /// Does something with a resource.
    pub(super) fn with<T>(&mut self, logical_id: &str, type_name: &str, act: impl FnOnce(&mut Site<'_>) -> T) -> T {
        let stack_name = self.stack().name.clone();
        let tags = if self.op.phase == Phase::Back { &self.op.before.tags } else { &self.op.target.tags };
        let mut site = Site {
            region: self.region.to_owned(),
            stack_id: self.stack_id.to_owned(),
            stack_name,
            logical_id: logical_id.to_owned(),
            type_name: type_name.to_owned(),
            stack_tags: tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            world: &mut *self.world,
        };
        act(&mut site)
    }

    /// Properties as they are applied: dynamic references stand for what they name.
    pub(super) fn applied(&self, properties: &Json) -> Result<Json, Refusal> {
        let seen = Seen { world: self.world, region: self.region };
        dynamic::resolve(properties, &seen).map_err(|problem| Refusal(problem.0))
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

    /// Changes a physical resource from some properties to others.
    pub(super) fn change_physical(&mut self, logical_id: &str, from: &Resource, to: &Json) -> Result<Begun, Refusal> {
        self.strike(logical_id, Doing::Update, false)?;
        let id = from.physical_id.clone().unwrap_or_default();
        let after = self.applied(to)?;
        let before = self.applied(&from.properties).unwrap_or_else(|_| from.properties.clone());
        self.with(logical_id, &from.type_name, |site| provider(&site.type_name).update(site, &id, &before, &after))
    }

    /// Deletes a physical resource.
    pub(super) fn delete_physical(&mut self, logical_id: &str, resource: &Resource) -> Result<Begun, Refusal> {
        self.strike(logical_id, Doing::Delete, false)?;
        let id = resource.physical_id.clone().unwrap_or_default();
        self.with(logical_id, &resource.type_name, |site| {
            provider(&site.type_name).delete(site, &id, &resource.properties)
        })
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
}
