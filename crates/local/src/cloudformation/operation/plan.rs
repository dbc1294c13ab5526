//! The steps of each phase.
use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::run::Run;
use super::{Phase, State, Step, Verb, Work, policy};
use crate::cloudformation::stack::{Resource, ResourceStatus};
use crate::cloudformation::template::check_outputs;

/// How often a clean-up tries. Source: *Troubleshooting CloudFormation*.
const TRIES: u32 = 3;
/// Between two phases. AWS publishes no figure; long enough to be seen.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

impl Run<'_> {
    /// Begins a phase.
    pub(super) fn begin_phase(&mut self, phase: Phase, steps: Vec<Step>) {
        self.op.phase = phase;
        self.op.steps = steps;
        self.op.not_before = self.world.now() + PAUSE;
    }

    /// Towards the target: every resource that it wants, in the order in which they depend on each other.
    pub(super) fn plan_forward(&mut self) {
        let checked = self.op.target.template().and_then(|template| Ok(check_outputs(&template)?));
        let wanted: Vec<(String, Vec<String>)> =
            match checked.map_err(|error| error.message).and_then(|()| self.design()) {
                Ok(design) => design.resources.iter().map(|(id, it)| (id.clone(), it.depends_on.clone())).collect(),
                Err(reason) => {
                    self.op.failure = Some(reason);
                    Vec::new()
                }
            };
        let steps = in_order(wanted, |_| Work::Reach);
        self.begin_phase(Phase::Forward, steps);
        self.forbid_removals();
    }

    /// A stack policy that forbids the removal of a resource fails the update before anything is done.
    fn forbid_removals(&mut self) {
        let Some(policy) = self.op.policy.clone().or_else(|| self.stack().policy.clone()) else { return };
        if self.op.verb != Verb::Update {
            return;
        }
        for (logical_id, resource) in self.unwanted() {
            if let Err(reason) = policy::check(&policy, "Update:Delete", &logical_id, &resource.type_name) {
                self.mark(&logical_id, ResourceStatus::UpdateFailed, Some(reason));
                self.op.steps.iter_mut().for_each(|step| step.state = State::Cancelled);
                self.op.steps.push(Step { logical_id, work: Work::Reach, after: Vec::new(), state: State::Failed });
            }
        }
    }

    /// The resources of the stack that the target does not want.
    pub(super) fn unwanted(&mut self) -> Vec<(String, Resource)> {
        let wanted: BTreeSet<String> =
            self.design().map(|it| it.resources.keys().cloned().collect()).unwrap_or_default();
        let resources = self.stack().resources.iter().filter(|(id, _)| !wanted.contains(*id));
        resources.map(|(id, resource)| (id.clone(), resource.clone())).collect()
    }

    /// After an update: what was replaced, and what the template does not name any more.
    pub(super) fn plan_clean_up(&mut self) {
        let mut doomed: Vec<(String, Resource, bool)> = Vec::new();
        doomed.extend(self.op.leftovers.drain(..).map(|(id, resource)| (id, settle(resource, false), false)));
        doomed.extend(self.unwanted().into_iter().map(|(id, resource)| (id, settle(resource, false), true)));
        let mut steps = removals(doomed, TRIES);
        steps.extend(self.let_children_clean_up(steps.len()));
        self.begin_phase(Phase::CleanUp, steps);
    }

    /// Back from an update: what it touched returns to what it was.
    pub(super) fn plan_back(&mut self) {
        if self.op.phase == Phase::Forward {
            // What the update replaced comes back into use.
            self.op.leftovers.clear();
        }
        let now: Vec<(String, Resource)> =
            self.stack().resources.iter().map(|(id, it)| (id.clone(), it.clone())).collect();
        let mut touched = Vec::new();
        for (id, resource) in now {
            let Some(before) = self.op.resources_before.get(&id).cloned() else { continue };
            if self.op.skip.contains(&id) {
                self.stack().resources[&id] = before;
                self.mark(&id, ResourceStatus::UpdateComplete, None);
            } else if is_touched(&before, &resource) && !self.op.synced.contains(&id) {
                touched.push((id, before.depends_on));
            } else {
                self.stack().resources[&id] = before;
            }
        }
        let steps = in_order(touched, |_| Work::Return);
        self.begin_phase(Phase::Back, steps);
    }

    /// After the way back: what the update had made.
    pub(super) fn plan_clean_up_back(&mut self) {
        let mut doomed: Vec<(String, Resource, bool)> = Vec::new();
        doomed.extend(self.op.leftovers.drain(..).map(|(id, resource)| (id, settle(resource, true), false)));
        let before = self.op.resources_before.clone();
        let new: Vec<(String, Resource)> = self.stack().resources.clone().into_iter().collect();
        let except = self.op.retain_except_on_create;
        for (id, mut resource) in new.into_iter().filter(|(id, _)| !before.contains_key(id)) {
            resource.deletion_policy = resource.deletion_policy.filter(|_| !except);
            doomed.push((id, settle(resource, true), true));
        }
        let mut steps = removals(doomed, TRIES);
        steps.extend(self.let_children_clean_up(steps.len()));
        self.begin_phase(Phase::CleanUpBack, steps);
    }

    /// Back from a create: everything goes.
    pub(super) fn plan_back_to_nothing(&mut self) {
        let except = self.op.retain_except_on_create;
        let mut doomed: Vec<(String, Resource, bool)> = Vec::new();
        doomed.extend(self.op.leftovers.drain(..).map(|(id, resource)| (id, settle(resource, true), false)));
        for (id, mut resource) in self.stack().resources.clone() {
            if is_there(&resource) {
                resource.deletion_policy = resource.deletion_policy.filter(|_| !except);
                doomed.push((id, settle(resource, true), true));
            }
        }
        self.begin_phase(Phase::Back, removals(doomed, 1));
    }

    /// The stack's own deletion: everything but what is retained.
    pub(super) fn plan_delete(&mut self) {
        let Verb::Delete { retain, .. } = self.op.verb.clone() else { return };
        let mut doomed: Vec<(String, Resource, bool)> = Vec::new();
        doomed.extend(self.op.leftovers.drain(..).map(|(id, resource)| (id, settle(resource, false), false)));
        for (id, mut resource) in self.stack().resources.clone() {
            if is_there(&resource) {
                if retain.contains(&id) {
                    resource.deletion_policy = Some("Retain".to_owned());
                }
                doomed.push((id, settle(resource, false), true));
            }
        }
        self.begin_phase(Phase::CleanUp, removals(doomed, 1));
    }

    /// Back from an import: what was taken in is let go.
    pub(super) fn plan_release(&mut self) {
        let resources = &self.stack().resources;
        let taken: Vec<String> = resources.keys().cloned().collect();
        let taken = taken.into_iter().filter(|id| self.op.imports.contains_key(id)).map(|id| (id, Vec::new()));
        let steps = in_order(taken.collect(), |_| Work::Release);
        self.begin_phase(Phase::Back, steps);
    }

    /// Whether what is removed is also forgotten.
    pub(super) fn is_clean_up(&self) -> bool {
        match self.op.phase {
            Phase::CleanUp => !self.is_delete(),
            Phase::CleanUpBack => true,
            Phase::Forward | Phase::Back => false,
        }
    }
}

