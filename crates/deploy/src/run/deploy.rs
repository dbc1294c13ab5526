//! One stack's turn in a deploy.
use std::collections::BTreeMap;

use tokio::sync::mpsc::unbounded_channel;

use super::outcome::{Ending, StackOutcome};
use super::{Turn, ending};
use crate::aws::Retry;
use crate::change_set::{self, token};
use crate::failure::{Failure, Kind};
use crate::follow::{self, Forecast, Operation, follow};
use crate::handover;
use crate::host::{Host, beside, record};
use crate::lease;
use crate::plan::{Question, StackPlan, Verb, propose, seconds_of};
use crate::progress::Progress;
use crate::record::Phase;
use crate::stack::{self, StackNow};

/// Deploys one stack.
pub(super) async fn deploy(turn: &Turn, plan: StackPlan) -> StackOutcome {
    let (stack, verb) = (plan.stack.clone(), plan.verb);
    if plan.handover.as_ref().is_some_and(|handover| handover.chosen.is_some()) {
        // It is much the larger of the two.
        return Box::pin(handover::hand_over(turn, plan)).await;
    }
    match steps(turn, plan).await {
        Ok(outcome) => outcome,
        Err(failure) => {
            turn.give_up(&stack, &failure);
            ending::of_failure(&stack, verb, &failure)
        }
    }
}

async fn steps(turn: &Turn, mut plan: StackPlan) -> Result<StackOutcome, Failure> {
    if plan.verb == Verb::Nothing {
        return Ok(StackOutcome::short(&plan.stack, plan.verb, Ending::Nothing));
    }
    // Another deploy between the two updates of a handover would attach a volume to a host that is stopped.
    if plan.verb != Verb::Create && plan.hosts.iter().any(Host::has_volumes) {
        lease::refuse_if_held(&turn.connection, &plan.stack).await?;
    }
    if plan.verb == Verb::Recreate {
        clear(turn, &plan).await?;
        plan.verb = Verb::Create;
        plan.stack_id = None;
    }
    if plan.change_set.is_none() && !plan.request.template.is_empty() {
        plan = propose_now(turn, plan).await?;
        if plan.verb == Verb::Nothing {
            turn.records.clear(&plan.stack)?;
            return Ok(StackOutcome::short(&plan.stack, plan.verb, Ending::Nothing));
        }
    }
    if plan.change_set.is_none() {
        return settings_only(turn, &plan).await;
    }
    execute(turn, &plan).await
}

/// Deletes what a failed creation left.
async fn clear(turn: &Turn, plan: &StackPlan) -> Result<(), Failure> {
    let Some(stack_id) = &plan.stack_id else { return Ok(()) };
    turn.step(&plan.stack, "deleting what the failed creation left");
    let token = turn.token("clear");
    turn.note(Phase::Clearing, &token, plan)?;
    let send =
        || turn.connection.cloudformation.delete_stack().stack_name(stack_id).client_request_token(&token).send();
    turn.connection.call("DeleteStack", Retry::Safe, send).await?;
    let operation = Operation {
        stack: plan.stack.clone(),
        stack_id: stack_id.clone(),
        token: Some(token.clone()),
        seen: plan.seen.clone(),
        change_set: None,
        forecast: Forecast::default(),
    };
    let followed = follow(&turn.connection, &operation, &|progress| turn.say(progress)).await?;
    match followed.now.filter(|now| now.status.word() != "DELETE_COMPLETE") {
        None => Ok(()),
        Some(now) => {
            let message = format!("what is left of `{}` cannot be deleted: it is in {}", plan.stack, now.status);
            Err(Failure::new(Kind::Operation, message))
        }
    }
}

/// Makes the change set of a stack whose turn has come, now that what it waited for is there.
async fn propose_now(turn: &Turn, plan: StackPlan) -> Result<StackPlan, Failure> {
    turn.step(&plan.stack, "making the change set");
    let mut request = plan.request;
    for input in &request.inputs {
        if request.parameters.contains_key(&input.parameter) {
            continue;
        }
        let Some(value) = output(turn, &input.stack, &input.output).await? else {
            let message = format!("the stack `{}` has no output `{}`", input.stack, input.output);
            return Err(Failure::new(Kind::Refused, message));
        };
        request.parameters.insert(input.parameter.clone(), value);
    }
    let now = if plan.verb == Verb::Create { None } else { stack::describe(&turn.connection, &plan.stack).await? };
    let question = Question { stack: &plan.stack, verb: plan.verb, request, now, waits_for: Vec::new(), keep: true };
    let plan = propose(&turn.connection, &turn.records, question).await?;
    turn.say(Progress::Planned { plan: Box::new(plan.clone()) });
    let missing = turn.approvals.missing(&plan.stack, &plan.dangers);
    if missing.is_empty() {
        return Ok(plan);
    }
    let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
    if let Some(id) = &plan.change_set {
        change_set::forget(&turn.connection, id).await?;
    }
    turn.records.clear(&plan.stack)?;
    let message = format!("its change set shows what nobody approved: {}; plan again", names.join(", "));
    Err(Failure::new(Kind::Refused, message))
}

