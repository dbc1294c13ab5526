//! Nested stacks in the operations of the stack above them.
//!
//! An update of a nested stack waits with its clean-up for the stack above it, and so can still be rolled back. Source:
//! *Nested stacks are stuck in `UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`…* in *Troubleshooting CloudFormation*: "CloudFormation doesn't
//! start cleaning up nested stack resources until all nested stacks have been updated or have rolled back".
use jiff::SignedDuration;

use super::run::Run;
use super::{Order, Phase, State, Step, Verb, Work, go_on, start};
use crate::cloudformation::stack::{Resource, ResourceStatus, Source, Stack, Stacks, Status};
use crate::resources::{Doing, Refusal};
use crate::wire::ApiError;
use crate::world::World;

/// The type of a nested stack.
pub(super) const NESTED: &str = "AWS::CloudFormation::Stack";

impl Run<'_> {
    /// Steps that let the nested stacks clean up that were asked in this operation, users before what they use. Those in which
    /// nothing has changed are shown as well: the events in Ruby on Jets' demo *Cors Routes Issue*.
    pub(super) fn let_children_clean_up(&mut self, first: usize) -> Vec<Step> {
        let before = self.op.resources_before.clone();
        let asked = |id: &String, now: &Resource| {
            let was = before.get(id).filter(|was| was.physical_id == now.physical_id);
            now.type_name == NESTED && was.is_some_and(|was| was.since != now.since)
        };
        let resources = &self.stack().resources;
        let children: Vec<(&String, &Resource)> = resources.iter().rev().filter(|(id, it)| asked(id, it)).collect();
        let users = |id: &String| {
            let users = children.iter().enumerate().filter(|(_, (_, user))| user.depends_on.contains(id));
            users.map(|(place, _)| first + place).collect()
        };
        let step = |(id, _): &(&String, &Resource)| Step {
            logical_id: (*id).clone(),
            work: Work::LetCleanUp,
            after: users(id),
            state: State::Waiting,
        };
        children.iter().map(step).collect()
    }

    /// A nested stack that removes something is shown as being updated once more: the events in Ruby on Jets' page on VPC.
    pub(super) fn begin_let_clean_up(&mut self, at: usize) {
        let child = self.child(at);
        let mut removes = false;
        if let Some(mut run) = Run::take(self.world, self.region, &child) {
            if run.op.held {
                run.op.held = false;
                match run.stack().status {
                    Status::UpdateCompleteCleanup => run.plan_clean_up(),
                    _ => run.plan_clean_up_back(),
                }
                removes = run.op.phase == Phase::CleanUp && !run.op.steps.is_empty();
            }
            run.leave();
        }
        if removes {
            let logical_id = self.op.steps[at].logical_id.clone();
            self.mark(&logical_id, ResourceStatus::UpdateInProgress, None);
        }
        self.wait(at, Doing::Update, SignedDuration::ZERO);
    }

    pub(super) fn cleaned_up(&mut self, at: usize) {
        let logical_id = self.op.steps[at].logical_id.clone();
        self.mark(&logical_id, ResourceStatus::UpdateComplete, None);
        self.op.steps[at].state = State::Done;
    }

    fn child(&mut self, at: usize) -> String {
        let logical_id = self.op.steps[at].logical_id.clone();
        self.stack().resources[&logical_id].physical_id.clone().unwrap_or_default()
    }

    /// Lets a nested stack return to what it was before.
    pub(super) fn return_child(&mut self, at: usize, logical_id: &str) {
        let child = self.child(at);
        let skip: Vec<String> = self.op.skip.iter().cloned().collect();
        let told = self.strike(logical_id, Doing::Update, false);
        let told = told.and_then(|()| go_back(self.world, self.region, &child, &skip));
        match told {
            Ok(()) => self.wait(at, Doing::Update, SignedDuration::ZERO),
            Err(Refusal(reason)) => self.fail(at, &reason),
        }
    }
}

