//! E3034: numbers out of range.
use crate::document::ScalarKind;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3034",
    name: "number-range",
    reason: "The service refuses numbers below or above its bounds.",
    fix: "Write a number within the bounds that the message names.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: 900\n",
    bad: "Resources:\n  Rule:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      Port: 70000\n",
    check: Check::Value(check),
};

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let shape = place.shape;
    let bounds = [
        (&shape.minimum, "at least"),
        (&shape.maximum, "at most"),
        (&shape.exclusive_minimum, "more than"),
        (&shape.exclusive_maximum, "less than"),
    ];
    if bounds.iter().all(|(bound, _)| bound.is_none()) {
        return;
    }
    let scalar = place.literal().filter(|scalar| !matches!(scalar.kind, ScalarKind::Boolean(_)));
    let Some(number) = scalar.and_then(|scalar| scalar.number().or_else(|| scalar.text.trim().parse().ok())) else {
        return;
    };
    for (bound, words) in bounds {
        let Some((text, bound)) = bound.as_ref().and_then(|text| Some((text, text.parse::<f64>().ok()?))) else {
            continue;
        };
        let within = match words {
            "at least" => number >= bound,
            "at most" => number <= bound,
            "more than" => number > bound,
            _ => number < bound,
        };
        if !within {
            report.at(place.node, || format!("{number} is not allowed: it must be {words} {text}"));
        }
    }
}