/// An output of a stack: of one that was deployed before in this run, or of one that is there.
async fn output(turn: &Turn, stack: &str, output: &str) -> Result<Option<String>, Failure> {
    if let Some(value) = turn.outputs.get(stack).and_then(|outputs| outputs.get(output)) {
        return Ok(Some(value.clone()));
    }
    let now = stack::describe(&turn.connection, stack).await?;
    Ok(now.and_then(|now| now.outputs.get(output).cloned()))
}

/// Carries the change set out and follows it.
pub(super) async fn execute(turn: &Turn, plan: &StackPlan) -> Result<StackOutcome, Failure> {
    let id = plan.change_set.clone().unwrap_or_default();
    let token = token(&id, "execute");
    turn.note(Phase::Executing, &token, plan)?;
    if let Some(policy) = &plan.request.policy_meanwhile {
        turn.step(&plan.stack, "unlocking what the stack policy protects");
        set_policy(turn, plan, policy).await?;
    }
    turn.begins(plan);
    if let Err(failure) = start(turn, plan, &id, &token).await {
        // Only a refusal is certain; then what was unlocked is locked again and nothing is open.
        if failure.is_final() {
            lock_again(turn, plan).await?;
            turn.records.clear(&plan.stack)?;
        }
        return Err(failure);
    }
    finish(turn, plan, &token).await
}

/// Follows an execution that was started, and does what comes after it.
pub(super) async fn finish(turn: &Turn, plan: &StackPlan, token: &str) -> Result<StackOutcome, Failure> {
    let stack_id = plan.stack_id.clone().unwrap_or_else(|| plan.stack.clone());
    let operation = Operation {
        stack: plan.stack.clone(),
        stack_id,
        token: Some(token.to_owned()),
        seen: plan.seen.clone(),
        change_set: plan.change_set.clone(),
        forecast: Forecast::of(plan),
    };
    let (sender, seen) = unbounded_channel();
    let tell = move |progress| drop(sender.send(progress));
    let following = follow(&turn.connection, &operation, &tell);
    let followed = beside(&turn.connection, plan, seen, &|progress| turn.say(progress), following).await?;
    let mut outcome = ending::of_deploy(plan, &followed);
    if outcome.is_good() {
        record::settle(&turn.connection, plan).await?;
    }
    turn.ends(&outcome);
    let settled = if outcome.is_good() { settle(turn, plan, token).await } else { lock_again(turn, plan).await };
    match settled {
        Ok(()) => turn.records.clear(&plan.stack)?,
        Err(failure) => {
            let message = format!("it is deployed, but its protection is not as it was wanted: {failure}");
            outcome.ending = Ending::Failed(message);
        }
    }
    Ok(outcome)
}

async fn start(turn: &Turn, plan: &StackPlan, id: &str, token: &str) -> Result<(), Failure> {
    let keep = plan.request.disable_rollback;
    // The API model gives two defaults for `DisableRollback`, so it is always said. What is new in a failed operation goes
    // with it, whatever its deletion policy; nobody has put data into it.
    let send = || {
        let call = turn.connection.cloudformation.execute_change_set().change_set_name(id);
        let call = call.client_request_token(token).disable_rollback(keep);
        call.set_retain_except_on_create((!keep).then_some(true)).send()
    };
    let failure = match turn.connection.call("ExecuteChangeSet", Retry::Safe, send).await {
        Ok(_) => return Ok(()),
        Err(failure) => failure,
    };
    match failure.kind {
        Kind::AlreadyStarted => Ok(()),
        Kind::WrongStatus | Kind::Busy | Kind::NoChangeSet | Kind::NoStack | Kind::Template | Kind::Other => {
            let was_taken = was_taken(turn, plan, id, token).await?;
            if was_taken { Ok(()) } else { Err(moved(turn, plan, &failure).await) }
        }
        _ => Err(failure),
    }
}

