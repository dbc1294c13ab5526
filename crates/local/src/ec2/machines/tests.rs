//! Machines of a driver, in a world without a server.
use super::*;
use crate::ec2::answer;
use crate::wire::{Request, Service};
use crate::world::World;

const REGION: &str = "eu-west-1";

fn ask(world: &mut World, operation: &str, input: Json) -> Json {
    let request = Request { service: Service::Ec2, operation: operation.to_owned(), region: REGION.to_owned(), input };
    answer(world, &request).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn pass(world: &mut World, seconds: i64) {
    let until = world.now() + SignedDuration::from_secs(seconds);
    world.advance(until);
}

fn tell(world: &mut World, so: Json) -> Result<(), String> {
    told(&mut Place::new(world, REGION), &serde_json::from_value(so).expect("something that can be so"))
}

/// What is wanted, shortly.
fn wants(world: &mut World) -> Vec<String> {
    let word = |it: &Json, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    wanted(Place::new(world, REGION).things()).iter().map(|it| word(it, "want") + &word(it, "volume")).collect()
}

fn state(world: &mut World, id: &str) -> State {
    world.region(REGION).ec2.instances[id].state
}

/// A driven region with one instance that is to start, and the id of the instance.
fn driven() -> (World, String) {
    let mut world = World::new("123456789012", "2026-03-01T00:00:00Z".parse().expect("a time"));
    drive(&mut Place::new(&mut world, REGION), true, Some(300)).expect("there are no instances");
    let filters = json!([{"Name": "architecture", "Value": ["arm64"]}, {"Name": "name", "Value": ["*noble*"]}]);
    let found = ask(&mut world, "DescribeImages", json!({"Owner": ["099720109477"], "Filter": filters}));
    let input = json!({
        "ImageId": found["imagesSet"][0]["imageId"], "InstanceType": "m7g.medium", "MinCount": "1", "MaxCount": "1",
        "UserData": "IyEvYmluL3NoCg==",
    });
    let id =
        ask(&mut world, "RunInstances", input)["instancesSet"][0]["instanceId"].as_str().expect("an id").to_owned();
    (world, id)
}

/// The same with the instance running, and a volume in its zone.
fn running() -> (World, String, String) {
    let (mut world, id) = driven();
    tell(&mut world, json!({"is": "running", "instance": id})).expect("it was to start");
    let zone = world.region(REGION).ec2.instances[&id].zone.clone();
    let made = ask(&mut world, "CreateVolume", json!({"AvailabilityZone": zone, "Size": "20", "VolumeType": "gp3"}));
    pass(&mut world, 5);
    (world, id, made["volumeId"].as_str().expect("an id").to_owned())
}

fn attach(world: &mut World, volume: &str, id: &str) {
    ask(world, "AttachVolume", json!({"VolumeId": volume, "InstanceId": id, "Device": "/dev/sdf"}));
}

fn phase(world: &mut World, volume: &str) -> Option<Phase> {
    world.region(REGION).ec2.volumes[volume].attachments.first().map(|it| it.phase)
}

#[test]
fn an_instance_is_what_its_driver_says() {
    let (mut world, id) = driven();
    let wanted_now = wanted(Place::new(&mut world, REGION).things());
    assert_eq!(wanted_now[0]["user_data"], "IyEvYmluL3NoCg==");
    assert_eq!(wanted_now[0]["volumes"][0]["is_root"], true, "{wanted_now:?}");
    pass(&mut world, 299);
    assert_eq!((state(&mut world, &id), wants(&mut world)), (State::Pending, vec!["start".to_owned()]));
    for _ in 0..2 {
        tell(&mut world, json!({"is": "running", "instance": id})).expect("it was to start");
    }
    pass(&mut world, 3_600);
    assert_eq!((state(&mut world, &id), wants(&mut world).len()), (State::Running, 0));
    ask(&mut world, "StopInstances", json!({"InstanceId": [id]}));
    pass(&mut world, 3_600);
    assert_eq!((state(&mut world, &id), wants(&mut world)), (State::Stopping, vec!["stop".to_owned()]));
    tell(&mut world, json!({"is": "stopped", "instance": id})).expect("it was to stop");
    ask(&mut world, "StartInstances", json!({"InstanceId": [id]}));
    assert_eq!(wants(&mut world), ["start"]);
    ask(&mut world, "TerminateInstances", json!({"InstanceId": [id]}));
    let late = tell(&mut world, json!({"is": "running", "instance": id})).expect_err("it is to end");
    assert_eq!(late, format!("{id} is shutting-down and was not to become running"));
    pass(&mut world, 3_600);
    assert_eq!(wants(&mut world), ["terminate"]);
    tell(&mut world, json!({"is": "terminated", "instance": id})).expect("it was to end");
    assert_eq!((state(&mut world, &id), wants(&mut world).len()), (State::Terminated, 0));
    assert!(world.region(REGION).ec2.volumes.is_empty(), "its root goes with it");
}

#[test]
fn what_is_not_started_in_time_ends_or_is_off_again() {
    let (mut world, id) = driven();
    pass(&mut world, 301);
    let reason = |world: &mut World| world.region(REGION).ec2.instances[&id].reason.clone().map(|(code, _)| code);
    assert_eq!(state(&mut world, &id), State::Terminated);
    assert_eq!(reason(&mut world).as_deref(), Some("Server.InternalError"));
    let (mut world, id, _) = running();
    ask(&mut world, "StopInstances", json!({"InstanceId": [id]}));
    tell(&mut world, json!({"is": "stopped", "instance": id})).expect("it was to stop");
    ask(&mut world, "StartInstances", json!({"InstanceId": [id]}));
    pass(&mut world, 301);
    assert_eq!(state(&mut world, &id), State::Stopped);
}

#[test]
fn a_volume_is_on_and_off_when_the_driver_says_so() {
    let (mut world, id, volume) = running();
    let said = |so: &str| json!({"is": so, "instance": id, "volume": volume});
    attach(&mut world, &volume, &id);
    pass(&mut world, 3_600);
    assert_eq!(
        (phase(&mut world, &volume), wants(&mut world)),
        (Some(Phase::Attaching), vec![format!("attach{volume}")])
    );
    assert!(tell(&mut world, said("released")).is_err(), "it is to be there");
    tell(&mut world, said("attached")).expect("it was to be attached");
    assert_eq!((phase(&mut world, &volume), wants(&mut world).len()), (Some(Phase::Attached), 0));
    assert!(tell(&mut world, said("busy")).is_err(), "nobody wanted it away");
    ask(&mut world, "DetachVolume", json!({"VolumeId": volume}));
    tell(&mut world, said("busy")).expect("the machine uses it");
    pass(&mut world, 3_600);
    assert_eq!((phase(&mut world, &volume), wants(&mut world)), (Some(Phase::Busy), vec![format!("detach{volume}")]));
    tell(&mut world, said("released")).expect("it was unmounted");
    assert_eq!((phase(&mut world, &volume), wants(&mut world).len()), (None, 0));
}

#[test]
fn force_is_not_stopped_by_who_is_busy() {
    let (mut world, id, volume) = running();
    attach(&mut world, &volume, &id);
    tell(&mut world, json!({"is": "attached", "instance": id, "volume": volume})).expect("it was to be attached");
    ask(&mut world, "DetachVolume", json!({"VolumeId": volume, "Force": "true"}));
    assert!(tell(&mut world, json!({"is": "busy", "instance": id, "volume": volume})).is_err());
    assert_eq!(wanted(Place::new(&mut world, REGION).things())[0]["is_forced"], true);
}

#[test]
fn a_stop_lets_go_of_what_was_busy() {
    let (mut world, id, volume) = running();
    attach(&mut world, &volume, &id);
    tell(&mut world, json!({"is": "attached", "instance": id, "volume": volume})).expect("it was to be attached");
    ask(&mut world, "DetachVolume", json!({"VolumeId": volume}));
    tell(&mut world, json!({"is": "busy", "instance": id, "volume": volume})).expect("the machine uses it");
    // It goes off by itself.
    tell(&mut world, json!({"is": "stopped", "instance": id})).expect("a machine may");
    assert_eq!(state(&mut world, &id), State::Stopped);
    let reason = world.region(REGION).ec2.instances[&id].reason.clone().map(|(code, _)| code);
    assert_eq!(reason.as_deref(), Some("Client.InstanceInitiatedShutdown"));
    pass(&mut world, 5);
    assert_eq!((phase(&mut world, &volume), wants(&mut world).len()), (None, 0));
}

#[test]
fn what_was_to_come_is_there_when_the_machine_starts_again() {
    let (mut world, id, volume) = running();
    attach(&mut world, &volume, &id);
    ask(&mut world, "StopInstances", json!({"InstanceId": [id]}));
    tell(&mut world, json!({"is": "stopped", "instance": id})).expect("it was to stop");
    assert_eq!(phase(&mut world, &volume), Some(Phase::Attached));
    ask(&mut world, "StartInstances", json!({"InstanceId": [id]}));
    let wanted_now = wanted(Place::new(&mut world, REGION).things());
    assert_eq!(wanted_now[0]["volumes"][1]["volume"], json!(volume), "{wanted_now:?}");
}

#[test]
fn a_reboot_is_wanted_until_it_is_done() {
    let (mut world, id, _) = running();
    ask(&mut world, "RebootInstances", json!({"InstanceId": [id]}));
    assert_eq!(wants(&mut world), ["reboot"]);
    tell(&mut world, json!({"is": "rebooted", "instance": id})).expect("it was to reboot");
    assert!(wants(&mut world).is_empty());
}

#[test]
fn nobody_is_put_in_charge_of_machines_that_are_there() {
    let (mut world, id, _) = running();
    let refused = drive(&mut Place::new(&mut world, REGION), false, None).expect_err("there is an instance");
    assert!(refused.starts_with(&id), "{refused}");
}
