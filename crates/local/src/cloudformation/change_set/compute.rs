//! Computing a change set.
use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use stackgen_schema::{Facts, UpdateEffect};

use super::causes::{Fate, Sides, details};
use super::difference::{Difference, differences, tagging, with_stack_tags};
use super::{ChangeSet, Kind, shown};
use crate::cloudformation::stack::{Resource, Source, Stack};
use crate::cloudformation::template::{Design, KNOWN_AFTER_APPLY, Known, Place, Seen, Template, early_validation};
use crate::resources::{Site, provider};
use crate::wire::ApiError;
use crate::world::World;

/// What a change set would change, once it is known.
#[derive(Debug, Default)]
struct Found {
    changes: Vec<Json>,
    validations: Vec<Json>,
    /// Whether there is anything to do: outputs and tags of the stack are not listed and count as well.
    anything: bool,
    transformed: bool,
}

/// Computes a change set that was asked for. Doing it again does no harm.
pub fn compute(world: &mut World, region: &str, change_set_id: &str) {
    let Some((stack, change_set)) = find(world, region, change_set_id) else { return };
    let found = look(world, region, &stack, &change_set).map(|mut found| {
        found.validations.extend(existing(world, region, &stack, &change_set, &found.changes));
        found
    });
    let stacks = &mut world.region(region).stacks;
    let kept =
        stacks.get_mut(&stack.id).and_then(|stack| stack.change_sets.iter_mut().find(|it| it.id == change_set.id));
    if let Some(kept) = kept {
        settle(kept, found);
    }
}

fn find(world: &World, region: &str, id: &str) -> Option<(Stack, ChangeSet)> {
    let stacks = &world.regions.get(region)?.stacks;
    stacks.values().find_map(|stack| {
        let change_set = stack.change_sets.iter().find(|it| it.id == id && it.status.ends_with("_PENDING"))?;
        Some((stack.clone(), change_set.clone()))
    })
}

/// Writes down what was found. Reasons as AWS words them; those of an empty change set are in aws/aws-cdk-cli's `cfn-api.ts`,
/// the one of early validation in aws/aws-cdk-cli#1000.
fn settle(change_set: &mut ChangeSet, found: Result<Found, ApiError>) {
    let failed = match found {
        Err(error) => error.message,
        Ok(found) if !found.validations.is_empty() => {
            let conflict = found.validations.iter().any(|it| it["ValidationName"] == "NAME_CONFLICT_VALIDATION");
            let hook = if conflict { "ResourceExistenceCheck" } else { "PropertyValidation" };
            change_set.validations = found.validations;
            format!(
                "The following hook(s)/validation failed: [AWS::EarlyValidation::{hook}]. To troubleshoot Early Validation \
                 errors, use the DescribeEvents API for detailed failure information."
            )
        }
        Ok(found) if !found.anything && found.transformed => "No updates are to be performed.".to_owned(),
        Ok(found) if !found.anything => {
            "The submitted information didn't contain changes. Submit different information to create a change set."
                .to_owned()
        }
        Ok(found) => {
            change_set.changes = found.changes;
            "CREATE_COMPLETE".clone_into(&mut change_set.status);
            "AVAILABLE".clone_into(&mut change_set.execution);
            return;
        }
    };
    change_set.reason = Some(failed);
    "FAILED".clone_into(&mut change_set.status);
    "UNAVAILABLE".clone_into(&mut change_set.execution);
}

/// The place of a stack.
pub(super) fn place<'o>(world: &'o World, region: &'o str, stack: &'o Stack, outside: &'o Seen<'o>) -> Place<'o> {
    Place {
        account: &world.account,
        region,
        stack_name: &stack.name,
        stack_id: &stack.id,
        notification_arns: &stack.notification_arns,
        outside,
    }
}

fn look(world: &World, region: &str, stack: &Stack, change_set: &ChangeSet) -> Result<Found, ApiError> {
    let seen = Seen { world, region };
    let place = place(world, region, stack, &seen);
    let new = Template::parse(&change_set.source.body)?;
    let after = Design::new(&new, &change_set.source, &place)?;
    let validations = early_validation(&after);
    let (old, before) = if change_set.kind == Kind::Create || stack.source.body.is_empty() {
        (Template { document: json!({}) }, Design { resources: IndexMap::new(), outputs: IndexMap::new() })
    } else {
        let old = Template::parse(&stack.source.body)?;
        let before = Design::new(&old, &stack.source, &place)?;
        (old, before)
    };
    let sides = Sides { old: &old, new: &new, old_source: &stack.source, new_source: &change_set.source };
    let comparison = Comparison { sides, before: &before, after: &after, stack, imports: &change_set.imports };
    let (changes, fates) = comparison.changes()?;
    let anything = !changes.is_empty()
        || change_set.kind == Kind::Create
        || stack.source.tags != change_set.source.tags
        || comparison.outputs_differ(&fates)?;
    Ok(Found { changes, validations, anything, transformed: !new.transforms().is_empty() })
}

