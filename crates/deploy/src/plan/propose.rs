//! Asking CloudFormation what would change in one stack, and telling it for people.
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::build::{self, Sides};
use super::compare::compare;
use super::nested::Inner;
use super::side::Side;
use super::{
    Action, Change, Consequence, Danger, DangerKind, Opening, PermissionChange, Request, StackPlan, Verb, estimate,
    exports, from_template, nested, read, takeover, values,
};
use crate::aws::Connection;
use crate::bootstrap;
use crate::change_set::{self, Described};
use crate::collision;
use crate::failure::Failure;
use crate::handover;
use crate::host;
use crate::record::{Phase, RECORD_VERSION, Record, Records};
use crate::stack::{self, StackNow};
use crate::template_body::digest;

/// What is asked.
pub(crate) struct Question<'a> {
    pub(crate) stack: &'a str,
    pub(crate) verb: Verb,
    pub(crate) request: Request,
    /// The stack, if there is one whose resources count.
    pub(crate) now: Option<StackNow>,
    /// The stacks that come first and have not been made: then CloudFormation is not asked.
    pub(crate) waits_for: Vec<String>,
    /// Whether nothing is to be noted on disk.
    pub(crate) keep: bool,
}

/// Makes the plan of one stack. If there is a change set in it, it waits to be carried out or discarded.
pub(crate) async fn propose(
    connection: &Connection,
    records: &Records,
    question: Question<'_>,
) -> Result<StackPlan, Failure> {
    let Question { stack, verb, mut request, now, waits_for, keep } = question;
    let before = template_in_force(connection, now.as_ref()).await?;
    let mut remarks = Vec::new();
    if now.is_some() && before.is_none() {
        remarks
            .push("the template in force cannot be read, so that all permissions and openings count as new".to_owned());
    }
    let before = before.unwrap_or_default();
    let mut after: Json = serde_json::from_str(&request.template).unwrap_or_default();
    let mut exports = exports::Exports::default();
    if let Some(now) = now.as_ref().filter(|now| !now.exports.is_empty()) {
        exports = exports::keep_used(connection, now, &before, &mut after).await?;
        request.template = after.to_string();
    }
    remarks.append(&mut exports.remarks);
    let mut plan = StackPlan {
        stack: stack.to_owned(),
        stack_id: now.as_ref().map(|now| now.id.clone()),
        verb,
        waits_for,
        template: digest(&request.template),
        capabilities: request.capabilities.clone(),
        exports: exports.changes,
        remarks,
        seen: now.as_ref().map(StackNow::seen).unwrap_or_default(),
        request,
        ..StackPlan::default()
    };
    let mut inner = Vec::new();
    let mut values = now.as_ref().map_or_else(BTreeMap::new, |now| known(&now.parameters, &now.resolved));
    let before_values = values.clone();
    values.extend(plan.request.parameters.clone());
    if plan.waits_for.is_empty() && verb != Verb::Recreate {
        let described = ask(connection, records, &mut plan, now.as_ref(), (&before, &after), keep).await?;
        values.extend(known(&described.parameters, &described.resolved));
        inner = match inspect(connection, &mut plan, now.as_ref(), &described, &after).await {
            Ok(inner) => inner,
            Err(failure) => {
                // The first failure is the one to tell; what is left now, the next plan finds.
                if let (Some(id), Some(stack_id)) = (&plan.change_set, &plan.stack_id) {
                    let _ = drop_it(connection, id, stack_id, now.as_ref()).await;
                }
                if !failure.is_passing() {
                    records.clear(&plan.stack)?;
                }
                return Err(failure);
            }
        };
    } else {
        plan.changes = from_template::changes(&before, &after, &plan.request.resources);
        plan.values = values::settings(now.as_ref(), &plan.request);
    }
    let before = Side { template: &before, parameters: &before_values };
    let after = Side { template: &after, parameters: &values };
    let moved = match &now {
        Some(now) if verb == Verb::Update => collision::moved(connection, now, &before, &after, &plan.changes).await?,
        _ => Vec::new(),
    };
    finish(&mut plan, &before, &after, &inner, &moved);
    Ok(plan)
}

/// Looks at what a change set does not say by itself.
async fn inspect(
    connection: &Connection,
    plan: &mut StackPlan,
    now: Option<&StackNow>,
    described: &Described,
    after: &Json,
) -> Result<Vec<Inner>, Failure> {
    if let Some(now) = now {
        exports::check_replaced(connection, now, after, plan).await?;
    }
    nested::look(connection, described).await
}

/// Values of parameters; of those of SSM types what stands behind the name.
pub(super) fn known(
    values: &BTreeMap<String, String>,
    resolved: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    values.iter().chain(resolved).map(|(name, value)| (name.clone(), value.clone())).collect()
}

