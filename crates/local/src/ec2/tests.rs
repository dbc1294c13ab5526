//! The calls, in a world without a server.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::settings::Script;
use super::{answer, disks};
use crate::cloudformation::Stack;
use crate::wire::{ApiError, Request, Service};
use crate::world::World;

const REGION: &str = "eu-west-1";

fn world() -> World {
    World::new("123456789012", "2026-03-01T00:00:00Z".parse().unwrap())
}

fn ask(world: &mut World, operation: &str, input: Json) -> Result<Json, ApiError> {
    answer(world, &Request { service: Service::Ec2, operation: operation.to_owned(), region: REGION.to_owned(), input })
}

fn code(result: Result<Json, ApiError>) -> String {
    result.unwrap_err().code
}

fn pass(world: &mut World, seconds: i64) {
    let until = world.now() + SignedDuration::from_secs(seconds);
    world.advance(until);
}

fn image(world: &mut World, architecture: &str) -> String {
    let filters = json!([{"Name": "architecture", "Value": [architecture]}, {"Name": "name", "Value": ["*noble*"]}]);
    let found = ask(world, "DescribeImages", json!({"Owner": ["099720109477"], "Filter": filters})).unwrap();
    found["imagesSet"][0]["imageId"].as_str().unwrap().to_owned()
}

