//! Facts that anybody can look up, and that later work leans on.
use stackgen_schema::{Combination, Facts, Kind, Literal, Phase, Replacement, ResourceType, TagStyle, UpdateEffect};

fn resource(name: &str) -> ResourceType {
    Facts::embedded().resource(name).unwrap_or_else(|| panic!("{name} is not there"))
}

fn attributes(name: &str) -> Vec<String> {
    resource(name).attributes.into_iter().map(|attribute| attribute.name).collect()
}

fn kind(resource: &ResourceType, property: &str) -> Kind {
    let shape = Facts::embedded().shape(resource.properties);
    let found = shape.properties.into_iter().find(|known| known.name == property);
    found.unwrap_or_else(|| panic!("{} has no {property}", resource.name)).kind
}

#[test]
fn what_replaces_an_instance() {
    let instance = resource("AWS::EC2::Instance");
    for path in ["/ImageId", "/KeyName", "/AvailabilityZone", "/NetworkInterfaces"] {
        assert_eq!(instance.update_effect(path), UpdateEffect::Replaces, "{path}");
    }
    for path in ["/UserData", "/SecurityGroupIds", "/InstanceType"] {
        assert_ne!(instance.update_effect(path), UpdateEffect::Replaces, "{path}");
    }
    assert_eq!(instance.update_effect("/Tags"), UpdateEffect::InPlace);
    assert_eq!(instance.update_effect("/NetworkInterfaces/0/SubnetId"), UpdateEffect::Replaces);
    assert!(instance.write_only.contains(&"/BlockDeviceMappings/*/NoDevice".to_owned()));
    assert_eq!(instance.update_effect("/BlockDeviceMappings/3/NoDevice"), UpdateEffect::MayReplace);
    assert_eq!(instance.arn.as_deref(), Some("arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}"));
}

#[test]
fn a_volume_cannot_become_another() {
    let volume = resource("AWS::EC2::Volume");
    assert!(volume.stateful);
    for path in ["/AvailabilityZone", "/AvailabilityZoneId", "/Encrypted", "/KmsKeyId", "/SnapshotId"] {
        assert_eq!(volume.update_effect(path), UpdateEffect::Refused, "{path}");
        assert!(volume.create_only.contains(&path.to_owned()), "{path}");
    }
    assert_eq!(volume.update_effect("/Size"), UpdateEffect::InPlace);
    assert_eq!(volume.read_only, ["/VolumeId"]);
}

/// The throughput of gp3, out of the conditions on a volume.
#[test]
fn limits_of_a_volume_type() {
    let facts = Facts::embedded();
    let shape = facts.shape(resource("AWS::EC2::Volume").properties);
    let all = shape.combinations.iter().find_map(|combination| match combination {
        Combination::All(all) => Some(all),
        _ => None,
    });
    let limits = all.unwrap().iter().find_map(|id| match facts.shape(*id).combinations[..] {
        [Combination::If { test, then: Some(then), .. }] => {
            let volume_type = facts.shape(facts.shape(test).properties[0].shape);
            (volume_type.allowed == [Literal::String("gp3".to_owned())]).then(|| facts.shape(then))
        }
        _ => None,
    });
    let limits = limits.unwrap();
    let throughput = limits.properties.iter().find(|property| property.name == "Throughput").unwrap();
    let throughput = facts.shape(throughput.shape);
    assert_eq!((throughput.minimum.as_deref(), throughput.maximum.as_deref()), (Some("125"), Some("2000")));
}

#[test]
fn order_of_replacement() {
    assert_eq!(resource("AWS::EC2::EIPAssociation").replacement, Replacement::DeleteThenCreate);
    let attachment = resource("AWS::EC2::VolumeAttachment");
    assert_eq!(attachment.replacement, Replacement::CreateThenDelete);
    assert!(!attachment.updatable);
    assert_eq!(attachment.update_effect("/Device"), UpdateEffect::Replaces);
    assert!(resource("AWS::CloudFormation::WaitConditionHandle").updatable);
    assert_eq!(resource("AWS::CloudFormation::WaitCondition").update_effect("/Handle"), UpdateEffect::Refused);
}

