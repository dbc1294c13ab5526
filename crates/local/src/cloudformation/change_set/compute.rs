//! Computing a change set.
use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use stackgen_schema::Facts;

use super::causes::Sides;
use super::compare::Comparison;
use super::live::Live;
use super::{ChangeSet, Kind, nested};
use crate::cloudformation::operation::drift;
use crate::cloudformation::stack::{Stack, Status};
use crate::cloudformation::template::{Design, Foreseen, Place, Seen, Template, early_validation};
use crate::resources::{Site, provider};
use crate::wire::ApiError;
use crate::world::World;

/// What a change set would change, once it is known.
#[derive(Debug, Default)]
struct Found {
    changes: Vec<Json>,
    validations: Vec<Json>,
    /// Whether there is anything to do beside the changes: outputs and tags of the stack are not listed and count as well.
    anything: bool,
    transformed: bool,
    /// The nested stacks among the changes, with the properties that they would have.
    nested: Vec<(String, Json)>,
}

/// Computes a change set that was asked for. Doing it again does no harm.
pub fn compute(world: &mut World, region: &str, change_set_id: &str) {
    let Some((stack, change_set)) = find(world, region, change_set_id) else { return };
    let live = change_set.revert_drift.then(|| live(world, region, &stack));
    let found = look(world, region, &stack, &change_set, live.as_ref()).and_then(|mut found| {
        found.validations.extend(existing(world, region, &stack, &found.changes));
        if change_set.include_nested {
            nested::include(world, region, &stack, &change_set, &found.nested, &mut found.changes)?;
        }
        found.anything |= !found.changes.is_empty();
        Ok(found)
    });
    let stacks = &mut world.region(region).stacks;
    let kept =
        stacks.get_mut(&stack.id).and_then(|stack| stack.change_sets.iter_mut().find(|it| it.id == change_set.id));
    if let Some(kept) = kept {
        kept.stack_drift = live.map(|live| if live.is_drifted() { "DRIFTED" } else { "IN_SYNC" }.to_owned());
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

fn look(
    world: &World,
    region: &str,
    stack: &Stack,
    change_set: &ChangeSet,
    live: Option<&Live>,
) -> Result<Found, ApiError> {
    let seen = Foreseen(Seen { world, region });
    let place = Place::of(world, region, stack, &seen);
    let new = change_set.source.template()?;
    let after = Design::new(&new, &change_set.source, &place)?;
    let validations = early_validation(&after);
    let (old, before) = if change_set.kind == Kind::Create || stack.source.body.is_empty() {
        (Template { document: json!({}) }, Design { resources: IndexMap::new(), outputs: IndexMap::new() })
    } else {
        let old = stack.source.template()?;
        let before = Design::new(&old, &stack.source, &place)?;
        (old, before)
    };
    let sides = Sides { old: &old, new: &new, old_source: &stack.source, new_source: &change_set.source };
    let comparison = Comparison { sides, before: &before, after: &after, stack, imports: &change_set.imports, live };
    let (changes, fates) = comparison.changes()?;
    let anything = change_set.kind == Kind::Create
        // A failed operation that kept what it had made may be tried again as it was.
        || matches!(stack.status, Status::CreateFailed | Status::UpdateFailed)
        || stack.source.tags != change_set.source.tags
        || comparison.outputs_differ(&fates)?;
    let mut nested = Vec::new();
    for change in changes.iter().map(|change| &change["ResourceChange"]) {
        if let Some(id) = change["LogicalResourceId"].as_str().filter(|_| change["ResourceType"] == nested::NESTED)
            && after.resources.contains_key(id)
        {
            nested.push((id.to_owned(), comparison.properties_after(id, &fates)?));
        }
    }
    let transformed = !Template::parse(&change_set.source.body)?.transforms().is_empty();
    Ok(Found { changes, validations, anything, transformed, nested })
}

/// What the resources of a stack really are.
fn live(world: &mut World, region: &str, stack: &Stack) -> Live {
    let (at, sync_replaces) = (format!("{:.3}", world.now()), world.sync_replaces);
    let mut live = Live { at, sync_replaces, ..Live::default() };
    for (id, resource) in &stack.resources {
        let Some(physical) = &resource.physical_id else { continue };
        let mut site = site(world, region, stack, id, &resource.type_name);
        live.actual.insert(id.clone(), provider(&resource.type_name).read(&mut site, physical));
        live.status.insert(id.clone(), drift::compare(world, region, &stack.id, id).status);
    }
    live
}

pub(super) fn site<'w>(
    world: &'w mut World,
    region: &str,
    stack: &Stack,
    logical_id: &str,
    type_name: &str,
) -> Site<'w> {
    Site {
        world,
        region: region.to_owned(),
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        logical_id: logical_id.to_owned(),
        type_name: type_name.to_owned(),
        stack_tags: stack.source.tags.clone().into_iter().collect(),
    }
}

/// Added resources whose names are taken. Source: aws/aws-cdk-cli#1000 and aws-cloudformation/rain#744.
fn existing(world: &mut World, region: &str, stack: &Stack, changes: &[Json]) -> Vec<Json> {
    let mut found = Vec::new();
    for change in changes.iter().map(|change| &change["ResourceChange"]).filter(|change| change["Action"] == "Add") {
        let (Some(id), Some(type_name)) = (change["LogicalResourceId"].as_str(), change["ResourceType"].as_str())
        else {
            continue;
        };
        let Some(name) = name_of(type_name, change) else { continue };
        let mut site = site(world, region, stack, id, type_name);
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
