//! Removing a physical resource that nobody wants any more.
use jiff::SignedDuration;

use super::run::Run;
use super::{State, Verb, Work};
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::resources::{Doing, Refusal, provider};

/// Between two tries. The length is not published.
const BETWEEN_TRIES: SignedDuration = SignedDuration::from_secs(10);

impl Run<'_> {
    pub(super) fn begin_remove(&mut self, at: usize, resource: &Resource) {
        let logical_id = self.op.steps[at].logical_id.clone();
        // Source: *DeletionPolicy attribute*; `DELETE_SKIPPED` in *Resource status codes*.
        if resource.deletion_policy.as_deref() == Some("Retain") {
            self.show(at, resource, ResourceStatus::DeleteSkipped, None);
            return self.removed(at);
        }
        let Some(id) = resource.physical_id.clone() else {
            self.show(at, resource, ResourceStatus::DeleteComplete, None);
            return self.removed(at);
        };
        self.show(at, resource, ResourceStatus::DeleteInProgress, None);
        let wants_snapshot = resource.deletion_policy.as_deref() == Some("Snapshot");
        let begun = self.strike(&logical_id, Doing::Delete, false).and_then(|()| {
            self.with(&logical_id, &resource.type_name, |site| {
                let provider = provider(&site.type_name);
                if wants_snapshot {
                    provider.snapshot(site, &id)?;
                }
                provider.delete(site, &id, &resource.properties)
            })
        });
        match begun {
            Ok(begun) => self.wait(at, Doing::Delete, begun.takes),
            Err(Refusal(reason)) => self.fail(at, &reason),
        }
    }

    pub(super) fn done_remove(&mut self, at: usize, resource: &Resource) {
        self.show(at, resource, ResourceStatus::DeleteComplete, None);
        self.removed(at);
    }

    /// Three tries in a clean-up, after which the resource belongs to nobody. Source: *Troubleshooting CloudFormation*
    /// and aws-cloudformation/cloudformation-coverage-roadmap#744.
    pub(super) fn fail_remove(&mut self, at: usize, resource: &Resource, reason: &str) {
        self.show(at, resource, ResourceStatus::DeleteFailed, Some(reason.to_owned()));
        let again = self.world.now() + BETWEEN_TRIES;
        let Work::Remove { tries, .. } = &mut self.op.steps[at].work else { return };
        *tries = tries.saturating_sub(1);
        self.op.steps[at].state = if *tries > 0 { State::Again { at: again } } else { State::Failed };
        if self.op.steps[at].state != State::Failed {
            return;
        }
        if matches!(self.op.verb, Verb::Delete { force: true, .. }) {
            // Source: *DeletionMode* of `DeleteStack` in the API reference.
            self.show(at, resource, ResourceStatus::DeleteSkipped, None);
            self.op.steps[at].state = State::Done;
        } else if !self.is_delete() {
            self.forget(at);
        }
    }

    fn removed(&mut self, at: usize) {
        self.op.steps[at].state = State::Done;
        self.forget(at);
    }

    /// The stack does not show any more what a clean-up has dealt with.
    fn forget(&mut self, at: usize) {
        let step = &self.op.steps[at];
        let logical_id = step.logical_id.clone();
        if matches!(step.work, Work::Remove { shown: true, .. }) && self.is_clean_up() {
            self.stack().resources.shift_remove(&logical_id);
        }
    }

    fn show(&mut self, at: usize, resource: &Resource, status: ResourceStatus, reason: Option<String>) {
        let step = &self.op.steps[at];
        let logical_id = step.logical_id.clone();
        if matches!(step.work, Work::Remove { shown: true, .. }) && self.stack().resources.contains_key(&logical_id) {
            self.mark(&logical_id, status, reason);
        } else {
            self.tell(&logical_id, resource, status, reason);
        }
    }
}
