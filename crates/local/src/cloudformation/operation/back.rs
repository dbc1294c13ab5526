//! Back to what was before a failed update.
use jiff::SignedDuration;
use serde_json::Value as Json;

use super::State;
use super::nested::NESTED;
use super::run::Run;
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::resources::{Doing, Refusal};

impl Run<'_> {
    pub(super) fn begin_return(&mut self, at: usize) {
        let logical_id = self.op.steps[at].logical_id.clone();
        let current = self.stack().resources[&logical_id].clone();
        let before = self.op.resources_before[&logical_id].clone();
        self.mark(&logical_id, ResourceStatus::UpdateInProgress, None);
        let replaced = current.physical_id != before.physical_id;
        if self.op.gone.contains(&logical_id) {
            return self.return_the_lost(at, &logical_id, &current, &before);
        }
        if replaced {
            let mut abandoned = current;
            abandoned.deletion_policy = None;
            self.op.leftovers.push((logical_id.clone(), abandoned));
            return self.returned(at, &logical_id, before.physical_id.clone());
        }
        if before.type_name == NESTED {
            return self.return_child(at, &logical_id);
        }
        let there = self.op.drifted.get(&logical_id).unwrap_or(&before.properties).clone();
        if current.properties == there && self.op.before.tags == self.op.target.tags {
            let struck = self.strike(&logical_id, Doing::Update, false);
            return match struck {
                Ok(()) => self.wait(at, Doing::Update, SignedDuration::ZERO),
                Err(Refusal(reason)) => self.fail(at, &reason),
            };
        }
        self.update_back(at, &logical_id, &current, &there);
    }

    /// Makes it what it really was. Source: *Using drift-aware change sets* ("restore resources to their actual pre-deployment state,
    /// not the previous template state").
    fn update_back(&mut self, at: usize, logical_id: &str, current: &Resource, there: &Json) {
        match self.change_physical(logical_id, current, there) {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(begun) => {
                let record = &mut self.stack().resources[logical_id];
                record.physical_id = Some(begun.physical_id);
                record.properties = there.clone();
                self.wait(at, Doing::Update, begun.takes);
            }
        }
    }

    /// The old one was deleted before the new one was made: the new one, if it is there, makes room, and the old one is made
    /// once more.
    fn return_the_lost(&mut self, at: usize, logical_id: &str, current: &Resource, before: &Resource) {
        if current.physical_id.is_none() || current.physical_id == before.physical_id {
            return self.make_the_lost(at, logical_id);
        }
        match self.delete_physical(logical_id, current) {
            Err(Refusal(reason)) => self.fail(at, &reason),
            Ok(begun) => self.wait(at, Doing::Delete, begun.takes),
        }
    }

    fn make_the_lost(&mut self, at: usize, logical_id: &str) {
        let before = self.op.resources_before[logical_id].clone();
        match self.make_physical(logical_id, &before.type_name, &before.properties) {
            Err(reason) => self.fail(at, &reason),
            Ok((physical_id, takes)) => {
                let record = &mut self.stack().resources[logical_id];
                record.physical_id = Some(physical_id);
                record.properties = before.properties;
                self.op.gone.remove(logical_id);
                self.wait(at, Doing::Create, takes);
            }
        }
    }

    pub(super) fn done_return(&mut self, at: usize, doing: Doing) {
        let logical_id = self.op.steps[at].logical_id.clone();
        if doing == Doing::Delete {
            return self.make_the_lost(at, &logical_id);
        }
        let physical_id = self.stack().resources[&logical_id].physical_id.clone();
        self.returned(at, &logical_id, physical_id);
    }

    fn returned(&mut self, at: usize, logical_id: &str, physical_id: Option<String>) {
        let before = self.op.resources_before[logical_id].clone();
        let remade = physical_id != before.physical_id;
        self.stack().resources[logical_id] = Resource { physical_id: physical_id.clone(), ..before };
        self.read_attributes(logical_id);
        if remade {
            self.op.resources_before[logical_id].physical_id = physical_id;
        }
        self.mark(logical_id, ResourceStatus::UpdateComplete, None);
        self.op.steps[at].state = State::Done;
    }

    /// An import that failed leaves what it took in alone.
    pub(super) fn begin_release(&mut self, at: usize) {
        let logical_id = self.op.steps[at].logical_id.clone();
        self.mark(&logical_id, ResourceStatus::ImportRollbackInProgress, None);
        if let Err(Refusal(reason)) = self.strike(&logical_id, Doing::Delete, false) {
            return self.fail(at, &reason);
        }
        self.mark(&logical_id, ResourceStatus::ImportRollbackComplete, None);
        self.stack().resources.shift_remove(&logical_id);
        self.op.steps[at].state = State::Done;
    }
}