struct Comparison<'s> {
    sides: Sides<'s>,
    before: &'s Design,
    after: &'s Design,
    stack: &'s Stack,
    imports: &'s [Json],
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
    fn changes(&self) -> Result<(Vec<Json>, HashMap<String, Fate>), ApiError> {
        let mut fates = HashMap::new();
        let mut changes = HashMap::new();
        for id in in_order(self.after) {
            let (fate, change) = self.change(id, &fates)?;
            fates.insert(id.to_owned(), fate);
            changes.extend(change.map(|change| (id, change)));
        }
        let mut listed: Vec<Json> = self.after.resources.keys().filter_map(|id| changes.remove(id.as_str())).collect();
        for id in self.before.resources.keys().filter(|id| !self.after.resources.contains_key(*id)) {
            listed.push(self.removal(id)?);
        }
        Ok((listed, fates))
    }

    fn change(&self, id: &str, fates: &HashMap<String, Fate>) -> Result<(Fate, Option<Json>), ApiError> {
        let keeps = Keeps(Has(&self.stack.resources), fates);
        let after = state(self.after, id, &keeps, self.sides.new_source)?;
        if let Some(import) = self.imports.iter().find(|it| it["LogicalResourceId"] == id) {
            let physical = import["ResourceIdentifier"].as_object().and_then(|it| it.values().next()).cloned();
            let change = self.listed(
                "Import",
                id,
                physical,
                json!({ "AfterContext": shown::context(&after, self.sides.new_source) }),
            );
            return Ok((Fate::New, Some(change)));
        }
        if !self.before.resources.contains_key(id) {
            let change =
                self.listed("Add", id, None, json!({ "AfterContext": shown::context(&after, self.sides.new_source) }));
            return Ok((Fate::New, Some(change)));
        }
        let before = state(self.before, id, &Has(&self.stack.resources), self.sides.old_source)?;
        let found = differences(&before, &after);
        let (fate, details) = self.compare(id, &found, fates);
        if details.is_empty() {
            return Ok((Fate::Stays, None));
        }
        let change = self.modification(id, fate, details, &before, &after);
        Ok((fate, Some(change)))
    }

    fn compare(&self, id: &str, found: &[Difference], fates: &HashMap<String, Fate>) -> (Fate, Vec<Json>) {
        let type_name = &self.after.resources[id].type_name;
        let facts = Facts::embedded().resource(type_name);
        let tags = tagging(type_name).map(|tagging| tagging.property);
        let mut fate = Fate::InPlace;
        let mut listed = Vec::new();
        for difference in found {
            let is_property = difference.member() == "Properties";
            let is_tag = is_property && tags.as_deref() == Some(difference.property());
            let path = difference.path.strip_prefix("/Properties").unwrap_or_default();
            let effect = match &facts {
                Some(facts) if is_property && !is_tag => facts.update_effect(path),
                Some(facts) if is_tag && facts.updatable => facts.update_effect(path),
                _ => UpdateEffect::InPlace,
            };
            let details = details(&self.sides, id, difference, is_tag, effect, fates);
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

    fn removal(&self, id: &str) -> Result<Json, ApiError> {
        let wanted = &self.before.resources[id];
        let before = state(self.before, id, &Has(&self.stack.resources), self.sides.old_source)?;
        let physical = self.stack.resources.get(id).and_then(|it| it.physical_id.clone()).map(Json::String);
        // Source: *DeletionPolicy*: databases are snapshotted if nothing is said.
        let action = match wanted.deletion_policy.as_deref() {
            Some("Retain" | "RetainExceptOnCreate") => "Retain",
            Some("Snapshot") => "Snapshot",
            None if wanted.type_name == "AWS::RDS::DBCluster" => "Snapshot",
            None if wanted.type_name == "AWS::RDS::DBInstance"
                && wanted.properties.get("DBClusterIdentifier").is_none() =>
            {
                "Snapshot"
            }
            _ => "Delete",
        };
        let more = json!({ "PolicyAction": action, "BeforeContext": shown::context(&before, self.sides.old_source) });
        Ok(self.listed("Remove", id, physical, more))
    }

    fn listed(&self, action: &str, id: &str, physical: Option<Json>, more: Json) -> Json {
        let wanted = self.after.resources.get(id).or_else(|| self.before.resources.get(id));
        let mut change = json!({
            "Action": action,
            "LogicalResourceId": id,
            "ResourceType": wanted.map(|wanted| wanted.type_name.as_str()),
            "Scope": [],
            "Details": [],
        });
        if let Some(physical) = physical {
            change["PhysicalResourceId"] = physical;
        }
        if let (Json::Object(change), Json::Object(more)) = (&mut change, more) {
            change.extend(more);
        }
        json!({ "Type": "Resource", "ResourceChange": change })
    }

    /// Outputs are not listed, but an update that changes only them is one: jenkinsci/pipeline-aws-plugin#210.
    fn outputs_differ(&self, fates: &HashMap<String, Fate>) -> Result<bool, ApiError> {
        let keeps = Keeps(Has(&self.stack.resources), fates);
        let evaluated = |design: &Design, known: &dyn Known| {
            let output = |(name, output): (&String, _)| -> Result<_, ApiError> {
                let output: &crate::cloudformation::template::WantedOutput = output;
                let value = design.evaluate(&output.value, known)?;
                let export = output.export.as_ref().map(|it| design.evaluate(it, known)).transpose()?;
                Ok((name.clone(), (value, export, output.description.clone())))
            };
            design.outputs.iter().map(output).collect::<Result<IndexMap<_, _>, _>>()
        };
        Ok(evaluated(self.before, &Has(&self.stack.resources))? != evaluated(self.after, &keeps)?)
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

/// The logical ids of a design, each after what it depends on.
fn in_order(design: &Design) -> Vec<&str> {
    let mut ordered: Vec<&str> = Vec::with_capacity(design.resources.len());
    while ordered.len() < design.resources.len() {
        let before = ordered.len();
        for (id, wanted) in &design.resources {
            let ready = wanted.depends_on.iter().all(|it| ordered.contains(&it.as_str()));
            if ready && !ordered.contains(&id.as_str()) {
                ordered.push(id);
            }
        }
        if ordered.len() == before {
            break;
        }
    }
    ordered
}

/// Added resources whose names are taken. Source: aws/aws-cdk-cli#1000 and aws-cloudformation/rain#744.
fn existing(world: &mut World, region: &str, stack: &Stack, change_set: &ChangeSet, changes: &[Json]) -> Vec<Json> {
    let mut found = Vec::new();
    for change in changes.iter().map(|change| &change["ResourceChange"]).filter(|change| change["Action"] == "Add") {
        let (Some(id), Some(type_name)) = (change["LogicalResourceId"].as_str(), change["ResourceType"].as_str())
        else {
            continue;
        };
        let Some(name) = name_of(type_name, change) else { continue };
        let mut site = Site {
            world,
            region: region.to_owned(),
            stack_id: stack.id.clone(),
            stack_name: stack.name.clone(),
            logical_id: id.to_owned(),
            type_name: type_name.to_owned(),
            stack_tags: change_set.source.tags.clone().into_iter().collect(),
        };
        if provider(type_name).read(&mut site, &name).is_some() {
            found.push(json!({
                "LogicalResourceId": id,
                "ResourceType": type_name,
                "ValidationName": "NAME_CONFLICT_VALIDATION",
                "ValidationStatus": "FAILED",
                "ValidationFailureMode": "FAIL",
                "ValidationPath": format!("/Resources/{id}"),
                "ValidationStatusReason": format!("Resource of type '{type_name}' with identifier '{name}' already exists."),
            }));
        }
    }
    found
}

/// The name that an added resource would have, if its type is known by one that the template gives.
fn name_of(type_name: &str, change: &Json) -> Option<String> {
    let facts = Facts::embedded().resource(type_name)?;
    let [path] = facts.primary_identifier.as_slice() else { return None };
    let after: Json = serde_json::from_str(change["AfterContext"].as_str()?).ok()?;
    let name = after.pointer(&format!("/Properties{path}"))?.as_str()?;
    (!name.contains("{{") && !name.contains("****")).then(|| name.to_owned())
}
