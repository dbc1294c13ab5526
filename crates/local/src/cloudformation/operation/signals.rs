//! Signals: a resource with a creation policy is ready when enough of them have come.
use jiff::SignedDuration;
use serde_json::Value as Json;

use super::run::Run;
use super::{State, nudge};
use crate::cloudformation::stack::Signal;
use crate::wire::ApiError;
use crate::world::World;

/// What a creation policy waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Awaited {
    pub count: usize,
    pub timeout: SignedDuration,
}

/// Source: *CreationPolicy attribute*: one signal and five minutes unless it says otherwise.
pub(super) fn awaited(creation_policy: &Json) -> Option<Awaited> {
    let signal = creation_policy.get("ResourceSignal")?;
    let count = signal.get("Count").and_then(number).unwrap_or(1);
    let timeout = signal.get("Timeout").and_then(Json::as_str).and_then(duration);
    Some(Awaited { count, timeout: timeout.unwrap_or(SignedDuration::from_mins(5)) })
}

pub(crate) fn number(value: &Json) -> Option<usize> {
    value.as_u64().and_then(|it| usize::try_from(it).ok()).or_else(|| value.as_str()?.parse().ok())
}

/// A duration of ISO 8601 such as `PT1H30M`.
fn duration(text: &str) -> Option<SignedDuration> {
    text.parse::<SignedDuration>().ok().filter(|it| *it >= SignedDuration::ZERO)
}

/// Takes a signal to a resource of a stack.
///
/// # Errors
///
/// If the stack or the resource is not there or is not being made.
pub fn signal(
    world: &mut World,
    region: &str,
    stack_id: &str,
    logical_id: &str,
    signal: Signal,
) -> Result<(), ApiError> {
    let stacks = &mut world.region(region).stacks;
    let stack =
        stacks.get_mut(stack_id).ok_or_else(|| ApiError::validation(format!("Stack [{stack_id}] does not exist")))?;
    if !stack.resources.contains_key(logical_id) {
        let message = format!("Resource {logical_id} does not exist for stack {}", stack.name);
        return Err(ApiError::validation(message));
    }
    // The words are those that users quote (aws-cloudformation/aws-cloudformation-templates#34 and #126,
    // zalando-incubator/kubernetes-on-aws#538). Of a resource that is complete while its stack is not, nobody quotes a refusal: the
    // signal is taken, and nothing waits for it.
    if !stack.status.is_moving() {
        let message = format!("Stack {} is in {} state and cannot be signaled", stack.id, stack.status.word());
        return Err(ApiError::validation(message));
    }
    let received = stack.signals.entry(logical_id.to_owned()).or_default();
    // Source: `SignalResource` in the API reference: "If you send multiple signals to the same resource, each signal must have a
    // different unique ID"; a repeated one does not count again.
    if !received.iter().any(|it| it.unique_id == signal.unique_id) {
        received.push(signal);
    }
    nudge(world, region, stack_id);
    Ok(())
}

impl Run<'_> {
    /// Whether enough signals have come. Source: the sentences stand in events that the *AWS ParallelCluster* guide
    /// shows.
    pub(super) fn look_for_signals(&mut self, at: usize, deadline: jiff::Timestamp) -> bool {
        let logical_id = self.op.steps[at].logical_id.clone();
        let policy = self.design().ok().and_then(|design| design.resources[&logical_id].creation_policy.clone());
        let Some(awaited) = policy.as_ref().and_then(awaited) else {
            self.complete(at);
            return true;
        };
        let received = self.stack().signals.get(&logical_id).cloned().unwrap_or_default();
        if let Some(bad) = received.iter().find(|signal| !signal.success) {
            self.fail(at, &format!("Received FAILURE signal with UniqueId {}", bad.unique_id));
        } else if received.len() >= awaited.count {
            self.complete(at);
        } else if deadline <= self.world.now() {
            let missing = awaited.count;
            self.fail(at, &format!("Failed to receive {missing} resource signal(s) within the specified duration"));
        }
        self.op.steps[at].state != State::Signals { deadline }
    }
}
