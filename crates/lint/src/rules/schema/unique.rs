//! E3037 and E3065: lists with the same item twice, or with too many different ones.
use std::collections::HashSet;

use super::properties;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::{Group, Place};

/// The same twice.
pub static TWICE: Rule = Rule {
    id: "E3037",
    name: "list-duplicates",
    reason: "The service refuses lists that have an item twice.",
    fix: "Take one of the two away.",
    good: "Resources:\n  Group:\n    Type: AWS::IAM::Group\n    Properties:\n      \
           ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']\n",
    bad: "Resources:\n  Group:\n    Type: AWS::IAM::Group\n    Properties:\n      ManagedPolicyArns:\n        \
          - arn:aws:iam::aws:policy/ReadOnlyAccess\n        - arn:aws:iam::aws:policy/ReadOnlyAccess\n",
    check: Check::Group(twice),
};

/// Too many.
pub static MANY: Rule = Rule {
    id: "E3065",
    name: "list-too-many-different",
    reason: "The service refuses lists with more different items than it allows.",
    fix: "Take items away until there are as many as the message names.",
    good: "Resources:\n  Alarm:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      ComparisonOperator: LessThanThreshold\n      \
           EvaluationPeriods: 1\n      MetricName: Up\n      AlarmActions: ['arn:aws:sns:us-east-1:123456789012:a']\n",
    bad: "Resources:\n  Alarm:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      ComparisonOperator: LessThanThreshold\n      \
          EvaluationPeriods: 1\n      MetricName: Up\n      AlarmActions: [a, b, c, d, e, f]\n",
    check: Check::Value(many),
};

fn twice(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !place.shape.unique_items && place.shape.unique_keys.is_empty() {
        return;
    }
    let mut seen = HashSet::new();
    if place.shape.unique_items && !group.items.iter().all(|item| seen.insert(written(*item))) {
        let when = || group.scenario.words();
        report.at(place.node, || format!("the list has the same item twice{}", when()));
    }
    unique_keys(place, report);
}

/// Different objects with the same names count as a property that does not fit.
fn unique_keys(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let keys = &place.shape.unique_keys;
    let named = |item: Node<'_>| keys.iter().map(|key| item.get(key).map(written)).collect::<Option<Vec<_>>>();
    let mut seen = HashSet::new();
    if !keys.is_empty() && !place.node.items().filter_map(named).all(|names| seen.insert(names)) {
        let mut report = report.as_rule(properties::RULE.id, properties::RULE.fix);
        report.at(place.node, || format!("two items of the list have the same {}", keys.join(" and ")));
    }
}

fn many(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let Some(most) = place.shape.max_unique_items else { return };
    let different = place.node.items().map(written).collect::<HashSet<_>>().len();
    if u64::try_from(different).is_ok_and(|different| different > most) {
        report.at(place.node, || format!("the list has {different} different items, where at most {most} are allowed"));
    }
}

/// A value as one line, to tell whether two are the same.
pub(super) fn written(node: Node<'_>) -> String {
    if let Some(scalar) = node.scalar() {
        return format!("{:?}", scalar.text);
    }
    if node.is_list() {
        return format!("[{}]", node.items().map(written).collect::<Vec<_>>().join(","));
    }
    let mut entries: Vec<String> =
        node.entries().map(|entry| format!("{:?}:{}", entry.key.text, written(entry.value))).collect();
    entries.sort();
    format!("{{{}}}", entries.join(","))
}
