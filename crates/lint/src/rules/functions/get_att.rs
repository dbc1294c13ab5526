//! E1010: `Fn::GetAtt` names a resource and one of its attributes.
use stackgen_schema::{Kind, ResourceType};

use crate::context::Context;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Reference, ReferenceKind, Resource};

/// The rule.
pub static RULE: Rule = Rule {
    id: "E1010",
    name: "getatt-unknown",
    reason: "CloudFormation refuses a template in which `Fn::GetAtt` names no resource, or an attribute that its type does not \
             return.",
    fix: "Correct the name; `stackgen explain TYPE` lists the attributes.",
    good: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\nOutputs:\n  Arn:\n    Value: !GetAtt Queue.Arn\n",
    bad: "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\nOutputs:\n  Arn:\n    Value: !GetAtt Queue.ARN\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    let wanted = |reference: &&Reference<'_>| reference.kind == ReferenceKind::GetAtt;
    for reference in context.template.references.iter().filter(wanted) {
        if !super::is_checked(reference.node) {
            continue;
        }
        let part = |index| reference.node.item(index).unwrap_or(reference.node);
        let (name, attribute) = (reference.name, reference.attribute.as_deref().unwrap_or_default());
        match context.template.resource(name) {
            Some(resource) => {
                if let Some(facts) = resource.facts.filter(|facts| !returns(facts, resource, attribute)) {
                    report.at(part(1), || missing_attribute(facts, attribute));
                }
            }
            None if super::may_be_made(context, name) => {}
            None => report.at(part(0), || {
                match stackgen_schema::nearest(name, context.template.resources.iter().map(|resource| resource.name)) {
                    Some(near) => format!("there is no resource `{name}`; did you mean `{near}`?"),
                    None => format!("there is no resource `{name}`"),
                }
            }),
        }
    }
}

fn missing_attribute(facts: &ResourceType, attribute: &str) -> String {
    match stackgen_schema::nearest(attribute, facts.attributes.iter().map(|known| known.name.as_str())) {
        Some(near) => format!("{} has no attribute `{attribute}`; did you mean `{near}`?", facts.name),
        None => format!("{} has no attribute `{attribute}`", facts.name),
    }
}

/// Whether a resource returns an attribute. Nested stacks, provisioned products and custom resources return what their
/// authors like; of an attribute that is a map any part can be asked for.
fn returns(facts: &ResourceType, resource: &Resource<'_>, attribute: &str) -> bool {
    let open = matches!(
        resource.type_name,
        "AWS::CloudFormation::Stack" | "AWS::ServiceCatalog::CloudFormationProvisionedProduct"
    );
    let known = |known: &stackgen_schema::Attribute| {
        let below = attribute.strip_prefix(known.name.as_str()).is_some_and(|rest| rest.starts_with('.'));
        known.name == attribute || (below && matches!(known.kind, Kind::Json | Kind::Map(_) | Kind::Object(_)))
    };
    resource.is_custom()
        || resource.type_name.starts_with("AWS::Serverless::")
        || (open && attribute.starts_with("Outputs."))
        || facts.attributes.iter().any(known)
}
