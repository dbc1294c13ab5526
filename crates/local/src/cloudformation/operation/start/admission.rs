//! Whether a stack may begin what is asked of it.
use super::{Order, stack};
use crate::cloudformation::operation::{Verb, nested};
use crate::cloudformation::stack::{Stack, Status};
use crate::wire::ApiError;
use crate::world::World;

/// Whether an order may be started, before what it asks for is looked at.
///
/// # Errors
///
/// As [`start`](super::start).
pub fn admissible(world: &mut World, region: &str, stack_id: &str, order: &Order) -> Result<(), ApiError> {
    let stack = stack(world, region, stack_id)?;
    check_token(stack, order.token.as_deref())?;
    admit(stack, order)?;
    if let Verb::Rollback { continued: true, skip } = &order.verb {
        let stacks = &world.region(region).stacks;
        nested::admit_skip(stacks, &stacks[stack_id], skip, order.by_parent)?;
    }
    Ok(())
}

/// Refuses a token that was used before. Source: `TokenAlreadyExistsException` of `ExecuteChangeSet` in the API reference ("A
/// client request token already exists").
pub(crate) fn check_token(stack: &Stack, token: Option<&str>) -> Result<(), ApiError> {
    match token.filter(|token| stack.tokens.contains_key(*token)) {
        None => Ok(()),
        Some(token) => {
            let message = format!("A client request token already exists: {token}");
            Err(ApiError::new("TokenAlreadyExistsException", message))
        }
    }
}

/// Whether the status of the stack allows it. Source: the table of stack statuses in *Understand CloudFormation stack creation
/// events*; the sentences are quoted in serverless/serverless#5630, aws/aws-cli#6368 and code-dot-org/code-dot-org#68524.
fn admit(stack: &Stack, order: &Order) -> Result<(), ApiError> {
    let status = stack.status;
    let refuse = |done: &str| {
        Err(ApiError::validation(format!("Stack:{} is in {} state and can not be {done}.", stack.id, status.word())))
    };
    let settled = matches!(
        status,
        Status::CreateComplete
            | Status::UpdateComplete
            | Status::UpdateRollbackComplete
            | Status::ImportComplete
            | Status::ImportRollbackComplete
    );
    match &order.verb {
        Verb::Create if status == Status::ReviewInProgress => Ok(()),
        Verb::Create => refuse("created"),
        Verb::Import if settled || status == Status::ReviewInProgress => Ok(()),
        Verb::Update if settled => Ok(()),
        Verb::Update if matches!(status, Status::CreateFailed | Status::UpdateFailed) => admit_retry(stack, order),
        Verb::Update | Verb::Import => refuse("updated"),
        Verb::Delete { retain, force } => admit_delete(stack, retain, *force, order.by_parent),
        Verb::Rollback { continued: true, .. } if status == Status::UpdateRollbackFailed => Ok(()),
        Verb::Rollback { continued: true, .. } => Err(ApiError::validation(format!(
            "Stack:{} is in {} state and can not continue rollback.",
            stack.id,
            status.word()
        ))),
        Verb::Rollback { .. } if matches!(status, Status::CreateFailed | Status::UpdateFailed) => Ok(()),
        Verb::Rollback { .. } => refuse("rolled back"),
    }
}

fn admit_retry(stack: &Stack, order: &Order) -> Result<(), ApiError> {
    let word = stack.status.word();
    let nothing = stack.unfinished.as_ref().is_some_and(|op| op.on_failure.as_deref() == Some("DO_NOTHING"));
    if nothing {
        return Err(ApiError::validation(format!(
            "This stack cannot be updated from [{word}] state because it contains [on-failure: DO_NOTHING]. Please use \
             disable-rollback option instead during stack creation."
        )));
    }
    if order.disable_rollback {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "This stack is currently in a non-terminal [{word}] state. To update the stack from this state, please use the \
         disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API"
    )))
}

/// Source: `DeleteStack` in the API reference; sentences of it stand in ekristen/aws-nuke#821 and rebuy-de/aws-nuke#270.
fn admit_delete(stack: &Stack, retain: &[String], force: bool, by_parent: bool) -> Result<(), ApiError> {
    let refuse = |message: String| Err(ApiError::validation(message));
    // Source: *Protect CloudFormation stacks from being deleted*: an update of the stack above deletes it all the same.
    if stack.termination_protection && !by_parent {
        return refuse(format!("Stack [{}] cannot be deleted while TerminationProtection is enabled", stack.name));
    }
    let moving = stack.status.is_moving() && stack.status != Status::CreateInProgress;
    if moving && stack.status != Status::DeleteInProgress {
        return refuse(format!("Stack [{}] cannot be deleted while in status {}", stack.name, stack.status.word()));
    }
    if stack.status != Status::DeleteFailed && (force || !retain.is_empty()) {
        let what = if force { "DeletionMode FORCE_DELETE_STACK" } else { "RetainResources" };
        return refuse(format!("{what} can only be specified for stacks in the DELETE_FAILED state: [{}]", stack.name));
    }
    let gone = |id: &&String| stack.resources.get(*id).is_none_or(|it| it.status.word() == "DELETE_COMPLETE");
    if retain.iter().any(|id| gone(&id)) {
        return refuse(
            "The specified resources to retain must be in a valid state. Do not specify resources that are in the \
             DELETE_COMPLETE state."
                .to_owned(),
        );
    }
    Ok(())
}
