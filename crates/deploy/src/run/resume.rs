//! Going on with what another process began and did not end.
use super::outcome::{Ending, StackOutcome};
use super::{Turn, deploy, destroy, ending, rollback};
use crate::change_set;
use crate::failure::Failure;
use crate::handover;
use crate::plan::Verb;
use crate::record::{Phase, Record};

/// Goes on with one operation. What was approved then is approved.
pub(super) async fn resume(turn: &Turn, record: Record) -> StackOutcome {
    let (stack, verb) = (record.plan.stack.clone(), record.plan.verb);
    match steps(turn, record).await {
        Ok(outcome) => outcome,
        Err(failure) => ending::of_failure(&stack, verb, &failure),
    }
}

async fn steps(turn: &Turn, record: Record) -> Result<StackOutcome, Failure> {
    let Record { phase, token, plan, .. } = record;
    match phase {
        Phase::Proposed => {
            turn.step(&plan.stack, "deleting a change set that was not carried out");
            if let Some(id) = &plan.change_set {
                change_set::forget_of(&turn.connection, &plan.stack, id).await?;
            }
            turn.records.clear(&plan.stack)?;
            Ok(StackOutcome::short(&plan.stack, plan.verb, Ending::Nothing))
        }
        Phase::HandingOver => Ok(Box::pin(handover::resume(turn, plan)).await),
        Phase::Waiting if plan.verb == Verb::Destroy => Ok(destroy::destroy(turn, plan).await),
        Phase::Waiting | Phase::Clearing => Ok(deploy::deploy(turn, plan).await),
        Phase::Executing => {
            let id = plan.change_set.clone().unwrap_or_default();
            // Only what is certainly not begun is begun; the token makes the call harmless if it was begun just now.
            match change_set::execution(&turn.connection, &id).await?.as_deref() {
                Some("AVAILABLE") if !deploy::was_taken(turn, &plan, &id, &token).await? => {
                    deploy::execute(turn, &plan).await
                }
                _ => {
                    turn.begins(&plan);
                    deploy::finish(turn, &plan, &token).await
                }
            }
        }
        Phase::Deleting => destroy::steps(turn, &plan, &token).await,
        Phase::RollingBack => rollback::resume(turn, &plan, &token).await,
        Phase::Settling => {
            deploy::settle(turn, &plan, &token).await?;
            turn.records.clear(&plan.stack)?;
            let mut outcome = StackOutcome::short(&plan.stack, plan.verb, Ending::Done);
            outcome.stack_id = plan.stack_id;
            Ok(outcome)
        }
    }
}
