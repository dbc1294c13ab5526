//! Planning the end of stacks.
use serde_json::Value as Json;
use stackgen_assembly::Assembly;

use super::consequence::STAYS;
use super::{
    Consequence, Fate, PLAN_VERSION, Plan, Request, Side, StackPlan, Verb, estimate, exports, from_template,
    make::account_of, read,
};
use crate::aws::Connection;
use crate::failure::{Failure, Kind};
use crate::host;
use crate::stack::{self, Move, StackNow, Wish, next_move};

/// Plans the deletion of stacks: with an assembly in its order reversed, else as they are named. `retain` names resources
/// (`id` or `stack/id`) that stay.
///
/// # Errors
///
/// If CloudFormation does not say what is there, a stack is protected, or something that stays imports from one.
pub async fn make_destroy(
    connection: &Connection,
    assembly: Option<&Assembly>,
    stacks: &[String],
    retain: &[String],
) -> Result<Plan, Failure> {
    let names = in_order(assembly, stacks);
    let mut plan =
        Plan { version: PLAN_VERSION, account: String::new(), region: connection.region.clone(), stacks: Vec::new() };
    for name in &names {
        let mut planned = one(connection, assembly, name, retain).await?;
        let users = users(connection, &mut planned, &names).await?;
        planned.request.after.extend(users);
        let dependants = |other: &StackPlan| depends(assembly, &other.stack, name);
        planned
            .request
            .after
            .extend(plan.stacks.iter().filter(|other| dependants(other)).map(|other| other.stack.clone()));
        planned.request.after.sort();
        planned.request.after.dedup();
        if let Some(account) = planned.stack_id.as_deref().and_then(account_of) {
            account.clone_into(&mut plan.account);
        }
        plan.stacks.push(planned);
    }
    Ok(plan)
}

fn in_order(assembly: Option<&Assembly>, stacks: &[String]) -> Vec<String> {
    let Some(assembly) = assembly else { return stacks.to_vec() };
    let all = assembly.manifest.stacks.iter().rev().map(|entry| entry.name.clone());
    let mut names: Vec<String> = all.filter(|name| stacks.is_empty() || stacks.contains(name)).collect();
    let others: Vec<String> = stacks.iter().filter(|name| !names.contains(name)).cloned().collect();
    names.extend(others);
    names
}

fn depends(assembly: Option<&Assembly>, stack: &str, on: &str) -> bool {
    let entry = assembly.and_then(|assembly| assembly.stack(stack));
    entry.is_some_and(|entry| {
        entry.dependencies.iter().any(|name| name == on) || entry.inputs.iter().any(|input| input.stack == on)
    })
}

async fn one(
    connection: &Connection,
    assembly: Option<&Assembly>,
    name: &str,
    retain: &[String],
) -> Result<StackPlan, Failure> {
    let now = stack::describe(connection, name).await?;
    let mut plan = StackPlan { stack: name.to_owned(), verb: Verb::Nothing, ..StackPlan::default() };
    let next = next_move(now.as_ref().map(|now| &now.status), Wish::Destroy);
    let Some(now) = now.filter(|_| next != Move::Nothing) else {
        plan.remarks.push(format!("there is no stack of this name in {}", connection.region));
        return Ok(plan);
    };
    check(&now, next)?;
    let retain = retained(name, retain, next)?;
    let text = stack::template(connection, &now.id).await?.unwrap_or_default();
    let template = read::template(&text).unwrap_or_default();
    let resources = assembly.and_then(|assembly| assembly.stack(name)).map(|entry| entry.resources.clone());
    let resources = resources.unwrap_or_default();
    plan.verb = Verb::Destroy;
    plan.changes = from_template::changes(&template, &Json::Null, &resources);
    plan.request = Request { resources, retain: retain.clone(), role: now.role.clone(), ..Request::default() };
    add_physical_ids(connection, &mut plan, &now).await?;
    for change in plan.changes.iter_mut().filter(|change| retain.contains(&change.id)) {
        (change.consequence, change.meaning) = (Consequence::Removed(Fate::Kept), STAYS.to_owned());
    }
    let parameters = now.parameters.clone();
    plan.hosts = host::hosts(&Side { template: &template, parameters: &parameters }, name);
    plan.seconds = estimate::seconds(&plan.changes, &template);
    plan.dangers = super::propose::dangers(&plan);
    plan.seen = now.seen();
    plan.stack_id = Some(now.id);
    plan.exports = now
        .exports
        .into_values()
        .map(|name| super::ExportChange { name, is_removed: true, importers: Vec::new() })
        .collect();
    Ok(plan)
}

fn check(now: &StackNow, next: Move) -> Result<(), Failure> {
    let name = &now.name;
    if matches!(next, Move::Wait | Move::WaitForCleanUp) {
        let message = format!(
            "the stack `{name}` is in {}; watch it with `stackgen watch`, and destroy it afterwards",
            now.status
        );
        return Err(Failure::new(Kind::Busy, message));
    }
    if now.protection {
        let message = format!("the stack `{name}` is protected against deletion; nothing was done");
        return Err(Failure::new(Kind::Protected, message));
    }
    Ok(())
}

/// The resources of a stack that stay. CloudFormation takes them only after a deletion has failed (`DeleteStack` in its API
/// reference).
fn retained(stack: &str, retain: &[String], next: Move) -> Result<Vec<String>, Failure> {
    let own = retain.iter().filter_map(|name| match name.split_once('/') {
        Some((of, id)) => (of == stack).then(|| id.to_owned()),
        None => Some(name.clone()),
    });
    let own: Vec<String> = own.collect();
    if own.is_empty() || next == Move::DeleteRetaining {
        return Ok(own);
    }
    let message = format!(
        "CloudFormation keeps resources only when it deletes `{stack}` for a second time; give `{}` a deletion policy instead",
        own.join("`, `")
    );
    Err(Failure::new(Kind::Refused, message))
}

async fn add_physical_ids(connection: &Connection, plan: &mut StackPlan, now: &StackNow) -> Result<(), Failure> {
    let mut found = stack::resources(connection, &now.id).await?;
    plan.changes.retain_mut(|change| {
        let Some(summary) = found.remove(&change.id) else { return false };
        change.physical_id = summary.physical_resource_id;
        true
    });
    // Nobody may be able to read the template in force.
    for (id, summary) in found {
        let type_name = summary.resource_type.unwrap_or_default();
        let mut change = from_template::removed(&id, &type_name, &plan.request.resources);
        change.physical_id = summary.physical_resource_id;
        plan.changes.push(change);
    }
    Ok(())
}

/// The stacks of the plan that import from this one. Others must not be there.
async fn users(connection: &Connection, plan: &mut StackPlan, names: &[String]) -> Result<Vec<String>, Failure> {
    let mut users = Vec::new();
    for export in &mut plan.exports {
        let importers = exports::importers(connection, &export.name).await?;
        if let Some(stranger) = importers.iter().find(|importer| !names.contains(importer)) {
            let message =
                format!("`{stranger}` imports `{}` of `{}`; destroy it too, or first", export.name, plan.stack);
            return Err(Failure::new(Kind::ExportInUse, message));
        }
        users.extend(importers.iter().cloned());
        export.importers = importers;
    }
    Ok(users)
}