#[test]
fn what_ref_returns() {
    for (name, expected) in [
        ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"),
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::EC2::EIP", "PublicIp"),
        ("AWS::EC2::Instance", "InstanceId"),
        ("AWS::EC2::KeyPair", "KeyName"),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateId"),
        ("AWS::EC2::SecurityGroup", "Id"),
        ("AWS::EC2::Subnet", "SubnetId"),
        ("AWS::EC2::VPC", "VpcId"),
        ("AWS::EC2::Volume", "VolumeId"),
        ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
        ("AWS::IAM::ManagedPolicy", "PolicyArn"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::Logs::LogGroup", "LogGroupName"),
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::SNS::Topic", "TopicArn"),
        ("AWS::SQS::Queue", "QueueUrl"),
        ("AWS::SSM::Parameter", "Name"),
    ] {
        assert_eq!(resource(name).ref_returns, [expected], "{name}");
    }
}

#[test]
fn attributes_as_documented() {
    assert_eq!(attributes("AWS::SSM::Parameter"), ["Arn", "Type", "Value"]);
    assert_eq!(attributes("AWS::IAM::Role"), ["Arn", "RoleId"]);
    for (name, attribute) in [
        ("AWS::EC2::Instance", "PrivateIp"),
        ("AWS::EC2::Subnet", "AvailabilityZone"),
        ("AWS::RDS::DBInstance", "Endpoint.Address"),
        ("AWS::S3::Bucket", "RegionalDomainName"),
        ("AWS::Logs::LogGroup", "Arn"),
    ] {
        assert!(attributes(name).contains(&attribute.to_owned()), "{name}.{attribute}");
    }
}

#[test]
fn three_styles_of_tags() {
    let style = |name: &str| resource(name).tagging.map(|tagging| (tagging.property, tagging.style));
    let tags = |style| Some(("Tags".to_owned(), style));
    assert_eq!(style("AWS::EC2::Instance"), tags(TagStyle::List));
    assert_eq!(style("AWS::SSM::Parameter"), tags(TagStyle::Map));
    assert_eq!(style("AWS::AutoScaling::AutoScalingGroup"), tags(TagStyle::AutoScaling));
    assert_eq!(style("AWS::Route53::HostedZone"), Some(("HostedZoneTags".to_owned(), TagStyle::List)));
    assert_eq!(style("AWS::EC2::VolumeAttachment"), None);
    assert_eq!(style("AWS::EC2::LaunchTemplate"), None);
}

#[test]
fn what_builders_take() {
    let list = |kind| Kind::List(Box::new(kind));
    let instance = resource("AWS::EC2::Instance");
    assert_eq!(kind(&instance, "Tags"), list(Kind::Tag));
    assert_eq!(kind(&instance, "SecurityGroupIds"), list(Kind::String));
    assert_eq!(kind(&instance, "EbsOptimized"), Kind::Boolean);
    assert_eq!(kind(&resource("AWS::EC2::Volume"), "Size"), Kind::Integer);
    assert_eq!(kind(&resource("AWS::IAM::Role"), "AssumeRolePolicyDocument"), Kind::Json);
    assert_eq!(kind(&resource("AWS::SSM::Parameter"), "Tags"), Kind::Map(Box::new(Kind::String)));
    let Kind::List(mapping) = kind(&instance, "BlockDeviceMappings") else { panic!("not a list") };
    let shape = Facts::embedded().shape(mapping.object().unwrap());
    assert_eq!(shape.name.as_deref(), Some("BlockDeviceMapping"));
    let names: Vec<&str> = shape.properties.iter().map(|property| property.name.as_str()).collect();
    assert_eq!(names, ["DeviceName", "Ebs", "NoDevice", "VirtualName"]);
    assert_eq!(shape.required_xor, [["VirtualName", "Ebs", "NoDevice"]]);
}

#[test]
fn required_and_allowed() {
    let facts = Facts::embedded();
    let parameter = facts.shape(resource("AWS::SSM::Parameter").properties);
    assert!(parameter.closed);
    let required: Vec<_> = parameter.properties.iter().filter(|property| property.required).collect();
    assert_eq!(required.iter().map(|property| property.name.as_str()).collect::<Vec<_>>(), ["Type", "Value"]);
    let allowed = facts.shape(required[0].shape).allowed;
    assert!(allowed.contains(&Literal::String("StringList".to_owned())), "{allowed:?}");
}

#[test]
fn regions() {
    let facts = Facts::embedded();
    let place = |name: &str| facts.regions().iter().position(|region| region == name);
    let bits = resource("AWS::EC2::Instance").regions;
    assert_eq!(bits, (1 << facts.regions().len()) - 1, "instances are everywhere");
    assert!(place("eu-central-1").is_some() && place("us-gov-west-1").is_some());
    assert_eq!(place("us-iso-east-1"), None, "nobody outside knows what is there");
    let somewhere = resource("AWS::ARCRegionSwitch::Plan").regions;
    assert!(somewhere != 0 && somewhere != bits);
}

#[test]
fn permissions_and_actions() {
    let volume = resource("AWS::EC2::Volume");
    let create = volume.permissions.iter().find(|(handler, _)| handler == "create").unwrap();
    assert!(create.1.contains(&"ec2:CreateVolume".to_owned()));
    let facts = Facts::embedded();
    let sqs = facts.actions("sqs").unwrap();
    let receive = sqs.actions.iter().find(|action| action.name == "ReceiveMessage").unwrap();
    let on: Vec<&str> = receive.resources.iter().map(|place| sqs.resources[usize::from(*place)].0.as_str()).collect();
    assert_eq!(on, ["queue"]);
    assert_eq!(sqs.resources[0].1, ["arn:${Partition}:sqs:${Region}:${Account}:.*"]);
    assert!(facts.actions("nothing").is_none());
    assert!(facts.action_prefixes().any(|prefix| prefix == "ec2"));
}

#[test]
fn types_of_one_source_only() {
    let facts = Facts::embedded();
    let retired = resource("AWS::OpsWorksCM::Server");
    assert!(!facts.shape(retired.properties).properties.is_empty(), "made of the CDK's types");
    let new = resource("AWS::SecurityHub::ActionTarget");
    assert!(!facts.shape(new.properties).properties.is_empty(), "not yet in the CDK's database");
    assert!(facts.resource("AWS::EC2::Instances").is_none());
    assert_eq!(facts.sources().len(), 3);
}

/// Source: the page of T3 instances in the EC2 User Guide, and *CreateTable* in the DynamoDB API reference.
#[test]
fn demands_beyond_the_types() {
    let facts = Facts::embedded();
    let types = facts.extension("aws_ec2_instance/instancetype_enum").expect("instances have types");
    let offered = |region| types.in_region(region).map(|shape| facts.shape(shape).allowed);
    let small = Literal::String("t3.small".to_owned());
    assert!(offered("us-east-1").expect("a region").contains(&small));
    assert_eq!(offered("nowhere-1"), None);
    let table = facts.extension("aws_dynamodb_table/billingmode_exclusive").expect("tables have billing modes");
    assert_eq!(table.in_region("us-east-1"), table.in_region("nowhere-1"));
}

#[test]
fn what_ends_has_its_days() {
    let facts = Facts::embedded();
    let python = facts.runtime("python3.6").unwrap();
    assert_eq!(python.update_block.map(|day| day.to_string()).as_deref(), Some("2022-08-29"));
    assert!(python.successor.as_deref().is_some_and(|next| facts.runtime(next).is_some()));
    assert!(facts.runtime("python1").is_none());
    let ends: Vec<_> = facts.service_ends().collect();
    assert!(ends.is_sorted_by(|one, other| one.type_name < other.type_name));
    let analytics = ends.iter().find(|end| end.type_name == "AWS::IoTAnalytics::Channel").unwrap();
    assert_eq!(analytics.phase, Phase::Shutdown);
    assert!(!ends.iter().any(|end| end.type_name == "AWS::EC2::Volume"));
}
