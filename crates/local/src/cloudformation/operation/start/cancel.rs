//! A create or an update that is given up.
use super::{check_token, stack};
use crate::cloudformation::operation::run::Run;
use crate::cloudformation::operation::{Operation, Verb, go_on};
use crate::cloudformation::stack::Status;
use crate::wire::ApiError;
use crate::world::{Due, World};

/// Cancels the update of a stack, which then returns to what it was.
///
/// # Errors
///
/// If the stack is not being updated. Source: `CancelUpdateStack` in the API reference.
pub fn cancel_update(world: &mut World, region: &str, stack_id: &str, token: Option<&str>) -> Result<(), ApiError> {
    let stack = stack(world, region, stack_id)?;
    check_token(stack, token)?;
    if stack.status != Status::UpdateInProgress || stack.operation.is_none() {
        return Err(ApiError::validation("CancelUpdateStack cannot be called from current stack status"));
    }
    if let (Some(token), Some(op)) = (token, &stack.operation) {
        stack.tokens.insert(token.to_owned(), op.id.clone());
    }
    let Some(mut run) = Run::take(world, region, stack_id) else { return Ok(()) };
    run.op.failure = Some("User Initiated".to_owned());
    run.op.disable_rollback = false;
    run.cancel();
    run.op.not_before = run.world.now();
    run.leave();
    let now = world.now();
    world.at(now, region, Due::Stack(stack_id.to_owned()));
    go_on(world, region, stack_id);
    Ok(())
}

/// A stack that is deleted while it is made stops being made.
pub(super) fn give_up_create(world: &mut World, region: &str, stack_id: &str, op: &Operation) {
    if !matches!(op.verb, Verb::Delete { .. }) {
        return;
    }
    if let Some(mut run) = Run::take(world, region, stack_id) {
        run.cancel();
    }
}