fn is_there(resource: &Resource) -> bool {
    !matches!(resource.status, ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped)
}

fn is_touched(before: &Resource, now: &Resource) -> bool {
    (&before.physical_id, &before.properties, before.status, before.since)
        != (&now.physical_id, &now.properties, now.status, now.since)
}

/// What its policies mean for a resource: `Retain`, `Snapshot` or nothing. Source: *DeletionPolicy attribute*;
/// `RetainExceptOnCreate` retains unless the operation that made the resource is rolled back.
fn settle(mut resource: Resource, made_by_this: bool) -> Resource {
    resource.deletion_policy = match resource.deletion_policy.as_deref() {
        Some("RetainExceptOnCreate") if made_by_this => None,
        Some("Retain" | "RetainExceptOnCreate") => Some("Retain".to_owned()),
        Some("Snapshot") if !made_by_this => Some("Snapshot".to_owned()),
        None if !made_by_this && snapshots_unasked(&resource) => Some("Snapshot".to_owned()),
        _ => None,
    };
    resource
}

/// Source: *DeletionPolicy attribute*: "For `AWS::RDS::DBCluster` resources, and for `AWS::RDS::DBInstance` resources that don't
/// specify the `DBClusterIdentifier` property, the default policy is `Snapshot`".
fn snapshots_unasked(resource: &Resource) -> bool {
    match resource.type_name.as_str() {
        "AWS::RDS::DBCluster" => true,
        "AWS::RDS::DBInstance" => resource.properties.get("DBClusterIdentifier").is_none(),
        _ => false,
    }
}

/// Steps that come after the steps of what they depend on.
fn in_order(wanted: Vec<(String, Vec<String>)>, work: impl Fn(&str) -> Work) -> Vec<Step> {
    let place = |name: &String| wanted.iter().position(|(id, _)| id == name);
    let step = |(id, depends_on): &(String, Vec<String>)| Step {
        logical_id: id.clone(),
        work: work(id),
        after: depends_on.iter().filter_map(place).collect(),
        state: State::Waiting,
    };
    wanted.iter().map(step).collect()
}

/// Steps that come before the steps of what their resources depended on.
fn removals(doomed: Vec<(String, Resource, bool)>, tries: u32) -> Vec<Step> {
    let after = |id: &String| {
        let users = doomed.iter().enumerate().filter(|(_, (_, other, _))| other.depends_on.contains(id));
        users.map(|(place, _)| place).collect()
    };
    let step = |(id, resource, shown): &(String, Resource, bool)| Step {
        logical_id: id.clone(),
        work: Work::Remove { resource: Box::new(resource.clone()), shown: *shown, tries },
        after: after(id),
        state: State::Waiting,
    };
    // The last first, as far as nothing else decides.
    let mut steps: Vec<Step> = doomed.iter().map(step).collect();
    let last = steps.len().saturating_sub(1);
    steps.reverse();
    for step in &mut steps {
        step.after.iter_mut().for_each(|place| *place = last - *place);
    }
    steps
}
