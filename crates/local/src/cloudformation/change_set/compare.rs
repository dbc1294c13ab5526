//! A stack compared with what it would become.
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use stackgen_schema::{Facts, ResourceType, UpdateEffect};

use super::causes::{Fate, Sides, details};
use super::difference::{Difference, differences, tagging, with_stack_tags};
use super::live::{self, Live, known};
use super::shown;
use crate::cloudformation::stack::{Resource, ResourceStatus, Source, Stack};
use crate::cloudformation::template::{Design, KNOWN_AFTER_APPLY, Known, WantedOutput};
use crate::wire::ApiError;

/// Everything that a comparison needs.
pub(super) struct Comparison<'s> {
    pub sides: Sides<'s>,
    pub before: &'s Design,
    pub after: &'s Design,
    pub stack: &'s Stack,
    pub imports: &'s [Json],
    /// What resources really are, if drift is to be reverted.
    pub live: Option<&'s Live>,
}

/// What the stack has.
struct Has<'s>(&'s IndexMap<String, Resource>);

impl Known for Has<'_> {
    fn reference(&self, logical_id: &str) -> Option<Json> {
        let reference = self.0.get(logical_id).filter(|resource| resource.physical_id.is_some());
        Some(Json::String(reference.map_or(KNOWN_AFTER_APPLY, |resource| &resource.reference).to_owned()))
    }

    fn attribute(&self, logical_id: &str, name: &str) -> Option<Json> {
        let value = self.0.get(logical_id).and_then(|resource| resource.attributes.get(name)).cloned();
        Some(value.unwrap_or_else(|| Json::String(KNOWN_AFTER_APPLY.to_owned())))
    }
}

/// What the stack has and keeps.
struct Keeps<'s>(Has<'s>, &'s HashMap<String, Fate>);

impl Known for Keeps<'_> {
    fn reference(&self, logical_id: &str) -> Option<Json> {
        match self.1.get(logical_id) {
            Some(Fate::Stays | Fate::InPlace) => self.0.reference(logical_id),
            _ => Some(Json::String(KNOWN_AFTER_APPLY.to_owned())),
        }
    }

    fn attribute(&self, logical_id: &str, name: &str) -> Option<Json> {
        match self.1.get(logical_id) {
            Some(Fate::Stays) => self.0.attribute(logical_id, name),
            _ => Some(Json::String(KNOWN_AFTER_APPLY.to_owned())),
        }
    }
}

