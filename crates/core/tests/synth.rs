//! What synth writes, and what it refuses.
use serde_json::json;
use stackgen_core::condition::equals;
use stackgen_core::intrinsic::{base64, join, sub};
use stackgen_core::{App, AwsType, Handle, Parameter, Pattern, Problem, RawResource, Stack, aws};

fn problems(app: impl Into<App>) -> Vec<Problem> {
    app.into().synth().map(|app| app.stacks.len()).expect_err("this app is wrong")
}

#[track_caller]
fn only_problem(app: impl Into<App>) -> Problem {
    let mut problems = problems(app);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

fn body(app: impl Into<App>, stack: &str) -> serde_json::Value {
    app.into().synth().expect("this app is right").stack(stack).expect("it is there").template.json()
}

fn vpc() -> RawResource {
    RawResource::new("AWS::EC2::VPC").property("CidrBlock", "10.0.0.0/16")
}

#[test]
fn a_stack_becomes_a_template_in_the_order_of_its_author() {
    let mut stack = Stack::new("network");
    stack.description("A network").region("eu-west-1");
    let image = stack.parameter("Image", Parameter::of(AwsType::ImageId).default("ami-12345678"));
    let wanted = stack.condition("Wanted", !equals(&image, "none"));
    let vpc = stack.add("Vpc", vpc());
    let subnet = RawResource::new("AWS::EC2::Subnet").property("VpcId", vpc.reference());
    stack.add("Subnet", subnet).only_if(&wanted).depends_on(&vpc);
    stack.output("VpcArn", join(":", ["arn".into(), aws::partition(), "vpc".into(), vpc.reference()]));
    assert_eq!(
        body(stack, "network"),
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "A network",
            "Parameters": {"Image": {"Type": "AWS::EC2::Image::Id", "Default": "ami-12345678"}},
            "Conditions": {"Wanted": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Image"}, "none"]}]}},
            "Resources": {
                "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
                "Subnet": {
                    "Type": "AWS::EC2::Subnet",
                    "Condition": "Wanted",
                    "DependsOn": ["Vpc"],
                    "Properties": {"VpcId": {"Ref": "Vpc"}}
                },
            },
            "Outputs": {"VpcArn": {"Value": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":vpc:", {"Ref": "Vpc"}]]}}}
        })
    );
}

#[test]
fn a_handle_of_another_stack_makes_export_and_import_and_orders_the_stacks() {
    let mut network = Stack::new("network");
    let vpc = network.add("Vpc", vpc());
    let mut app = App::new();
    let mut compute = Stack::new("compute");
    let subnet = RawResource::new("AWS::EC2::Subnet").property("VpcId", vpc.reference());
    compute.add("Subnet", subnet.property("CidrBlock", vpc.attribute("CidrBlock")));
    app.add(compute).add(network);

    let synthesized = app.synth().expect("this app is right");
    let names: Vec<&str> = synthesized.stacks.iter().map(|stack| stack.name.as_str()).collect();
    assert_eq!(names, ["network", "compute"]);
    assert_eq!(synthesized.stacks[1].dependencies, ["network"]);
    synthesized.stacks[0]
        .template
        .assert_output("VpcRef", json!({"Value": {"Ref": "Vpc"}, "Export": {"Name": "network:VpcRef"}}));
    synthesized.stacks[1].template.assert_resource(
        "AWS::EC2::Subnet",
        json!({"VpcId": {"Fn::ImportValue": "network:VpcRef"}, "CidrBlock": {"Fn::ImportValue": "network:VpcCidrBlock"}}),
    );
}

#[test]
fn weak_and_deploy_time_values_need_no_export() {
    let mut network = Stack::new("prod-network");
    network.region("eu-west-1");
    let vpc = network.add("Vpc", vpc());
    let mut compute = Stack::new("compute");
    compute.region("us-east-1");
    let subnet = RawResource::new("AWS::EC2::Subnet").property("VpcId", vpc.reference().weak());
    let blocks = vpc.list_attribute("CidrBlockAssociations").at_deploy();
    compute.add("Subnet", subnet.property("Blocks", join(",", blocks)));
    let mut app = App::new();
    app.add(network).add(compute);

    let synthesized = app.synth().expect("this app is right");
    synthesized.stacks[0]
        .template
        .assert_output("VpcRef", Pattern::from(json!({"Value": {"Ref": "Vpc"}})).without("/Export"));
    let read = json!({"StackName": "prod-network", "OutputName": "VpcRef", "Region": "eu-west-1"});
    let list = json!({"Fn::Split": ["||", {"Ref": "ProdNetworkVpcCidrBlockAssociations"}]});
    let expected = json!({"VpcId": {"Fn::GetStackOutput": read}, "Blocks": {"Fn::Join": [",", list]}});
    synthesized.stacks[1].template.assert_resource("AWS::EC2::Subnet", expected);
    assert_eq!(synthesized.stacks[1].inputs[0].output, "VpcCidrBlockAssociations");
    assert_eq!(synthesized.stacks[1].template.json()["Parameters"].as_object().map(serde_json::Map::len), Some(1));
}

