//! Stacks that are made and changed without a change set: it is computed at once and nobody sees it.
use super::{ChangeSet, Kind, Proposal, compute, create};
use crate::wire::ApiError;
use crate::world::World;

/// The name of the change set that nobody sees.
pub const DIRECT: &str = "direct";

/// What AWS answers where nothing would change.
pub(crate) const NOTHING: &str = "No updates are to be performed.";

/// What a proposal would make of a stack, and the id of that stack.
///
/// # Errors
///
/// If AWS refuses it, or there is nothing to do. A stack that would have been made is not there then.
pub fn direct(world: &mut World, region: &str, proposal: Proposal) -> Result<(String, ChangeSet), ApiError> {
    let kind = proposal.kind;
    let (id, stack_id) = create(world, region, proposal)?;
    compute(world, region, &id);
    let stacks = &mut world.region(region).stacks;
    let stack = &mut stacks[&stack_id];
    let place = stack.change_sets.iter().position(|set| set.id == id).expect("it was just made");
    let set = stack.change_sets.remove(place);
    if kind == Kind::Create {
        stack.events.clear();
    }
    // Source: *Validate stack deployments* in the CloudFormation User Guide: early validation is a part of change sets.
    if set.status != "CREATE_COMPLETE" && set.validations.is_empty() {
        if kind == Kind::Create {
            stacks.shift_remove(&stack_id);
        }
        let reason = set.reason.unwrap_or_default();
        let empty = reason.starts_with("The submitted information didn't contain changes");
        return Err(ApiError::validation(if empty { NOTHING.to_owned() } else { reason }));
    }
    Ok((stack_id, set))
}