pub(super) async fn template_in_force(
    connection: &Connection,
    now: Option<&StackNow>,
) -> Result<Option<Json>, Failure> {
    let Some(now) = now else { return Ok(None) };
    let text = stack::template(connection, &now.id).await?.unwrap_or_default();
    Ok(read::template(&text))
}

/// Puts what CloudFormation says into the plan, and answers it.
async fn ask(
    connection: &Connection,
    records: &Records,
    plan: &mut StackPlan,
    now: Option<&StackNow>,
    sides: (&Json, &Json),
    keep: bool,
) -> Result<Described, Failure> {
    // Before anything is noted, since nothing has to be cleared up after it.
    bootstrap::put(connection, &plan.stack, &mut plan.request).await?;
    let operation = change_set::new_operation();
    plan.change_set = Some(change_set::name_of(&operation));
    if !keep {
        note(connection, records, plan)?;
    }
    let made = change_set::create(connection, &plan.stack, &plan.request, now, &operation).await;
    let (id, stack_id) = match made {
        Ok(made) => made,
        Err(failure) => {
            // Only a refusal is certain; what nobody answered may have been taken, and the record says so to the next run.
            if failure.is_final() {
                unnote(records, plan, keep)?;
            }
            return Err(failure);
        }
    };
    (plan.change_set, plan.stack_id) = (Some(id.clone()), Some(stack_id.clone()));
    if !keep {
        note(connection, records, plan)?;
    }
    match change_set::wait(connection, &id).await {
        Ok(described) if described.is_empty => {
            drop_it(connection, &id, &stack_id, now).await?;
            unnote(records, plan, keep)?;
            nothing(plan, now, sides);
            Ok(described)
        }
        Ok(described) => {
            tell(plan, now, &described, sides);
            Ok(described)
        }
        Err(failure) if !failure.is_final() => Err(failure),
        Err(failure) => {
            drop_it(connection, &id, &stack_id, now).await?;
            unnote(records, plan, keep)?;
            Err(failure.while_doing(format_args!("cannot plan `{}`", plan.stack)))
        }
    }
}

fn note(connection: &Connection, records: &Records, plan: &StackPlan) -> Result<(), Failure> {
    let token = plan.change_set.clone().unwrap_or_default();
    let (version, region) = (RECORD_VERSION, connection.region.clone());
    records.write(&Record { version, region, phase: Phase::Proposed, token, plan: plan.clone() })
}

/// Takes back what [`note`] noted. Where nothing was, another operation's record may be.
fn unnote(records: &Records, plan: &StackPlan, keep: bool) -> Result<(), Failure> {
    if keep { Ok(()) } else { records.clear(&plan.stack) }
}

/// Deletes a change set that is of no use, and the stack that came with it.
async fn drop_it(connection: &Connection, id: &str, stack_id: &str, now: Option<&StackNow>) -> Result<(), Failure> {
    change_set::forget(connection, id).await?;
    if now.is_none() { change_set::delete_if_unused(connection, stack_id).await } else { Ok(()) }
}

/// There is nothing to change in the template; what stands beside it may change still.
fn nothing(plan: &mut StackPlan, now: Option<&StackNow>, (before, after): (&Json, &Json)) {
    plan.change_set = None;
    plan.values = values::settings(now, &plan.request);
    let has_settings = plan.request.protection.is_some() || plan.request.policy.is_some();
    plan.verb = if has_settings { Verb::Update } else { Verb::Nothing };
    plan.request.template.clear();
    if !before.is_null() && before != after {
        plan.remarks.push(
            "the template differs in what CloudFormation does not count as a change, such as policies or outputs; it takes \
             that together with the next change of a resource"
                .to_owned(),
        );
    }
    if now.is_some_and(|now| now.tags != plan.request.tags) {
        plan.remarks.push("the stack's tags differ, which CloudFormation changes only with a resource".to_owned());
    }
}

/// Tells a change set.
pub(super) fn tell(plan: &mut StackPlan, now: Option<&StackNow>, described: &Described, sides: (&Json, &Json)) {
    let resources = &plan.request.resources;
    plan.changes = build::changes(&described.changes, &Sides { before: sides.0, after: sides.1, resources });
    plan.values = values::changed(now, &plan.request, described, sides);
    if !described.capabilities.is_empty() {
        plan.capabilities.clone_from(&described.capabilities);
    }
    if let Some(now) = now {
        plan.remarks.extend(values::moved(now, described));
    }
    plan.request.template.clear();
}

