//! Deleting change sets that nobody wants.
use std::time::Duration;

use super::read::list;
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;
use crate::stack;

/// Deletes a change set, by ARN, and waits until it is gone; with it the stack, if it was never more than a change set.
///
/// # Errors
///
/// If CloudFormation refuses.
pub async fn delete(connection: &Connection, id: &str) -> Result<(), Failure> {
    let stack_id = stack_of(connection, id).await?;
    forget(connection, id).await?;
    gone(connection, id).await?;
    match stack_id {
        Some(stack_id) => delete_if_unused(connection, &stack_id).await,
        None => Ok(()),
    }
}

async fn stack_of(connection: &Connection, id: &str) -> Result<Option<String>, Failure> {
    let send = || connection.cloudformation.describe_change_set().change_set_name(id).send();
    match connection.call("DescribeChangeSet", Retry::Safe, send).await {
        Ok(answer) => Ok(answer.stack_id),
        Err(failure) if matches!(failure.kind, Kind::NoChangeSet | Kind::NoStack) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Asks for the deletion of a change set and does not wait: no name is used twice.
pub(crate) async fn forget(connection: &Connection, id: &str) -> Result<(), Failure> {
    forget_of(connection, "", id).await
}

/// The same for a change set whose ARN may not be known.
pub(crate) async fn forget_of(connection: &Connection, stack: &str, id: &str) -> Result<(), Failure> {
    let stack = (!id.starts_with("arn:")).then(|| stack.to_owned());
    let send = || {
        let call = connection.cloudformation.delete_change_set().change_set_name(id);
        call.set_stack_name(stack.clone()).send()
    };
    match connection.call("DeleteChangeSet", Retry::Safe, send).await {
        // One that is being carried out, or was, cannot be deleted and need not be.
        Err(failure) if !matches!(failure.kind, Kind::NoChangeSet | Kind::NoStack | Kind::WrongStatus) => Err(failure),
        _ => Ok(()),
    }
}

/// Waits until a change set is gone. Nested ones take their time.
async fn gone(connection: &Connection, id: &str) -> Result<(), Failure> {
    let pace = Pace::short(connection, Duration::ZERO);
    loop {
        let send = || connection.cloudformation.describe_change_set().change_set_name(id).send();
        match connection.call("DescribeChangeSet", Retry::Safe, send).await {
            Err(failure) if matches!(failure.kind, Kind::NoChangeSet | Kind::NoStack) => return Ok(()),
            Err(failure) => return Err(failure),
            Ok(answer) => match answer.status.as_ref().map(|status| status.as_str()) {
                Some("DELETE_COMPLETE") => return Ok(()),
                Some("DELETE_FAILED") => {
                    let reason = answer.status_reason.unwrap_or_default();
                    return Err(Failure::new(
                        Kind::Other,
                        format!("the change set `{id}` cannot be deleted: {reason}"),
                    ));
                }
                _ => pace.wait().await,
            },
        }
    }
}

/// Deletes a stack that is nothing but change sets, once it has none.
///
/// # Errors
///
/// If CloudFormation refuses.
pub async fn delete_if_unused(connection: &Connection, stack_id: &str) -> Result<(), Failure> {
    let is_review =
        stack::describe(connection, stack_id).await?.is_some_and(|now| now.status.word() == "REVIEW_IN_PROGRESS");
    if !is_review || !list(connection, stack_id).await?.is_empty() {
        return Ok(());
    }
    let send = || connection.cloudformation.delete_stack().stack_name(stack_id).send();
    connection.call("DeleteStack", Retry::Safe, send).await.map(drop)
}

/// Deletes the change sets of a stack that stackgen made and that can no longer be carried out.
///
/// # Errors
///
/// If CloudFormation refuses.
pub async fn sweep(connection: &Connection, stack: &str) -> Result<usize, Failure> {
    let mut swept = 0;
    for entry in list(connection, stack).await? {
        let is_dead = entry.status == "FAILED" || entry.execution == "OBSOLETE";
        if entry.is_ours && is_dead {
            forget(connection, &entry.id).await?;
            swept += 1;
        }
    }
    Ok(swept)
}
