//! E2002: the types of parameters.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::ParameterType;

/// What a parameter can be besides text and numbers.
/// Source: *CloudFormation-supplied parameter types* in the CloudFormation guide.
const NAMES: [&str; 11] = [
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
];

/// The rule.
pub static RULE: Rule = Rule {
    id: "E2002",
    name: "parameter-type",
    reason: "CloudFormation refuses a parameter whose type it does not know.",
    fix: "Write `String`, `Number`, `CommaDelimitedList`, `List<Number>` or one of AWS's own types.",
    good: "Parameters:\n  Name:\n    Type: String\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
           TopicName: !Ref Name\n",
    bad: "Parameters:\n  Name:\n    Type: Text\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
          TopicName: !Ref Name\n",
    check: Check::Template(check),
};

fn check(context: &Context<'_>, report: &mut Report<'_>) {
    for parameter in &context.template.parameters {
        let Some(node) = parameter.node.get("Type").filter(|node| node.text().is_some()) else { continue };
        if !is_known(parameter.kind) {
            report.at(node, || message(node));
        }
    }
}

fn message(node: Node<'_>) -> String {
    let text = node.text().unwrap_or_default();
    match stackgen_schema::nearest(text, NAMES.into_iter().chain(["String", "Number", "CommaDelimitedList"])) {
        Some(near) => format!("parameters have no type `{text}`; did you mean `{near}`?"),
        None => format!("parameters have no type `{text}`"),
    }
}

/// Whether CloudFormation knows a type.
pub(crate) fn is_known(kind: ParameterType<'_>) -> bool {
    kind.stored || kind.item == "String" || kind.item == "Number" || NAMES.contains(&kind.item)
}
