//! A resource that could not be made or changed, and those that are given up with it.
use crate::cloudformation::operation::nested::NESTED;
use crate::cloudformation::operation::run::Run;
use crate::cloudformation::operation::{State, Work};
use crate::cloudformation::stack::ResourceStatus;
use crate::resources::Doing;

impl Run<'_> {
    pub(in crate::cloudformation::operation) fn fail_reach(&mut self, at: usize, reason: &str) {
        let logical_id = self.op.steps[at].logical_id.clone();
        self.op.steps[at].state = State::Failed;
        let status = self.failed_status(&logical_id);
        self.mark(&logical_id, status, Some(reason.to_owned()));
        if self.op.disable_rollback {
            self.restore(&logical_id);
        } else {
            self.cancel();
        }
    }

    fn failed_status(&mut self, logical_id: &str) -> ResourceStatus {
        match self.stack().resources.get(logical_id).map(|it| it.status) {
            Some(ResourceStatus::CreateInProgress) | None => ResourceStatus::CreateFailed,
            Some(ResourceStatus::ImportInProgress) => ResourceStatus::ImportFailed,
            Some(_) => ResourceStatus::UpdateFailed,
        }
    }

    /// Where rollback is disabled, a resource that failed to be changed returns to its last stable state at once. Source:
    /// *Choose how to handle failures when provisioning resources*.
    fn restore(&mut self, logical_id: &str) {
        let Some(before) = self.op.resources_before.get(logical_id).cloned() else { return };
        let current = self.stack().resources[logical_id].clone();
        let nested = current.type_name == NESTED;
        if nested || current.properties == before.properties || current.status != ResourceStatus::UpdateFailed {
            return;
        }
        if self.change_physical(logical_id, &current, &before.properties).is_ok() {
            self.stack().resources[logical_id].properties = before.properties;
        }
    }

    /// Gives up all that goes on.
    pub(in crate::cloudformation::operation) fn cancel(&mut self) {
        for at in 0..self.op.steps.len() {
            let step = &self.op.steps[at];
            if step.state.is_settled() || !matches!(step.work, Work::Reach) {
                continue;
            }
            let logical_id = step.logical_id.clone();
            let busy = step.state != State::Waiting;
            if matches!(step.state, State::Doing { doing: Doing::Delete, .. }) {
                self.op.gone.insert(logical_id.clone());
            }
            self.op.steps[at].state = State::Cancelled;
            if busy {
                self.identify(at, Doing::Create, false);
                let status = self.failed_status(&logical_id);
                let word = if status == ResourceStatus::CreateFailed { "creation" } else { "update" };
                self.mark(&logical_id, status, Some(format!("Resource {word} cancelled")));
            }
        }
    }
}
