//! Change sets of the stacks in a stack. Source: *Change sets for nested stacks* in the User Guide, and *IncludeNestedStacks*,
//! *ParentChangeSetId* and *RootChangeSetId* in the API reference.
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::compute::site;
use super::{ChangeSet, Kind, compute, create};
use crate::cloudformation::stack::{Stack, Status};
use crate::resources::cloudformation::propose;
use crate::wire::ApiError;
use crate::world::World;

/// The type of a nested stack.
pub(super) const NESTED: &str = "AWS::CloudFormation::Stack";

/// To which change sets one of a nested stack belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Within {
    /// That of the stack above.
    pub parent: String,
    /// That of the outermost stack, which alone can be executed and deleted.
    pub root: String,
    /// The logical id of the nested stack in the stack above.
    pub logical_id: String,
}

/// Computes the change sets of the nested stacks of a stack, by the properties that they would have. A nested stack in which
/// nothing changes is not listed, unless something else of it changes.
pub(super) fn include(
    world: &mut World,
    region: &str,
    stack: &Stack,
    change_set: &ChangeSet,
    nested: &[(String, Json)],
    changes: &mut Vec<Json>,
) -> Result<(), ApiError> {
    for (logical_id, properties) in nested {
        let place = changes.iter().position(|change| change["ResourceChange"]["LogicalResourceId"] == **logical_id);
        let Some(place) = place else { continue };
        match one(world, region, stack, change_set, logical_id, properties)? {
            Some(id) => changes[place]["ResourceChange"]["ChangeSetId"] = json!(id),
            None if is_only_asked(&changes[place]) => drop(changes.remove(place)),
            None => {}
        }
    }
    Ok(())
}

/// Whether a change is listed only because what is behind the URL may have changed.
fn is_only_asked(change: &Json) -> bool {
    let details = change["ResourceChange"]["Details"].as_array();
    details.is_some_and(|details| !details.is_empty() && details.iter().all(|it| it["ChangeSource"] == "Automatic"))
}

/// The change set of a nested stack; nothing if there is nothing to do.
fn one(
    world: &mut World,
    region: &str,
    stack: &Stack,
    change_set: &ChangeSet,
    logical_id: &str,
    properties: &Json,
) -> Result<Option<String>, ApiError> {
    let (id, child) = begin(world, region, stack, change_set, logical_id, properties)?;
    compute(world, region, &id);
    let sets = &mut world.region(region).stacks[&child].change_sets;
    let place = sets.iter().position(|set| set.id == id).expect("it was just made");
    if sets[place].status == "CREATE_COMPLETE" {
        return Ok(Some(id));
    }
    if sets[place].reason.as_deref().is_some_and(is_empty) {
        sets.remove(place);
        return Ok(None);
    }
    // The sentence is the one that aws/aws-cdk-cli looks for.
    Err(ApiError::validation(format!("Nested change set {id} was not successfully created: Currently in FAILED.")))
}

/// Records the change set of a nested stack, and that stack if there is none. The ids of both.
fn begin(
    world: &mut World,
    region: &str,
    stack: &Stack,
    change_set: &ChangeSet,
    logical_id: &str,
    properties: &Json,
) -> Result<(String, String), ApiError> {
    let child = stack.resources.get(logical_id).and_then(|it| it.physical_id.clone());
    let kind = if child.is_some() { Kind::Update } else { Kind::Create };
    let mut at = site(world, region, stack, logical_id, NESTED);
    at.stack_tags = change_set.source.tags.clone().into_iter().collect();
    let proposal = propose(&mut at, child.as_deref(), kind, properties);
    let mut proposal = proposal.map_err(|refusal| ApiError::validation(refusal.0))?;
    proposal.name = name(change_set, logical_id, &world.letters(12));
    proposal.capabilities.clone_from(&change_set.source.capabilities);
    proposal.include_nested = true;
    let (id, child_id) = create(world, region, proposal)?;
    let root = change_set.within.as_ref().map_or(&change_set.id, |within| &within.root);
    let within = Within { parent: change_set.id.clone(), root: root.clone(), logical_id: logical_id.to_owned() };
    let child = &mut world.region(region).stacks[&child_id];
    child.root_id = Some(stack.root_id.clone().unwrap_or_else(|| stack.id.clone()));
    child.parent_id = Some(stack.id.clone());
    if let Some(set) = child.change_sets.iter_mut().find(|set| set.id == id) {
        set.within = Some(within);
    }
    Ok((id, child_id))
}

/// A name of at most 128 characters.
fn name(change_set: &ChangeSet, logical_id: &str, mark: &str) -> String {
    let logical_id: String = logical_id.chars().take(50).collect();
    let above: String = change_set.name.chars().take(64).collect();
    format!("{above}-{logical_id}-{mark}")
}

fn is_empty(reason: &str) -> bool {
    reason.starts_with("The submitted information didn't contain changes") || reason == super::NOTHING
}

/// Takes away the change sets that belong to one of an outermost stack, and the stacks that there are only for them. Source:
/// `DeleteChangeSet` in the API reference.
pub fn forget(world: &mut World, region: &str, root: &str) {
    let stacks = &mut world.region(region).stacks;
    stacks.retain(|_, stack| {
        let before = stack.change_sets.len();
        stack.change_sets.retain(|set| set.within.as_ref().is_none_or(|within| within.root != root));
        let lost = stack.change_sets.len() < before;
        !(lost && stack.status == Status::ReviewInProgress && stack.parent_id.is_some())
    });
}

/// The change set of a nested stack that the one belongs to that the stack above executes.
#[must_use]
pub fn executed<'s>(above: &Stack, child: &'s Stack) -> Option<&'s ChangeSet> {
    let parent = above.operation_set()?;
    child.change_sets.iter().find(|set| set.within.as_ref().is_some_and(|within| within.parent == parent))
}
