//! E3005 and W3005: `DependsOn`.
use std::collections::HashSet;

use super::{edges, may_be_absent};
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Resource, Scenario};

/// The rule on names.
pub static UNKNOWN: Rule = Rule {
    id: "E3005",
    name: "dependson-unknown",
    reason: "CloudFormation refuses `DependsOn` of a resource that is not in the template, or not there when its condition \
             does not hold.",
    fix: "Correct the logical id, or give both resources the same condition.",
    good: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n  Two:\n    Type: AWS::SNS::Topic\n    DependsOn: One\n",
    bad: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n  Two:\n    Type: AWS::SNS::Topic\n    DependsOn: Ones\n",
    check: Check::Template(unknown),
};

/// The rule on what is said twice.
pub static REDUNDANT: Rule = Rule {
    id: "W3005",
    name: "dependson-redundant",
    reason: "A reference to a resource already makes CloudFormation wait for it; `DependsOn` says it again.",
    fix: "Take the logical id out of `DependsOn`.",
    good: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n  Two:\n    Type: AWS::SNS::Topic\n    DependsOn: One\n",
    bad: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n  Two:\n    Type: AWS::SNS::Topic\n    DependsOn: One\n    \
          Properties:\n      DisplayName: !Ref One\n",
    check: Check::Template(redundant),
};

fn unknown(context: &Context<'_>, report: &mut Report<'_>) {
    let template = context.template;
    for resource in &template.resources {
        for (node, name) in names(resource) {
            match template.resource(name).filter(|other| other.name != resource.name) {
                None if crate::rules::functions::may_be_made(context, name) => {}
                None => report.at(node, || {
                    let others = template.resources.iter().map(|other| other.name).filter(|it| *it != resource.name);
                    match stackgen_schema::nearest(name, others) {
                        Some(near) => format!("there is no other resource `{name}`; did you mean `{near}`?"),
                        None => format!("there is no other resource `{name}`"),
                    }
                }),
                Some(other) => {
                    let start =
                        resource.condition.and_then(|it| Scenario::default().with(it, true)).unwrap_or_default();
                    if let Some(when) = may_be_absent(context, other, &start) {
                        report.at(node, || format!("`{name}` is not there{}", when.words()));
                    }
                }
            }
        }
    }
}

fn redundant(context: &Context<'_>, report: &mut Report<'_>) {
    if context.template.resources.iter().all(|resource| resource.depends_on.is_empty()) {
        return;
    }
    let referred: HashSet<(&str, &str)> =
        edges(context).filter(|(_, _, explicit)| !explicit).map(|(from, to, _)| (from, to)).collect();
    for resource in &context.template.resources {
        for (node, name) in names(resource) {
            if referred.contains(&(resource.name, name)) {
                report
                    .at(node, || format!("`{}` refers to `{name}` anyway, which already makes it wait", resource.name));
            }
        }
    }
}

fn names<'r, 't>(
    resource: &'r Resource<'t>,
) -> impl Iterator<Item = (crate::document::Node<'t>, &'t str)> + use<'r, 't> {
    resource.depends_on.iter().filter_map(|node| Some((*node, node.text()?)))
}