fn run(world: &mut World, more: Json) -> String {
    let mut input =
        json!({"ImageId": image(world, "arm64"), "InstanceType": "m7g.medium", "MinCount": "1", "MaxCount": "1"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = ask(world, "RunInstances", input).unwrap();
    answer["instancesSet"][0]["instanceId"].as_str().unwrap().to_owned()
}

fn volume(world: &mut World, zone: &str) -> String {
    let made =
        ask(world, "CreateVolume", json!({"AvailabilityZone": zone, "Size": "20", "VolumeType": "gp3"})).unwrap();
    assert_eq!(made["status"], "creating");
    pass(world, 5);
    made["volumeId"].as_str().unwrap().to_owned()
}

fn attach(world: &mut World, volume: &str, instance: &str) -> Result<Json, ApiError> {
    ask(world, "AttachVolume", json!({"VolumeId": volume, "InstanceId": instance, "Device": "/dev/sdf"}))
}

fn state(world: &mut World, id: &str) -> String {
    let answer = ask(world, "DescribeInstances", json!({"InstanceId": [id]})).unwrap();
    answer["reservationSet"][0]["instancesSet"][0]["instanceState"]["name"].as_str().unwrap().to_owned()
}

fn of_volume(world: &mut World, id: &str, place: &str) -> Json {
    let answer = ask(world, "DescribeVolumes", json!({"VolumeId": [id]})).unwrap();
    answer["volumeSet"][0].pointer(place).cloned().unwrap_or_default()
}

#[test]
fn an_instance_goes_from_state_to_state() {
    let mut world = world();
    let id = run(&mut world, json!({}));
    assert_eq!(state(&mut world, &id), "pending");
    pass(&mut world, 15);
    assert_eq!(state(&mut world, &id), "running");
    let check = |world: &mut World| {
        ask(world, "DescribeInstanceStatus", json!({"InstanceId": [id]})).unwrap()["instanceStatusSet"][0]["instanceStatus"]["status"].clone()
    };
    assert_eq!(check(&mut world), "initializing");
    pass(&mut world, 120);
    assert_eq!(check(&mut world), "ok");
    ask(&mut world, "StopInstances", json!({"InstanceId": [id]})).unwrap();
    assert_eq!(code(ask(&mut world, "StartInstances", json!({"InstanceId": [id]}))), "IncorrectInstanceState");
    pass(&mut world, 30);
    assert_eq!(state(&mut world, &id), "stopped");
    ask(&mut world, "StartInstances", json!({"InstanceId": [id]})).unwrap();
    pass(&mut world, 15);
    assert_eq!(state(&mut world, &id), "running");
    ask(&mut world, "TerminateInstances", json!({"InstanceId": [id]})).unwrap();
    assert_eq!(state(&mut world, &id), "shutting-down");
    pass(&mut world, 30);
    assert_eq!(state(&mut world, &id), "terminated");
    assert_eq!(ask(&mut world, "DescribeVolumes", json!({})).unwrap()["volumeSet"], json!([]));
    pass(&mut world, 3_600);
    let gone = ask(&mut world, "DescribeInstances", json!({"InstanceId": [id]})).unwrap_err();
    assert_eq!(gone.to_string(), format!("InvalidInstanceID.NotFound: The instance ID '{id}' does not exist"));
}

#[test]
fn metal_is_slow_and_protection_holds() {
    let mut world = world();
    let image = image(&mut world, "x86_64");
    let id = run(&mut world, json!({"ImageId": image, "InstanceType": "c5n.metal", "DisableApiTermination": "true"}));
    pass(&mut world, 19 * 60);
    assert_eq!(state(&mut world, &id), "pending");
    pass(&mut world, 60);
    assert_eq!(state(&mut world, &id), "running");
    assert_eq!(code(ask(&mut world, "TerminateInstances", json!({"InstanceId": [id]}))), "OperationNotPermitted");
}

#[test]
fn a_client_token_makes_one_instance() {
    let mut world = world();
    let one = run(&mut world, json!({"ClientToken": "a"}));
    assert_eq!(run(&mut world, json!({"ClientToken": "a"})), one);
    assert_ne!(run(&mut world, json!({"ClientToken": "b"})), one);
    let image = image(&mut world, "arm64");
    let other =
        ask(&mut world, "RunInstances", json!({"ImageId": image, "InstanceType": "m7g.large", "ClientToken": "a"}));
    assert_eq!(code(other), "IdempotentParameterMismatch");
}

#[test]
fn what_cannot_run_is_refused() {
    let mut world = world();
    let arm = image(&mut world, "arm64");
    let start = |world: &mut World, kind: &str, image: &str| {
        ask(world, "RunInstances", json!({"ImageId": image, "InstanceType": kind, "MinCount": 1, "MaxCount": 1}))
    };
    assert_eq!(code(start(&mut world, "m5.large", &arm)), "InvalidParameterValue");
    assert_eq!(code(start(&mut world, "m7g.large", "ami-00000000000000000")), "InvalidAMIID.NotFound");
    world.region(REGION).ec2.settings.full.insert(("m7g.large".to_owned(), "eu-west-1a".to_owned()));
    let full = start(&mut world, "m7g.large", &arm).unwrap_err();
    assert_eq!((full.code.as_str(), full.status), ("InsufficientInstanceCapacity", 500));
    let dry = ask(&mut world, "RunInstances", json!({"ImageId": arm, "InstanceType": "m7g.medium", "DryRun": "true"}))
        .unwrap_err();
    assert_eq!((dry.code.as_str(), dry.status), ("DryRunOperation", 412));
    assert!(world.region(REGION).ec2.instances.is_empty());
}

#[test]
fn a_volume_is_on_one_instance_of_its_zone() {
    let mut world = world();
    let (one, two, disk) = (run(&mut world, json!({})), run(&mut world, json!({})), volume(&mut world, "eu-west-1a"));
    let far = volume(&mut world, "eu-west-1b");
    assert_eq!(code(attach(&mut world, &disk, &one)), "IncorrectState");
    pass(&mut world, 15);
    assert_eq!(code(attach(&mut world, &far, &one)), "InvalidVolume.ZoneMismatch");
    assert_eq!(attach(&mut world, &disk, &one).unwrap()["status"], "attaching");
    let held = attach(&mut world, &disk, &two).unwrap_err();
    assert_eq!(held.to_string(), format!("VolumeInUse: {disk} is already attached to an instance"));
    assert_eq!(code(ask(&mut world, "DeleteVolume", json!({"VolumeId": disk}))), "VolumeInUse");
    pass(&mut world, 2);
    assert_eq!(of_volume(&mut world, &disk, "/attachmentSet/0/status"), "attached");
}

#[test]
fn a_mounted_volume_is_busy_until_the_instance_stops() {
    let mut world = world();
    let script = json!({"UserData": "IyEvYmluL3NoCg=="});
    let (id, disk) = (run(&mut world, script), volume(&mut world, "eu-west-1a"));
    pass(&mut world, 15);
    attach(&mut world, &disk, &id).unwrap();
    pass(&mut world, 60);
    ask(&mut world, "DetachVolume", json!({"VolumeId": disk})).unwrap();
    pass(&mut world, 3_600);
    assert_eq!(of_volume(&mut world, &disk, "/attachmentSet/0/status"), "busy");
    ask(&mut world, "StopInstances", json!({"InstanceId": [id]})).unwrap();
    pass(&mut world, 40);
    assert_eq!(of_volume(&mut world, &disk, "/status"), "available");
    // Attached after the boot, nobody mounts it.
    ask(&mut world, "StartInstances", json!({"InstanceId": [id]})).unwrap();
    pass(&mut world, 100);
    attach(&mut world, &disk, &id).unwrap();
    pass(&mut world, 10);
    ask(&mut world, "DetachVolume", json!({"VolumeId": disk})).unwrap();
    pass(&mut world, 10);
    assert_eq!(of_volume(&mut world, &disk, "/status"), "available");
}

#[test]
fn content_survives_snapshot_and_restore() {
    let mut world = world();
    let disk = volume(&mut world, "eu-west-1a");
    world.region(REGION).ec2.volumes[&disk].content.insert("rows".to_owned(), "42".to_owned());
    let made = ask(&mut world, "CreateSnapshot", json!({"VolumeId": disk, "Description": "x"})).unwrap();
    world.region(REGION).ec2.volumes[&disk].content.clear();
    let restore = json!({"AvailabilityZone": "eu-west-1b", "SnapshotId": made["snapshotId"]});
    assert_eq!(code(ask(&mut world, "CreateVolume", restore.clone())), "IncorrectState");
    pass(&mut world, 60);
    let restored = ask(&mut world, "CreateVolume", restore).unwrap();
    assert_eq!((&restored["size"], &restored["availabilityZone"]), (&json!(20), &json!("eu-west-1b")));
    let id = restored["volumeId"].as_str().unwrap();
    assert_eq!(world.region(REGION).ec2.volumes[id].content["rows"], "42");
}

#[test]
fn a_volume_grows_and_then_has_to_wait() {
    let mut world = world();
    let disk = volume(&mut world, "eu-west-1a");
    let modify = |world: &mut World, change: Json| {
        let mut input = json!({"VolumeId": disk});
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ask(world, "ModifyVolume", input)
    };
    assert_eq!(code(modify(&mut world, json!({"Size": "10"}))), "InvalidParameterValue");
    assert_eq!(code(modify(&mut world, json!({"Throughput": "1000"}))), "InvalidParameterCombination");
    modify(&mut world, json!({"Size": "30"})).unwrap();
    assert_eq!(of_volume(&mut world, &disk, "/size"), 20);
    pass(&mut world, 20);
    assert_eq!(of_volume(&mut world, &disk, "/size"), 30);
    let shown = ask(&mut world, "DescribeVolumesModifications", json!({"VolumeId": [disk]})).unwrap();
    assert_eq!(shown["volumeModificationSet"][0]["modificationState"], "optimizing");
    assert_eq!(code(modify(&mut world, json!({"Size": "40"}))), "IncorrectModificationState");
    for size in ["40", "50", "60"] {
        pass(&mut world, 60);
        modify(&mut world, json!({"Size": size})).unwrap();
    }
    pass(&mut world, 60);
    assert_eq!(code(modify(&mut world, json!({"Size": "70"}))), "VolumeModificationRateExceeded");
    pass(&mut world, 24 * 3_600);
    modify(&mut world, json!({"Size": "70"})).unwrap();
}

#[test]
fn networks_go_in_their_order() {
    let mut world = world();
    let made = |world: &mut World, operation: &str, input: Json, place: &str| {
        ask(world, operation, input).unwrap().pointer(place).unwrap().as_str().unwrap().to_owned()
    };
    let vpc = made(&mut world, "CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/vpc/vpcId");
    let subnet = made(
        &mut world,
        "CreateSubnet",
        json!({"VpcId": vpc, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a"}),
        "/subnet/subnetId",
    );
    let overlapping = json!({"VpcId": vpc, "CidrBlock": "10.0.0.128/25"});
    assert_eq!(code(ask(&mut world, "CreateSubnet", overlapping)), "InvalidSubnet.Conflict");
    let gateway = made(&mut world, "CreateInternetGateway", json!({}), "/internetGateway/internetGatewayId");
    ask(&mut world, "AttachInternetGateway", json!({"VpcId": vpc, "InternetGatewayId": gateway})).unwrap();
    let group = made(
        &mut world,
        "CreateSecurityGroup",
        json!({"VpcId": vpc, "GroupName": "g", "GroupDescription": "d"}),
        "/groupId",
    );
    let id = run(&mut world, json!({"SubnetId": subnet, "SecurityGroupId": [group]}));
    pass(&mut world, 15);
    let address = made(&mut world, "AllocateAddress", json!({"Domain": "vpc"}), "/allocationId");
    ask(&mut world, "AssociateAddress", json!({"AllocationId": address, "InstanceId": id})).unwrap();
    assert_eq!(
        code(ask(&mut world, "DetachInternetGateway", json!({"VpcId": vpc, "InternetGatewayId": gateway}))),
        "DependencyViolation"
    );
    assert_eq!(code(ask(&mut world, "ReleaseAddress", json!({"AllocationId": address}))), "InvalidIPAddress.InUse");
    for (operation, input) in [
        ("DeleteSubnet", json!({"SubnetId": subnet})),
        ("DeleteSecurityGroup", json!({"GroupId": group})),
        ("DeleteVpc", json!({"VpcId": vpc})),
    ] {
        assert_eq!(code(ask(&mut world, operation, input)), "DependencyViolation", "{operation}");
    }
    ask(&mut world, "TerminateInstances", json!({"InstanceId": [id]})).unwrap();
    pass(&mut world, 30);
    ask(&mut world, "ReleaseAddress", json!({"AllocationId": address})).unwrap();
    ask(&mut world, "DeleteSubnet", json!({"SubnetId": subnet})).unwrap();
    ask(&mut world, "DeleteSecurityGroup", json!({"GroupId": group})).unwrap();
    ask(&mut world, "DetachInternetGateway", json!({"VpcId": vpc, "InternetGatewayId": gateway})).unwrap();
    ask(&mut world, "DeleteVpc", json!({"VpcId": vpc})).unwrap();
}

fn stack(world: &mut World) -> String {
    let id = "arn:aws:cloudformation:eu-west-1:123456789012:stack/prod/1".to_owned();
    let waiting = json!({
        "type_name": "AWS::CloudFormation::WaitCondition", "physical_id": null, "status": "CREATE_IN_PROGRESS", "reason": null,
        "since": "2026-03-01T00:00:00Z", "properties": {}, "attributes": {}, "reference": "", "depends_on": [],
    });
    let stack: Stack = serde_json::from_value(json!({
        "id": id, "name": "prod", "status": "CREATE_IN_PROGRESS", "source": {"body": "", "parameters": {}, "tags": {}, "capabilities": []},
        "notification_arns": [], "termination_protection": false, "disable_rollback": false, "created": "2026-03-01T00:00:00Z", "resources": {"Ready": waiting},
        "outputs": {}, "events": [], "change_sets": [], "last_operations": [], "tokens": {}, "signals": {},
    })).unwrap();
    world.region(REGION).stacks.insert(id.clone(), stack);
    id
}

fn signals(world: &mut World, stack: &str) -> Vec<bool> {
    world.region(REGION).stacks[stack].signals.get("Ready").into_iter().flatten().map(|it| it.success).collect()
}

fn user_data(disk: &str) -> Json {
    use base64::Engine;
    let script = format!(
        "#!/bin/bash\nvolume={disk}\naws cloudformation signal-resource --stack-name 'prod' --logical-resource-id Ready --status SUCCESS\n"
    );
    json!({"UserData": base64::engine::general_purpose::STANDARD.encode(script)})
}

#[test]
fn a_boot_signals_once_its_volume_is_there_and_only_the_first_time() {
    let mut world = world();
    let (stack, disk) = (stack(&mut world), volume(&mut world, "eu-west-1a"));
    let id = run(&mut world, user_data(&disk));
    pass(&mut world, 600);
    assert!(signals(&mut world, &stack).is_empty());
    attach(&mut world, &disk, &id).unwrap();
    pass(&mut world, 2);
    assert_eq!(signals(&mut world, &stack), [true]);
    assert!(world.region(REGION).ec2.volumes[&disk].attachments[0].mounted);
    world.region(REGION).stacks[&stack].signals.clear();
    ask(&mut world, "StopInstances", json!({"InstanceId": [id]})).unwrap();
    pass(&mut world, 60);
    ask(&mut world, "StartInstances", json!({"InstanceId": [id]})).unwrap();
    pass(&mut world, 600);
    assert!(signals(&mut world, &stack).is_empty());
}

#[test]
fn a_boot_fails_or_never_ends_by_its_script() {
    let mut world = world();
    let (stack, disk) = (stack(&mut world), volume(&mut world, "eu-west-1a"));
    world.region(REGION).ec2.settings.boot = Script::NeverEnds;
    run(&mut world, user_data(&disk));
    pass(&mut world, 3_600);
    assert!(signals(&mut world, &stack).is_empty());
    world.region(REGION).ec2.settings.boot = Script::Fails(10);
    run(&mut world, user_data(&disk));
    pass(&mut world, 60);
    assert_eq!(signals(&mut world, &stack), [false]);
}

#[test]
fn an_image_is_made_used_and_taken_back() {
    let mut world = world();
    let id = run(&mut world, json!({}));
    pass(&mut world, 60);
    let root = world.region(REGION).ec2.volumes.values().next().unwrap().id.clone();
    world.region(REGION).ec2.volumes[&root].content.insert("app".to_owned(), "2".to_owned());
    let baked = ask(&mut world, "CreateImage", json!({"InstanceId": id, "Name": "app-2"})).unwrap()["imageId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        code(ask(&mut world, "CreateImage", json!({"InstanceId": id, "Name": "app-2"}))),
        "InvalidAMIName.Duplicate"
    );
    assert_eq!(
        code(ask(&mut world, "RunInstances", json!({"ImageId": baked, "InstanceType": "m7g.medium"}))),
        "InvalidAMIID.Unavailable"
    );
    pass(&mut world, 120);
    let found = ask(&mut world, "DescribeImages", json!({"Owner": ["self"]})).unwrap();
    assert_eq!(found["imagesSet"][0]["imageState"], "available");
    let snapshot = found["imagesSet"][0]["blockDeviceMapping"][0]["ebs"]["snapshotId"].clone();
    let task = ask(&mut world, "CreateReplaceRootVolumeTask", json!({"InstanceId": id, "ImageId": baked})).unwrap();
    pass(&mut world, 60);
    let shown = ask(
        &mut world,
        "DescribeReplaceRootVolumeTasks",
        json!({"ReplaceRootVolumeTaskId": [task["replaceRootVolumeTask"]["replaceRootVolumeTaskId"]]}),
    )
    .unwrap();
    assert_eq!(shown["replaceRootVolumeTaskSet"][0]["taskState"], "succeeded");
    assert_eq!(world.region(REGION).ec2.instances[&id].image, baked);
    assert_eq!(code(ask(&mut world, "DeleteSnapshot", json!({"SnapshotId": snapshot}))), "InvalidSnapshot.InUse");
    ask(&mut world, "DeregisterImage", json!({"ImageId": baked})).unwrap();
    ask(&mut world, "DeleteSnapshot", json!({"SnapshotId": snapshot})).unwrap();
}

#[test]
fn the_world_survives_a_file_in_the_middle() {
    let mut world = world();
    let id = run(&mut world, json!({}));
    let mut read: World = serde_json::from_str(&serde_json::to_string(&world).unwrap()).unwrap();
    pass(&mut read, 15);
    assert_eq!(state(&mut read, &id), "running");
}

#[test]
fn rules_are_shown_as_permissions_and_never_twice() {
    let mut world = world();
    let group =
        ask(&mut world, "CreateSecurityGroup", json!({"GroupName": "g", "GroupDescription": "d"})).unwrap()["groupId"]
            .clone();
    let rule = json!({"GroupId": group, "IpPermissions": [{"IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}]}]});
    ask(&mut world, "AuthorizeSecurityGroupIngress", rule.clone()).unwrap();
    let twice = ask(&mut world, "AuthorizeSecurityGroupIngress", rule.clone()).unwrap_err();
    assert_eq!(
        twice.message,
        "the specified rule \"peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW\" already exists"
    );
    let shown = ask(&mut world, "DescribeSecurityGroups", json!({"GroupId": [group]})).unwrap();
    let permissions = &shown["securityGroupInfo"][0]["ipPermissions"];
    assert_eq!((permissions.as_array().unwrap().len(), permissions[0]["ipRanges"].as_array().unwrap().len()), (1, 2));
    ask(&mut world, "RevokeSecurityGroupIngress", rule.clone()).unwrap();
    assert_eq!(code(ask(&mut world, "RevokeSecurityGroupIngress", rule)), "InvalidPermission.NotFound");
}

/// Source: *Error codes for the Amazon EC2 API*.
#[test]
fn what_is_no_instance_and_no_type_of_volume() {
    let mut world = world();
    let of = |id: &str| json!({"InstanceId": [id]});
    for operation in ["DescribeInstances", "DescribeInstanceStatus", "StopInstances", "TerminateInstances"] {
        assert_eq!(code(ask(&mut world, operation, of("machine"))), "InvalidInstanceID.Malformed", "{operation}");
        assert_eq!(code(ask(&mut world, operation, of("i-0123456789abcdef0"))), "InvalidInstanceID.NotFound");
    }
    let volume = json!({"AvailabilityZone": "eu-west-1a", "Size": "1", "VolumeType": "fast"});
    assert_eq!(code(ask(&mut world, "CreateVolume", volume)), "UnknownVolumeType");
}

#[test]
fn whoever_leaps_gets_to_where_checks_pass() {
    let mut world = world();
    let id = run(&mut world, json!({}));
    while let Some(next) = world.next().filter(|_| world.now().as_second() < 1_772_400_000) {
        world.advance(next);
    }
    let shown = ask(&mut world, "DescribeInstanceStatus", json!({"InstanceId": [id]})).unwrap();
    assert_eq!(shown["instanceStatusSet"][0]["instanceStatus"]["status"], "ok");
}

#[test]
fn without_user_data_nothing_is_mounted() {
    let mut world = world();
    let (id, disk) = (run(&mut world, json!({})), volume(&mut world, "eu-west-1a"));
    pass(&mut world, 15);
    attach(&mut world, &disk, &id).unwrap();
    pass(&mut world, 60);
    ask(&mut world, "DetachVolume", json!({"VolumeId": disk})).unwrap();
    pass(&mut world, 60);
    assert_eq!(of_volume(&mut world, &disk, "/status"), "available");
}

#[test]
fn a_promised_image_appears_when_it_is_asked_for() {
    const IMAGE: &str = "ami-0123456789abcdef0";
    let mut world = world();
    let input = json!({"ImageId": IMAGE, "InstanceType": "m7g.medium", "MinCount": "1", "MaxCount": "1"});
    assert_eq!(code(ask(&mut world, "RunInstances", input.clone())), "InvalidAMIID.NotFound");
    super::image::promise(&mut super::Place::new(&mut world, REGION), [IMAGE.to_owned()]);
    let all = ask(&mut world, "DescribeImages", json!({})).unwrap();
    assert!(!all.to_string().contains(IMAGE), "nobody asked for it");
    let seen = |world: &mut World| {
        let found = ask(world, "DescribeImages", json!({"ImageId": [IMAGE]})).unwrap();
        let image = &found["imagesSet"][0];
        (
            image["architecture"].clone(),
            image["rootDeviceName"].clone(),
            image["blockDeviceMapping"][0]["ebs"]["volumeSize"].clone(),
        )
    };
    assert_eq!(seen(&mut world).1, "/dev/sda1");
    let mut world: World = serde_json::from_str(&serde_json::to_string(&world).unwrap()).unwrap();
    ask(&mut world, "RunInstances", input.clone()).unwrap();
    assert_eq!(seen(&mut world), (json!("arm64"), json!("/dev/sda1"), json!(8)));
    let other = json!({"ImageId": IMAGE, "InstanceType": "m7i.large", "MinCount": "1", "MaxCount": "1"});
    assert_eq!(code(ask(&mut world, "RunInstances", other)), "InvalidParameterValue");
    ask(&mut world, "RunInstances", input).unwrap();
}

#[test]
fn files_are_written_by_a_running_machine_and_go_with_the_volume() {
    let mut world = world();
    let (instance, disk) = (run(&mut world, json!({})), volume(&mut world, "eu-west-1a"));
    pass(&mut world, 15);
    attach(&mut world, &disk, &instance).unwrap();
    pass(&mut world, 5);
    let write = |world: &mut World, text: &str| disks::write(world, &disk, "rows".to_owned(), text.to_owned());
    assert_eq!(write(&mut world, "42"), Ok(()));
    ask(&mut world, "StopInstances", json!({"InstanceId": [instance]})).unwrap();
    pass(&mut world, 600);
    assert!(write(&mut world, "0").unwrap_err().starts_with("no running machine has vol-"));
    assert_eq!(disks::content(&world, &disk).unwrap()["rows"], "42");
    assert_eq!(
        disks::write(&mut world, "vol-1", String::new(), String::new()),
        Err("there is no volume vol-1".to_owned())
    );
}
