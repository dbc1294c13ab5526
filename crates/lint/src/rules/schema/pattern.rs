//! E3031: text that does not have the form that its property wants.
use super::words;
use crate::document::ScalarKind;
use crate::patterns;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3031",
    name: "property-pattern",
    reason: "The service compares the text with a regular expression and refuses what does not match.",
    fix: "Write the text so that it matches the pattern in the message.",
    good: "Resources:\n  Key:\n    Type: AWS::KMS::Alias\n    Properties:\n      AliasName: alias/disk\n      TargetKeyId: mine\n",
    bad: "Resources:\n  Key:\n    Type: AWS::KMS::Alias\n    Properties:\n      AliasName: disk\n      TargetKeyId: mine\n",
    check: Check::Value(check),
};

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let Some(pattern) = &place.shape.pattern else { return };
    let Some(scalar) = place.literal().filter(|scalar| scalar.kind != ScalarKind::Date) else { return };
    let flag =
        if let ScalarKind::Boolean(flag) = scalar.kind { Some(if flag { "true" } else { "false" }) } else { None };
    if !patterns::matches(pattern, flag.unwrap_or(&scalar.text)) {
        report.at(place.node, || format!("{} does not match `{pattern}`", words::value(place.node)));
    }
}
