//! Other roots for instances, in a world without a server.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::ec2::boot::BootPhase;
use crate::ec2::instance::Instance;
use crate::ec2::settings::{FailingRoot, Script};
use crate::ec2::{Place, answer, image, machines};
use crate::wire::{ApiError, Request, Service};
use crate::world::World;

const REGION: &str = "eu-west-1";
const OLD: &str = "ami-00000000000000001";
const NEW: &str = "ami-00000000000000002";

fn ask(world: &mut World, operation: &str, input: Json) -> Result<Json, ApiError> {
    answer(world, &Request { service: Service::Ec2, operation: operation.to_owned(), region: REGION.to_owned(), input })
}

fn ok(world: &mut World, operation: &str, input: Json) -> Json {
    ask(world, operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn pass(world: &mut World, seconds: i64) {
    let until = world.now() + SignedDuration::from_secs(seconds);
    world.advance(until);
}

/// An instance of the old image that starts.
fn starting(is_driven: bool) -> (World, String) {
    let mut world = World::new("123456789012", "2026-03-01T00:00:00Z".parse().unwrap());
    let at = &mut Place::new(&mut world, REGION);
    machines::drive(at, is_driven, None).unwrap();
    image::promise(at, [OLD, NEW].map(str::to_owned));
    let input = json!({
        "ImageId": OLD, "InstanceType": "m7g.medium", "MinCount": "1", "MaxCount": "1",
        "UserData": STANDARD.encode("#!/bin/sh\necho hello\n"),
    });
    let id = ok(&mut world, "RunInstances", input)["instancesSet"][0]["instanceId"].as_str().unwrap().to_owned();
    (world, id)
}

/// One that is up.
fn up() -> (World, String) {
    let (mut world, id) = starting(false);
    pass(&mut world, 60);
    assert_eq!(one(&mut world, &id).boot.phase, BootPhase::Up);
    (world, id)
}

fn one(world: &mut World, id: &str) -> Instance {
    world.region(REGION).ec2.instances[id].clone()
}

fn root(world: &mut World, id: &str) -> Option<String> {
    let host = one(world, id);
    super::of(&world.region(REGION).ec2, &host).map(|it| it.id.clone())
}

fn replace(world: &mut World, id: &str, more: Json) -> Result<String, ApiError> {
    let mut input = json!({"InstanceId": id});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let task = ask(world, "CreateReplaceRootVolumeTask", input)?["replaceRootVolumeTask"].clone();
    Ok(task["replaceRootVolumeTaskId"].as_str().unwrap().to_owned())
}

fn task(world: &mut World, id: &str) -> Json {
    let tasks = ok(world, "DescribeReplaceRootVolumeTasks", json!({"ReplaceRootVolumeTaskId": [id]}));
    tasks["replaceRootVolumeTaskSet"][0].clone()
}

fn code(result: Result<String, ApiError>) -> String {
    result.unwrap_err().code
}

#[test]
fn a_root_is_replaced_and_boots_with_its_user_data_again() {
    let (mut world, id) = up();
    let old = root(&mut world, &id).unwrap();
    let tags = json!([{"ResourceType": "replace-root-volume-task", "Tag": [{"Key": "why", "Value": "new"}]}]);
    let made = replace(&mut world, &id, json!({"ImageId": NEW, "TagSpecification": tags})).unwrap();
    let shown = task(&mut world, &made);
    assert_eq!((&shown["taskState"], &shown["completeTime"]), (&json!("pending"), &Json::Null));
    assert_eq!((&shown["tagSet"][0]["value"], shown.get("volume")), (&json!("new"), None));
    assert_eq!((one(&mut world, &id).image.as_str(), root(&mut world, &id)), (OLD, Some(old.clone())));
    pass(&mut world, 20);
    assert_eq!(task(&mut world, &made)["taskState"], "in-progress");
    assert_eq!(one(&mut world, &id).boot.phase, BootPhase::Off);
    pass(&mut world, 40);
    assert_eq!(task(&mut world, &made)["taskState"], "succeeded");
    assert!(task(&mut world, &made)["completeTime"].is_string());
    let host = one(&mut world, &id);
    assert_eq!((host.image.as_str(), host.boot.ran_user_data, host.boot.phase), (NEW, false, BootPhase::Booting));
    pass(&mut world, 40);
    let host = one(&mut world, &id);
    assert_eq!((host.boot.ran_user_data, host.boot.phase), (true, BootPhase::Up));
    let ec2 = &world.region(REGION).ec2;
    assert_eq!(ec2.volumes[&old].status(), "available", "the old root stays");
    let new = super::of(ec2, &host).unwrap();
    assert!(new.attachments[0].delete_on_termination && new.id != old);
}

#[test]
fn the_old_root_goes_if_that_is_wanted() {
    let (mut world, id) = up();
    let old = root(&mut world, &id).unwrap();
    replace(&mut world, &id, json!({"ImageId": NEW, "DeleteReplacedRootVolume": "true"})).unwrap();
    pass(&mut world, 60);
    assert!(!world.region(REGION).ec2.volumes.contains_key(&old));
}

#[test]
fn a_token_makes_one_task() {
    let (mut world, id) = up();
    let input = json!({"ImageId": NEW, "ClientToken": "a"});
    let made = replace(&mut world, &id, input.clone()).unwrap();
    assert_eq!(replace(&mut world, &id, input).unwrap(), made);
    assert_eq!(code(replace(&mut world, &id, json!({"ClientToken": "a"}))), "IdempotentParameterMismatch");
    assert_eq!(code(replace(&mut world, &id, json!({"ImageId": NEW}))), "IncorrectState");
    assert_eq!(world.region(REGION).ec2.volumes.len(), 2);
}

#[test]
fn what_cannot_be_a_root_is_refused() {
    let (mut world, id) = up();
    let small = "ami-00000000000000003";
    world.region(REGION).ec2.settings.promised_root = 4;
    image::promise(&mut Place::new(&mut world, REGION), [small.to_owned()]);
    let refused = replace(&mut world, &id, json!({"ImageId": small})).unwrap_err();
    assert!(refused.message.contains("(4 GiB) is smaller than"), "{refused}");
    assert_eq!(code(replace(&mut world, &id, json!({"ImageId": "ami-1"}))), "InvalidAMIID.NotFound");
    assert_eq!(
        code(replace(&mut world, &id, json!({"ImageId": NEW, "SnapshotId": "snap-1"}))),
        "InvalidParameterCombination"
    );
    let old = root(&mut world, &id).unwrap();
    let foreign = world.region(REGION).ec2.volumes[&old].snapshot.clone();
    replace(&mut world, &id, json!({"SnapshotId": foreign})).unwrap();
    pass(&mut world, 100);
    let other =
        ok(&mut world, "CreateVolume", json!({"AvailabilityZone": "eu-west-1a", "Size": "8"}))["volumeId"].clone();
    assert_eq!(code(replace(&mut world, &id, json!({"VolumeId": other}))), "IncorrectState");
    pass(&mut world, 5);
    let snapshot = ok(&mut world, "CreateSnapshot", json!({"VolumeId": other}))["snapshotId"].clone();
    pass(&mut world, 60);
    assert_eq!(code(replace(&mut world, &id, json!({"SnapshotId": snapshot}))), "InvalidParameterValue");
    ok(&mut world, "StopInstances", json!({"InstanceId": [id]}));
    assert_eq!(code(replace(&mut world, &id, json!({"ImageId": NEW}))), "IncorrectInstanceState");
}

#[test]
fn a_volume_can_be_the_root_again_and_remembers_its_first_boot() {
    let (mut world, id) = up();
    let old = root(&mut world, &id).unwrap();
    replace(&mut world, &id, json!({"ImageId": NEW})).unwrap();
    pass(&mut world, 100);
    let snapshot = ok(&mut world, "CreateSnapshot", json!({"VolumeId": old}))["snapshotId"].clone();
    pass(&mut world, 60);
    replace(&mut world, &id, json!({"SnapshotId": snapshot})).unwrap();
    pass(&mut world, 60);
    assert!(one(&mut world, &id).boot.ran_user_data, "the snapshot remembers it too");
    let made = replace(&mut world, &id, json!({"VolumeId": old})).unwrap();
    pass(&mut world, 60);
    assert_eq!(task(&mut world, &made)["taskState"], "succeeded");
    assert_eq!(root(&mut world, &id), Some(old));
    let host = one(&mut world, &id);
    assert!(host.boot.ran_user_data, "cloud-init finds what it did");
    assert_eq!(host.image, NEW, "only a task with an image changes the image");
}

#[test]
fn a_task_that_fails_leaves_the_old_root() {
    let (mut world, id) = up();
    let old = root(&mut world, &id);
    world.region(REGION).ec2.settings.root_tasks =
        vec![FailingRoot { of: NEW.to_owned(), is_detached: false, times: 1 }];
    let failed = replace(&mut world, &id, json!({"ImageId": NEW})).unwrap();
    pass(&mut world, 60);
    assert_eq!(task(&mut world, &failed)["taskState"], "failed");
    assert_eq!((one(&mut world, &id).image.as_str(), root(&mut world, &id)), (OLD, old.clone()));
    let boot = one(&mut world, &id).boot;
    assert_eq!((boot.phase, boot.ran_user_data), (BootPhase::Booting, true), "it is rebooted from its old root");
    assert_eq!(world.region(REGION).ec2.volumes.len(), 1, "the new one is gone");
    let again = replace(&mut world, &id, json!({"ImageId": NEW})).unwrap();
    pass(&mut world, 60);
    assert_eq!(task(&mut world, &again)["taskState"], "succeeded");
}

#[test]
fn a_task_that_fails_worse_leaves_no_root() {
    let (mut world, id) = up();
    let old = root(&mut world, &id).unwrap();
    world.region(REGION).ec2.settings.root_tasks = vec![FailingRoot { of: id.clone(), is_detached: true, times: 1 }];
    let failed = replace(&mut world, &id, json!({"ImageId": NEW})).unwrap();
    pass(&mut world, 200);
    assert_eq!(task(&mut world, &failed)["taskState"], "failed-detached");
    assert_eq!((root(&mut world, &id), one(&mut world, &id).boot.phase), (None, BootPhase::Off));
    assert_eq!(world.region(REGION).ec2.volumes[&old].status(), "available");
}

#[test]
fn boots_from_a_root_go_as_those_of_its_image() {
    let (mut world, id) = up();
    let old = root(&mut world, &id).unwrap();
    world.region(REGION).ec2.settings.boot_of_image.insert(NEW.to_owned(), Script::Fails(5));
    replace(&mut world, &id, json!({"ImageId": NEW})).unwrap();
    pass(&mut world, 65);
    assert_eq!(one(&mut world, &id).boot.phase, BootPhase::Failed);
    replace(&mut world, &id, json!({"VolumeId": old})).unwrap();
    pass(&mut world, 100);
    assert_eq!(one(&mut world, &id).boot.phase, BootPhase::Up);
}

#[test]
fn a_task_whose_instance_stops_fails() {
    let (mut world, id) = up();
    let made = replace(&mut world, &id, json!({"ImageId": NEW})).unwrap();
    ok(&mut world, "StopInstances", json!({"InstanceId": [id]}));
    pass(&mut world, 60);
    assert_eq!(task(&mut world, &made)["taskState"], "failed");
    assert_eq!(one(&mut world, &id).image, OLD);
}

/// Stop, detach, attach, start: no task, and the id of the image stays.
#[test]
fn a_root_is_changed_by_hand_on_a_stopped_instance() {
    let (mut world, id) = up();
    let old = root(&mut world, &id).unwrap();
    let device = one(&mut world, &id).root_device;
    let snapshot = |world: &mut World, image: &str| {
        let found = ok(world, "DescribeImages", json!({"ImageId": [image]}));
        found["imagesSet"][0]["blockDeviceMapping"][0]["ebs"]["snapshotId"].clone()
    };
    let input = json!({"AvailabilityZone": "eu-west-1a", "SnapshotId": snapshot(&mut world, NEW), "VolumeType": "gp3"});
    let new = ok(&mut world, "CreateVolume", input)["volumeId"].as_str().unwrap().to_owned();
    world.region(REGION).ec2.settings.boot_of_image.insert(NEW.to_owned(), Script::Succeeds(7));
    let swap = |world: &mut World, from: &str, to: &str| {
        ok(world, "StopInstances", json!({"InstanceId": [id]}));
        pass(world, 30);
        ok(world, "DetachVolume", json!({"VolumeId": from}));
        pass(world, 2);
        let start = ask(world, "StartInstances", json!({"InstanceId": [id]})).unwrap_err();
        assert!(start.message.ends_with(&format!("Instance does not have a volume attached at root ({device})")));
        ok(world, "AttachVolume", json!({"VolumeId": to, "InstanceId": id, "Device": device}));
        pass(world, 2);
        ok(world, "StartInstances", json!({"InstanceId": [id]}));
        pass(world, 15);
        one(world, &id).boot
    };
    let boot = swap(&mut world, &old, &new);
    assert_eq!((boot.phase, boot.ran_user_data), (BootPhase::Booting, false));
    assert_eq!(one(&mut world, &id).image, OLD);
    pass(&mut world, 7);
    let boot = one(&mut world, &id).boot;
    assert_eq!((boot.phase, boot.ran_user_data), (BootPhase::Up, true), "it booted as the image of its root does");
    let boot = swap(&mut world, &new, &old);
    assert_eq!((boot.phase, boot.ran_user_data), (BootPhase::Booting, true));
}

#[test]
fn a_driver_replaces_the_root_of_its_machine() {
    let (mut world, id) = starting(true);
    let tell = |world: &mut World, so: Json| {
        machines::told(&mut Place::new(world, REGION), &serde_json::from_value(so).unwrap())
    };
    let wanted = |world: &mut World| machines::wanted(Place::new(world, REGION).things());
    tell(&mut world, json!({"is": "running", "instance": id})).unwrap();
    let old = root(&mut world, &id).unwrap();
    let made = replace(&mut world, &id, json!({"ImageId": NEW})).unwrap();
    assert_eq!(wanted(&mut world), Vec::<Json>::new(), "the volume is made first");
    pass(&mut world, 3_600);
    let want = wanted(&mut world)[0].clone();
    assert_eq!((&want["want"], &want["image"]), (&json!("replace-root"), &json!(NEW)));
    assert_eq!(task(&mut world, &made)["taskState"], "in-progress");
    let root_of = |want: &Json| (want["volumes"][0]["volume"].clone(), want["volumes"][0]["is_root"].clone());
    assert_eq!(root_of(&want), (want["volume"].clone(), json!(true)));
    let so = |volume: &Json| json!({"is": "rootreplaced", "instance": id, "volume": volume});
    assert!(tell(&mut world, so(&json!("vol-1"))).is_err());
    for _ in 0..2 {
        tell(&mut world, so(&want["volume"])).unwrap();
    }
    assert_eq!(wanted(&mut world), Vec::<Json>::new());
    assert_eq!(task(&mut world, &made)["taskState"], "succeeded");
    assert_eq!(root(&mut world, &id).map(Json::from), Some(want["volume"].clone()));
    ok(&mut world, "StopInstances", json!({"InstanceId": [id]}));
    tell(&mut world, json!({"is": "stopped", "instance": id})).unwrap();
    ok(&mut world, "DetachVolume", json!({"VolumeId": want["volume"]}));
    let device = one(&mut world, &id).root_device;
    pass(&mut world, 5);
    ok(&mut world, "AttachVolume", json!({"VolumeId": old, "InstanceId": id, "Device": device}));
    pass(&mut world, 5);
    ok(&mut world, "StartInstances", json!({"InstanceId": [id]}));
    let want = wanted(&mut world)[0].clone();
    assert_eq!((&want["image"], &want["volumes"][0]["volume"]), (&json!(OLD), &json!(old)), "the image of its root");
}
