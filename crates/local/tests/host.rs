//! The network and the host of this repository's own stacks, made and replaced without a server.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use stackgen_local::World;
use stackgen_local::wire::{Request, Service};
use stackgen_local::{cloudformation, ec2};

const REGION: &str = "eu-west-1";

fn ask(world: &mut World, service: Service, operation: &str, input: Json) -> Json {
    let request = Request { service, operation: operation.to_owned(), region: REGION.to_owned(), input };
    let answer = if service == Service::Ec2 {
        ec2::answer(world, &request)
    } else {
        cloudformation::api::answer(world, &request)
    };
    answer.expect("the engine takes it")
}

/// A template as it was reviewed, without the head of the snapshot.
fn template(snapshot: &str) -> String {
    snapshot.splitn(3, "---\n").nth(2).expect("a snapshot has a head").to_owned()
}

fn status(world: &mut World, stack: &str) -> Json {
    let until = world.now() + SignedDuration::from_hours(1);
    world.advance(until);
    let shown = ask(world, Service::CloudFormation, "DescribeStacks", json!({"StackName": stack}));
    shown["Stacks"][0]["StackStatus"].clone()
}

fn reasons(world: &mut World, stack: &str) -> String {
    let events = ask(world, Service::CloudFormation, "DescribeStackEvents", json!({"StackName": stack}));
    let reasons =
        events["StackEvents"].as_array().into_iter().flatten().filter_map(|it| it["ResourceStatusReason"].as_str());
    reasons.collect::<Vec<_>>().join("\n")
}

fn deploy(world: &mut World, operation: &str, stack: &str, body: &str) -> Json {
    let input = json!({"StackName": stack, "TemplateBody": body, "Capabilities": ["CAPABILITY_IAM"]});
    ask(world, Service::CloudFormation, operation, input);
    status(world, stack)
}

#[test]
fn the_host_signals_and_its_naive_replacement_is_rolled_back() {
    let mut world = World::new("123456789012", "2026-03-01T00:00:00Z".parse().expect("a time"));
    let filters = json!([{"Name": "architecture", "Value": ["arm64"]}, {"Name": "name", "Value": ["*noble*"]}]);
    let found = ask(&mut world, Service::Ec2, "DescribeImages", json!({"Owner": ["099720109477"], "Filter": filters}));
    let [old, new] =
        [0, 1].map(|index: usize| found["imagesSet"][index]["imageId"].as_str().expect("an image").to_owned());
    let network = template(include_str!("../../../snapshots/prod-network.yaml.snap"));
    assert_eq!(
        deploy(&mut world, "CreateStack", "prod-network", &network),
        "CREATE_COMPLETE",
        "{}",
        reasons(&mut world, "prod-network")
    );
    let compute = template(include_str!("../../../snapshots/prod-compute.yaml.snap"));
    let with = |image: &str| compute.replace("ami-0123456789abcdef0", image);
    let made = deploy(&mut world, "CreateStack", "prod-compute", &with(&old));
    assert_eq!(made, "CREATE_COMPLETE", "{}", reasons(&mut world, "prod-compute"));
    let moved = deploy(&mut world, "UpdateStack", "prod-compute", &with(&new));
    let reasons = reasons(&mut world, "prod-compute");
    assert_eq!(moved, "UPDATE_ROLLBACK_COMPLETE", "{reasons}");
    assert!(reasons.contains("is already attached to an instance"), "{reasons}");
    let running = json!({"Filter": [{"Name": "instance-state-name", "Value": ["running"]}]});
    let hosts = ask(&mut world, Service::Ec2, "DescribeInstances", running);
    assert_eq!(hosts["reservationSet"][0]["instancesSet"][0]["imageId"], json!(old));
    assert_eq!(hosts["reservationSet"].as_array().map(Vec::len), Some(1));
}
