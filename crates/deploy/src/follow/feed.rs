//! The events of a stack, as far as they are new and of the operation that is followed.
use std::collections::{BTreeMap, HashSet};

use aws_sdk_cloudformation::types::{HookStatus, StackEvent};
use jiff::Timestamp;

use crate::aws::{Connection, Retry, timestamp};
use crate::failure::Failure;
use crate::progress::ResourceEvent;
use crate::stack::Status;

/// The type of a stack, in whose events nested stacks show.
pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// The events of one operation, each told once.
#[derive(Debug)]
pub(super) struct Feed {
    stack: String,
    stack_id: String,
    /// The token of the operation, if it is one of ours.
    token: Option<String>,
    seen: HashSet<String>,
    /// Nested stacks by ARN, with the logical ids on the way.
    nested: BTreeMap<String, Vec<String>>,
    /// When the operation began, by the clock of AWS.
    begun: Option<Timestamp>,
    /// What the stack said of itself last.
    pub(super) last: Option<Status>,
}

impl Feed {
    pub(super) fn new(stack: &str, stack_id: &str, token: Option<String>) -> Feed {
        Feed {
            stack: stack.to_owned(),
            stack_id: stack_id.to_owned(),
            token,
            seen: HashSet::new(),
            nested: BTreeMap::new(),
            begun: None,
            last: None,
        }
    }

    /// What is new, oldest first. Asks once: what is missed now comes with the next look.
    pub(super) async fn news(&mut self, connection: &Connection) -> Result<Vec<ResourceEvent>, Failure> {
        let mut told = self.of_stack(connection, &self.stack_id.clone(), &[]).await?;
        // A nested stack shows its own nested stacks, so that the list may grow.
        let mut asked = 0;
        while let Some((id, path)) = self.nested.iter().nth(asked).map(|(id, path)| (id.clone(), path.clone())) {
            told.extend(self.of_stack(connection, &id, &path).await?);
            asked += 1;
        }
        told.sort_by_key(|event| event.at);
        Ok(told)
    }

    async fn of_stack(
        &mut self,
        connection: &Connection,
        id: &str,
        path: &[String],
    ) -> Result<Vec<ResourceEvent>, Failure> {
        let fresh = self.fresh(connection, id, path.is_empty()).await?;
        let mut told = Vec::new();
        for event in fresh.into_iter().rev() {
            self.seen.insert(event.event_id.clone().unwrap_or_default());
            let Some(event) = resource_event(&self.stack, path, &event) else { continue };
            self.note(&event, path);
            told.push(event);
        }
        Ok(told)
    }

    /// The events that were not told and belong to the operation, newest first.
    async fn fresh(&self, connection: &Connection, id: &str, is_root: bool) -> Result<Vec<StackEvent>, Failure> {
        let mut fresh = Vec::new();
        let mut page = None;
        loop {
            let send =
                || connection.cloudformation.describe_stack_events().stack_name(id).set_next_token(page.clone()).send();
            let answer = connection.call("DescribeStackEvents", Retry::Never, send).await?;
            for event in answer.stack_events.unwrap_or_default() {
                let is_seen = event.event_id.as_ref().is_some_and(|id| self.seen.contains(id));
                if is_seen || !self.is_ours(&event, is_root) {
                    return Ok(fresh);
                }
                let is_first = is_root && self.is_start(&event);
                fresh.push(event);
                if is_first {
                    return Ok(fresh);
                }
            }
            page = answer.next_token;
            if page.is_none() {
                return Ok(fresh);
            }
        }
    }

    /// Whether an event is of the operation. Nested stacks have tokens of their own, so that time has to tell.
    fn is_ours(&self, event: &StackEvent, is_root: bool) -> bool {
        let at = event.timestamp.as_ref().and_then(timestamp);
        match (&self.token, &event.client_request_token) {
            _ if !is_root => self.begun.is_none() || at >= self.begun,
            (Some(ours), Some(theirs)) => ours == theirs,
            // CloudFormation rolls back on its own account in a second operation of the same token; an event without one is
            // of a server that has none.
            _ => true,
        }
    }

    /// Whether an event is the stack's own that an operation begins with, so that all older ones are of others.
    fn is_start(&self, event: &StackEvent) -> bool {
        const STARTS: [&str; 4] =
            ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"];
        let status = event.resource_status.as_ref().map_or("", |status| status.as_str());
        event.physical_resource_id.as_deref() == Some(&self.stack_id) && STARTS.contains(&status)
    }

    fn note(&mut self, event: &ResourceEvent, path: &[String]) {
        self.begun = Some(self.begun.map_or(event.at, |begun| begun.min(event.at)));
        let Some(physical) = &event.physical_id else { return };
        if path.is_empty() && *physical == self.stack_id {
            self.last = Some(Status::new(&event.status));
        } else if event.type_name == STACK && physical.starts_with("arn:") && !self.is_itself(physical, path) {
            let path = path.iter().cloned().chain([event.id.clone()]).collect();
            self.nested.entry(physical.clone()).or_insert(path);
        }
    }

    /// A nested stack tells of itself too.
    fn is_itself(&self, physical: &str, path: &[String]) -> bool {
        self.nested.get(physical).is_some_and(|known| known == path)
    }
}

/// An event as we tell it. A hook that fails is told as the failure of its resource.
fn resource_event(stack: &str, path: &[String], event: &StackEvent) -> Option<ResourceEvent> {
    let hook_failed = event.hook_status == Some(HookStatus::HookCompleteFailed);
    let status = match &event.resource_status {
        Some(status) => status.as_str().to_owned(),
        None if hook_failed => "HOOK_FAILED".to_owned(),
        None => return None,
    };
    let hook_reason = event.hook_status_reason.clone().filter(|_| hook_failed);
    Some(ResourceEvent {
        stack: stack.to_owned(),
        path: path.to_vec(),
        id: event.logical_resource_id.clone()?,
        type_name: event.resource_type.clone().unwrap_or_default(),
        physical_id: event.physical_resource_id.clone().filter(|id| !id.is_empty()),
        status,
        reason: hook_reason.or_else(|| event.resource_status_reason.clone()),
        at: event.timestamp.as_ref().and_then(timestamp)?,
    })
}

/// Whether a stack has events of a token: then the call with that token was taken.
pub(crate) async fn was_begun(connection: &Connection, stack_id: &str, token: &str) -> Result<bool, Failure> {
    let send = || connection.cloudformation.describe_stack_events().stack_name(stack_id).send();
    let answer = connection.call("DescribeStackEvents", Retry::Safe, send).await?;
    Ok(answer.stack_events().iter().any(|event| event.client_request_token.as_deref() == Some(token)))
}

/// All events of a stack that CloudFormation still has, oldest first.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation does not say.
pub async fn history(connection: &Connection, stack: &str) -> Result<Vec<ResourceEvent>, Failure> {
    let mut events = Vec::new();
    let mut page = None;
    loop {
        let send =
            || connection.cloudformation.describe_stack_events().stack_name(stack).set_next_token(page.clone()).send();
        let answer = connection.call("DescribeStackEvents", Retry::Safe, send).await?;
        events.extend(answer.stack_events().iter().filter_map(|event| resource_event(stack, &[], event)));
        page = answer.next_token;
        if page.is_none() {
            events.reverse();
            return Ok(events);
        }
    }
}
