//! Warnings on what is better not written into a template: W1011, W2010, W2506 and W3010.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Call, Function, Section, call};
use crate::walk::Place;

/// Source: *Do not embed credentials in your templates* in the CloudFormation guide.
pub static SECRET: Rule = Rule {
    id: "W1011",
    name: "secret-from-parameter",
    reason: "Who deploys must know a secret that is a parameter, and it goes through every tool on the way.",
    fix: "Write a dynamic reference such as `{{resolve:secretsmanager:NAME:SecretString:KEY}}`.",
    good: "Resources:\n  Data:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      Engine: aurora-mysql\n      MasterUsername: \
           owner\n      MasterUserPassword: '{{resolve:secretsmanager:data:SecretString:password}}'\n",
    bad: "Parameters:\n  Password: {Type: String, NoEcho: true}\nResources:\n  Data:\n    Type: AWS::RDS::DBCluster\n    Properties:\n      \
          Engine: aurora-mysql\n      MasterUsername: owner\n      MasterUserPassword: !Ref Password\n",
    check: Check::Call(secret),
};

/// Source: *NoEcho* of parameters in the CloudFormation guide.
pub static SHOWN: Rule = Rule {
    id: "W2010",
    name: "hidden-parameter-shown",
    reason: "`NoEcho` hides the parameter and nothing else: metadata and outputs show its value to everybody.",
    fix: "Take the reference away, or read the value on the machine from a secret.",
    good: "Parameters:\n  Password: {Type: String, NoEcho: true}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties: \
           {DisplayName: !Ref Password}\n",
    bad: "Parameters:\n  Password: {Type: String, NoEcho: true}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\nOutputs:\n  Shown:\n    \
          Value: !Ref Password\n",
    check: Check::Template(shown),
};

/// Source: *AWS-specific parameter types* in the CloudFormation guide.
pub static IMAGE: Rule = Rule {
    id: "W2506",
    name: "image-parameter-type",
    reason: "With the type of an image CloudFormation checks the parameter before it makes anything.",
    fix: "Write `AWS::EC2::Image::Id`, or `AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>`, as the type of the parameter.",
    good: "Parameters:\n  Image: {Type: 'AWS::EC2::Image::Id'}\nResources:\n  Host:\n    Type: AWS::EC2::Instance\n    Properties: \
           {ImageId: !Ref Image}\n",
    bad: "Parameters:\n  Image: {Type: String}\nResources:\n  Host:\n    Type: AWS::EC2::Instance\n    Properties: {ImageId: !Ref \
          Image}\n",
    check: Check::Call(image),
};

/// Source: *Regions and Zones* in the EC2 user guide (names of zones differ between regions).
pub static ZONE: Rule = Rule {
    id: "W3010",
    name: "zone-written-out",
    reason: "The template works in one region only, and fails when that zone has no room for more.",
    fix: "Take the zone of `Fn::GetAZs`, of a parameter or of the subnet.",
    good: "Resources:\n  Disk:\n    Type: AWS::EC2::Volume\n    Properties:\n      Size: 8\n      AvailabilityZone: !Select [0, !GetAZs \
           '']\n",
    bad: "Resources:\n  Disk:\n    Type: AWS::EC2::Volume\n    Properties:\n      Size: 8\n      AvailabilityZone: us-east-1a\n",
    check: Check::Value(zone),
};

const SECRETS: [(&str, &str); 11] = [
    ("AWS::DirectoryService::MicrosoftAD", "/Password"),
    ("AWS::DirectoryService::SimpleAD", "/Password"),
    ("AWS::ElastiCache::ReplicationGroup", "/AuthToken"),
    ("AWS::IAM::User", "/LoginProfile/Password"),
    ("AWS::KinesisFirehose::DeliveryStream", "/RedshiftDestinationConfiguration/Password"),
    ("AWS::OpsWorks::App", "/AppSource/Password"),
    ("AWS::OpsWorks::Stack", "/RdsDbInstances/*/DbPassword"),
    ("AWS::OpsWorks::Stack", "/CustomCookbooksSource/Password"),
    ("AWS::RDS::DBCluster", "/MasterUserPassword"),
    ("AWS::RDS::DBInstance", "/MasterUserPassword"),
    ("AWS::Redshift::Cluster", "/MasterUserPassword"),
];

