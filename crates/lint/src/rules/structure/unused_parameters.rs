//! W2001: parameters that nothing uses.
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "W2001",
    name: "parameter-unused",
    reason: "A parameter that nothing uses asks people for a value that changes nothing.",
    fix: "Use the parameter or take it away.",
    good: "Parameters:\n  Name:\n    Type: String\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
           TopicName: !Ref Name\n",
    bad: "Parameters:\n  Name:\n    Type: String\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    // A macro may use any parameter.
    if context.template.is_transformed() {
        return;
    }
    for parameter in &context.template.parameters {
        if !context.referenced().contains(parameter.name) {
            report.at(parameter.node, || format!("nothing uses the parameter `{}`", parameter.name));
        }
    }
}
