//! Builders through a whole synth: what is written in Rust and what stands in the template.
use serde_json::{Value as Json, json};
use stackgen_cfn::{ec2, iam, logs, s3, ssm};
use stackgen_core::{App, Handle, Parameter, Stack, Value, intrinsic};

/// The `Resources` of the only stack.
fn resources(stack: Stack) -> Json {
    let app = App::from(stack).synth().expect("nothing is wrong with it");
    app.stacks[0].template.json()["Resources"].clone()
}

#[test]
fn an_instance_with_disks_and_a_role() {
    let mut stack = Stack::new("compute");
    let image = stack.parameter("Image", Parameter::of(stackgen_core::AwsType::ImageId));
    let role = stack.add("Role", iam::Role::new().assume_role_policy_document(json!({ "Version": "2012-10-17" })));
    let profile = stack.add("Profile", iam::InstanceProfile::new().roles([&role]));
    let root = ec2::instance::Ebs::new().volume_size(20).volume_type(ec2::instance::VolumeType::GP3).encrypted(true);
    let disk = ec2::instance::BlockDeviceMapping::new().device_name("/dev/xvda").ebs(root);
    let host = ec2::Instance::new()
        .image_id(image)
        .instance_type("m7i.large")
        .iam_instance_profile(&profile)
        .block_device_mappings([disk])
        .user_data(intrinsic::base64("#!/bin/sh\n"))
        .tags([("Name", "host")]);
    let host = stack.add("Host", host);
    stack.output("Address", host.private_ip());

    let resources = resources(stack);
    let properties = &resources["Host"]["Properties"];
    assert_eq!(resources["Host"]["Type"], "AWS::EC2::Instance");
    assert_eq!(properties["ImageId"], json!({ "Ref": "Image" }));
    assert_eq!(properties["IamInstanceProfile"], json!({ "Ref": "Profile" }));
    assert_eq!(properties["UserData"], json!({ "Fn::Base64": "#!/bin/sh\n" }));
    assert_eq!(properties["Tags"], json!([{ "Key": "Name", "Value": "host" }]));
    let disk = json!([{
        "DeviceName": "/dev/xvda",
        "Ebs": { "VolumeSize": 20, "VolumeType": "gp3", "Encrypted": true },
    }]);
    assert_eq!(properties["BlockDeviceMappings"], disk);
    assert_eq!(resources["Profile"]["Properties"]["Roles"], json!([{ "Ref": "Role" }]));
}

#[test]
fn properties_keep_the_order_in_which_they_were_set() {
    let mut stack = Stack::new("parameters");
    stack.add("One", ssm::Parameter::new().value("1").type_(ssm::parameter::Type::STRING).name("/one"));
    let resources = resources(stack);
    let names: Vec<&String> = resources["One"]["Properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Value", "Type", "Name"]);
}

#[test]
fn a_required_property_may_be_set_again() {
    let mut stack = Stack::new("parameters");
    stack.add("One", ssm::Parameter::new().value("1").type_("String").value("2"));
    assert_eq!(resources(stack)["One"]["Properties"], json!({ "Value": "2", "Type": "String" }));
}

#[test]
fn a_choice_takes_its_constants_any_text_and_values() {
    let mut stack = Stack::new("volumes");
    let kind = stack.parameter("Kind", Parameter::string());
    let one =
        |kind: Value<ec2::volume::VolumeType>| ec2::Volume::new().availability_zone("a").size(1).volume_type(kind);
    stack.add("Known", one(ec2::volume::VolumeType::GP3));
    stack.add("New", ec2::Volume::new().availability_zone("a").size(1).volume_type("gp9"));
    stack.add("Given", ec2::Volume::new().availability_zone("a").size(1).volume_type(kind));
    let resources = resources(stack);
    assert_eq!(resources["Known"]["Properties"]["VolumeType"], "gp3");
    assert_eq!(resources["New"]["Properties"]["VolumeType"], "gp9");
    assert_eq!(resources["Given"]["Properties"]["VolumeType"], json!({ "Ref": "Kind" }));
}

#[test]
fn every_node_takes_raw_properties() {
    let mut stack = Stack::new("raw");
    let versioning = s3::bucket::VersioningConfiguration::new().status("Enabled").set_raw("MfaDelete", "Disabled");
    let bucket = s3::Bucket::new().versioning_configuration(versioning).set_raw("Brand", json!({ "New": [1] }));
    stack.add("Bucket", bucket).set_raw("/Properties/VersioningConfiguration/Later", json!(true));
    let expected = json!({
        "VersioningConfiguration": { "Status": "Enabled", "MfaDelete": "Disabled", "Later": true },
        "Brand": { "New": [1] },
    });
    assert_eq!(resources(stack)["Bucket"]["Properties"], expected);
}

#[test]
fn attributes_are_methods_and_handles_are_resources() {
    let mut stack = Stack::new("network");
    let vpc = stack.add("Vpc", ec2::Vpc::new().cidr_block("10.0.0.0/16"));
    let subnet = stack.add("Subnet", ec2::Subnet::new().vpc_id(&vpc).cidr_block(vpc.cidr_block()));
    let group = stack.add("Group", ec2::SecurityGroup::new().group_description("x").vpc_id(vpc.reference()));
    stack.add("Log", logs::LogGroup::new().log_group_name(subnet.logical_id())).depends_on(&group);
    stack.output("Zone", subnet.availability_zone());
    let resources = resources(stack);
    assert_eq!(resources["Subnet"]["Properties"]["CidrBlock"], json!({ "Fn::GetAtt": ["Vpc", "CidrBlock"] }));
    assert_eq!(resources["Group"]["Properties"]["VpcId"], json!({ "Ref": "Vpc" }));
    assert_eq!(resources["Log"]["DependsOn"], json!(["Group"]));
}

#[test]
fn types_of_one_service_that_are_equal_are_one_type() {
    use stackgen_cfn::quicksight::{analysis, dashboard};
    fn same<T>(_: T, _: T) {}
    same(analysis::FontConfiguration::new(), dashboard::FontConfiguration::new());
}
