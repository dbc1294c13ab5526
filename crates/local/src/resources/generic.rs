//! Types without a behaviour of their own: what the facts say of them.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use stackgen_schema::{Facts, ResourceType, UpdateEffect};

use super::handler::failed;
use super::{Begun, Effect, Provider, Refusal, Site};

mod attributes;
mod check;
mod durations;
pub mod naming;
#[cfg(test)]
mod tests;

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
        let facts = Facts::embedded().resource(&site.type_name);
        if let Some(facts) = &facts {
            check::properties(site, facts, properties)?;
        }
        let physical_id = match &facts {
            Some(facts) => naming::physical_id(site, facts, properties),
            None => naming::made_up(site, None),
        };
        let type_name = site.type_name.clone();
        if let Some(thing) = things(site).get(&physical_id) {
            let owner = thing.stack_id.clone();
            return Err(taken(site, &physical_id, &owner));
        }
        let thing = Thing {
            properties: properties.clone(),
            stack_id: site.stack_id.clone(),
            logical_id: site.logical_id.clone(),
        };
        things(site).insert(physical_id.clone(), thing);
        Ok(Begun { physical_id, takes: durations::create(&type_name) })
    }

    fn update(&self, site: &mut Site<'_>, id: &str, _: &Json, after: &Json) -> Result<Begun, Refusal> {
        if let Some(facts) = Facts::embedded().resource(&site.type_name) {
            check::properties(site, &facts, after)?;
        }
        let type_name = site.type_name.clone();
        let Some(thing) = things(site).get_mut(id) else {
            let what = format!("Resource of type '{type_name}' with identifier '{id}' was not found.");
            return Err(failed(site, &what, "NotFound"));
        };
        thing.properties = after.clone();
        Ok(Begun { physical_id: id.to_owned(), takes: durations::update(&type_name) })
    }

    fn delete(&self, site: &mut Site<'_>, id: &str, _: &Json) -> Result<Begun, Refusal> {
        things(site).remove(id);
        Ok(Begun { physical_id: id.to_owned(), takes: durations::delete(&site.type_name) })
    }

    fn attributes(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Map<String, Json> {
        let Some(facts) = Facts::embedded().resource(&site.type_name) else { return Map::new() };
        attributes::all(site, &facts, id, properties)
    }

    /// A resource with one identifier has what `Ref` gives as its physical id; of one with several, some of them are that.
    fn reference(&self, type_name: &str, id: &str, attributes: &Map<String, Json>) -> String {
        let Some(facts) = Facts::embedded().resource(type_name) else { return id.to_owned() };
        let parts: Vec<String> = facts
            .ref_returns
            .iter()
            .filter_map(|name| naming::part(&facts, id, name).or_else(|| naming::text(attributes.get(name)?)))
            .collect();
        if facts.primary_identifier.len() < 2 || parts.is_empty() { id.to_owned() } else { parts.join("|") }
    }

    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        let mut properties = things(site).get(id)?.properties.clone();
        if let Some(facts) = Facts::embedded().resource(&site.type_name) {
            facts.write_only.iter().for_each(|path| remove(&mut properties, path));
        }
        Some(properties)
    }

    /// Source: *DeletionPolicy attribute*, which lists the types that have snapshots.
    fn snapshot(&self, site: &mut Site<'_>, _: &str) -> Result<String, Refusal> {
        const HAVE: [&str; 5] = [
            "AWS::DocDB::DBCluster",
            "AWS::ElastiCache::",
            "AWS::Neptune::DBCluster",
            "AWS::RDS::",
            "AWS::Redshift::Cluster",
        ];
        if !HAVE.iter().any(|start| site.type_name.starts_with(start)) {
            return Err(Refusal(format!("{} does not support snapshots", site.type_name)));
        }
        Ok(format!("{}-snapshot-{}-{}", site.stack_name, site.logical_id, site.world.letters(12)).to_lowercase())
    }
}

fn things<'a>(site: &'a mut Site<'_>) -> &'a mut std::collections::BTreeMap<String, Thing> {
    site.world.region(&site.region).others.entry(site.type_name.clone()).or_default()
}

/// A name that is taken. The first form is the one that users quote where another stack has it (not looked up);
/// the second is that of the handlers of the registry (`AlreadyExistsException` of cloudformation-cli-java-plugin).
pub(super) fn taken(site: &mut Site<'_>, id: &str, owner: &str) -> Refusal {
    if !owner.is_empty() && owner != site.stack_id {
        return Refusal(format!("{id} already exists in stack {owner}"));
    }
    let what = format!("Resource of type '{}' with identifier '{id}' already exists.", site.type_name);
    failed(site, &what, "AlreadyExists")
}

/// Takes a value out, if it is there; `*` stands for every item.
fn remove(value: &mut Json, path: &str) {
    let Some((first, rest)) = path.trim_start_matches('/').split_once('/') else {
        if let Some(entries) = value.as_object_mut() {
            entries.remove(path.trim_start_matches('/'));
        }
        return;
    };
    match value {
        Json::Array(items) if first == "*" => items.iter_mut().for_each(|item| remove(item, rest)),
        Json::Object(entries) => {
            if let Some(inner) = entries.get_mut(first) {
                remove(inner, rest);
            }
        }
        _ => {}
    }
}

/// Changes that the facts call conditional and that are known not to replace. Source: *Update requires: Some interruptions* in the
/// template reference of `AWS::RDS::DBInstance`. All others are taken as replacements, so that a rehearsal shows the worse.
const IN_PLACE: [(&str, &[&str]); 2] = [
    (
        "AWS::RDS::DBInstance",
        &[
            "/AutoMinorVersionUpgrade",
            "/BackupRetentionPeriod",
            "/DBParameterGroupName",
            "/MultiAZ",
            "/PreferredMaintenanceWindow",
        ],
    ),
    ("AWS::RDS::DBCluster", &["/DBClusterParameterGroupName", "/PreferredMaintenanceWindow"]),
];

fn decided(facts: &ResourceType, path: &str) -> UpdateEffect {
    let known = IN_PLACE.iter().find(|(name, _)| *name == facts.name).is_some_and(|(_, paths)| paths.contains(&path));
    match facts.update_effect(path) {
        UpdateEffect::MayReplace if known => UpdateEffect::InPlace,
        effect => effect,
    }
}

/// What a change means by the facts alone: the worst that any changed property means. What may or may not replace does.
#[must_use]
pub fn effect(type_name: &str, before: &Json, after: &Json) -> Effect {
    let Some(facts) = Facts::embedded().resource(type_name) else { return Effect::InPlace };
    let worst = changed_paths(before, after).iter().map(|path| decided(&facts, path)).max();
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
