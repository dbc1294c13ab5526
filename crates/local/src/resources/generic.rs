//! Types without a behaviour of their own: what the facts say of them.
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use stackgen_schema::{Facts, UpdateEffect};

use super::{Begun, Effect, Provider, Refusal, Site};

/// A resource of a type that has no store of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thing {
    /// Its properties.
    pub properties: Json,
    /// The stack that made it.
    pub stack_id: String,
    /// Its logical id there.
    pub logical_id: String,
}

/// The behaviour of all types that have none of their own.
#[derive(Debug)]
pub struct Generic;

impl Provider for Generic {
    fn create(&self, site: &mut Site<'_>, properties: &Json) -> Result<Begun, Refusal> {
        let physical_id = physical_id(site, properties);
        let things = site.world.region(&site.region).others.entry(site.type_name.clone()).or_default();
        if things.contains_key(&physical_id) {
            return Err(Refusal(format!(
                "Resource of type '{}' with identifier '{physical_id}' already exists.",
                site.type_name
            )));
        }
        let thing = Thing {
            properties: properties.clone(),
            stack_id: site.stack_id.clone(),
            logical_id: site.logical_id.clone(),
        };
        things.insert(physical_id.clone(), thing);
        Ok(Begun { physical_id, takes: SignedDuration::from_secs(5) })
    }

    fn update(&self, site: &mut Site<'_>, id: &str, _: &Json, after: &Json) -> Result<Begun, Refusal> {
        let things = site.world.region(&site.region).others.entry(site.type_name.clone()).or_default();
        let Some(thing) = things.get_mut(id) else {
            return Err(Refusal(format!(
                "Resource of type '{}' with identifier '{id}' was not found.",
                site.type_name
            )));
        };
        thing.properties = after.clone();
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::from_secs(5) })
    }

    fn delete(&self, site: &mut Site<'_>, id: &str, _: &Json) -> Result<Begun, Refusal> {
        if let Some(things) = site.world.region(&site.region).others.get_mut(&site.type_name) {
            things.remove(id);
        }
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::from_secs(3) })
    }

    fn attributes(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Map<String, Json> {
        let _ = (site, id, properties);
        Map::new()
    }

    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        let things = site.world.region(&site.region).others.get(&site.type_name)?;
        things.get(id).map(|thing| thing.properties.clone())
    }
}

/// The name that the template gives, or one that CloudFormation makes up from the names of the stack and the resource.
fn physical_id(site: &mut Site<'_>, properties: &Json) -> String {
    let facts = Facts::embedded().resource(&site.type_name);
    let named = facts.iter().flat_map(|it| &it.primary_identifier).find_map(|path| properties.pointer(path)?.as_str());
    match named {
        Some(name) => name.to_owned(),
        None => format!("{}-{}-{}", site.stack_name, site.logical_id, site.world.letters(12)),
    }
}

/// What a change means by the facts alone: the worst that any changed property means. What may or may not replace does.
#[must_use]
pub fn effect(type_name: &str, before: &Json, after: &Json) -> Effect {
    let Some(facts) = Facts::embedded().resource(type_name) else { return Effect::InPlace };
    let worst = changed_paths(before, after).iter().map(|path| facts.update_effect(path)).max();
    match worst {
        None | Some(UpdateEffect::InPlace) => Effect::InPlace,
        Some(UpdateEffect::MayReplace | UpdateEffect::Replaces) => Effect::Replace,
        Some(UpdateEffect::Refused) => Effect::Refused,
    }
}

/// The paths of what differs, as deep as both sides have objects: `/Ebs/Size`. A list differs as a whole at its own path.
#[must_use]
pub fn changed_paths(before: &Json, after: &Json) -> Vec<String> {
    let mut paths = Vec::new();
    collect(before, after, &mut String::new(), &mut paths);
    paths
}

fn collect(before: &Json, after: &Json, path: &mut String, paths: &mut Vec<String>) {
    let (Json::Object(one), Json::Object(other)) = (before, after) else {
        if before != after {
            paths.push(path.clone());
        }
        return;
    };
    let added = other.keys().filter(|key| !one.contains_key(*key));
    for key in one.keys().chain(added) {
        let length = path.len();
        path.push('/');
        path.push_str(key);
        let missing = Json::Null;
        collect(one.get(key).unwrap_or(&missing), other.get(key).unwrap_or(&missing), path, paths);
        path.truncate(length);
    }
}
