//! What an end means.
use super::outcome::{Ending, Kept, StackOutcome};
use super::rollback;
use crate::failure::{Failure, Kind};
use crate::follow::{self, Followed};
use crate::plan::{Consequence, Fate, StackPlan, Verb};
use crate::stack::status::Sentiment;

/// How a deploy ended.
pub(crate) fn of_deploy(plan: &StackPlan, followed: &Followed) -> StackOutcome {
    let mut outcome = told(&plan.stack, plan.verb, followed);
    let Some(now) = &followed.now else {
        outcome.ending = Ending::Failed("the stack is gone".to_owned());
        return outcome;
    };
    let is_good = now.status.sentiment() == Sentiment::Good && now.status.word() != "DELETE_COMPLETE";
    outcome.retained = kept(plan);
    if is_good {
        outcome.leftovers = follow::leftovers(&followed.events);
        outcome.ending = if outcome.leftovers.is_empty() { Ending::Done } else { Ending::DoneWithLeftovers };
    } else {
        outcome.cause = follow::root(&followed.events, &plan.request.resources);
        outcome.ending = Ending::Failed(failed(now.status.word(), now.reason.as_deref()));
    }
    outcome
}

/// How a deletion ended.
pub(super) fn of_destroy(plan: &StackPlan, followed: &Followed) -> StackOutcome {
    let mut outcome = told(&plan.stack, plan.verb, followed);
    outcome.outputs.clear();
    match followed.now.as_ref().filter(|now| now.status.word() != "DELETE_COMPLETE") {
        None => {
            outcome.status = Some("DELETE_COMPLETE".to_owned());
            outcome.retained = kept(plan);
            outcome.ending = Ending::Done;
        }
        Some(now) => {
            outcome.cause = follow::root(&followed.events, &plan.request.resources);
            outcome.leftovers = follow::leftovers(&followed.events);
            outcome.ending = Ending::Failed(failed(now.status.word(), now.reason.as_deref()));
        }
    }
    outcome
}

/// How something ended that was only watched, or rolled back.
pub(super) fn of_other(stack: &str, verb: Verb, followed: &Followed, is_wanted: impl Fn(&str) -> bool) -> StackOutcome {
    let mut outcome = told(stack, verb, followed);
    let word = followed.now.as_ref().map_or("DELETE_COMPLETE", |now| now.status.word());
    outcome.status = Some(word.to_owned());
    outcome.ending = if is_wanted(word) {
        Ending::Done
    } else {
        outcome.cause = follow::root(&followed.events, &[]);
        Ending::Failed(failed(word, followed.now.as_ref().and_then(|now| now.reason.as_deref())))
    };
    outcome
}

/// How a stack's turn ended that did not come to an end.
pub(crate) fn of_failure(stack: &str, verb: Verb, failure: &Failure) -> StackOutcome {
    let refused = matches!(failure.kind, Kind::Refused | Kind::Protected | Kind::ExportInUse | Kind::Busy);
    let message = failure.message.clone();
    StackOutcome::short(stack, verb, if refused { Ending::Refused(message) } else { Ending::Failed(message) })
}

fn told(stack: &str, verb: Verb, followed: &Followed) -> StackOutcome {
    let mut outcome = StackOutcome::short(stack, verb, Ending::Done);
    outcome.spans = follow::spans(&followed.events);
    if let Some(now) = &followed.now {
        outcome.stack_id = Some(now.id.clone());
        outcome.status = Some(now.status.word().to_owned());
        outcome.outputs.clone_from(&now.outputs);
        if now.status.word() == "UPDATE_ROLLBACK_FAILED" {
            outcome.stuck = rollback::failed(&followed.events, stack);
        }
    }
    outcome
}

fn failed(status: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) if !reason.is_empty() => format!("the stack is in {status}: {reason}"),
        _ => format!("the stack is in {status}"),
    }
}

/// What stays in AWS and belongs to no stack afterwards.
fn kept(plan: &StackPlan) -> Vec<Kept> {
    let is_named = |id: &String| plan.request.retain.contains(id);
    let stays = |change: &&crate::plan::Change| {
        let by_policy =
            matches!(change.consequence, Consequence::Removed(Fate::Kept) | Consequence::DataAtRisk(Fate::Kept));
        by_policy || is_named(&change.id)
    };
    let kept = |change: &crate::plan::Change| {
        let physical_id = change.physical_id.clone()?;
        Some(Kept { id: change.id.clone(), type_name: change.type_name.clone(), physical_id })
    };
    plan.changes.iter().filter(stays).filter_map(kept).collect()
}
