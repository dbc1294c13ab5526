//! The operation that an order makes, with what an unfinished one before it leaves to return to.
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::SignedDuration;

use super::Order;
use crate::cloudformation::operation::{Operation, Phase, Verb};
use crate::cloudformation::stack::{Resource, Source, Stack};
use crate::world::World;

pub(super) fn operation(world: &mut World, region: &str, stack_id: &str, order: Order, id: String) -> Operation {
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
