//! The beginning of every operation: whether it may begin, and its first phase.
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::SignedDuration;
use serde_json::Value as Json;

use super::run::Run;
use super::{Operation, Phase, Verb, exports, nested};
use crate::cloudformation::stack::{Asked, Resource, Source, Stack, Status};
use crate::wire::ApiError;
use crate::world::{Due, World};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// What to do.
    pub verb: Verb,
    /// What the stack is going to be made from; nothing for a deletion or a rollback.
    pub target: Source,
    /// The token of the request.
    pub token: Option<String>,
    /// Whether a failure keeps what there is.
    pub disable_rollback: bool,
    /// Whether a rollback deletes what this operation made whatever its policy.
    pub retain_except_on_create: bool,
    /// What a failed create does: `ROLLBACK`, `DELETE` or `DO_NOTHING`.
    pub on_failure: Option<String>,
    /// The role; once given it stays.
    pub role_arn: Option<String>,
    /// Where events are sent; nothing leaves them as they are.
    pub notification_arns: Option<Vec<String>>,
    /// What is imported: physical ids by logical id.
    pub imports: BTreeMap<String, String>,
    /// Whether what was changed behind the stack's back is put right.
    pub revert_drift: bool,
    /// The change set that is executed.
    pub change_set: Option<String>,
    /// The stack policy that holds during this update only.
    pub policy: Option<Json>,
    /// How long a create may take.
    pub timeout_minutes: Option<i64>,
    /// Whether the stack above it asks.
    pub by_parent: bool,
}

impl Order {
    /// An order with nothing but what must be said.
    #[must_use]
    pub fn new(verb: Verb, target: Source) -> Order {
        Order {
            verb,
            target,
            token: None,
            disable_rollback: false,
            retain_except_on_create: false,
            on_failure: None,
            role_arn: None,
            notification_arns: None,
            imports: BTreeMap::new(),
            revert_drift: false,
            change_set: None,
            policy: None,
            timeout_minutes: None,
            by_parent: false,
        }
    }
}

/// Whether an order may be started, before what it asks for is looked at.
///
/// # Errors
///
/// As [`start`].
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
    let op = operation(world, region, stack_id, order, id);
    take_over(world, region, stack_id, op, kind);
    Ok(())
}

fn stack<'w>(world: &'w mut World, region: &str, stack_id: &str) -> Result<&'w mut Stack, ApiError> {
    let missing = || ApiError::validation(format!("Stack [{stack_id}] does not exist"));
    world.region(region).stacks.get_mut(stack_id).ok_or_else(missing)
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

fn operation(world: &mut World, region: &str, stack_id: &str, order: Order, id: String) -> Operation {
    let now = world.now();
    let stack = &mut world.region(region).stacks[stack_id];
    let unfinished = stack.unfinished.take();
    let mut op = match (&order.verb, unfinished) {
        (Verb::Rollback { skip, .. }, Some(unfinished)) => {
            Operation { id, skip: skip.iter().cloned().collect(), failure: None, ..*unfinished }
        }
        (_, unfinished) => fresh(stack, &order, id, unfinished.map(|it| *it)),
    };
    op.token = order.token;
    op.disable_rollback =
        order.disable_rollback || (op.disable_rollback && !matches!(order.verb, Verb::Rollback { .. }));
    op.retain_except_on_create |= order.retain_except_on_create;
    op.not_before = now;
    op.wake = None;
    op.by_parent = order.by_parent;
    op.held = false;
    stack.role_arn = order.role_arn.or(stack.role_arn.take());
    if let Some(arns) = order.notification_arns {
        stack.notification_arns = arns;
    }
    if let Some(token) = &op.token {
        stack.tokens.insert(token.clone(), op.id.clone());
    }
    op
}

/// An operation that begins. One that takes up a failed one returns to where that one came from.
fn fresh(stack: &Stack, order: &Order, id: String, unfinished: Option<Operation>) -> Operation {
    let from_nothing = order.verb == Verb::Create || unfinished.as_ref().is_some_and(|it| it.from_nothing);
    let deletes = matches!(order.verb, Verb::Delete { .. });
    let blank = blank(stack, order, id);
    let Some(mut it) = unfinished else {
        if from_nothing {
            return Operation { from_nothing, ..blank };
        }
        let (before, resources_before) = (stack.source.clone(), stack.resources.clone());
        return Operation { before, resources_before, outputs_before: stack.outputs.clone(), ..blank };
    };
    if deletes {
        let lost = not_returned(stack, &it);
        it.leftovers.extend(lost);
    }
    Operation {
        before: it.before,
        resources_before: it.resources_before,
        outputs_before: it.outputs_before,
        from_nothing,
        leftovers: it.leftovers,
        gone: it.gone,
        ..blank
    }
}

/// What an order alone says of an operation.
fn blank(stack: &Stack, order: &Order, id: String) -> Operation {
    let timeout = order.timeout_minutes.filter(|_| order.verb == Verb::Create).map(SignedDuration::from_mins);
    Operation {
        id,
        verb: order.verb.clone(),
        phase: Phase::Forward,
        token: None,
        target: order.target.clone(),
        before: Source::default(),
        resources_before: IndexMap::new(),
        outputs_before: IndexMap::new(),
        from_nothing: false,
        leftovers: Vec::new(),
        gone: BTreeSet::new(),
        disable_rollback: order.on_failure.as_deref() == Some("DO_NOTHING"),
        retain_except_on_create: false,
        on_failure: order.on_failure.clone(),
        imports: order.imports.clone(),
        revert_drift: order.revert_drift,
        synced: BTreeSet::new(),
        drifted: BTreeMap::new(),
        change_set: order.change_set.clone(),
        policy: order.policy.clone(),
        deadline: timeout.map(|timeout| stack.created + timeout),
        steps: Vec::new(),
        not_before: stack.created,
        skip: BTreeSet::new(),
        wake: None,
        failure: None,
        status_before: stack.status,
        by_parent: order.by_parent,
        held: false,
    }
}

/// Physical resources that a failed rollback had not taken back into use yet.
fn not_returned(stack: &Stack, failed: &Operation) -> Vec<(String, Resource)> {
    let is_lost = |id: &String, old: &Resource| {
        let now = stack.resources.get(id).map(|now| &now.physical_id);
        !failed.gone.contains(id) && now != Some(&old.physical_id)
    };
    let lost = failed.resources_before.iter().filter(|(id, old)| is_lost(id, old));
    lost.map(|(id, old)| (id.clone(), old.clone())).collect()
}

/// The first event and the first phase.
fn take_over(world: &mut World, region: &str, stack_id: &str, op: Operation, kind: &str) {
    give_up_create(world, region, stack_id, &op);
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

/// A stack that is deleted while it is made stops being made.
fn give_up_create(world: &mut World, region: &str, stack_id: &str, op: &Operation) {
    if !matches!(op.verb, Verb::Delete { .. }) {
        return;
    }
    if let Some(mut run) = Run::take(world, region, stack_id) {
        run.cancel();
    }
}

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
    super::go_on(world, region, stack_id);
    Ok(())
}
