//! E1040 and E1041: references that give another kind of thing than is wanted.
use stackgen_schema::{Combination, Shape};

use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::shapes;
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

/// The same of an attribute.
pub(super) static GET_ATT: Rule = Rule {
    id: "E1040",
    name: "getatt-format",
    reason: "The property wants the id, ARN or name of another kind of thing than the attribute is.",
    fix: "Take the attribute that the message names, or name a resource of that kind.",
    good: "Resources:\n  Net:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n  Part:\n    Type: \
           AWS::EC2::Subnet\n    Properties:\n      CidrBlock: 10.0.0.0/24\n      VpcId: !GetAtt Net.VpcId\n",
    bad: "Resources:\n  Net:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n  Part:\n    Type: \
          AWS::EC2::Subnet\n    Properties:\n      CidrBlock: 10.0.0.0/24\n      VpcId: !GetAtt Net.DefaultSecurityGroup\n",
    check: Check::Call(attribute),
};

fn check(place: &Place<'_, '_>, call: &Call<'_>, report: &mut Report<'_>) {
    if call.function == Function::Ref {
        compare(place, call, given(place, call), report);
    }
}

fn attribute(place: &Place<'_, '_>, call: &Call<'_>, report: &mut Report<'_>) {
    if call.function == Function::GetAtt {
        compare(place, call, of_attribute(place, call), report);
    }
}

/// What a reference gives: its formats, none of which is none that anybody knows; nothing where it can give anything.
type Given = Option<Vec<&'static str>>;

fn compare(place: &Place<'_, '_>, call: &Call<'_>, given: Given, report: &mut Report<'_>) {
    let Some(wanted) = place.shape.format.as_deref() else { return };
    let Some(given) = given.filter(|given| !given.contains(&wanted)) else { return };
    report.at(call.node, || match given.as_slice() {
        [] => format!("`{wanted}` is wanted here, and this gives something else"),
        given => format!("`{wanted}` is wanted here, and this gives `{}`", given.join("` or `")),
    });
}

fn formats(shape: &'static Shape) -> Vec<&'static str> {
    let any = shape.combinations.iter().flat_map(|combination| match combination {
        Combination::Any(any) => any.as_slice(),
        _ => &[],
    });
    let any = any.filter_map(|id| shapes::shape(*id).format.as_deref());
    shape.format.as_deref().into_iter().chain(any).collect()
}

fn given(place: &Place<'_, '_>, call: &Call<'_>) -> Given {
    let resource = place.context.template.resource(call.argument.text()?)?;
    if resource.type_name == "AWS::EC2::SecurityGroup" {
        // Without a VPC it is one of EC2 Classic, whose `Ref` is its name.
        let own = resource.property("VpcId").is_some();
        return Some(vec![if own { "AWS::EC2::SecurityGroup.Id" } else { "AWS::EC2::SecurityGroup.Name" }]);
    }
    // The id of a custom resource is what its author likes.
    let facts = resource.facts.filter(|_| !resource.is_custom())?;
    let [name] = facts.ref_returns.as_slice() else { return Some(Vec::new()) };
    let shape = property(place.context.shape(facts.properties), name);
    Some(shape.map(formats).unwrap_or_default())
}

fn of_attribute(place: &Place<'_, '_>, call: &Call<'_>) -> Given {
    let (name, attribute) = call.attribute()?;
    let resource = place.context.template.resource(name)?;
    let open = matches!(
        (resource.type_name, attribute.as_str()),
        ("AWS::CloudFormation::Stack" | "AWS::ServiceCatalog::CloudFormationProvisionedProduct", _)
            | ("AWS::SSM::Parameter", "Value")
    );
    let facts = resource.facts.filter(|_| !open && !resource.is_custom())?;
    let mut steps = attribute.split('.');
    let shape = steps.try_fold(place.context.shape(facts.properties), property)?;
    Some(formats(shape))
}

fn property(shape: &'static Shape, name: &str) -> Option<&'static Shape> {
    shape.properties.iter().find(|it| it.name == name).map(|it| shapes::shape(it.shape))
}
