//! Access to buckets: E3045 and W3045.
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::{Group, Place};

/// Source: *Controlling ownership of objects* in the S3 User Guide (buckets have no access control lists by default).
pub static OWNERSHIP: Rule = Rule {
    id: "E3045",
    name: "bucket-access-without-ownership",
    reason: "A new bucket has no access control lists, so S3 refuses `AccessControl` unless `OwnershipControls` turns them on.",
    fix: "Leave `AccessControl` out and write a bucket policy, or add `OwnershipControls` with a rule.",
    good: "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      AccessControl: LogDeliveryWrite\n      \
           OwnershipControls:\n        Rules:\n        - ObjectOwnership: ObjectWriter\n",
    bad: "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      AccessControl: LogDeliveryWrite\n",
    check: Check::Group(ownership),
};

fn of_bucket<'t>(place: &Place<'_, 't>) -> bool {
    place.resource.type_name == "AWS::S3::Bucket" && place.property.is_none() && place.property_path().is_empty()
}

fn ownership(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if group.open || !of_bucket(place) {
        return;
    }
    let access = group.get("AccessControl").and_then(Node::text);
    let needs = access.is_some_and(|text| !matches!(text, "Private" | "BucketOwnerFullControl" | "BucketOwnerRead"));
    let empty = |owners: Node<'_>| {
        owners.is_map() && owners.get("Rules").is_none_or(|it| it.is_list() && it.items().len() == 0)
    };
    if needs && group.get("OwnershipControls").is_none_or(empty) {
        report.at(place.node, || {
            format!("`AccessControl` without `OwnershipControls` is refused{}", group.scenario.words())
        });
    }
}

/// Source: *Controlling ownership of objects* in the S3 User Guide ("keep ACLs disabled").
pub static LEGACY: Rule = Rule {
    id: "W3045",
    name: "bucket-access-legacy",
    reason: "Access control lists are S3's old way; a bucket policy says the same, and more, in one place.",
    fix: "Write an `AWS::S3::BucketPolicy` instead.",
    good: "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n",
    bad: "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      AccessControl: Private\n",
    check: Check::Group(legacy),
};

fn legacy(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    let access = group.get("AccessControl").filter(|_| of_bucket(place));
    if access.and_then(|_| place.node.get("AccessControl")).is_some() {
        let access = place.node.get("AccessControl").unwrap_or(place.node);
        report.at(access, || "`AccessControl` is the old way of saying who may do what".to_owned());
    }
}