#[test]
fn an_import_from_another_region_is_refused_with_the_way_out() {
    let mut network = Stack::new("network");
    network.region("eu-west-1");
    let vpc = network.add("Vpc", vpc());
    let mut compute = Stack::new("compute");
    compute.region("us-east-1").add("Other", RawResource::new("AWS::EC2::VPC").property("CidrBlock", vpc.reference()));
    let mut app = App::new();
    app.add(network).add(compute);
    let problem = only_problem(app);
    assert!(problem.message.contains("another region"), "{problem}");
    assert!(problem.hint.is_some_and(|hint| hint.contains("weak()")));
}

#[test]
fn stacks_that_need_each_other_are_refused() {
    let (mut left, mut right) = (Stack::new("left"), Stack::new("right"));
    let (a, b) = (left.add("A", vpc()), right.add("B", vpc()));
    left.metadata("other", b.reference());
    right.metadata("other", a.reference());
    let mut app = App::new();
    app.add(left).add(right);
    assert!(only_problem(app).message.contains("left -> right -> left"));
}

#[test]
fn an_output_never_stands_for_two_values() {
    let mut producer = Stack::new("producer");
    let thing = || RawResource::new("Some::Third::Thing");
    let (short, long) = (producer.add("A", thing()), producer.add("AVpc", thing()));
    let mut consumer = Stack::new("consumer");
    consumer.add("Vpc", vpc());
    consumer.metadata("a", short.attribute("VpcId")).metadata("b", long.attribute("Id"));
    let mut app = App::new();
    app.add(producer).add(consumer);
    assert!(only_problem(app).message.contains("`AVpcId` of stack `producer`"));
}

#[test]
fn resources_that_need_each_other_are_refused() {
    let mut stack = Stack::new("circle");
    let a = stack.add("A", vpc());
    let b = stack.add("B", vpc().property("Other", a.reference()));
    a.depends_on(&b);
    assert_eq!(only_problem(stack).message, "resources need each other: A -> B -> A");
}

#[test]
fn problems_come_all_at_once_with_their_places() {
    let mut stack = Stack::new("wrong");
    let line = line!() + 1;
    stack.add("Vpc", vpc().property("Name", sub("${Vcp}-x")));
    stack.add("Vpc", vpc());
    stack.add("no_id", RawResource::new("AWS::EC2::Vpcc"));
    stack.output("Id", sub("${Vpc.CidrBlok}"));
    let problems = problems(stack);
    let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(said.len(), 5, "{problems:#?}");
    assert_eq!(said[0], "`Vcp` is no parameter or resource of this stack");
    assert_eq!(problems[0].path, "/Properties/Name");
    assert_eq!(problems[0].source.map(|source| source.line), Some(line));
    assert_eq!(problems[1].hint.as_deref(), Some("did you mean `CidrBlock`?"));
    assert!(said[2].contains("used twice"));
    assert!(said[3].contains("cannot be a logical id"));
    assert_eq!(problems[4].hint.as_deref(), Some("did you mean `AWS::EC2::VPC`?"));
}

