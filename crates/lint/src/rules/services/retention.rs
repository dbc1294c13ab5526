//! I3013: how long a service keeps what it would throw away by itself.
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::{Group, Place};

/// The rule.
pub static RULE: Rule = Rule {
    id: "I3013",
    name: "retention-not-said",
    reason: "These services delete data by themselves after a time, and the time is short when nobody says one.",
    fix: "Write how long it is kept.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      MessageRetentionPeriod: 1209600\n",
    bad: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: 5\n",
    check: Check::Group(check),
};

fn wanted(type_name: &str) -> &'static [&'static str] {
    match type_name {
        "AWS::Kinesis::Stream" => &["RetentionPeriodHours"],
        "AWS::SQS::Queue" => &["MessageRetentionPeriod"],
        "AWS::DocDB::DBCluster" | "AWS::RDS::DBCluster" | "AWS::RDS::DBInstance" => &["BackupRetentionPeriod"],
        "AWS::Synthetics::Canary" => &["SuccessRetentionPeriod", "FailureRetentionPeriod"],
        "AWS::Redshift::Cluster" => &["AutomatedSnapshotRetentionPeriod"],
        _ => &[],
    }
}

fn check(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    let names = wanted(place.resource.type_name);
    let top = !names.is_empty() && place.property_path().is_empty();
    if group.open || !top || place.property.is_some() {
        return;
    }
    if place.resource.type_name == "AWS::RDS::DBInstance" {
        // Aurora and replicas keep the backups of their cluster or source.
        let engine = group.get("Engine").and_then(Node::text);
        if engine.is_none_or(|engine| engine.starts_with("aurora")) || group.has("SourceDBInstanceIdentifier") {
            return;
        }
    }
    for name in names.iter().filter(|name| !group.has(name)) {
        report.at(place.node, || format!("nothing says how long data is kept: `{name}` is missing"));
    }
}