/// Whether an execution was begun by a call of ours whose answer was lost.
pub(crate) async fn was_taken(turn: &Turn, plan: &StackPlan, id: &str, token: &str) -> Result<bool, Failure> {
    let Some(stack_id) = &plan.stack_id else { return Ok(false) };
    match follow::was_begun(&turn.connection, stack_id, token).await {
        Ok(true) => Ok(true),
        // Without events, the change set of this very stack tells.
        Ok(false) | Err(_) => {
            let execution = change_set::execution(&turn.connection, id).await?;
            Ok(matches!(execution.as_deref(), Some("EXECUTE_IN_PROGRESS")))
        }
    }
}

/// Why a plan can no longer be carried out.
async fn moved(turn: &Turn, plan: &StackPlan, failure: &Failure) -> Failure {
    let now = stack::describe(&turn.connection, plan.stack_id.as_ref().unwrap_or(&plan.stack)).await.ok().flatten();
    let seen = now.as_ref().map(StackNow::seen).unwrap_or_default();
    let mut told: Vec<String> = Vec::new();
    for (name, before) in &plan.seen {
        let after = seen.get(name).map_or("nothing", String::as_str);
        if after != before {
            told.push(format!("its {name} was {before} and is {after}"));
        }
    }
    let moves = if told.is_empty() { failure.message.clone() } else { told.join(", ") };
    Failure::new(
        Kind::Refused,
        format!("the plan of `{}` no longer fits, and nothing was done: {moves}; plan again", plan.stack),
    )
}

/// Only what stands beside the template changes.
async fn settings_only(turn: &Turn, plan: &StackPlan) -> Result<StackOutcome, Failure> {
    turn.begins(plan);
    let token = turn.token("settle");
    settle(turn, plan, &token).await?;
    turn.records.clear(&plan.stack)?;
    let mut outcome = StackOutcome::short(&plan.stack, plan.verb, Ending::Done);
    outcome.stack_id.clone_from(&plan.stack_id);
    turn.ends(&outcome);
    Ok(outcome)
}

/// Sets what no change set carries: stack policy and protection.
pub(crate) async fn settle(turn: &Turn, plan: &StackPlan, token: &str) -> Result<(), Failure> {
    let Some(stack_id) = &plan.stack_id else { return Ok(()) };
    if plan.request.policy.is_none() && plan.request.protection.is_none() {
        return Ok(());
    }
    turn.note(Phase::Settling, token, plan)?;
    if let Some(policy) = &plan.request.policy {
        turn.step(&plan.stack, "setting the stack policy");
        set_policy(turn, plan, policy).await?;
    }
    if let Some(protection) = plan.request.protection {
        turn.step(&plan.stack, "setting the termination protection");
        let send = || {
            let call = turn.connection.cloudformation.update_termination_protection().stack_name(stack_id);
            call.enable_termination_protection(protection).send()
        };
        turn.connection.call("UpdateTerminationProtection", Retry::Safe, send).await?;
    }
    Ok(())
}

/// Locks again what was unlocked for a change that failed.
pub(crate) async fn lock_again(turn: &Turn, plan: &StackPlan) -> Result<(), Failure> {
    match (&plan.request.policy_meanwhile, &plan.request.policy) {
        (Some(_), Some(policy)) => set_policy(turn, plan, policy).await,
        _ => Ok(()),
    }
}

pub(crate) async fn set_policy(turn: &Turn, plan: &StackPlan, policy: &str) -> Result<(), Failure> {
    let Some(stack_id) = &plan.stack_id else { return Ok(()) };
    let send = || {
        let call = turn.connection.cloudformation.set_stack_policy().stack_name(stack_id);
        call.stack_policy_body(policy).send()
    };
    turn.connection.call("SetStackPolicy", Retry::Safe, send).await.map(drop)
}

/// The resources that are going to change, with about how long each takes.
pub(super) fn expected(plan: &StackPlan) -> Vec<(String, String, u64)> {
    let one = |change: &crate::plan::Change| (change.id.clone(), change.type_name.clone(), seconds_of(change));
    plan.changes.iter().map(one).collect()
}

/// Outputs by stack.
pub(super) type Outputs = BTreeMap<String, BTreeMap<String, String>>;
