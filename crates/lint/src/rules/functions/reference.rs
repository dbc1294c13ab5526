//! E1020: `Ref` names something.
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{ReferenceKind, Section};

/// What CloudFormation itself knows by name.
pub(super) const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The rule.
pub static RULE: Rule = Rule {
    id: "E1020",
    name: "ref-unknown",
    reason: "CloudFormation refuses a template in which `Ref` names no parameter and no resource.",
    fix: "Correct the name, or add the parameter or resource.",
    good: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Arn:\n    Value: !Ref Topic\n",
    bad: "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Arn:\n    Value: !Ref Topics\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let template = context.template;
    for reference in template.references.iter().filter(|reference| reference.kind == ReferenceKind::Ref) {
        let name = reference.name;
        let in_condition = matches!(reference.section, Section::Conditions | Section::Rules);
        let known = PSEUDO.contains(&name)
            || template.parameter(name).is_some()
            || (!in_condition && (has_resource(context, name) || super::may_be_made(context, name)));
        if known || !super::is_checked(reference.node) {
            continue;
        }
        report.at(reference.node, || {
            let parameters = template.parameters.iter().map(|parameter| parameter.name);
            let names = parameters.chain(template.resources.iter().map(|resource| resource.name)).chain(PSEUDO);
            match stackgen_schema::nearest(name, names) {
                _ if in_condition && has_resource(context, name) => {
                    format!(
                        "a condition cannot ask for the resource `{name}`: conditions are decided before there are any"
                    )
                }
                Some(near) => format!("nothing is named `{name}`; did you mean `{near}`?"),
                None => format!("nothing is named `{name}`"),
            }
        });
    }
}

fn has_resource(context: &Context<'_>, name: &str) -> bool {
    context.template.resource(name).is_some()
}
