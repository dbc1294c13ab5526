//! E3006 and E3038: types of resources that are not there.
use stackgen_schema::nearest;

use super::types;
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Resource, SERVERLESS, call};

/// Unknown types.
pub static UNKNOWN: Rule = Rule {
    id: "E3006",
    name: "resource-type-unknown",
    reason: "CloudFormation refuses a template with a resource type that the region does not have.",
    fix: "Correct the type; `stackgen explain` lists all types. Your own begin with `Custom::` or end with `::MODULE`.",
    good: "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n",
    bad: "Resources:\n  Bucket:\n    Type: AWS::S3::Bukcet\n",
    check: Check::Template(unknown),
};

/// Types that a transform makes.
pub static SERVERLESS_ONLY: Rule = Rule {
    id: "E3038",
    name: "serverless-transform-missing",
    reason: "Types that begin with `AWS::Serverless::` exist only for the transform that replaces them.",
    fix: "Add `Transform: AWS::Serverless-2016-10-31` to the template.",
    good: "Transform: AWS::Serverless-2016-10-31\nResources:\n  Table:\n    Type: AWS::Serverless::SimpleTable\n",
    bad: "Resources:\n  Table:\n    Type: AWS::Serverless::SimpleTable\n",
    check: Check::Template(serverless),
};

fn sound<'c, 't>(context: &'c Context<'t>) -> impl Iterator<Item = &'c Resource<'t>> {
    // cfn-lint says E3001 for other names and nothing more.
    context.template.resources.iter().filter(|it| it.name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn unknown(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in sound(context) {
        properties_are_a_map(context, resource, report);
        let name = resource.type_name;
        if name.starts_with("Custom::") || name.ends_with("::MODULE") {
            continue;
        }
        let Some(node) = resource.node.get("Type") else { continue };
        for region in context.regions {
            if !resource.facts.is_some_and(|facts| context.region_has(region, facts)) {
                report.at(node, || message(context, node, region));
            }
        }
    }
}

fn message(context: &Context<'_>, node: Node<'_>, region: &str) -> String {
    let name = node.text().unwrap_or_default();
    if context.facts.type_names().any(|known| known == name) {
        return format!("`{name}` does not exist in {region}");
    }
    match nearest(name, context.facts.type_names()) {
        Some(near) => format!("there is no resource type `{name}`; did you mean `{near}`?"),
        None => format!("there is no resource type `{name}`"),
    }
}

/// What stands under `Properties` must be a map, whatever the type.
fn properties_are_a_map(context: &Context<'_>, resource: &Resource<'_>, report: &mut Report<'_>) {
    let Some(properties) = resource.properties else { return };
    if context.template.has_transform(SERVERLESS) && resource.type_name.starts_with("AWS::Serverless::") {
        return; // the transform refuses it first
    }
    let mut report = report.as_rule(types::RULE.id, types::RULE.fix);
    if let Some(call) = call(properties).filter(|call| call.is_no_value()) {
        report.at(call.argument, || "`Properties` must be a map; leave it out if there are none".to_owned());
    } else if !properties.is_map() {
        report.at(properties, || "`Properties` must be a map; leave it out if there are none".to_owned());
    }
}

fn serverless(context: &Context<'_>, report: &mut Report<'_>) {
    if context.template.has_transform(SERVERLESS) {
        return;
    }
    for resource in sound(context).filter(|resource| resource.type_name.starts_with("AWS::Serverless::")) {
        let node = resource.node.get("Type").unwrap_or(resource.node);
        report.at(node, || format!("`{}` needs the transform `{SERVERLESS}`", resource.type_name));
    }
}
