//! The end of a phase: the next one, or the end of the operation.
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::run::Run;
use super::{Phase, State, Verb, exports};
use crate::cloudformation::stack::{Output, ResourceStatus, Status};

/// What users see of stacks whose clean-up could not delete everything, after an update and after its rollback.
const LEFT_BEHIND: &str = "Update successful. One or more resources could not be deleted.";

impl Run<'_> {
    pub(super) fn finish_phase(&mut self) {
        match self.op.phase {
            Phase::Forward => self.finish_forward(),
            Phase::CleanUp if self.is_delete() => self.finish_delete(),
            Phase::CleanUp => self.end_clean_up(Status::UpdateComplete),
            Phase::Back => self.finish_back(),
            Phase::CleanUpBack => self.end_clean_up(Status::UpdateRollbackComplete),
        }
    }

    fn end_clean_up(&mut self, status: Status) {
        let reason = self.any_failed().then(|| LEFT_BEHIND.to_owned());
        self.end(status, reason);
    }

    fn finish_forward(&mut self) {
        if self.op.failure.is_some() || self.failed().next().is_some() {
            return self.turn_back();
        }
        match self.outputs() {
            Err(reason) => {
                self.op.failure = Some(reason);
                self.turn_back();
            }
            Ok(outputs) => self.succeed(outputs),
        }
    }

    fn succeed(&mut self, outputs: IndexMap<String, Output>) {
        let order: Vec<String> = self.design().map(|it| it.resources.keys().cloned().collect()).unwrap_or_default();
        let target = self.op.target.clone();
        let stack = self.stack();
        stack.outputs = outputs;
        stack.source = target;
        stack.resources.sort_by_key(|id, _| order.iter().position(|it| it == id).unwrap_or(usize::MAX));
        match self.op.verb {
            Verb::Create => self.end(Status::CreateComplete, None),
            Verb::Import => self.end(Status::ImportComplete, None),
            _ => {
                self.enter(Status::UpdateCompleteCleanup, None);
                self.op.held = self.op.by_parent;
                if !self.op.held {
                    self.plan_clean_up();
                }
            }
        }
    }

    fn outputs(&mut self) -> Result<IndexMap<String, Output>, String> {
        let wanted = self.design()?.outputs.clone();
        let mut outputs = IndexMap::new();
        for (name, it) in wanted {
            let value = text(&self.evaluate(&it.value)?);
            let export = it.export.map(|export| self.evaluate(&export).map(|name| text(&name))).transpose()?;
            outputs.insert(name, Output { value, description: it.description, export });
        }
        exports::check(self.world, self.region, self.stack_id, &outputs)?;
        Ok(outputs)
    }

    /// The attempt has failed: what now depends on what was asked for.
    fn turn_back(&mut self) {
        let reason = self.reason();
        match (self.op.verb.clone(), self.op.on_failure.as_deref()) {
            (Verb::Create, Some("DELETE")) => {
                self.begin_rollback();
                self.enter(Status::DeleteInProgress, Some(format!("{reason}Delete requested by user.")));
                self.plan_back_to_nothing();
            }
            (Verb::Create, _) if self.op.disable_rollback => self.stop(Status::CreateFailed, Some(reason)),
            (Verb::Create, _) => {
                self.begin_rollback();
                self.enter(Status::RollbackInProgress, Some(format!("{reason}Rollback requested by user.")));
                self.plan_back_to_nothing();
            }
            (Verb::Import, _) => {
                self.begin_rollback();
                self.enter(Status::ImportRollbackInProgress, Some(reason));
                self.plan_release();
            }
            _ if self.op.disable_rollback => {
                let target = self.op.target.clone();
                self.stack().source = target;
                self.stop(Status::UpdateFailed, Some(reason));
            }
            _ => {
                self.begin_rollback();
                self.enter(Status::UpdateRollbackInProgress, Some(reason));
                self.plan_back();
            }
        }
    }

    /// A rollback is an operation of its own. Source: *OperationId* of `StackEvent` and *LastOperations* of `Stack` in the API
    /// reference; the failed attempt's events keep the older id.
    pub(super) fn begin_rollback(&mut self) {
        self.op.id = self.world.uuid();
        let id = self.op.id.clone();
        self.stack().remember_operation(id, "ROLLBACK");
    }

    /// Why the attempt failed, as the stack's event says it.
    fn reason(&mut self) -> String {
        if let Some(failure) = &self.op.failure {
            return format!("{failure}{}", if failure.ends_with('.') { " " } else { "" });
        }
        let ids: Vec<String> = self.failed().map(str::to_owned).collect();
        let resources = &self.stack().resources;
        let with = |status: ResourceStatus| -> Vec<&str> {
            let ids = ids.iter().filter(|id| resources.get(*id).is_some_and(|it| it.status == status));
            ids.map(String::as_str).collect()
        };
        let sentence = |verb: &str, ids: Vec<&str>| match ids.is_empty() {
            true => String::new(),
            false => format!("The following resource(s) failed to {verb}: [{}]. ", ids.join(", ")),
        };
        let all = [
            ("create", ResourceStatus::CreateFailed),
            ("update", ResourceStatus::UpdateFailed),
            ("import", ResourceStatus::ImportFailed),
            ("delete", ResourceStatus::DeleteFailed),
        ];
        all.into_iter().map(|(verb, status)| sentence(verb, with(status))).collect()
    }

    /// What failed, and what was cancelled on its account after it had begun.
    fn failed(&self) -> impl Iterator<Item = &str> {
        let steps = self.op.steps.iter().filter(|step| matches!(step.state, State::Failed | State::Cancelled));
        steps.map(|step| step.logical_id.as_str())
    }

    fn any_failed(&self) -> bool {
        self.op.steps.iter().any(|step| step.state == State::Failed)
    }

    /// A deletion that exports forbid leaves the stack in the status that it had. Source: aws/aws-sdk#383, boto/botocore#2590 and
    /// aws/aws-cdk#604.
    fn finish_delete(&mut self) {
        if let Some(reason) = self.op.failure.clone() {
            let status = self.op.status_before;
            self.end(status, Some(reason));
        } else if self.any_failed() {
            let reason = self.reason();
            self.end(Status::DeleteFailed, Some(reason));
        } else {
            self.end(Status::DeleteComplete, None);
        }
    }

    fn finish_back(&mut self) {
        let failed = self.any_failed();
        let reason = failed.then(|| self.reason());
        match self.op.verb {
            Verb::Import => {
                let status = if failed { Status::ImportRollbackFailed } else { Status::ImportRollbackComplete };
                self.end(status, reason);
            }
            _ if self.op.from_nothing => {
                let status = match (self.op.on_failure.as_deref(), failed) {
                    (Some("DELETE"), true) => Status::DeleteFailed,
                    (Some("DELETE"), false) => Status::DeleteComplete,
                    (_, true) => Status::RollbackFailed,
                    (_, false) => Status::RollbackComplete,
                };
                self.end(status, reason);
            }
            _ if failed => {
                let before = self.op.before.clone();
                self.stack().source = before;
                self.stop(Status::UpdateRollbackFailed, reason);
            }
            _ => {
                let (before, outputs) = (self.op.before.clone(), self.op.outputs_before.clone());
                let stack = self.stack();
                stack.source = before;
                stack.outputs = outputs;
                self.enter(Status::UpdateRollbackCompleteCleanup, None);
                self.op.held = self.op.by_parent;
                if !self.op.held {
                    self.plan_clean_up_back();
                }
            }
        }
    }

    /// The operation is over, but can be taken up again.
    fn stop(&mut self, status: Status, reason: Option<String>) {
        let op = self.op.clone();
        self.stack().unfinished = Some(Box::new(op));
        self.close(status, reason);
    }

    /// The operation is over.
    fn end(&mut self, status: Status, reason: Option<String>) {
        self.stack().unfinished = None;
        self.close(status, reason);
    }

    fn close(&mut self, status: Status, reason: Option<String>) {
        self.enter(status, reason);
        self.ended = true;
        if status == Status::DeleteComplete {
            let stack = self.stack();
            let began = stack
                .events
                .iter()
                .rev()
                .find(|event| event.physical_id == stack.id && event.status == "DELETE_IN_PROGRESS");
            stack.deleted = began.map(|event| event.at);
            stack.change_sets.clear();
        }
        let good = matches!(status, Status::CreateComplete | Status::UpdateComplete | Status::ImportComplete);
        let Some(id) = self.op.change_set.clone() else { return };
        if let Some(set) = self.stack().change_sets.iter_mut().find(|set| set.id == id) {
            set.execution = if good { "EXECUTE_COMPLETE" } else { "EXECUTE_FAILED" }.to_owned();
        }
    }
}

/// A value of an output or the name of an export as text.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
