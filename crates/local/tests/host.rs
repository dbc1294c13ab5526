//! The network and the host of this repository's own stacks, made and replaced without a server.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use stackgen_local::World;
use stackgen_local::wire::{Request, Service};
use stackgen_local::{cloudformation, ec2, ssm};

const REGION: &str = "eu-west-1";
/// What the reviewed template names.
const IMAGE: &str = "ami-0123456789abcdef0";

fn ask(world: &mut World, service: Service, operation: &str, input: Json) -> Json {
    let request = Request { service, operation: operation.to_owned(), region: REGION.to_owned(), input };
    let answer = match service {
        Service::Ec2 => ec2::answer(world, &request),
        Service::Ssm => ssm::answer(world, &request),
        _ => cloudformation::api::answer(world, &request),
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

/// Two images that hosts of this repository could boot.
fn images(world: &mut World) -> [String; 2] {
    let filters = json!([{"Name": "architecture", "Value": ["arm64"]}, {"Name": "name", "Value": ["*noble*"]}]);
    let found = ask(world, Service::Ec2, "DescribeImages", json!({"Owner": ["099720109477"], "Filter": filters}));
    [0, 1].map(|index: usize| found["imagesSet"][index]["imageId"].as_str().expect("an image").to_owned())
}

/// A world with the stacks of network and host, and the template of the latter.
fn deployed(world: &mut World, image: &str) -> String {
    let network = template(include_str!("../../../snapshots/prod-network.yaml.snap"));
    let made = deploy(world, "CreateStack", "prod-network", &network);
    assert_eq!(made, "CREATE_COMPLETE", "{}", reasons(world, "prod-network"));
    let compute = template(include_str!("../../../snapshots/prod-compute.yaml.snap"));
    let made = deploy(world, "CreateStack", "prod-compute", &compute.replace(IMAGE, image));
    assert_eq!(made, "CREATE_COMPLETE", "{}", reasons(world, "prod-compute"));
    compute
}

#[test]
fn the_host_signals_and_its_naive_replacement_is_rolled_back() {
    let mut world = World::new("123456789012", "2026-03-01T00:00:00Z".parse().expect("a time"));
    let [old, new] = images(&mut world);
    let compute = deployed(&mut world, &old);
    let moved = deploy(&mut world, "UpdateStack", "prod-compute", &compute.replace(IMAGE, &new));
    let reasons = reasons(&mut world, "prod-compute");
    assert_eq!(moved, "UPDATE_ROLLBACK_COMPLETE", "{reasons}");
    assert!(reasons.contains("is already attached to an instance"), "{reasons}");
    let running = json!({"Filter": [{"Name": "instance-state-name", "Value": ["running"]}]});
    let hosts = ask(&mut world, Service::Ec2, "DescribeInstances", running);
    assert_eq!(hosts["reservationSet"][0]["instancesSet"][0]["imageId"], json!(old));
    assert_eq!(hosts["reservationSet"].as_array().map(Vec::len), Some(1));
}

/// The image as another one of this account, with a root that is as large as the host's.
fn larger(world: &mut World, image: &str) -> String {
    let found = ask(world, Service::Ec2, "DescribeImages", json!({"ImageId": [image]}));
    let snapshot = found["imagesSet"][0]["blockDeviceMapping"][0]["ebs"]["snapshotId"].clone();
    let root = json!({"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot, "VolumeSize": "10"}});
    let input =
        json!({"Name": "larger", "Architecture": "arm64", "RootDeviceName": "/dev/sda1", "BlockDeviceMapping": [root]});
    let made = ask(world, Service::Ec2, "RegisterImage", input);
    world.advance(world.now() + SignedDuration::from_hours(1));
    made["imageId"].as_str().expect("an image").to_owned()
}

#[test]
fn the_host_gets_another_root_and_nothing_else_of_its_stack_drifts() {
    let mut world = World::new("123456789012", "2026-03-01T00:00:00Z".parse().expect("a time"));
    let [old, new] = images(&mut world);
    let compute = deployed(&mut world, &old);
    let look = |world: &mut World, name: &str, image: &str| {
        let input = json!({
            "StackName": "prod-compute", "ChangeSetName": name, "TemplateBody": compute.replace(IMAGE, image),
            "Capabilities": ["CAPABILITY_IAM"], "DeploymentMode": "REVERT_DRIFT",
        });
        ask(world, Service::CloudFormation, "CreateChangeSet", input);
        world.advance(world.now() + SignedDuration::from_mins(1));
        let named = json!({"StackName": "prod-compute", "ChangeSetName": name, "IncludePropertyValues": true});
        ask(world, Service::CloudFormation, "DescribeChangeSet", named)
    };
    let same = look(&mut world, "same", &old);
    assert_eq!((&same["Status"], &same["StackDriftStatus"]), (&json!("FAILED"), &json!("IN_SYNC")), "{same:#}");

    let running = json!({"Filter": [{"Name": "instance-state-name", "Value": ["running"]}]});
    let hosts = ask(&mut world, Service::Ec2, "DescribeInstances", running);
    let id = hosts["reservationSet"][0]["instancesSet"][0]["instanceId"].clone();
    let agents = ask(&mut world, Service::Ssm, "DescribeInstanceInformation", json!({}));
    assert_eq!(agents["InstanceInformationList"][0]["InstanceId"], id, "its role lets the agent register");
    let new = larger(&mut world, &new);
    ask(&mut world, Service::Ec2, "CreateReplaceRootVolumeTask", json!({"InstanceId": id, "ImageId": new}));
    world.advance(world.now() + SignedDuration::from_hours(1));
    let synced = look(&mut world, "synced", &new);
    let actions: Vec<(&Json, &Json)> = synced["Changes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| &it["ResourceChange"])
        .map(|it| (&it["ResourceType"], &it["Action"]))
        .collect();
    assert_eq!(actions, [(&json!("AWS::EC2::Instance"), &json!("SyncWithActual"))], "{synced:#}");
    ask(
        &mut world,
        Service::CloudFormation,
        "ExecuteChangeSet",
        json!({"StackName": "prod-compute", "ChangeSetName": "synced"}),
    );
    assert_eq!(status(&mut world, "prod-compute"), "UPDATE_COMPLETE");
    let again = look(&mut world, "again", &new);
    assert_eq!((&again["Status"], &again["StackDriftStatus"]), (&json!("FAILED"), &json!("IN_SYNC")), "{again:#}");
}
