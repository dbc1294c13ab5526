//! Stacks in a stack. A change set of the outer one that was asked to has one for each of them; what those say is told as if it
//! were of the outer stack, under `Outer/Inner`.
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::build::{self, Sides};
use super::compare::compare;
use super::propose::known;
use super::side::Side;
use super::{StackPlan, read};
use crate::aws::Connection;
use crate::change_set::{self, Described};
use crate::failure::Failure;
use crate::stack;

/// A stack in a stack, before and after.
#[derive(Debug, Default)]
pub(super) struct Inner {
    /// Its logical id, with those of the stacks around it in front.
    path: String,
    described: Described,
    before: Json,
    after: Json,
    values_before: BTreeMap<String, String>,
}

/// Looks at all stacks in a stack, outer ones first.
pub(super) async fn look(connection: &Connection, described: &Described) -> Result<Vec<Inner>, Failure> {
    let mut found = Vec::new();
    let mut waiting: Vec<(String, Described)> = vec![(String::new(), described.clone())];
    while let Some((path, outer)) = waiting.pop() {
        for change in &outer.changes {
            let Some(id) = &change.change_set_id else { continue };
            let path = below(&path, change.logical_resource_id.as_deref().unwrap_or_default());
            let mut inner = Inner { path: path.clone(), ..Inner::default() };
            if let Some(physical_id) = &change.physical_resource_id {
                let text = stack::template(connection, physical_id).await?.unwrap_or_default();
                inner.before = read::template(&text).unwrap_or_default();
                let now = stack::describe(connection, physical_id).await?;
                inner.values_before = now.map(|now| known(&now.parameters, &now.resolved)).unwrap_or_default();
            }
            inner.described = change_set::describe(connection, id).await?;
            inner.after = read::template(&change_set::template(connection, id).await?).unwrap_or_default();
            waiting.push((path, inner.described.clone()));
            found.push(inner);
        }
    }
    Ok(found)
}

/// Adds what happens in them to a plan: changes after the one of the stack that they are in.
pub(super) fn tell(plan: &mut StackPlan, inner: &[Inner]) {
    for one in inner {
        let sides = Sides { before: &one.before, after: &one.after, resources: &[] };
        let mut changes = build::changes(&one.described.changes, &sides);
        let values = known(&one.described.parameters, &one.described.resolved);
        let before = Side { template: &one.before, parameters: &one.values_before };
        let compared = compare(&before, &Side { template: &one.after, parameters: &values }, &changes);
        let place = |id: &str| below(&one.path, id);
        changes.iter_mut().for_each(|change| change.id = place(&change.id));
        let at = plan.changes.iter().position(|change| change.id == one.path).map_or(plan.changes.len(), |at| at + 1);
        plan.changes.splice(at..at, changes);
        plan.boot_scripts.extend(compared.boot_scripts.into_iter().map(|mut it| {
            it.id = place(&it.id);
            it
        }));
        plan.permissions.extend(compared.permissions.into_iter().map(|mut it| {
            it.id = place(&it.id);
            it
        }));
        plan.openings.extend(compared.openings.into_iter().map(|mut it| {
            it.id = place(&it.id);
            it
        }));
    }
}

fn below(path: &str, id: &str) -> String {
    if path.is_empty() { id.to_owned() } else { format!("{path}/{id}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::propose::dangers;
    use crate::plan::{DangerKind, Verb};
    use aws_sdk_cloudformation::types::{ChangeAction, Replacement, ResourceChange};
    use serde_json::json;

    #[test]
    fn what_happens_inside_is_told_after_its_stack_and_is_as_dangerous() {
        let group = |cidr: &str| {
            json!({"Resources": {
                "Table": {"Type": "AWS::DynamoDB::Table"},
                "Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": cidr}]}},
            }})
        };
        let change = |id: &str, type_name: &str| {
            let change = ResourceChange::builder().action(ChangeAction::Modify).replacement(Replacement::True);
            change.logical_resource_id(id).resource_type(type_name).build()
        };
        let outer = |ids: [&str; 2]| {
            let changes = ids.map(|id| change(id, "AWS::CloudFormation::Stack"));
            build::changes(&changes, &Sides { before: &Json::Null, after: &Json::Null, resources: &[] })
        };
        let mut plan = StackPlan { verb: Verb::Update, changes: outer(["Data", "Other"]), ..StackPlan::default() };
        let described = Described { changes: vec![change("Table", "AWS::DynamoDB::Table")], ..Described::default() };
        let path = "Data".to_owned();
        let (before, after) = (group("10.0.0.0/8"), group("0.0.0.0/0"));
        tell(&mut plan, &[Inner { path, described, before, after, ..Inner::default() }]);
        let ids: Vec<&str> = plan.changes.iter().map(|change| &*change.id).collect();
        assert_eq!(ids, ["Data", "Data/Table", "Other"]);
        let dangers = dangers(&plan);
        let has = |kind, id: &str| dangers.iter().any(|danger| danger.kind == kind && danger.id == id);
        assert!(has(DangerKind::Replace, "Data/Table") && has(DangerKind::Ingress, "Data/Web"), "{dangers:?}");
    }
}