impl Comparison<'_> {
    /// The changes in the order of the new template, what is removed last, and what becomes of each resource.
    pub(super) fn changes(&self) -> Result<(Vec<Json>, HashMap<String, Fate>), ApiError> {
        let mut fates = HashMap::new();
        let mut changes = HashMap::new();
        for id in in_order(self.after) {
            let (fate, change) = self.change(id, &fates)?;
            fates.insert(id.to_owned(), fate);
            changes.extend(change.map(|change| (id, change)));
        }
        let mut listed: Vec<Json> = self.after.resources.keys().filter_map(|id| changes.remove(id.as_str())).collect();
        let goes = |id: &String| self.has(id) && !self.after.resources.contains_key(id);
        listed.extend(self.stack.resources.keys().filter(|id| goes(id)).map(|id| self.removal(id)));
        Ok((listed, fates))
    }

    /// The properties that a resource would have, as far as they are known.
    pub(super) fn properties_after(&self, id: &str, fates: &HashMap<String, Fate>) -> Result<Json, ApiError> {
        Ok(self.after.properties(id, &Keeps(Has(&self.stack.resources), fates))?)
    }

    fn change(&self, id: &str, fates: &HashMap<String, Fate>) -> Result<(Fate, Option<Json>), ApiError> {
        let keeps = Keeps(Has(&self.stack.resources), fates);
        let after = state(self.after, id, &keeps, self.sides.new_source)?;
        let more = json!({ "AfterContext": shown::context(&after, self.sides.new_source) });
        if let Some(import) = self.imports.iter().find(|it| it["LogicalResourceId"] == id) {
            let physical = import["ResourceIdentifier"].as_object().and_then(|it| it.values().next()).cloned();
            return Ok((Fate::New, Some(self.listed("Import", id, physical, more))));
        }
        if !self.has(id) || !self.before.resources.contains_key(id) {
            return Ok((Fate::New, Some(self.listed("Add", id, None, more))));
        }
        let previous = self.before(id)?;
        let mut before = previous.clone();
        if let Some(Some(actual)) = self.live.and_then(|live| live.actual.get(id)) {
            let applied = &self.stack.resources[id].properties;
            before["Properties"] = known(&previous["Properties"], applied, actual, &after["Properties"]);
        }
        let planned = differences(&previous, &after);
        let mut found = differences(&before, &after);
        let there: Vec<&Difference> =
            planned.iter().filter(|it| found.iter().all(|found| found.path != it.path)).collect();
        let replaces = |it: &&Difference| self.effect(id, it).1 == UpdateEffect::Replaces;
        let (again, synced): (Vec<&Difference>, Vec<&Difference>) =
            there.into_iter().partition(|it| self.live.is_some_and(|live| live.sync_replaces) && replaces(it));
        found.extend(again.into_iter().cloned());
        let (fate, mut details) = self.compare(id, &found, &planned, fates);
        let is_sync = details.is_empty() && !synced.is_empty();
        details.extend(synced.into_iter().flat_map(|it| self.synced(id, it, fates)));
        if details.is_empty() {
            return Ok((Fate::Stays, None));
        }
        let fate = if is_sync { Fate::Stays } else { fate };
        let mut change = self.modification(id, fate, details, &before, &after);
        if is_sync {
            self.syncs(&mut change["ResourceChange"]);
        }
        if self.live.is_some() {
            change["ResourceChange"]["PreviousDeploymentContext"] = shown::context(&previous, self.sides.old_source);
        }
        Ok((fate, Some(change)))
    }

    /// Nothing is done to the resource. Source: *Action* and *Replacement* of `ResourceChange`: the latter is for `Modify`.
    fn syncs(&self, change: &mut Json) {
        change["Action"] = json!("SyncWithActual");
        change.as_object_mut().map(|change| change.shift_remove("Replacement"));
    }

    /// The details of what the resource has already.
    fn synced(&self, id: &str, planned: &Difference, fates: &HashMap<String, Fate>) -> Vec<Json> {
        let Some(live) = self.live else { return Vec::new() };
        let mut details = details(&self.sides, id, planned, self.effect(id, planned).0, UpdateEffect::InPlace, fates);
        // Once is enough: by its cause, if one is known.
        let cause = details.iter().position(|detail| detail["Evaluation"] == "Static").unwrap_or_default();
        details.swap(0, cause);
        details.truncate(1);
        details.iter_mut().for_each(|detail| live::synced(detail, planned, (live, self.sides.new_source)));
        details
    }

    /// Whether a difference is one of tags, and what it does to its resource.
    fn effect(&self, id: &str, difference: &Difference) -> (bool, UpdateEffect) {
        let type_name = &self.after.resources[id].type_name;
        let tags = tagging(type_name).map(|tagging| tagging.property);
        let is_tag = difference.is_property() && tags.as_deref() == Some(difference.property());
        (is_tag, effect(Facts::embedded().resource(type_name).as_ref(), difference, is_tag))
    }

    /// Whether the stack has a resource that can be changed.
    fn has(&self, id: &str) -> bool {
        let resource = self.stack.resources.get(id);
        let made = |it: &Resource| it.physical_id.is_some() && it.status != ResourceStatus::CreateFailed;
        resource.is_some_and(made) && self.live.and_then(|live| live.actual.get(id)) != Some(&None)
    }

    /// A resource as it is: as its template says it, or as it was last applied where that may be something else.
    fn before(&self, id: &str) -> Result<Json, ApiError> {
        let mut before = state(self.before, id, &Has(&self.stack.resources), self.sides.old_source)?;
        let resource = &self.stack.resources[id];
        let weak = self
            .sides
            .old
            .expression(id, "/Properties")
            .is_some_and(|it| it.to_string().contains("Fn::GetStackOutput"));
        if weak || resource.status == ResourceStatus::UpdateFailed {
            let applied = resource.properties.clone();
            before["Properties"] = with_stack_tags(&resource.type_name, applied, self.sides.old_source);
        }
        Ok(before)
    }

    fn compare(
        &self,
        id: &str,
        found: &[Difference],
        planned: &[Difference],
        fates: &HashMap<String, Fate>,
    ) -> (Fate, Vec<Json>) {
        let type_name = &self.after.resources[id].type_name;
        let mut fate = Fate::InPlace;
        let mut listed = Vec::new();
        for difference in found {
            let (is_tag, effect) = self.effect(id, difference);
            let mut details = details(&self.sides, id, difference, is_tag, effect, fates);
            if let Some(live) = self.live {
                let planned = planned.iter().find(|planned| planned.path == difference.path);
                let all = details.iter_mut();
                all.for_each(|detail| live::tell(detail, difference, planned, (live, self.sides.new_source)));
            }
            let is_static = details.iter().any(|detail| detail["Evaluation"] == "Static");
            fate = fate.max(match effect {
                UpdateEffect::Replaces if is_static => Fate::Replaced,
                UpdateEffect::Replaces | UpdateEffect::MayReplace => Fate::MayBeReplaced,
                UpdateEffect::InPlace | UpdateEffect::Refused => Fate::InPlace,
            });
            listed.extend(details);
        }
        // The template of a nested stack may have changed without a trace in this one. Source: *ChangeSource*, `Automatic`.
        if listed.is_empty() && type_name == "AWS::CloudFormation::Stack" {
            let target = json!({ "Attribute": "Properties", "RequiresRecreation": "Never" });
            listed.push(json!({ "Target": target, "Evaluation": "Dynamic", "ChangeSource": "Automatic" }));
        }
        (fate, listed)
    }

    fn modification(&self, id: &str, fate: Fate, details: Vec<Json>, before: &Json, after: &Json) -> Json {
        let mut scope: Vec<Json> = Vec::new();
        for attribute in details.iter().map(|detail| &detail["Target"]["Attribute"]) {
            if !scope.contains(attribute) {
                scope.push(attribute.clone());
            }
        }
        let replacement = match fate {
            Fate::Replaced => "True",
            Fate::MayBeReplaced => "Conditional",
            _ => "False",
        };
        let physical = self.stack.resources.get(id).and_then(|it| it.physical_id.clone()).map(Json::String);
        let mut more = json!({
            "Replacement": replacement,
            "Scope": scope,
            "Details": details,
            "BeforeContext": shown::context(before, self.sides.old_source),
            "AfterContext": shown::context(after, self.sides.new_source),
        });
        if fate == Fate::Replaced {
            let action = match self.after.resources[id].update_replace_policy.as_deref() {
                Some("Retain") => "ReplaceAndRetain",
                Some("Snapshot") => "ReplaceAndSnapshot",
                _ => "ReplaceAndDelete",
            };
            more["PolicyAction"] = json!(action);
        }
        self.listed("Modify", id, physical, more)
    }

    fn removal(&self, id: &str) -> Json {
        let resource = &self.stack.resources[id];
        let physical = resource.physical_id.clone().map(Json::String);
        // Source: *DeletionPolicy*: databases are snapshotted if nothing is said.
        let action = match (resource.deletion_policy.as_deref(), resource.type_name.as_str()) {
            (Some("Retain" | "RetainExceptOnCreate"), _) => "Retain",
            (Some("Snapshot"), _) | (None, "AWS::RDS::DBCluster") => "Snapshot",
            (None, "AWS::RDS::DBInstance") if resource.properties.get("DBClusterIdentifier").is_none() => "Snapshot",
            _ => "Delete",
        };
        let before = json!({ "Properties": resource.properties });
        let more = json!({ "PolicyAction": action, "BeforeContext": shown::context(&before, self.sides.old_source) });
        self.listed("Remove", id, physical, more)
    }

    fn listed(&self, action: &str, id: &str, physical: Option<Json>, more: Json) -> Json {
        let wanted = self.after.resources.get(id).map(|wanted| &wanted.type_name);
        let type_name = wanted.or_else(|| self.stack.resources.get(id).map(|resource| &resource.type_name));
        let mut change = json!({
            "Action": action,
            "LogicalResourceId": id,
            "ResourceType": type_name,
            "Scope": [],
            "Details": [],
        });
        if let Some(physical) = physical {
            change["PhysicalResourceId"] = physical;
        }
        if let (Json::Object(change), Json::Object(more)) = (&mut change, more) {
            change.extend(more);
        }
        if let Some(status) = self.live.and_then(|live| live.status.get(id)) {
            change["ResourceDriftStatus"] = json!(status);
        }
        json!({ "Type": "Resource", "ResourceChange": change })
    }

    /// Outputs are not listed, but an update that changes only them is one: jenkinsci/pipeline-aws-plugin#210.
    pub(super) fn outputs_differ(&self, fates: &HashMap<String, Fate>) -> Result<bool, ApiError> {
        let keeps = Keeps(Has(&self.stack.resources), fates);
        let evaluated = |design: &Design, known: &dyn Known| {
            let output = |(name, output): (&String, _)| -> Result<_, ApiError> {
                let output: &WantedOutput = output;
                let value = design.evaluate(&output.value, known)?;
                let export = output.export.as_ref().map(|it| design.evaluate(it, known)).transpose()?;
                Ok((name.clone(), (value, export, output.description.clone())))
            };
            design.outputs.iter().map(output).collect::<Result<IndexMap<_, _>, _>>()
        };
        Ok(evaluated(self.before, &Has(&self.stack.resources))? != evaluated(self.after, &keeps)?)
    }
}

