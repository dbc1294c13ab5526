//! Going on: every step as far as it can go now.
use jiff::{SignedDuration, Timestamp};

use super::{Operation, Phase, State, Work};
use crate::cloudformation::stack::{Resource, ResourceStatus, Stack};
use crate::cloudformation::template::Design;
use crate::resources::{Doing, Progress, Refusal, provider};
use crate::world::{Due, World};

/// An operation that is going on, taken out of its stack for as long as it is worked on.
pub(super) struct Run<'w> {
    pub world: &'w mut World,
    pub region: &'w str,
    pub stack_id: &'w str,
    pub op: Operation,
    /// What the target wants, once somebody has asked.
    pub design: Option<Design>,
    /// Whether the operation is over.
    pub ended: bool,
}

/// Does all that can be done now for a stack's operation, and enters when to go on.
pub fn go_on(world: &mut World, region: &str, stack_id: &str) {
    let Some(mut run) = Run::take(world, region, stack_id) else { return };
    if run.op.not_before <= run.world.now() && !run.op.held {
        while !run.ended && run.round() {}
    }
    run.leave();
}

/// Wakes the steps of a stack's operation that wait for something to happen, because something did.
pub fn nudge(world: &mut World, region: &str, stack_id: &str) {
    let now = world.now();
    let Some(stack) = world.region(region).stacks.get_mut(stack_id) else { return };
    let Some(op) = stack.operation.as_mut() else { return };
    for step in &mut op.steps {
        if let State::Doing { due, asked: true, .. } = &mut step.state {
            *due = now;
        }
    }
    world.at(now, region, Due::Stack(stack_id.to_owned()));
}