/// What follows from the changes.
pub(super) fn finish(
    plan: &mut StackPlan,
    before: &Side<'_>,
    after: &Side<'_>,
    inner: &[Inner],
    exports: &[collision::Moved],
) {
    let compared = compare(before, after, &plan.changes);
    plan.boot_scripts = compared.boot_scripts;
    plan.permissions = compared.permissions;
    plan.openings = compared.openings;
    nested::tell(plan, inner);
    plan.seconds = estimate::seconds(&plan.changes, after.template);
    plan.hosts = host::hosts(after, &plan.stack);
    if plan.verb == Verb::Update {
        collide(plan, before, after, exports);
    }
    plan.dangers = dangers(plan);
    plan.dangers.extend(takeover::danger(plan, before.template, after.template));
    // "Immutable updates" in *Choose how to handle failures* of the CloudFormation User Guide.
    let replaced = plan.changes.iter().find(|change| change.action == Action::Replace);
    if let Some(replaced) = replaced.filter(|_| plan.request.disable_rollback) {
        let remark = format!("CloudFormation refuses to replace `{}` when rollback is disabled", replaced.id);
        plan.remarks.push(remark);
    }
}

/// What the changes will run into, and whether a handover is the way around.
fn collide(plan: &mut StackPlan, before: &Side<'_>, after: &Side<'_>, exports: &[collision::Moved]) {
    let was = host::hosts(before, &plan.stack);
    let (changes, boot_scripts) = (&plan.changes, &plan.boot_scripts);
    let hosts = (&*was, &*plan.hosts);
    plan.collisions = collision::find(&collision::Known { before, after, hosts, changes, boot_scripts, exports });
    let template = after.template.to_string();
    plan.handover = handover::proposed(plan, hosts, after, &template);
    if let Some(handover) = &mut plan.handover {
        let is_other = |(name, value): &(&String, &String)| before.parameters.get(*name) != Some(value);
        handover.given = plan.request.parameters.iter().filter(is_other).map(|(name, _)| name.clone()).collect();
    }
}

/// What needs somebody's word. Of a stack that is new, all is new, and nobody could do or reach anything before.
pub(super) fn dangers(plan: &StackPlan) -> Vec<Danger> {
    let mut dangers: Vec<Danger> = plan.changes.iter().filter_map(data_danger).collect();
    if plan.verb == Verb::Recreate {
        let reason = "its creation failed; what is left of it is deleted before it is made again".to_owned();
        dangers.push(Danger { kind: DangerKind::Recreate, id: plan.stack.clone(), reason });
    }
    let fails = plan.collisions.iter().filter(|one| one.fails);
    dangers.extend(fails.map(|one| Danger {
        kind: DangerKind::Collision,
        id: one.ids.first().cloned().unwrap_or_default(),
        reason: format!("it will fail: {}", one.why),
    }));
    if matches!(plan.verb, Verb::Update | Verb::Import) {
        let widening = plan.permissions.iter().filter(|one| one.widens);
        dangers.extend(widening.map(|one| Danger {
            kind: DangerKind::Permission,
            id: one.id.clone(),
            reason: permission(one),
        }));
        let opens = plan.openings.iter().filter(|one| one.widens && one.direction == "in");
        dangers.extend(opens.map(|one| Danger { kind: DangerKind::Ingress, id: one.id.clone(), reason: opening(one) }));
    }
    dangers.sort();
    dangers.dedup_by(|one, other| one.kind == other.kind && one.id == other.id);
    dangers
}

/// Whom an opening lets in.
fn opening(one: &Opening) -> String {
    let on = if one.ports == "all" { "any port" } else { &one.ports };
    format!("it lets {} reach it on {on}", one.peer)
}

/// What a permission gives that nobody had.
fn permission(change: &PermissionChange) -> String {
    let verb = match (&*change.effect, change.is_added) {
        ("Boundary", _) => "is no longer bound to",
        (_, true) => "allows",
        (_, false) => "no longer forbids",
    };
    let all = |names: &[String], all: &str| if names == ["*"] { all.to_owned() } else { names.join(", ") };
    match change.actions.as_slice() {
        [role] if role.starts_with("act as ") => format!("it lets {} {role}", change.principals.join(", ")),
        [policy] if policy.starts_with("policy ") => format!("it {verb} what the {policy} says"),
        actions => format!("it {verb} {} on {}", all(actions, "all actions"), all(&change.resources, "everything")),
    }
}

fn data_danger(change: &Change) -> Option<Danger> {
    let Consequence::DataAtRisk(_) = change.consequence else { return None };
    let kind = if change.action == Action::Remove { DangerKind::Delete } else { DangerKind::Replace };
    Some(Danger { kind, id: change.id.clone(), reason: change.meaning.clone() })
}