/// What a difference does to its resource. Tags never replace, but for types that cannot be updated at all.
fn effect(facts: Option<&ResourceType>, difference: &Difference, is_tag: bool) -> UpdateEffect {
    let path = difference.path.strip_prefix("/Properties").unwrap_or_default();
    match facts {
        Some(facts) if difference.is_property() && (!is_tag || facts.updatable) => facts.update_effect(path),
        _ => UpdateEffect::InPlace,
    }
}

/// A resource as it is compared: what `DependsOn` and `Condition` say is no part of it.
fn state(design: &Design, id: &str, known: &dyn Known, source: &Source) -> Result<Json, ApiError> {
    let wanted = &design.resources[id];
    let properties = with_stack_tags(&wanted.type_name, design.properties(id, known)?, source);
    let mut state = json!({ "Properties": properties });
    for (name, value) in [
        ("Metadata", &wanted.metadata),
        ("CreationPolicy", &wanted.creation_policy),
        ("UpdatePolicy", &wanted.update_policy),
        ("DeletionPolicy", &wanted.deletion_policy.clone().map(Json::String)),
        ("UpdateReplacePolicy", &wanted.update_replace_policy.clone().map(Json::String)),
    ] {
        if let Some(value) = value {
            state[name] = design.evaluate(value, known)?;
        }
    }
    Ok(state)
}

/// The logical ids of a design, each after what it depends on; a design has no circles.
fn in_order(design: &Design) -> Vec<&str> {
    let mut ordered: Vec<&str> = Vec::with_capacity(design.resources.len());
    let mut done: HashSet<&str> = HashSet::new();
    while ordered.len() < design.resources.len() {
        let before = ordered.len();
        for (id, wanted) in &design.resources {
            if !done.contains(id.as_str()) && wanted.depends_on.iter().all(|it| done.contains(it.as_str())) {
                ordered.push(id);
                done.insert(id);
            }
        }
        if ordered.len() == before {
            break;
        }
    }
    ordered
}
