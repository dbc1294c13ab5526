//! The plan of a change set that is there, whoever made it: what it says of resources, and what the two templates say of
//! permissions, openings and boot scripts.
use serde_json::Value as Json;
use stackgen_assembly::Assembly;

use super::propose::{finish, known, tell, template_in_force};
use super::side::Side;
use super::{Request, StackPlan, Verb, nested, read};
use crate::aws::Connection;
use crate::change_set;
use crate::failure::Failure;
use crate::stack::{self, StackNow};
use crate::template_body::digest;

/// The plan of a change set.
///
/// # Errors
///
/// If there is no such change set.
pub async fn of_change_set(
    connection: &Connection,
    id: &str,
    assembly: Option<&Assembly>,
) -> Result<StackPlan, Failure> {
    let described = change_set::describe(connection, id).await?;
    let now = stack::describe(connection, &described.stack_id).await?;
    let is_there = now.as_ref().is_some_and(|now| now.status.word() != "REVIEW_IN_PROGRESS");
    let in_force = now.clone().filter(|_| is_there);
    let before = template_in_force(connection, in_force.as_ref()).await?.unwrap_or_default();
    let text = change_set::template(connection, id).await?;
    let after: Json = read::template(&text).unwrap_or_default();
    let inner = nested::look(connection, &described).await?;
    let resources = assembly.and_then(|assembly| assembly.stack(&described.stack)).map(|entry| entry.resources.clone());
    let resources = resources.unwrap_or_default();
    let mut plan = StackPlan {
        stack: described.stack.clone(),
        stack_id: Some(described.stack_id.clone()),
        verb: if is_there { Verb::Update } else { Verb::Create },
        change_set: Some(described.id.clone()),
        template: digest(&text),
        seen: now.as_ref().map(StackNow::seen).unwrap_or_default(),
        request: Request { resources, tags: described.tags.clone(), ..Request::default() },
        ..StackPlan::default()
    };
    tell(&mut plan, in_force.as_ref(), &described, (&before, &after));
    let values_before = in_force.map(|now| known(&now.parameters, &now.resolved)).unwrap_or_default();
    let values = known(&described.parameters, &described.resolved);
    let before = Side { template: &before, parameters: &values_before };
    finish(&mut plan, &before, &Side { template: &after, parameters: &values }, &inner, &[]);
    if described.execution != "AVAILABLE" {
        plan.remarks.push(format!("it cannot be carried out: it is {}", described.execution));
    }
    Ok(plan)
}
