//! E3035, E3036 and I3011: what becomes of a resource that is deleted or replaced.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, call};

/// The rule on deletion.
pub static DELETION: Rule = Rule {
    id: "E3035",
    name: "deletion-policy",
    reason: "CloudFormation knows `Delete`, `Retain` and `RetainExceptOnCreate`, and `Snapshot` for the few types that have \
             snapshots.",
    fix: "Write one of these words.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    DeletionPolicy: Retain\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    DeletionPolicy: Keep\n",
    check: Check::Template(|context, report| {
        words(context, "DeletionPolicy", &["Delete", "Retain", "RetainExceptOnCreate"], report);
    }),
};

/// The rule on replacement.
pub static REPLACEMENT: Rule = Rule {
    id: "E3036",
    name: "update-replace-policy",
    reason: "CloudFormation knows `Delete` and `Retain`, and `Snapshot` for the few types that have snapshots.",
    fix: "Write one of these words.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    UpdateReplacePolicy: Retain\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    UpdateReplacePolicy: Keep\n",
    check: Check::Template(|context, report| words(context, "UpdateReplacePolicy", &["Delete", "Retain"], report)),
};

/// The rule on data.
pub static STATEFUL: Rule = Rule {
    id: "I3011",
    name: "stateful-without-policies",
    reason: "Without these policies the data of the resource is deleted with it, when the stack goes or the resource is \
             replaced.",
    fix: "Write `DeletionPolicy` and `UpdateReplacePolicy`, `Retain` to keep the data and `Delete` to say that it may go.",
    good: "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
           Properties:\n      BillingMode: PAY_PER_REQUEST\n      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]\n      \
           KeySchema: [{AttributeName: id, KeyType: HASH}]\n",
    bad: "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      KeySchema: [{AttributeName: id, KeyType: \
          HASH}]\n",
    check: Check::Template(stateful),
};

/// The rule on one without the other.
pub static BOTH: Rule = Rule {
    id: "W3011",
    name: "one-policy-of-two",
    reason: "`DeletionPolicy` does not help when the resource is replaced, nor `UpdateReplacePolicy` when it is deleted.",
    fix: "Write both attributes with what is meant.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    DeletionPolicy: Retain\n",
    check: Check::Template(both),
};

/// The types that can be deleted with a last snapshot.
/// Source: *DeletionPolicy attribute* in the CloudFormation guide.
const SNAPSHOTS: [&str; 9] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::ElastiCache::ServerlessCache",
];

fn words(context: &Context<'_>, name: &str, words: &[&str], report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let Some(policy) = resource.node.get(name) else { continue };
        let mut known = words.to_vec();
        if SNAPSHOTS.contains(&resource.type_name) {
            known.push("Snapshot");
        }
        one(policy, &known, report);
    }
}

fn one(node: Node<'_>, known: &[&str], report: &mut Report<'_>) {
    match call(node) {
        Some(call) if call.function == Function::If => {
            call.argument.items().skip(1).for_each(|branch| one(branch, known, report));
        }
        // What a parameter or a mapping says is not known here; one that is not there is another rule's.
        Some(call) if matches!(call.function, Function::Ref | Function::FindInMap) => {}
        _ if node.text().is_some_and(|text| known.contains(&text)) => {}
        _ => report.at(node, || format!("this is one of {}, as it is", known.join(", "))),
    }
}

fn both(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let policies = ["DeletionPolicy", "UpdateReplacePolicy"].map(|name| resource.node.get(name));
        let ([Some(one), None] | [None, Some(one)]) = policies else { continue };
        let version = matches!(resource.type_name, "AWS::Lambda::Version" | "AWS::Lambda::LayerVersion");
        if one.text() != Some("Delete") && !version {
            report.at(resource.node, || format!("`{}` is kept in one of two cases only", resource.name));
        }
    }
}

fn stateful(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        // A bucket that is not empty cannot be deleted anyway.
        if !resource.facts.is_some_and(|facts| facts.stateful) || resource.type_name == "AWS::S3::Bucket" {
            continue;
        }
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            if resource.node.get(name).is_none() {
                report.at(resource.node, || format!("`{}` holds data and has no `{name}`", resource.name));
            }
        }
    }
}
