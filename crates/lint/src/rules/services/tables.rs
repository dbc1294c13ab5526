//! E3039: the attributes of a DynamoDB table.
use std::collections::BTreeSet;

use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::call;
use crate::walk::{Group, Place};

/// Source: *AttributeDefinitions* of `CreateTable` in the DynamoDB API reference.
pub static RULE: Rule = Rule {
    id: "E3039",
    name: "table-attributes",
    reason: "DynamoDB wants a definition of every attribute that is a key of the table or of an index, and of no other.",
    fix: "Define the attributes that keys use, and take the definitions of others away: items may have them anyway.",
    good: "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      BillingMode: PAY_PER_REQUEST\n      \
           AttributeDefinitions: [{AttributeName: id, AttributeType: S}]\n      KeySchema: [{AttributeName: id, KeyType: HASH}]\n",
    bad: "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      BillingMode: PAY_PER_REQUEST\n      \
          AttributeDefinitions: [{AttributeName: id, AttributeType: S}, {AttributeName: age, AttributeType: N}]\n      \
          KeySchema: [{AttributeName: id, KeyType: HASH}]\n",
    check: Check::Group(check),
};

type Names<'t> = BTreeSet<&'t str>;

fn check(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    let table = place.resource.type_name == "AWS::DynamoDB::Table" && place.property_path().is_empty();
    if group.open || !table || place.resource.properties.is_none() {
        return;
    }
    let (Some(defined), Some(used)) = (defined(group), used(group)) else { return };
    let list = |names: &mut dyn Iterator<Item = &&str>| names.copied().collect::<Vec<_>>().join(", ");
    let (missing, idle) = (list(&mut used.difference(&defined)), list(&mut defined.difference(&used)));
    if !missing.is_empty() {
        report.at(place.node, || format!("keys use what `AttributeDefinitions` does not define: {missing}"));
    }
    if !idle.is_empty() {
        report.at(place.node, || format!("`AttributeDefinitions` defines what no key uses: {idle}"));
    }
}

/// The items of a list that is written out.
fn items<'t>(list: Option<Node<'t>>) -> Option<Vec<Node<'t>>> {
    let Some(list) = list else { return Some(Vec::new()) };
    let plain = list.is_list() && list.items().all(|item| item.is_map() && call(item).is_none());
    plain.then(|| list.items().collect())
}

fn defined<'t>(group: &Group<'t>) -> Option<Names<'t>> {
    items(group.get("AttributeDefinitions"))?.into_iter().map(|item| item.get("AttributeName")?.text()).collect()
}

fn used<'t>(group: &Group<'t>) -> Option<Names<'t>> {
    let mut schemas = vec![group.get("KeySchema")];
    for indexes in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        schemas.extend(items(group.get(indexes))?.into_iter().map(|index| index.get("KeySchema")));
    }
    let mut names = Names::new();
    for schema in schemas {
        names.extend(items(schema)?.into_iter().filter_map(|key| key.get("AttributeName")?.text()));
    }
    Some(names)
}