/// Lets a nested stack return to what it was before the operation of the stack above it.
fn go_back(world: &mut World, region: &str, child: &str, skip: &[String]) -> Result<(), Refusal> {
    let Some(stack) = world.region(region).stacks.get(child) else { return Ok(()) };
    let verb = match stack.status {
        Status::UpdateRollbackFailed => Verb::Rollback { skip: own_skips(skip, &stack.name), continued: true },
        Status::UpdateFailed => Verb::Rollback { skip: Vec::new(), continued: false },
        _ => {
            turn_back(world, region, child);
            return Ok(());
        }
    };
    let order = Order { by_parent: true, ..Order::new(verb, Source::default()) };
    start(world, region, child, order).map_err(|error| Refusal(error.message))
}

/// An update of a nested stack that goes on, or waits for the stack above it, turns back.
fn turn_back(world: &mut World, region: &str, child: &str) {
    let Some(mut run) = Run::take(world, region, child) else { return };
    let status = run.stack().status;
    if run.op.held && status == Status::UpdateCompleteCleanup {
        run.op.held = false;
        run.begin_rollback();
        run.enter(Status::UpdateRollbackInProgress, None);
        run.plan_back();
    } else if status == Status::UpdateInProgress {
        // The wording is not published.
        run.op.failure = Some("Resource update cancelled".to_owned());
        run.op.disable_rollback = false;
        run.cancel();
        run.op.not_before = run.world.now();
    }
    run.leave();
    go_on(world, region, child);
}

/// What of the ids to skip goes for a nested stack: its own ones, and those of stacks that may be in it.
fn own_skips(skip: &[String], name: &str) -> Vec<String> {
    let own = |it: &String| {
        let (stack, logical_id) = it.split_once('.')?;
        Some(if stack == name { logical_id.to_owned() } else { it.clone() })
    };
    skip.iter().filter_map(own).collect()
}

/// Refuses ids to skip. Source: *ResourcesToSkip* of `ContinueUpdateRollback` in the API reference: only resources that failed in
/// the rollback, those of nested stacks as `NestedStackName.LogicalId`. The sentences are those that users quote.
pub(super) fn admit_skip(stacks: &Stacks, stack: &Stack, skip: &[String], by_parent: bool) -> Result<(), ApiError> {
    let refuse = |message: String| Err(ApiError::validation(message));
    if by_parent {
        return Ok(());
    }
    if stack.parent_id.is_some() {
        return refuse("RollbackUpdatedStack cannot be invoked on child stacks".to_owned());
    }
    let mut wrong = Vec::new();
    for wanted in skip {
        let (owner, logical_id) = owner(stacks, stack, wanted)?;
        match owner.resources.get(logical_id) {
            Some(it) if it.type_name == NESTED && it.status == ResourceStatus::UpdateFailed => {
                return refuse("Nested stacks could not be skipped".to_owned());
            }
            Some(it) if it.status == ResourceStatus::UpdateFailed => {}
            _ => wrong.push(wanted.as_str()),
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    refuse(format!(
        "The following resource(s) cannot be skipped, because they are not in UPDATE_FAILED state: [{}]",
        wrong.join(", ")
    ))
}

/// The stack that an id to skip means, and the logical id in it.
fn owner<'s>(stacks: &'s Stacks, stack: &'s Stack, wanted: &'s str) -> Result<(&'s Stack, &'s str), ApiError> {
    let Some((name, logical_id)) = wanted.split_once('.') else { return Ok((stack, wanted)) };
    let inside = |it: &&Stack| it.name == name && it.root_id.as_deref() == Some(stack.id.as_str());
    let found = stacks.values().find(inside);
    let owner = found.ok_or_else(|| ApiError::validation(format!("Stack [{name}] does not exist")))?;
    Ok((owner, logical_id))
}

/// Takes an operation that waits for the stack above it as one that failed, so that another one can take it up. The status that
/// the stack had, if there was such an operation.
pub(crate) fn set_aside(stack: &mut Stack) -> Option<Status> {
    if !stack.is_held() {
        return None;
    }
    stack.unfinished = stack.operation.take().map(Box::new);
    Some(std::mem::replace(&mut stack.status, Status::UpdateFailed))
}

/// Lets an operation wait again that was set aside.
pub(crate) fn take_back(stack: &mut Stack, status: Status) {
    stack.operation = stack.unfinished.take().map(|operation| *operation);
    stack.status = status;
}