#[test]
fn data_is_kept_unless_somebody_says_otherwise() {
    let volume = || RawResource::new("AWS::EC2::Volume").property("Size", 20);
    let mut stack = Stack::new("data");
    stack.add("Kept", volume());
    stack.add("Chosen", volume()).deletion_policy(stackgen_core::DeletionPolicy::Snapshot);
    let json = body(stack, "data");
    assert_eq!(json["Resources"]["Kept"]["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(json["Resources"]["Kept"]["UpdateReplacePolicy"], "Retain");
    assert_eq!(json["Resources"]["Chosen"]["DeletionPolicy"], "Snapshot");
    assert_eq!(json["Resources"]["Chosen"]["UpdateReplacePolicy"], "Retain");

    let mut bare = Stack::new("bare");
    bare.add("Volume", volume()).set_raw("/DeletionPolicy", json!(null));
    assert_eq!(only_problem(bare).message, "AWS::EC2::Volume holds data and has no DeletionPolicy");
}

#[test]
fn tags_reach_every_type_in_its_own_shape() {
    let mut stack = Stack::new("tagged");
    stack.tag("Project", "zmanim");
    stack.add("Vpc", vpc().property("Tags", json!([{"Key": "Project", "Value": "own"}])));
    stack.add("Parameter", RawResource::new("AWS::SSM::Parameter"));
    stack.add("Group", RawResource::new("AWS::AutoScaling::AutoScalingGroup"));
    stack.add("Attachment", RawResource::new("AWS::EC2::VolumeAttachment"));
    let mut app = App::from(stack);
    app.tag("Owner", "ops").tag("Project", "app");
    let resources = body(app, "tagged")["Resources"].clone();
    let own = json!([{"Key": "Project", "Value": "own"}, {"Key": "Owner", "Value": "ops"}]);
    assert_eq!(resources["Vpc"]["Properties"]["Tags"], own);
    assert_eq!(resources["Parameter"]["Properties"]["Tags"], json!({"Owner": "ops", "Project": "zmanim"}));
    assert_eq!(resources["Group"]["Properties"]["Tags"][0]["PropagateAtLaunch"], true);
    assert!(resources["Attachment"]["Properties"].is_null());
}

#[test]
fn what_cloudformation_would_refuse_is_refused_first() {
    assert!(only_problem(Stack::new("empty")).message.contains("no empty stack"));

    let mut null = Stack::new("null");
    null.add("Vpc", vpc()).set_raw("/Properties/Tags", json!(null));
    assert_eq!(only_problem(null).message, "CloudFormation takes no null");

    let mut early = Stack::new("early");
    let vpc = early.add("Vpc", vpc());
    early.condition("Known", equals(vpc.attribute("CidrBlock"), "10.0.0.0/16"));
    assert!(only_problem(early).message.contains("not known when conditions"));
}

#[test]
fn the_escape_hatch_reaches_everything() {
    let mut stack = Stack::new("raw");
    let vpc = stack.add("Vpc", vpc());
    vpc.clone().set_raw("/Properties/New/Deep", json!({"Ref": "Vpc2"})).set_raw("/Metadata/a~1b", json!(1));
    stack.add("Vpc2", RawResource::new("Third::Party::Thing"));
    let resource = body(stack, "raw")["Resources"]["Vpc"].clone();
    assert_eq!(resource["Properties"]["New"]["Deep"], json!({"Ref": "Vpc2"}));
    assert_eq!(resource["Metadata"]["a/b"], 1);

    let mut wrong = Stack::new("wrong");
    wrong
        .add("Vpc", RawResource::new("AWS::EC2::VPC").property("CidrBlock", "x"))
        .set_raw("/Properties/CidrBlock/0", json!(1));
    assert!(only_problem(wrong).message.contains("leads nowhere"));
}

#[test]
fn every_section_takes_what_has_no_method() {
    let mut stack = Stack::new("raw");
    let vpc = stack.add("Vpc", vpc());
    stack.output("Typed", &vpc);
    stack.set_raw("Outputs", "Raw", json!({"Value": {"Ref": "Vpc"}}));
    stack.set_raw("Hooks", "Green", json!({"Type": "AWS::CodeDeploy::BlueGreen"}));
    let json = body(stack, "raw");
    assert_eq!(
        json["Outputs"].as_object().map(|outputs| outputs.keys().cloned().collect()),
        Some(vec!["Typed".to_owned(), "Raw".to_owned()])
    );
    assert_eq!(json["Hooks"]["Green"]["Type"], "AWS::CodeDeploy::BlueGreen");

    let mut wrong = Stack::new("wrong");
    wrong.add("Vpc", RawResource::new("AWS::EC2::VPC"));
    wrong.set_raw("Outputs", "Raw", json!({"Value": {"Ref": "Vcp"}}));
    assert_eq!(only_problem(wrong).logical_id.as_deref(), Some("Raw"));
}

#[test]
fn loops_are_checked_and_kept_like_anything_else() {
    let mut stack = Stack::new("loops");
    stack.tag("Project", "zmanim");
    let volume =
        |zone: stackgen_core::Value<String>| RawResource::new("AWS::EC2::Volume").property("AvailabilityZone", zone);
    stack.add_each("Zones", "Zone", ["a", "b"], "Data${Zone}", volume);
    stack.output("First", sub("${Dataa}"));
    let app = App::from(stack).synth().expect("this app is right");
    let json = app.stacks[0].template.json();
    assert_eq!(json["Transform"], json!(["AWS::LanguageExtensions"]));
    let made = &json["Resources"]["Fn::ForEach::Zones"][2]["Data${Zone}"];
    assert_eq!(made["UpdateReplacePolicy"], "Retain");
    assert_eq!(made["Properties"]["AvailabilityZone"], json!({"Ref": "Zone"}));
    assert_eq!(made["Properties"]["Tags"][0]["Value"], "zmanim");
    let ids: Vec<&str> = app.stacks[0].resources.iter().map(|resource| resource.logical_id.as_str()).collect();
    assert_eq!(ids, ["Dataa", "Datab"]);

    let mut wrong = Stack::new("wrong");
    let thing = |_| RawResource::new("AWS::EC2::Nope");
    wrong.add_each("Same", "Item", ["a", "b"], "Thing", thing);
    let said: Vec<String> = problems(wrong).into_iter().map(|problem| problem.message).collect();
    assert!(said.iter().any(|message| message.contains("used twice")), "{said:?}");
    assert!(said.iter().any(|message| message.contains("no `${Item}` in it")), "{said:?}");
    assert!(said.iter().any(|message| message.contains("no resource type `AWS::EC2::Nope`")), "{said:?}");
}

#[test]
fn raw_sections_are_checked_like_anything_else() {
    let mut stack = Stack::new("raw");
    stack.set_raw("Parameters", "Size", json!({"Type": "Number", "Default": "20"}));
    stack.set_raw("Resources", "Data", json!({"Type": "AWS::EC2::Volume", "Properties": {"Size": {"Ref": "Size"}}}));
    let each = json!(["Zone", ["a", "b"], {"Out${Zone}": {"Value": {"Ref": "Zone"}}}]);
    stack.set_raw("Outputs", "Fn::ForEach::Zones", each);
    let app = App::from(stack).synth().expect("this app is right");
    let json = app.stacks[0].template.json();
    assert_eq!(json["Resources"]["Data"]["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(json["Transform"], json!(["AWS::LanguageExtensions"]));
    assert!(app.stacks[0].resources[0].stateful);

    let mut wrong = Stack::new("wrong");
    wrong.add("Vpc", vpc());
    wrong.set_raw("Resources", "Vpc", json!({"Type": "AWS::EC2::VPC"}));
    wrong.set_raw("Outptus", "Out", json!({"Value": "x"}));
    let said: Vec<String> = problems(wrong).into_iter().map(|problem| problem.message).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().any(|message| message.contains("`Outptus` is no section")), "{said:?}");
}

#[test]
fn resources_have_known_parts_only() {
    let mut stack = Stack::new("parts");
    let vpc = stack.add("Vpc", vpc());
    vpc.clone().set_raw("/Propertis/Size", json!(1));
    vpc.clone().set_raw("/DependsOn", json!(["Nope"]));
    vpc.set_raw("/Properties/Join", json!({"Fn::Joyn": ["", []]}));
    let said: Vec<String> = problems(stack).into_iter().map(|problem| problem.message).collect();
    assert!(said.iter().any(|message| message.contains("a resource has no `Propertis`")), "{said:?}");
    assert!(said.iter().any(|message| message.contains("`Nope` is no parameter or resource")), "{said:?}");
    assert!(said.iter().any(|message| message.contains("`Fn::Joyn` is no function")), "{said:?}");
    assert_eq!(said.len(), 3, "{said:?}");
}

#[test]
fn names_are_exact() {
    let refused = |text: &str| {
        let mut stack = Stack::new("names");
        stack.parameter("Zones", Parameter::strings().default(["a", "b"]));
        stack.add("Vpc", vpc());
        stack.add("Other", RawResource::new("Some::Third::Thing").property("Name", sub(text)));
        App::from(stack).synth().is_err()
    };
    assert!(!refused("${AWS::Region} ${!literal} ${Vpc.CidrBlock} ${Vpc}"));
    assert!(refused("${AWS::Regoin}"));
    assert!(refused("${ AWS::Region }"));
    assert!(refused("${Zones}"));
}

#[test]
fn what_crosses_is_checked_where_it_comes_from() {
    let crossing = |use_it: &dyn Fn(&stackgen_core::Resource) -> stackgen_core::Value<String>| {
        let mut producer = Stack::new("producer");
        let vpc = producer.add("Vpc", vpc());
        let mut consumer = Stack::new("consumer");
        consumer.add("Other", RawResource::new("AWS::EC2::VPC").property("CidrBlock", use_it(&vpc)));
        let mut app = App::new();
        app.add(producer).add(consumer);
        app
    };
    assert!(crossing(&|vpc| vpc.attribute("CidrBlock")).synth().is_ok());
    assert!(only_problem(crossing(&|vpc| vpc.attribute("CidrBlok"))).message.contains("no attribute"));
    assert!(only_problem(crossing(&|vpc| vpc.attribute("CidrBlockAssociations"))).message.contains("is a list"));
    let weak = crossing(&|vpc| stackgen_core::intrinsic::concat(["x-".into(), vpc.reference()]).weak());
    let weak = weak.synth().expect("this app is right");
    assert!(!weak.stacks[1].template.as_str().contains("ImportValue"), "{:?}", weak.stacks[1].template);
}

#[test]
fn an_export_has_one_owner() {
    let mut app = App::new();
    for name in ["left", "right"] {
        let mut stack = Stack::new(name);
        let vpc = stack.add("Vpc", vpc());
        stack.output("Id", &vpc).export("shared");
        app.add(stack);
    }
    assert!(only_problem(app).message.contains("the export `shared` is made twice"));
}

#[test]
fn a_parameter_filled_in_at_deploy_has_one_meaning() {
    let (mut one, mut other) = (Stack::new("prod-a"), Stack::new("prodA"));
    let values = [one.add("Vpc", vpc()), other.add("Vpc", vpc())].map(|vpc| vpc.reference().at_deploy());
    let mut consumer = Stack::new("consumer");
    for (index, value) in values.into_iter().enumerate() {
        consumer.add(&format!("Vpc{index}"), RawResource::new("AWS::EC2::VPC").property("CidrBlock", value));
    }
    let mut app = App::new();
    app.add(one).add(other).add(consumer);
    assert_eq!(only_problem(app).message, "the parameter `ProdAVpcRef` would stand for two values");
}

#[test]
fn boot_scripts_are_decoded_and_measured() {
    let instance = |script: stackgen_core::Value<String>| {
        RawResource::new("AWS::EC2::Instance").property("UserData", base64(script))
    };
    let mut stack = Stack::new("boot");
    let volume = stack.add("Volume", RawResource::new("AWS::EC2::Volume"));
    stack.add("Host", instance(join("", ["#!/bin/sh\nmount ".into(), volume.reference(), "\n".into()])));
    let app = App::from(stack).synth().expect("this app is right");
    assert_eq!(app.stacks[0].user_data[0].text, "#!/bin/sh\nmount ${Volume}\n");

    let mut plain = Stack::new("plain");
    plain.add("Host", RawResource::new("AWS::EC2::Instance").property("UserData", "#!/bin/sh\necho hi\n"));
    assert_eq!(only_problem(plain).message, "EC2 takes user data in base64 only");

    let mut large = Stack::new("large");
    large.add("Host", instance("x".repeat(16_385).into()));
    assert!(only_problem(large).message.contains("16385 bytes"));
}

#[test]
fn a_volume_stays_in_the_zone_of_its_instance() {
    let mut stack = Stack::new("zones");
    stack.region("eu-west-1");
    let zoned = |kind: &'static str, zone: &str| RawResource::new(kind).property("AvailabilityZone", zone);
    let subnet = stack.add("Subnet", zoned("AWS::EC2::Subnet", "eu-west-1a"));
    let host = stack.add("Host", RawResource::new("AWS::EC2::Instance").property("SubnetId", subnet.reference()));
    let volume = stack.add("Volume", zoned("AWS::EC2::Volume", "eu-west-1b"));
    let attachment = RawResource::new("AWS::EC2::VolumeAttachment").property("VolumeId", volume.reference());
    stack.add("Attachment", attachment.property("InstanceId", host.reference()));
    assert!(only_problem(stack).message.contains("`eu-west-1b` and the instance in `eu-west-1a`"));

    let mut abroad = Stack::new("abroad");
    abroad.region("eu-west-1").add("Volume", zoned("AWS::EC2::Volume", "us-east-1a"));
    assert!(only_problem(abroad).message.contains("not in the stack's region"));
}

#[test]
fn limits_are_counted_as_aws_counts() {
    let mut stack = Stack::new("many");
    for index in 0..501 {
        stack.add(&format!("Vpc{index}"), vpc());
    }
    assert_eq!(only_problem(stack).message, "501 resources; CloudFormation takes 500");

    let mut wide = Stack::new("wide");
    wide.add("Vpc", vpc());
    wide.metadata("Text", "é".repeat(500_000).as_str());
    assert!(only_problem(wide).message.contains("CloudFormation takes 1000000"));
}
