//! The beginning of every operation: whether it may begin, and its first phase; and what gives one up.
use super::run::Run;
use super::{Operation, Phase, Verb, exports};
use crate::cloudformation::stack::{Asked, Stack, Status};
use crate::wire::ApiError;
use crate::world::World;

mod admission;
mod beginning;
mod cancel;
mod order;

pub use admission::admissible;
pub(crate) use admission::check_token;
pub use cancel::cancel_update;
pub use order::Order;

/// Starts an operation on a stack.
///
/// # Errors
///
/// If the stack is in a status in which it cannot be done, or the token was used before.
pub fn start(world: &mut World, region: &str, stack_id: &str, order: Order) -> Result<(), ApiError> {
    admissible(world, region, stack_id, &order)?;
    let status = stack(world, region, stack_id)?.status;
    if matches!(order.verb, Verb::Delete { .. }) && matches!(status, Status::DeleteInProgress | Status::DeleteComplete)
    {
        return Ok(());
    }
    let id = world.uuid();
    let kind = operation_type(&order.verb);
    let op = beginning::operation(world, region, stack_id, order, id);
    take_over(world, region, stack_id, op, kind);
    Ok(())
}

fn stack<'w>(world: &'w mut World, region: &str, stack_id: &str) -> Result<&'w mut Stack, ApiError> {
    let missing = || ApiError::validation(format!("Stack [{stack_id}] does not exist"));
    world.region(region).stacks.get_mut(stack_id).ok_or_else(missing)
}

/// The first event and the first phase.
fn take_over(world: &mut World, region: &str, stack_id: &str, op: Operation, kind: &str) {
    cancel::give_up_create(world, region, stack_id, &op);
    let mut run = Run { world, region, stack_id, op, design: None, ended: false };
    let id = run.op.id.clone();
    let asked = Asked {
        capabilities: run.op.target.capabilities.clone(),
        disable_rollback: run.op.disable_rollback,
        skip: run.op.skip.clone(),
    };
    let stack = run.stack();
    stack.remember_operation(id, kind);
    stack.operation = None;
    stack.asked = asked;
    if kind.ends_with("ROLLBACK") {
        begin_rollback(&mut run);
    } else if run.is_delete() {
        begin_delete(&mut run);
    } else {
        begin_forward(&mut run);
    }
    run.leave();
}

fn user_initiated() -> Option<String> {
    Some("User Initiated".to_owned())
}

fn begin_rollback(run: &mut Run<'_>) {
    if run.op.from_nothing {
        run.enter(Status::RollbackInProgress, user_initiated());
        run.plan_back_to_nothing();
    } else {
        run.enter(Status::UpdateRollbackInProgress, user_initiated());
        run.plan_back();
    }
}

fn begin_delete(run: &mut Run<'_>) {
    run.enter(Status::DeleteInProgress, user_initiated());
    match exports::check_delete(run.world, run.region, run.stack_id) {
        Ok(()) => run.plan_delete(),
        Err(reason) => {
            run.op.failure = Some(reason);
            run.begin_phase(Phase::CleanUp, Vec::new());
        }
    }
}

fn begin_forward(run: &mut Run<'_>) {
    let now = run.world.now();
    let (target, disable_rollback) = (run.op.target.clone(), run.op.disable_rollback);
    let verb = run.op.verb.clone();
    let stack = run.stack();
    let status = match verb {
        Verb::Create => {
            stack.created = now;
            stack.disable_rollback = disable_rollback;
            stack.source = target;
            Status::CreateInProgress
        }
        Verb::Import => Status::ImportInProgress,
        _ => Status::UpdateInProgress,
    };
    if verb != Verb::Create {
        stack.updated = Some(now);
    }
    run.enter(status, user_initiated());
    run.plan_forward();
}

/// Source: *OperationType* of `OperationEntry` in the API reference.
fn operation_type(verb: &Verb) -> &'static str {
    match verb {
        Verb::Create => "CREATE_STACK",
        Verb::Update | Verb::Import => "UPDATE_STACK",
        Verb::Delete { .. } => "DELETE_STACK",
        Verb::Rollback { continued: true, .. } => "CONTINUE_ROLLBACK",
        Verb::Rollback { continued: false, .. } => "ROLLBACK",
    }
}
