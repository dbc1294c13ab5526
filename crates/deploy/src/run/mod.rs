//! Carrying plans out, and going on with what another process began.
//!
//! Nothing is locked but by a handover, whose lease others respect. CloudFormation lets one operation at a time into a stack, and when a change set is carried out all others
//! of the stack become obsolete, so of two people who plan at the same time one is refused and told what moved. No step
//! here spans two operations on one stack but the deletion before a new creation, and there the second is a change set as well.
pub(crate) mod deploy;
mod destroy;
pub(crate) mod ending;
mod outcome;
mod resume;
mod rollback;
mod turn;
mod waves;

use std::future::Future;
use std::sync::Mutex;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::aws::{Connection, Retry};
use crate::change_set;
use crate::failure::{Failure, Kind};
use crate::follow::{Forecast, Operation, follow};
use crate::plan::{Approvals, PLAN_VERSION, Plan, StackPlan, Verb};
use crate::progress::Progress;
use crate::record::{Phase, RECORD_VERSION, Record, Records};
use crate::stack;
use crate::stack::status::Sentiment;

use deploy::Outputs;
pub use outcome::{Ending, Kept, Outcome, Span, StackOutcome};
pub(crate) use turn::Turn;
use waves::Shared;

/// Carries a plan out. A stack that fails stops only those that depend on it.
///
/// # Errors
///
/// If nothing could be begun: a danger is not approved, or the plan is of another account or region. What happens to each
/// stack afterwards is told in the outcome.
pub async fn deploy(
    connection: &Connection,
    records: &Records,
    plan: &Plan,
    approvals: &Approvals,
    say: &dyn Fn(Progress),
) -> Result<Outcome, Failure> {
    check(connection, plan, approvals)?;
    let shared = shared(connection, records, approvals);
    line_up(connection, records, plan)?;
    let job = |turn: std::sync::Arc<Turn>, plan| async move { deploy::deploy(&turn, plan).await };
    Ok(waves::run(&shared, &plan.stacks, say, job).await)
}

/// Deletes stacks, those first on which no other depends. The plan is one of [`crate::plan::make_destroy`].
///
/// # Errors
///
/// As of [`deploy`].
pub async fn destroy(
    connection: &Connection,
    records: &Records,
    plan: &Plan,
    approvals: &Approvals,
    say: &dyn Fn(Progress),
) -> Result<Outcome, Failure> {
    check(connection, plan, approvals)?;
    let shared = shared(connection, records, approvals);
    line_up(connection, records, plan)?;
    let job = |turn: std::sync::Arc<Turn>, plan| async move { destroy::destroy(&turn, plan).await };
    Ok(waves::run(&shared, &plan.stacks, say, job).await)
}

/// Tells what happens to a stack until it settles. Needs nothing but the stack's name, so any machine can.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation does not say.
pub async fn watch(connection: &Connection, stack: &str, say: &dyn Fn(Progress)) -> Result<StackOutcome, Failure> {
    let Some(now) = stack::describe(connection, stack).await? else {
        return Err(Failure::new(Kind::NoStack, format!("there is no stack `{stack}`")));
    };
    if now.status.is_settled() {
        let mut outcome = StackOutcome::short(&now.name, Verb::Nothing, Ending::Nothing);
        (outcome.stack_id, outcome.outputs) = (Some(now.id), now.outputs);
        outcome.status = Some(now.status.word().to_owned());
        return Ok(outcome);
    }
    let verb = if now.status.word().starts_with("DELETE") { Verb::Destroy } else { Verb::Update };
    let operation = Operation {
        stack: now.name.clone(),
        stack_id: now.id.clone(),
        forecast: Forecast::about(30),
        ..Operation::default()
    };
    let (sender, news) = unbounded_channel();
    let tell = |progress| drop(sender.send(progress));
    let followed = heard(follow(connection, &operation, &tell), news, say).await?;
    let is_wanted = |word: &str| stack::Status::new(word).sentiment() == Sentiment::Good;
    let outcome = ending::of_other(&now.name, verb, &followed, is_wanted);
    say(turn::ends(&outcome));
    Ok(outcome)
}

