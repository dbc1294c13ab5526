//! E3002: properties that the type does not have.
use crate::patterns;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3002",
    name: "property-unknown",
    reason: "CloudFormation refuses properties that a resource type does not have, after it has begun to change the stack.",
    fix: "Correct the name or take the property away; `stackgen explain TYPE` lists what there is.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: jobs\n",
    bad: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueuName: jobs\n",
    check: Check::Value(check),
};

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let shape = place.shape;
    if !shape.closed {
        return;
    }
    for entry in place.node.entries() {
        let name = entry.key.text.as_str();
        let made_by_macro = name == "Fn::Transform" || name.starts_with("Fn::ForEach::");
        if made_by_macro || shape.properties.binary_search_by(|property| property.name.as_str().cmp(name)).is_ok() {
            continue;
        }
        if shape.pattern_properties.iter().any(|(pattern, _)| patterns::matches(pattern, name)) {
            continue;
        }
        report.at(entry.value, || {
            let owner =
                shape.name.as_ref().unwrap_or(&place.resource.facts.map_or("", |facts| &facts.name).to_owned()).clone();
            match stackgen_schema::nearest(name, shape.properties.iter().map(|property| property.name.as_str())) {
                Some(near) => format!("{owner} has no property `{name}`; did you mean `{near}`?"),
                None => format!("{owner} has no property `{name}`"),
            }
        });
    }
}
