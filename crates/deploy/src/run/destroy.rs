//! One stack's turn in a destruction.

use super::outcome::{Ending, StackOutcome};
use super::{Turn, ending};
use crate::aws::Retry;
use crate::failure::{Failure, Kind};
use crate::follow::{Forecast, Operation, follow};
use crate::host::{Host, record};
use crate::lease;
use crate::machines;
use crate::plan::{StackPlan, Verb};
use crate::record::Phase;

/// Deletes one stack.
pub(super) async fn destroy(turn: &Turn, plan: StackPlan) -> StackOutcome {
    let token = turn.token("delete");
    match steps(turn, &plan, &token).await {
        Ok(outcome) => outcome,
        Err(failure) => {
            turn.give_up(&plan.stack, &failure);
            ending::of_failure(&plan.stack, plan.verb, &failure)
        }
    }
}

/// Deletes a stack, by its ARN, so that one of the same name that is made meanwhile is safe.
pub(super) async fn steps(turn: &Turn, plan: &StackPlan, token: &str) -> Result<StackOutcome, Failure> {
    let Some(stack_id) = plan.stack_id.clone().filter(|_| plan.verb == Verb::Destroy) else {
        // Who deleted it may have been killed before it could be forgotten.
        turn.records.clear(&plan.stack)?;
        return Ok(StackOutcome::short(&plan.stack, plan.verb, Ending::Nothing));
    };
    if plan.hosts.iter().any(Host::has_volumes) {
        lease::refuse_if_held(&turn.connection, &plan.stack).await?;
    }
    turn.note(Phase::Deleting, token, plan)?;
    turn.begins(plan);
    if let Err(failure) = free_disks(turn, plan).await {
        if failure.is_final() {
            turn.records.clear(&plan.stack)?;
        }
        return Err(failure);
    }
    let retain = (!plan.request.retain.is_empty()).then(|| plan.request.retain.clone());
    let send = || {
        let call = turn.connection.cloudformation.delete_stack().stack_name(&stack_id).client_request_token(token);
        call.set_retain_resources(retain.clone()).send()
    };
    let answer = turn.connection.call("DeleteStack", Retry::Safe, send).await;
    // By a process that is gone: then there is only the rest to follow.
    if let Err(failure) = answer.map(drop).or_else(unless_started) {
        if failure.is_final() {
            turn.records.clear(&plan.stack)?;
        }
        return Err(failure.while_doing(format_args!("cannot delete `{}`", plan.stack)));
    }
    let operation = Operation {
        stack: plan.stack.clone(),
        stack_id,
        token: Some(token.to_owned()),
        seen: plan.seen.clone(),
        change_set: None,
        forecast: Forecast::of(plan),
    };
    let followed = follow(&turn.connection, &operation, &|progress| turn.say(progress)).await?;
    let outcome = ending::of_destroy(plan, &followed);
    if outcome.is_good() {
        let kept: Vec<String> = outcome.retained.iter().map(|kept| kept.physical_id.clone()).collect();
        for told in record::retire(&turn.connection, plan, &kept).await? {
            turn.step(&plan.stack, &told);
        }
    }
    turn.ends(&outcome);
    turn.records.clear(&plan.stack)?;
    Ok(outcome)
}

/// Stops the machines that go, so that their disks can be detached.
async fn free_disks(turn: &Turn, plan: &StackPlan) -> Result<(), Failure> {
    let machines = machines::to_stop(plan);
    if machines.is_empty() {
        return Ok(());
    }
    let hint = |failure: Failure| {
        let command = format!("aws ec2 stop-instances --region {} --instance-ids", turn.connection.region);
        failure.while_doing(format_args!(
            "`{}` has disks on machines that have to stop first; `{command} {}` and destroy again",
            plan.stack,
            machines.join(" ")
        ))
    };
    let running = machines::running(&turn.connection, &machines).await.map_err(hint)?;
    if running.is_empty() {
        return Ok(());
    }
    turn.step(&plan.stack, &format!("stopping {}, so that its disks can be detached", running.join(" and ")));
    machines::stop(&turn.connection, &running).await.map_err(hint)
}

fn unless_started(failure: Failure) -> Result<(), Failure> {
    if failure.kind == Kind::AlreadyStarted { Ok(()) } else { Err(failure) }
}