/// Goes on with what was begun here and not ended, of some stacks or of all. Stacks of the same run whose turn had not come get
/// it now.
///
/// # Errors
///
/// If a record cannot be read, or CloudFormation does not say.
pub async fn resume(
    connection: &Connection,
    records: &Records,
    stacks: &[String],
    say: &dyn Fn(Progress),
) -> Result<Outcome, Failure> {
    let mut names = if stacks.is_empty() { records.stacks()? } else { stacks.to_vec() };
    let mut outcome = Outcome::default();
    let mut open: Vec<Record> = Vec::new();
    while let Some(name) = names.pop() {
        if open.iter().any(|record| record.plan.stack == name) {
            continue;
        }
        match records.read(&name)? {
            Some(record) if record.region == connection.region => {
                // What comes first and is open too cannot be left out.
                let before = record.plan.request.after.iter().chain(&record.plan.waits_for);
                names.extend(before.filter(|name| matches!(records.read(name), Ok(Some(_)))).cloned());
                open.push(record);
            }
            Some(_) => {}
            // Another machine began it, or nobody: then there is only something to watch.
            None => outcome.stacks.push(watch(connection, &name, say).await?),
        }
    }
    let dangers =
        |plan: &StackPlan| plan.dangers.iter().map(|danger| format!("{}/{danger}", plan.stack)).collect::<Vec<_>>();
    let approvals = Approvals::new(open.iter().flat_map(|record| dangers(&record.plan)));
    open.sort_by(|one, other| one.plan.stack.cmp(&other.plan.stack));
    let plans: Vec<StackPlan> = open.iter().map(|record| record.plan.clone()).collect();
    let open: Mutex<Vec<Record>> = Mutex::new(open);
    let job = |turn: std::sync::Arc<Turn>, plan: StackPlan| {
        let mut open = open.lock().expect("nobody panics with it");
        let place = open.iter().position(|record| record.plan.stack == plan.stack);
        let record = open.remove(place.expect("each plan came from a record"));
        async move { resume::resume(&turn, record).await }
    };
    outcome.stacks.extend(waves::run(&shared(connection, records, &approvals), &plans, say, job).await.stacks);
    Ok(outcome)
}

/// Rolls back a stack that failed and was kept, or goes on with a rollback that failed, without the resources in `skip`.
///
/// # Errors
///
/// If the stack's status does not allow it, or a resource is not one that may be skipped.
pub async fn rollback(
    connection: &Connection,
    records: &Records,
    stack: &str,
    skip: &[String],
    say: &dyn Fn(Progress),
) -> Result<StackOutcome, Failure> {
    let shared = shared(connection, records, &Approvals::default());
    let (sender, news) = unbounded_channel();
    let turn = Turn::new(&shared, Outputs::new(), sender);
    heard(rollback::rollback(&turn, stack, skip), news, say).await
}

/// Cancels a running update, which is then rolled back.
///
/// # Errors
///
/// If no update runs.
pub async fn cancel(connection: &Connection, stack: &str) -> Result<(), Failure> {
    let token = change_set::token(&change_set::name_of(&change_set::new_operation()), "cancel");
    let send = || connection.cloudformation.cancel_update_stack().stack_name(stack).client_request_token(&token).send();
    match connection.call("CancelUpdateStack", Retry::Safe, send).await {
        Err(failure) if failure.kind != Kind::AlreadyStarted => Err(failure),
        _ => Ok(()),
    }
}

/// Passes on what work tells, while it goes on and until the last word.
async fn heard<Done>(
    work: impl Future<Output = Done>,
    mut news: UnboundedReceiver<Progress>,
    say: &dyn Fn(Progress),
) -> Done {
    let mut work = Box::pin(work);
    let done = loop {
        tokio::select! {
            biased;
            Some(progress) = news.recv() => say(progress),
            done = &mut work => break done,
        }
    };
    while let Ok(progress) = news.try_recv() {
        say(progress);
    }
    done
}

/// Gives work on one stack a turn of its own.
pub(crate) async fn alone<Done>(
    connection: &Connection,
    records: &Records,
    approvals: &Approvals,
    say: &dyn Fn(Progress),
    work: impl AsyncFnOnce(&Turn) -> Done,
) -> Done {
    let shared = shared(connection, records, approvals);
    let (sender, news) = unbounded_channel();
    let turn = Turn::new(&shared, Outputs::new(), sender);
    heard(work(&turn), news, say).await
}

fn shared(connection: &Connection, records: &Records, approvals: &Approvals) -> Shared {
    Shared { connection: connection.clone(), records: records.clone(), approvals: approvals.clone() }
}

/// Notes the stacks whose turn is going to come, so that another process can go on with all of them.
fn line_up(connection: &Connection, records: &Records, plan: &Plan) -> Result<(), Failure> {
    for stack in plan.stacks.iter().filter(|stack| stack.verb != Verb::Nothing) {
        let (version, region, phase) = (RECORD_VERSION, connection.region.clone(), Phase::Waiting);
        records.write(&Record { version, region, phase, token: String::new(), plan: stack.clone() })?;
    }
    Ok(())
}

/// Refuses a plan that is not for here, or that nobody approved.
fn check(connection: &Connection, plan: &Plan, approvals: &Approvals) -> Result<(), Failure> {
    let refuse = |message: String| Err(Failure::new(Kind::Refused, message));
    if plan.version != PLAN_VERSION {
        return refuse(format!(
            "the plan has version {}, and this stackgen reads {PLAN_VERSION}; plan again",
            plan.version
        ));
    }
    if plan.region != connection.region {
        return refuse(format!("the plan is for {}, and this is {}", plan.region, connection.region));
    }
    let missing = |stack: &StackPlan| {
        let missing = approvals.missing(&stack.stack, &stack.dangers).into_iter();
        missing.map(|danger| format!("{}/{danger}", stack.stack)).collect::<Vec<_>>()
    };
    let missing: Vec<String> = plan.stacks.iter().flat_map(missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    refuse(format!("nobody approved {}; nothing was done", missing.join(", ")))
}
