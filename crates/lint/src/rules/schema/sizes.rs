//! E3032 and E3033: lists with too few or too many items, texts that are too short or too long.
use stackgen_schema::{Shape, TypeSet};

use super::words;
use crate::document::ScalarKind;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::{Group, Place};

/// Lists.
pub static ITEMS: Rule = Rule {
    id: "E3032",
    name: "list-size",
    reason: "The service refuses lists with fewer or more items than it allows.",
    fix: "Take items away or add some; under `Fn::If` in every branch.",
    good: "Resources:\n  Profile:\n    Type: AWS::IAM::InstanceProfile\n    Properties:\n      Roles: [one]\n",
    bad: "Resources:\n  Profile:\n    Type: AWS::IAM::InstanceProfile\n    Properties:\n      Roles: [one, two]\n",
    check: Check::Group(items),
};

/// Texts.
pub static TEXT: Rule = Rule {
    id: "E3033",
    name: "text-length",
    reason: "The service refuses text that is shorter or longer than it allows.",
    fix: "Write text of the length that the message names.",
    good: "Resources:\n  Role:\n    Type: AWS::IAM::Group\n    Properties:\n      Path: /team/\n",
    bad: "Resources:\n  Role:\n    Type: AWS::Lambda::LayerVersion\n    Properties:\n      Content: {S3Bucket: code, S3Key: ''}\n",
    check: Check::Value(text),
};

fn items(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !place.node.is_list() || group.open || !speaks_of(place.shape, TypeSet::ARRAY) {
        return;
    }
    if let Some(wanted) = outside(place.shape, group.items.len()) {
        let when = || group.scenario.words();
        report
            .at(place.node, || format!("a list of {} items, where {wanted} are allowed{}", group.items.len(), when()));
    }
}

fn text(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let Some(scalar) = place.literal().filter(|scalar| scalar.kind == ScalarKind::Text) else { return };
    // The size of a document in JSON is that of its content without blanks, which is not known here.
    let document = place.shape.format.as_deref() == Some("json");
    if document || !speaks_of(place.shape, TypeSet::STRING) {
        return;
    }
    let length = scalar.text.chars().count();
    if let Some(wanted) = outside(place.shape, length) {
        report.at(place.node, || {
            format!("{} has {length} characters, where {wanted} are allowed", words::value(place.node))
        });
    }
}

/// A shape has one pair of bounds for texts, lists and maps.
fn speaks_of(shape: &Shape, one: TypeSet) -> bool {
    shape.types.is_any() || shape.types.contains(one)
}

fn outside(shape: &Shape, size: usize) -> Option<String> {
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    let short = shape.min_size.filter(|least| size < *least).map(|least| format!("at least {least}"));
    short.or_else(|| shape.max_size.filter(|most| size > *most).map(|most| format!("at most {most}")))
}
