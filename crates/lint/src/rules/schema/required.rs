//! E3003: properties that must be there.
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::{Group, Place};

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3003",
    name: "property-required",
    reason: "Without a property that its type demands the resource cannot be made.",
    fix: "Add the property; under `Fn::If` in every branch.",
    good: "Resources:\n  Role:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Type: String\n      Value: on\n",
    bad: "Resources:\n  Role:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Type: String\n",
    check: Check::Group(check),
};

fn check(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if group.open || !place.is_map() {
        return;
    }
    let named =
        place.shape.properties.iter().filter(|property| property.required).map(|property| property.name.as_str());
    for name in named.chain(place.shape.required.iter().map(String::as_str)) {
        if !group.has(name) {
            let when = || group.scenario.words();
            report.at(place.node, || format!("the property `{name}` is missing{}", when()));
        }
    }
}