const IMAGES: [(&str, &str); 7] = [
    ("AWS::AutoScaling::LaunchConfiguration", "/ImageId"),
    ("AWS::Batch::ComputeEnvironment", "/ComputeResources/ImageId"),
    ("AWS::Cloud9::EnvironmentEC2", "/ImageId"),
    ("AWS::EC2::Instance", "/ImageId"),
    ("AWS::EC2::LaunchTemplate", "/LaunchTemplateData/ImageId"),
    ("AWS::EC2::SpotFleet", "/SpotFleetRequestConfigData/LaunchSpecifications/*/ImageId"),
    ("AWS::ImageBuilder::Image", "/ImageId"),
];

fn is_one(place: &Place<'_, '_>, known: &[(&str, &str)]) -> bool {
    let mut paths = known.iter().filter(|(kind, _)| *kind == place.resource.type_name).peekable();
    paths.peek().is_some() && {
        let own = place.property_path();
        paths.any(|(_, path)| *path == own)
    }
}

fn secret(place: &Place<'_, '_>, call: &Call<'_>, report: &mut Report<'_>) {
    let parameter = call.argument.text().and_then(|name| place.context.template.parameter(name));
    if let Some(parameter) = parameter.filter(|_| call.function == Function::Ref && is_one(place, &SECRETS)) {
        report.at(call.node, || format!("the secret is the parameter `{}`", parameter.name));
    }
}

fn image(place: &Place<'_, '_>, reference: &Call<'_>, report: &mut Report<'_>) {
    const FIT: [&str; 2] = ["AWS::EC2::Image::Id", "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"];
    let parameter = reference.argument.text().and_then(|name| place.context.template.parameter(name));
    let Some(parameter) = parameter.filter(|_| reference.function == Function::Ref) else { return };
    let inside = reference.node.ancestors().skip(1).any(|node| call(node).is_some());
    if FIT.contains(&parameter.kind.text) || inside || !is_one(place, &IMAGES) {
        return;
    }
    let kind = parameter.node.get("Type").unwrap_or(parameter.node);
    report.at(kind, || format!("`{}` is an image and has the type `{}`", parameter.name, parameter.kind.text));
}

fn shown(context: &Context<'_>, report: &mut Report<'_>) {
    for reference in context.template.references.iter().filter(|it| it.is_value() && it.attribute.is_none()) {
        let hidden = context.template.parameter(reference.name).is_some_and(|parameter| parameter.hidden);
        let third = || reference.node.steps().get(2).copied().and_then(crate::document::Step::name);
        let public = match reference.section {
            Section::Metadata | Section::Outputs => true,
            Section::Resources => hidden && third() == Some("Metadata"),
            _ => false,
        };
        if hidden && public {
            report.at(reference.node, || format!("this shows the hidden parameter `{}`", reference.name));
        }
    }
}

fn zone(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let name = place.property.map_or("AvailabilityZones", |property| property.name.as_str());
    if !matches!(name, "AvailabilityZone" | "AvailabilityZones") || place.context.template.is_generated() {
        return;
    }
    let Some(text) = place.node.text().filter(|text| *text != "all" && !text.is_empty()) else { return };
    let inside = || place.node.ancestors().any(|node: Node<'_>| call(node).is_some());
    if has_zone(place.resource.type_name, &place.property_path()) && !inside() {
        report.at(place.node, || format!("the zone `{text}` is written out"));
    }
}

fn has_zone(type_name: &str, path: &str) -> bool {
    matches!(
        (type_name, path),
        ("AWS::AutoScaling::AutoScalingGroup", "/AvailabilityZones/*")
            | ("AWS::DAX::Cluster", "/AvailabilityZones/*")
            | ("AWS::ElasticLoadBalancing::LoadBalancer", "/AvailabilityZones/*")
            | ("AWS::RDS::DBCluster", "/AvailabilityZones/*")
            | ("AWS::DMS::ReplicationInstance", "/AvailabilityZone")
            | ("AWS::EC2::Host", "/AvailabilityZone")
            | ("AWS::EC2::Instance", "/AvailabilityZone")
            | ("AWS::EC2::Subnet", "/AvailabilityZone")
            | ("AWS::EC2::Volume", "/AvailabilityZone")
            | ("AWS::OpsWorks::Instance", "/AvailabilityZone")
            | ("AWS::RDS::DBInstance", "/AvailabilityZone")
            | ("AWS::EC2::LaunchTemplate", "/LaunchTemplateData/Placement/AvailabilityZone")
            | ("AWS::ElasticLoadBalancingV2::TargetGroup", "/Targets/*/AvailabilityZone")
            | ("AWS::EMR::Cluster", "/Instances/Placement/AvailabilityZone")
    )
}
