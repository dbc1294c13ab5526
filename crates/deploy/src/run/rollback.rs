//! Rolling a stack back, and going on with a rollback that failed.

use super::outcome::StackOutcome;
use super::{Turn, ending};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::follow::{self, Forecast, Operation, follow};
use crate::plan::{StackPlan, Verb};
use crate::progress::ResourceEvent;
use crate::record::Phase;
use crate::stack::{self, Move, StackNow, Wish, next_move};

/// Rolls back.
pub(super) async fn rollback(turn: &Turn, name: &str, skip: &[String]) -> Result<StackOutcome, Failure> {
    let Some(now) = stack::describe(&turn.connection, name).await? else {
        return Err(Failure::new(Kind::NoStack, format!("there is no stack `{name}`")));
    };
    let next = next_move(Some(&now.status), Wish::RollBack);
    if !skip.is_empty() {
        check_skip(&turn.connection, &now, next, skip).await?;
    }
    let plan = StackPlan {
        stack: now.name.clone(),
        stack_id: Some(now.id.clone()),
        verb: Verb::Update,
        seen: now.seen(),
        ..StackPlan::default()
    };
    let token = turn.token("rollback");
    match next {
        Move::RollBackFirst => {
            turn.note(Phase::RollingBack, &token, &plan)?;
            let send = || {
                let call = turn.connection.cloudformation.rollback_stack().stack_name(&now.id);
                call.client_request_token(&token).retain_except_on_create(true).send()
            };
            started(turn, &plan, turn.connection.call("RollbackStack", Retry::Safe, send).await)?;
        }
        Move::ContinueRollback => {
            turn.note(Phase::RollingBack, &token, &plan)?;
            let send = || {
                let call = turn.connection.cloudformation.continue_update_rollback().stack_name(&now.id);
                let skip = (!skip.is_empty()).then(|| skip.to_vec());
                call.client_request_token(&token).set_resources_to_skip(skip).send()
            };
            started(turn, &plan, turn.connection.call("ContinueUpdateRollback", Retry::Safe, send).await)?;
        }
        Move::Wait | Move::WaitForCleanUp => {
            return Err(Failure::new(
                Kind::Busy,
                format!("`{name}` is in {}; watch it with `stackgen watch`", now.status),
            ));
        }
        _ => {
            let message = format!("`{name}` is in {}, from which there is nothing to roll back", now.status);
            return Err(Failure::new(Kind::WrongStatus, message));
        }
    }
    resume(turn, &plan, &token).await
}

fn started<T>(turn: &Turn, plan: &StackPlan, answer: Result<T, Failure>) -> Result<(), Failure> {
    match answer {
        Err(failure) if failure.kind == Kind::AlreadyStarted => Ok(()),
        Err(failure) if !failure.is_final() => Err(failure),
        Err(failure) => {
            turn.records.clear(&plan.stack)?;
            Err(failure.while_doing(format_args!("cannot roll `{}` back", plan.stack)))
        }
        Ok(_) => Ok(()),
    }
}

/// Follows a rollback that was started.
pub(super) async fn resume(turn: &Turn, plan: &StackPlan, token: &str) -> Result<StackOutcome, Failure> {
    let operation = Operation {
        stack: plan.stack.clone(),
        stack_id: plan.stack_id.clone().unwrap_or_default(),
        token: Some(token.to_owned()),
        seen: plan.seen.clone(),
        change_set: None,
        forecast: Forecast::about(60),
    };
    let followed = follow(&turn.connection, &operation, &|progress| turn.say(progress)).await?;
    let outcome = ending::of_other(&plan.stack, plan.verb, &followed, is_back);
    turn.ends(&outcome);
    turn.records.clear(&plan.stack)?;
    Ok(outcome)
}

fn is_back(status: &str) -> bool {
    matches!(status, "ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "DELETE_COMPLETE")
}

/// What failed in the last rollback of a stack, by logical id.
pub(super) fn failed(events: &[ResourceEvent], stack: &str) -> Vec<String> {
    let turned = |event: &ResourceEvent| event.id == stack && event.status == "UPDATE_ROLLBACK_IN_PROGRESS";
    let since = events.iter().rposition(turned).unwrap_or_default();
    let is_failure = |event: &&ResourceEvent| {
        event.status.ends_with("_FAILED") && event.id != stack && event.path.is_empty() && !follow::is_cancelled(event)
    };
    let mut failed: Vec<String> = Vec::new();
    for event in events[since..].iter().filter(is_failure) {
        if !failed.contains(&event.id) {
            failed.push(event.id.clone());
        }
    }
    failed
}

/// Only what failed in the rollback may be skipped (`ContinueUpdateRollback` in the API reference): it is marked as done and
/// left as it is. What is in nested stacks, `Child.Queue`, CloudFormation checks itself.
async fn check_skip(connection: &Connection, now: &StackNow, next: Move, skip: &[String]) -> Result<(), Failure> {
    if next != Move::ContinueRollback {
        let message =
            format!("`{}` is in {}; resources are skipped only in a rollback that failed", now.name, now.status);
        return Err(Failure::new(Kind::Refused, message));
    }
    // What failed in the update before it looks the same in the list of resources, and must not be skipped.
    let events = follow::history(connection, &now.id).await?;
    let failed = failed(&events, &now.name);
    match skip.iter().find(|id| !id.contains('.') && !failed.contains(id)) {
        None => Ok(()),
        Some(id) => {
            let message = format!("`{id}` did not fail in the rollback; what did: `{}`", failed.join("`, `"));
            Err(Failure::new(Kind::Refused, message))
        }
    }
}
