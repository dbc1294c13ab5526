//! E3004: resources that wait for each other.
use std::collections::HashMap;

use super::edges;
use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "E3004",
    name: "circular-dependency",
    reason: "Resources that need each other, or themselves, can never be made, since each waits for the other.",
    fix: "Take one of the references away, or move what refers back into a resource of its own, such as \
          AWS::EC2::SecurityGroupIngress.",
    good: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n  Two:\n    Type: AWS::SNS::Topic\n    DependsOn: One\n",
    bad: "Resources:\n  One:\n    Type: AWS::SNS::Topic\n    DependsOn: Two\n  Two:\n    Type: AWS::SNS::Topic\n    \
          DependsOn: One\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    // What SAM makes of its types is several resources, which may well wait for each other in a row.
    let sam = |name: &str| {
        context.template.resource(name).is_none_or(|resource| resource.type_name.starts_with("AWS::Serverless::"))
    };
    let mut next: HashMap<&str, Vec<&str>> = HashMap::new();
    for (from, to, _) in edges(context).filter(|(from, to, _)| !sam(from) && !sam(to)) {
        next.entry(from).or_default().push(to);
    }
    for resource in &context.template.resources {
        if let Some(through) = way_back(&next, resource.name) {
            report.at(resource.node, || match through == resource.name {
                true => format!("`{through}` depends on itself"),
                false => format!("`{}` depends on `{through}`, which depends on `{}`", resource.name, resource.name),
            });
        }
    }
}

/// The first step of a way from a resource to itself.
fn way_back<'n>(next: &HashMap<&'n str, Vec<&'n str>>, start: &str) -> Option<&'n str> {
    let mut seen = std::collections::HashSet::new();
    let mut waiting: Vec<(&str, &str)> = next.get(start)?.iter().map(|step| (*step, *step)).collect();
    while let Some((first, at)) = waiting.pop() {
        if at == start {
            return Some(first);
        }
        if seen.insert(at) {
            waiting.extend(next.get(at).into_iter().flatten().map(|step| (first, *step)));
        }
    }
    None
}
