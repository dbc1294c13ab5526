//! E3030: values that are none of those that a property may have.
use stackgen_schema::{Literal, Shape, nearest};

use super::words;
use crate::document::{Scalar, ScalarKind};
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3030",
    name: "property-not-allowed-value",
    reason: "The property takes certain values only, and the service refuses any other.",
    fix: "Write one of the values that the message names.",
    good: "Resources:\n  Volume:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n      InstanceTenancy: default\n",
    bad: "Resources:\n  Volume:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n      InstanceTenancy: shared\n",
    check: Check::Value(check),
};

/// How many values a message names.
const NAMED: usize = 12;

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let shape = place.shape;
    if shape.allowed.is_empty() {
        return;
    }
    let fits = match (place.node.scalar(), place.literal()) {
        (Some(scalar), None) => scalar.kind != ScalarKind::Null,
        (Some(_), Some(scalar)) => shape.allowed.iter().any(|literal| is(scalar, literal, shape.allowed_any_case)),
        (None, _) => false,
    };
    if !fits {
        report.at(place.node, || {
            let near = place.node.any_text().and_then(|text| nearest(text, shape.allowed.iter().map(text_of)));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("{} is not one of {}{hint}", words::value(place.node), list(shape))
        });
    }
}

fn text_of(literal: &Literal) -> &str {
    match literal {
        Literal::String(text) | Literal::Number(text) => text,
        Literal::Boolean(true) => "true",
        Literal::Boolean(false) => "false",
    }
}

fn list(shape: &Shape) -> String {
    let names: Vec<String> = shape.allowed.iter().take(NAMED).map(|it| format!("`{}`", text_of(it))).collect();
    let more = shape.allowed.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", names.join(", "))
}

/// Whether CloudFormation, which turns numbers and flags into text and back, takes a value for this one.
fn is(scalar: &Scalar, literal: &Literal, any_case: bool) -> bool {
    let wanted = text_of(literal);
    let flag = |text: &str| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    if let ScalarKind::Boolean(given) = scalar.kind {
        return wanted.eq_ignore_ascii_case(if given { "true" } else { "false" });
    }
    let same = |one: f64| wanted.parse::<f64>().is_ok_and(|other| (one - other).abs() < f64::EPSILON);
    let number = matches!(literal, Literal::Number(_)) || scalar.kind != ScalarKind::Text;
    wanted == scalar.text
        || ((any_case || flag(wanted)) && wanted.eq_ignore_ascii_case(&scalar.text))
        || (number && scalar.text.parse().is_ok_and(same))
}