impl<'w> Run<'w> {
    /// Takes a stack's operation up.
    pub(super) fn take(world: &'w mut World, region: &'w str, stack_id: &'w str) -> Option<Run<'w>> {
        let op = world.region(region).stacks.get_mut(stack_id)?.operation.take()?;
        Some(Run { world, region, stack_id, op, design: None, ended: false })
    }

    /// Puts the operation back into the stack, unless it is over, and enters when it goes on.
    pub(super) fn leave(mut self) {
        if self.ended {
            return;
        }
        let now = self.world.now();
        let entered = self.op.wake.filter(|wake| *wake > now);
        if let Some(at) = self.next().filter(|at| entered.is_none_or(|wake| wake > *at)) {
            self.op.wake = Some(at);
            self.world.at(at, self.region, Due::Stack(self.stack_id.to_owned()));
        }
        let Run { world, region, stack_id, op, .. } = self;
        world.region(region).stacks[stack_id].operation = Some(op);
    }

    fn next(&self) -> Option<Timestamp> {
        let now = self.world.now();
        if self.op.not_before > now {
            return Some(self.op.not_before);
        }
        let due = self.op.steps.iter().filter_map(|step| match &step.state {
            State::Doing { due, .. } => Some(*due),
            State::Signals { deadline } => Some(*deadline),
            State::Again { at } => Some(*at),
            _ => None,
        });
        due.chain(self.op.deadline.filter(|_| self.op.phase == Phase::Forward)).min()
    }

    /// The stack.
    pub(super) fn stack(&mut self) -> &mut Stack {
        let stacks = &mut self.world.region(self.region).stacks;
        stacks.get_mut(self.stack_id).expect("a stack is never forgotten, and an operation is taken out of one")
    }

    /// Takes every step as far as it can go, and ends the phase if that was all. Whether anything changed.
    fn round(&mut self) -> bool {
        let now = self.world.now();
        if self.op.phase == Phase::Forward && self.op.deadline.is_some_and(|deadline| deadline <= now) {
            // Source: *TimeoutInMinutes* of `CreateStack` in the API reference; the wording is not published.
            self.op.failure = Some("Stack creation time exceeded the specified timeout.".to_owned());
            self.cancel();
        }
        let mut changed = false;
        for at in 0..self.op.steps.len() {
            changed |= self.step(at);
        }
        if !changed && !self.is_busy() {
            changed = self.break_circle();
        }
        if !changed && self.op.steps.iter().all(|step| step.state.is_settled()) {
            self.finish_phase();
            return !self.ended && !self.op.held && self.op.not_before <= now;
        }
        changed
    }

    fn is_busy(&self) -> bool {
        let busy = |state: &State| matches!(state, State::Doing { .. } | State::Signals { .. } | State::Again { .. });
        self.op.steps.iter().any(|step| busy(&step.state))
    }

    /// Resources of two templates may seem to depend on each other; then one of them has to go first.
    fn break_circle(&mut self) -> bool {
        let stuck = self.op.steps.iter().position(|step| step.state == State::Waiting);
        if let Some(at) = stuck {
            self.begin(at);
        }
        stuck.is_some()
    }

    fn step(&mut self, at: usize) -> bool {
        let now = self.world.now();
        match self.op.steps[at].state.clone() {
            State::Waiting => self.try_begin(at),
            State::Again { at: when } if when <= now => {
                self.begin(at);
                true
            }
            State::Doing { doing, due, .. } if due <= now => {
                self.look(at, doing);
                self.op.steps[at].state != State::Doing { doing, due, asked: true }
            }
            State::Signals { deadline } => self.look_for_signals(at, deadline),
            _ => false,
        }
    }

    fn try_begin(&mut self, at: usize) -> bool {
        let states = || self.op.steps[at].after.iter().map(|it| &self.op.steps[*it].state);
        if !states().all(State::is_settled) {
            return false;
        }
        // In a clean-up what cannot be deleted holds nothing up; elsewhere what failed holds up what needs it.
        let tolerant = match self.op.phase {
            Phase::CleanUp => !self.is_delete(),
            Phase::CleanUpBack => true,
            Phase::Forward | Phase::Back => false,
        };
        if !tolerant && states().any(|state| *state != State::Done) {
            self.op.steps[at].state = State::Cancelled;
        } else {
            self.begin(at);
        }
        true
    }

    fn begin(&mut self, at: usize) {
        match self.op.steps[at].work.clone() {
            Work::Reach => self.begin_reach(at),
            Work::Return => self.begin_return(at),
            Work::Release => self.begin_release(at),
            Work::LetCleanUp => self.begin_let_clean_up(at),
            Work::Remove { resource, .. } => self.begin_remove(at, &resource),
        }
    }

    /// Asks how far a step is that has begun.
    fn look(&mut self, at: usize, doing: Doing) {
        let (logical_id, resource) = self.subject(at);
        let id = resource.physical_id.clone().unwrap_or_default();
        let struck = self.strike(&logical_id, doing, true);
        let progress = struck.and_then(|()| {
            self.with(&logical_id, &resource.type_name, |site| provider(&site.type_name).progress(site, &id, doing))
        });
        if !matches!(progress, Ok(Progress::Wait(_))) {
            self.identify(at, doing, progress.is_ok());
        }
        match self.world.ready(&logical_id, &resource.type_name, progress) {
            Ok(Progress::Done) => self.done(at, doing),
            Ok(Progress::Wait(more)) => {
                let due = self.world.now() + more.max(SignedDuration::from_millis(100));
                self.op.steps[at].state = State::Doing { doing, due, asked: true };
            }
            Err(Refusal(reason)) => self.fail(at, &reason),
        }
    }

    /// Which physical resource a step is busy with.
    fn subject(&mut self, at: usize) -> (String, Resource) {
        let step = &self.op.steps[at];
        let logical_id = step.logical_id.clone();
        if let Work::Remove { resource, .. } = &step.work {
            return (logical_id, (**resource).clone());
        }
        let resource = self.stack().resources[&logical_id].clone();
        (logical_id, resource)
    }

    fn done(&mut self, at: usize, doing: Doing) {
        match self.op.steps[at].work.clone() {
            Work::Reach => self.done_reach(at, doing),
            Work::Return => self.done_return(at, doing),
            Work::Release => self.op.steps[at].state = State::Done,
            Work::LetCleanUp => self.cleaned_up(at),
            Work::Remove { resource, .. } => self.done_remove(at, &resource),
        }
    }

    /// A step has failed.
    pub(super) fn fail(&mut self, at: usize, reason: &str) {
        match self.op.steps[at].work.clone() {
            Work::Reach => self.fail_reach(at, reason),
            Work::Return => {
                self.op.steps[at].state = State::Failed;
                let logical_id = self.op.steps[at].logical_id.clone();
                self.mark(&logical_id, ResourceStatus::UpdateFailed, Some(reason.to_owned()));
            }
            Work::Release => {
                self.op.steps[at].state = State::Failed;
                let logical_id = self.op.steps[at].logical_id.clone();
                self.mark(&logical_id, ResourceStatus::ImportRollbackFailed, Some(reason.to_owned()));
            }
            Work::LetCleanUp => self.cleaned_up(at),
            Work::Remove { resource, .. } => self.fail_remove(at, &resource, reason),
        }
    }

    /// Enters that a step has begun.
    pub(super) fn wait(&mut self, at: usize, doing: Doing, takes: SignedDuration) {
        let due = self.world.now() + takes;
        self.op.steps[at].state = State::Doing { doing, due, asked: false };
    }

    /// Whether the stack itself is being deleted.
    pub(super) fn is_delete(&self) -> bool {
        matches!(self.op.verb, super::Verb::Delete { .. })
    }
}
