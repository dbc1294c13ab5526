//! Types whose things are in a service of their own here. They are made by the calls that the service answers, as AWS's own
//! handlers do.
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};

use super::handler::{is_missing, refusal};
use super::{Begun, Doing, Effect, Progress, Provider, Refusal, Site, generic};
use crate::wire::{ApiError, Request, Service};
use crate::world::World;

type Change = fn(&mut Site<'_>, &str, &Json, &Json) -> Result<(), Refusal>;

/// What a type does. All that types have in common is in its [`Provider`].
pub(super) struct Backed {
    /// Seconds of a creation or an update.
    pub(super) takes: i64,
    /// Makes it and answers its physical id.
    pub(super) create: fn(&mut Site<'_>, &Json) -> Result<String, Refusal>,
    pub(super) update: Change,
    pub(super) delete: fn(&mut Site<'_>, &str, &Json) -> Result<(), Refusal>,
    pub(super) progress: fn(&mut Site<'_>, &str, Doing) -> Result<Progress, Refusal>,
    pub(super) attributes: fn(&World, &str, &str, &Json) -> Json,
    /// Whether it is there; and what of its properties can be seen, over what was asked for.
    pub(super) seen: fn(&World, &str, &str) -> Option<Json>,
    /// What `Ref` gives by the physical id.
    pub(super) reference: fn(&str) -> &str,
    /// Whether changes of these paths replace, beside what the facts say.
    pub(super) effect: fn(&str, &Json, &Json) -> Effect,
}

/// What most types do.
pub(super) const PLAIN: Backed = Backed {
    takes: 5,
    create: |site, _| Err(Refusal(format!("{} cannot be created", site.type_name))),
    update: |_, _, _, _| Ok(()),
    delete: |_, _, _| Ok(()),
    progress: |_, _, _| Ok(Progress::Done),
    attributes: |_, _, _, _| json!({}),
    seen: |_, _, _| None,
    reference: |id| id,
    effect: generic::effect,
};

impl Provider for Backed {
    fn create(&self, site: &mut Site<'_>, properties: &Json) -> Result<Begun, Refusal> {
        let physical_id = (self.create)(site, properties)?;
        remember(site, &physical_id, properties);
        Ok(Begun { physical_id, takes: SignedDuration::from_secs(self.takes) })
    }

    fn update(&self, site: &mut Site<'_>, id: &str, before: &Json, after: &Json) -> Result<Begun, Refusal> {
        (self.update)(site, id, before, after)?;
        remember(site, id, after);
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::from_secs(self.takes) })
    }

    fn delete(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Result<Begun, Refusal> {
        (self.delete)(site, id, properties)?;
        if let Some(all) = site.world.region(&site.region).others.get_mut(&site.type_name) {
            all.remove(id);
        }
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::from_secs(2) })
    }

    fn progress(&self, site: &mut Site<'_>, id: &str, doing: Doing) -> Result<Progress, Refusal> {
        (self.progress)(site, id, doing)
    }

    fn attributes(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Map<String, Json> {
        match (self.attributes)(site.world, &site.region, id, properties) {
            Json::Object(attributes) => attributes.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        }
    }

    fn reference(&self, _: &str, id: &str, _: &Map<String, Json>) -> String {
        (self.reference)(id).to_owned()
    }

    fn effect(&self, type_name: &str, before: &Json, after: &Json) -> Effect {
        (self.effect)(type_name, before, after)
    }

    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        let seen = (self.seen)(site.world, &site.region, id)?;
        let things = site.world.region(&site.region).others.get(&site.type_name);
        let mut whole = things.and_then(|all| all.get(id)).map_or_else(|| json!({}), |thing| thing.properties.clone());
        if let (Some(whole), Json::Object(seen)) = (whole.as_object_mut(), seen) {
            whole.extend(seen.into_iter().filter(|(_, value)| !value.is_null()));
        }
        Some(whole)
    }
}

/// Writes down what was asked for, for reading it back and for knowing whose it is.
fn remember(site: &mut Site<'_>, id: &str, properties: &Json) {
    let thing = generic::Thing {
        properties: properties.clone(),
        stack_id: site.stack_id.clone(),
        logical_id: site.logical_id.clone(),
    };
    let others = &mut site.world.region(&site.region).others;
    others.entry(site.type_name.clone()).or_default().insert(id.to_owned(), thing);
}

/// Refuses a name that a resource of another stack has. Names of IAM and S3 are the same in all regions.
pub(super) fn free(site: &mut Site<'_>, id: &str) -> Result<(), Refusal> {
    let regions = site.world.regions.values();
    let mut owners = regions.filter_map(|region| Some(region.others.get(&site.type_name)?.get(id)?.stack_id.clone()));
    match owners.find(|owner| *owner != site.stack_id) {
        Some(owner) => Err(generic::taken(site, id, &owner)),
        None => Ok(()),
    }
}

/// The name that the template gives for a property, or one that is made up within the property's limits.
pub(super) fn name(site: &mut Site<'_>, properties: &Json, property: &str) -> Result<String, Refusal> {
    if let Some(given) = properties[property].as_str().filter(|it| !it.is_empty()) {
        free(site, given)?;
        return Ok(given.to_owned());
    }
    let facts = stackgen_schema::Facts::embedded();
    let shape = facts.resource(&site.type_name).map(|it| facts.shape(it.properties));
    let found = shape.as_ref().and_then(|it| it.properties.iter().find(|it| it.name == property));
    Ok(generic::naming::made_up(site, found))
}

/// Makes a call of a service.
pub(super) fn call(site: &mut Site<'_>, service: Service, operation: &str, input: Json) -> Result<Json, Refusal> {
    ask(site, service, operation, input).map_err(|error| refusal(site, service, &error))
}

/// A call that takes away: what is gone already is no failure.
pub(super) fn take_away(site: &mut Site<'_>, service: Service, operation: &str, input: Json) -> Result<(), Refusal> {
    match ask(site, service, operation, input) {
        Err(error) if !is_missing(&error.code) => Err(refusal(site, service, &error)),
        _ => Ok(()),
    }
}

fn ask(site: &mut Site<'_>, service: Service, operation: &str, input: Json) -> Result<Json, ApiError> {
    let request = Request { service, operation: operation.to_owned(), region: site.region.clone(), input };
    match service {
        Service::Iam => crate::iam::answer(site.world, &request),
        Service::Ssm => crate::ssm::answer(site.world, &request),
        Service::Logs => crate::logs::answer(site.world, &request),
        Service::Lambda => crate::lambda::answer(site.world, &request),
        Service::S3 => crate::s3::members(site.world, &request),
        _ => Err(ApiError::not_here(service.name(), operation)),
    }
}

/// Properties under the same names, those that are there.
pub(super) fn picked(properties: &Json, names: &[&str]) -> Json {
    let pairs = names.iter().filter_map(|name| Some(((*name).to_owned(), properties.get(*name)?.clone())));
    Json::Object(pairs.collect())
}

/// The texts of a list.
pub(super) fn texts(value: &Json) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}
