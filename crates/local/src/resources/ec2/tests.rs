//! The providers, as an operation of a stack would use them.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::super::{Doing, Effect, Progress, Refusal, Site};
use super::provider;
use crate::world::World;

const IMAGE: &str = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20260219";

fn world() -> World {
    World::new("123456789012", "2026-03-01T00:00:00Z".parse().unwrap())
}

fn site<'a>(world: &'a mut World, kind: &str) -> Site<'a> {
    let text = |text: &str| text.to_owned();
    Site {
        world,
        region: text("eu-west-1"),
        stack_id: text("arn:stack"),
        stack_name: text("prod"),
        logical_id: text("It"),
        type_name: format!("AWS::EC2::{kind}"),
        stack_tags: vec![(text("Team"), text("ops"))],
    }
}

/// Waits until it is done; after so many seconds it is not.
fn wait(world: &mut World, kind: &str, id: &str, doing: Doing, seconds: i64) -> Result<bool, Refusal> {
    let end = world.now() + SignedDuration::from_secs(seconds);
    while world.now() < end {
        let type_name = format!("AWS::EC2::{kind}");
        match provider(&type_name).unwrap().progress(&mut site(world, kind), id, doing)? {
            Progress::Done => return Ok(true),
            Progress::Wait(wait) => {
                let until = world.now() + wait;
                world.advance(until);
            }
        }
    }
    Ok(false)
}

fn create(world: &mut World, kind: &str, properties: Json) -> Result<String, Refusal> {
    let type_name = format!("AWS::EC2::{kind}");
    let begun = provider(&type_name).unwrap().create(&mut site(world, kind), &properties)?;
    assert!(wait(world, kind, &begun.physical_id, Doing::Create, 3_600)?);
    Ok(begun.physical_id)
}

fn attributes(world: &mut World, kind: &str, id: &str) -> Json {
    Json::Object(provider(&format!("AWS::EC2::{kind}")).unwrap().attributes(&mut site(world, kind), id, &json!({})))
}

fn delete(world: &mut World, kind: &str, id: &str, properties: &Json) -> Result<bool, Refusal> {
    provider(&format!("AWS::EC2::{kind}")).unwrap().delete(&mut site(world, kind), id, properties)?;
    wait(world, kind, id, Doing::Delete, 3_600)
}

