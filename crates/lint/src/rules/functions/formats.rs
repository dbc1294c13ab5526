//! E1041: `Ref` of a resource of another kind than is wanted.
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Call, Function};
use crate::walk::Place;

/// The rule.
pub(super) static REF: Rule = Rule {
    id: "E1041",
    name: "ref-format",
    reason: "The property wants the id, ARN or name of another kind of thing than `Ref` of the resource gives.",
    fix: "Name a resource of the kind that the message names, or take one of its attributes with `Fn::GetAtt`.",
    good: "Resources:\n  Net:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n  Part:\n    Type: \
           AWS::EC2::Subnet\n    Properties:\n      CidrBlock: 10.0.0.0/24\n      VpcId: !Ref Net\n",
    bad: "Resources:\n  Net:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n  Part:\n    Type: \
          AWS::EC2::Subnet\n    Properties:\n      CidrBlock: 10.0.0.0/24\n      VpcId: !Ref Part2\n  Part2:\n    Type: \
          AWS::EC2::Subnet\n    Properties:\n      CidrBlock: 10.0.1.0/24\n      VpcId: !Ref Net\n",
    check: Check::Call(check),
};

fn check(place: &Place<'_, '_>, call: &Call<'_>, report: &mut Report<'_>) {
    let Some(wanted) = place.shape.format.as_deref().filter(|format| format.starts_with("AWS::")) else { return };
    if call.function != Function::Ref {
        return;
    }
    if let Some(given) = given(place, call).filter(|given| *given != wanted) {
        report.at(call.node, || format!("`{wanted}` is wanted here, and this gives `{given}`"));
    }
}

/// The format of what `Ref` gives, where it is known.
fn given<'p>(place: &Place<'p, '_>, call: &Call<'_>) -> Option<&'p str> {
    let resource = place.context.template.resource(call.argument.text()?)?;
    if resource.type_name == "AWS::EC2::SecurityGroup" {
        // Without a VPC it is one of EC2 Classic, whose `Ref` is its name.
        let own = resource.property("VpcId").is_some();
        return Some(if own { "AWS::EC2::SecurityGroup.Id" } else { "AWS::EC2::SecurityGroup.Name" });
    }
    let facts = resource.facts?;
    let [name] = facts.ref_returns.as_slice() else { return None };
    let property = place.context.shape(facts.properties).properties.iter().find(|it| it.name == *name)?;
    place.context.shape(property.shape).format.as_deref().filter(|format| format.starts_with("AWS::"))
}