fn host(world: &mut World) -> Json {
    crate::ec2::Place::new(world, "eu-west-1");
    let image = world.region("eu-west-1").ec2.images.values().find(|it| it.name == IMAGE).unwrap().id.clone();
    let device = json!({"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 10, "VolumeType": "gp3", "Encrypted": true, "DeleteOnTermination": true}});
    json!({"ImageId": image, "InstanceType": "m7g.medium", "BlockDeviceMappings": [device], "AvailabilityZone": "eu-west-1a"})
}

fn disk() -> Json {
    json!({"AvailabilityZone": "eu-west-1a", "Size": 20, "VolumeType": "gp3", "Iops": 3000, "Throughput": 125, "Encrypted": true})
}

fn pass(world: &mut World, seconds: i64) {
    let until = world.now() + SignedDuration::from_secs(seconds);
    world.advance(until);
}

#[test]
fn a_held_volume_is_not_given_to_a_second_host_but_an_address_is() {
    let mut world = world();
    let properties = host(&mut world);
    let (one, two) = (
        create(&mut world, "Instance", properties.clone()).unwrap(),
        create(&mut world, "Instance", properties).unwrap(),
    );
    let volume = create(&mut world, "Volume", disk()).unwrap();
    let ip = create(&mut world, "EIP", json!({})).unwrap();
    let allocation = attributes(&mut world, "EIP", &ip)["AllocationId"].clone();
    let attachment = |host: &str| json!({"VolumeId": volume, "InstanceId": host, "Device": "/dev/sdf"});
    create(&mut world, "VolumeAttachment", attachment(&one)).unwrap();
    let refused = create(&mut world, "VolumeAttachment", attachment(&two)).unwrap_err().0;
    assert!(refused.contains("is already attached to an instance (Service: Ec2, Status Code: 400, "), "{refused}");
    assert!(refused.ends_with("HandlerErrorCode: AlreadyExists)"), "{refused}");
    let group = json!({"GroupDescription": "x", "VpcId": "vpc-00000000000000000"});
    let bare = create(&mut world, "SecurityGroup", group).unwrap_err().0;
    assert!(!bare.contains("Resource handler") && bare.ends_with(" (SDK Attempt Count: 1)"), "{bare}");
    let first = create(&mut world, "EIPAssociation", json!({"AllocationId": allocation, "InstanceId": one})).unwrap();
    create(&mut world, "EIPAssociation", json!({"AllocationId": allocation, "InstanceId": two})).unwrap();
    assert_eq!(attributes(&mut world, "Instance", &two)["PublicIp"], json!(ip));
    assert_eq!(delete(&mut world, "EIPAssociation", &first, &json!({})), Ok(true));
    assert_eq!(attributes(&mut world, "Instance", &two)["PublicIp"], json!(ip));
}

#[test]
fn the_attachment_of_a_mounted_volume_hangs_until_the_host_stops() {
    let mut world = world();
    let mut properties = host(&mut world);
    properties["UserData"] = json!("IyEvYmluL3NoCg==");
    let one = create(&mut world, "Instance", properties).unwrap();
    let volume = create(&mut world, "Volume", disk()).unwrap();
    let asked = json!({"VolumeId": volume, "InstanceId": one, "Device": "/dev/sdf"});
    let id = create(&mut world, "VolumeAttachment", asked.clone()).unwrap();
    pass(&mut world, 60);
    let hung = delete(&mut world, "VolumeAttachment", &id, &asked).unwrap_err().0;
    assert!(hung.contains("Exceeded attempts to wait"), "{hung}");
    super::call(&mut site(&mut world, "Instance"), "StopInstances", json!({"InstanceId": [one]})).unwrap();
    pass(&mut world, 60);
    assert_eq!(delete(&mut world, "VolumeAttachment", &id, &asked), Ok(true));
    let kept = provider("AWS::EC2::Volume").unwrap().snapshot(&mut site(&mut world, "Volume"), &volume).unwrap();
    assert!(kept.starts_with("snap-"));
    assert_eq!(delete(&mut world, "Volume", &volume, &json!({})), Ok(true));
}

#[test]
fn user_data_changes_by_a_stop_and_a_start() {
    let mut world = world();
    let before = host(&mut world);
    let id = create(&mut world, "Instance", before.clone()).unwrap();
    let mut after = before.clone();
    after["UserData"] = json!("IyEvYmluL3NoCg==");
    let instance = provider("AWS::EC2::Instance").unwrap();
    assert_eq!(instance.effect("AWS::EC2::Instance", &before, &after), Effect::InPlace);
    instance.update(&mut site(&mut world, "Instance"), &id, &before, &after).unwrap();
    assert_eq!(attributes(&mut world, "Instance", &id)["State.Name"], "stopping");
    assert_eq!(wait(&mut world, "Instance", &id, Doing::Update, 600), Ok(true));
    let one = world.region("eu-west-1").ec2.instances[&id].clone();
    assert_eq!((one.state.word(), one.user_data.as_deref()), ("running", Some("IyEvYmluL3NoCg==")));
}

#[test]
fn effects_follow_the_conditions_of_the_types() {
    let mut world = world();
    let before = host(&mut world);
    let effect = |change: &dyn Fn(&mut Json)| {
        let mut after = before.clone();
        change(&mut after);
        provider("AWS::EC2::Instance").unwrap().effect("AWS::EC2::Instance", &before, &after)
    };
    assert_eq!(effect(&|it| it["ImageId"] = json!("ami-1")), Effect::Replace);
    assert_eq!(effect(&|it| it["InstanceType"] = json!("m7g.large")), Effect::InPlace);
    assert_eq!(effect(&|it| it["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] = json!(20)), Effect::Replace);
    assert_eq!(
        effect(&|it| it["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"] = json!(false)),
        Effect::InPlace
    );
    let volume = provider("AWS::EC2::Volume").unwrap();
    let mut moved = disk();
    moved["AvailabilityZone"] = json!("eu-west-1b");
    assert_eq!(volume.effect("AWS::EC2::Volume", &disk(), &moved), Effect::InPlace);
    let id = create(&mut world, "Volume", disk()).unwrap();
    let refused = volume.update(&mut site(&mut world, "Volume"), &id, &disk(), &moved).unwrap_err().0;
    assert!(
        refused.starts_with("Volume properties other than AutoEnableIO, type, size, and IOPS cannot be updated."),
        "{refused}"
    );
}

#[test]
fn a_network_is_made_and_taken_down() {
    let mut world = world();
    let mut made: Vec<(&str, String, Json)> = Vec::new();
    let mut make = |world: &mut World, kind: &'static str, properties: Json| {
        let id = create(world, kind, properties.clone()).unwrap();
        made.push((kind, id.clone(), properties));
        id
    };
    let vpc = make(&mut world, "VPC", json!({"CidrBlock": "10.20.0.0/16", "EnableDnsHostnames": true}));
    let gateway = make(&mut world, "InternetGateway", json!({}));
    make(&mut world, "VPCGatewayAttachment", json!({"VpcId": vpc, "InternetGatewayId": gateway}));
    let subnet = make(
        &mut world,
        "Subnet",
        json!({"VpcId": vpc, "CidrBlock": "10.20.0.0/20", "AvailabilityZone": "eu-west-1a"}),
    );
    let table = make(&mut world, "RouteTable", json!({"VpcId": vpc}));
    make(&mut world, "SubnetRouteTableAssociation", json!({"SubnetId": subnet, "RouteTableId": table}));
    make(
        &mut world,
        "Route",
        json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}),
    );
    make(
        &mut world,
        "VPCEndpoint",
        json!({"VpcId": vpc, "ServiceName": "com.amazonaws.eu-west-1.s3", "RouteTableIds": [table]}),
    );
    let rules = json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]);
    let group = make(
        &mut world,
        "SecurityGroup",
        json!({"VpcId": vpc, "GroupDescription": "d", "SecurityGroupIngress": rules}),
    );
    let one = json!({"GroupId": group, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"});
    make(&mut world, "SecurityGroupIngress", one);
    assert_eq!(attributes(&mut world, "Subnet", &subnet)["AvailabilityZone"], "eu-west-1a");
    assert_eq!(attributes(&mut world, "SecurityGroup", &group)["GroupId"], json!(group));
    let tags = &world.region("eu-west-1").ec2.tags[&vpc];
    assert_eq!((tags["aws:cloudformation:stack-name"].as_str(), tags["Team"].as_str()), ("prod", "ops"));
    let (_, _, properties) = made[0].clone();
    assert!(
        delete(&mut world, "VPC", &vpc, &properties).unwrap_err().0.contains("has dependencies and cannot be deleted")
    );
    for (kind, id, properties) in made.iter().rev() {
        assert_eq!(delete(&mut world, kind, id, properties), Ok(true), "{kind}");
        assert_eq!(
            provider(&format!("AWS::EC2::{kind}")).unwrap().read(&mut site(&mut world, kind), id),
            None,
            "{kind}"
        );
    }
}
