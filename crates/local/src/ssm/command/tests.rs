//! Commands, in a world without a server.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::ec2::Place;
use crate::ec2::attachment::Phase;
use crate::ec2::machines;
use crate::ec2::settings::{FailingCommand, Script};
use crate::wire::{ApiError, Request, Service};
use crate::{World, ec2, iam, ssm};

const REGION: &str = "eu-west-1";
const PROFILE: &str = "arn:aws:iam::123456789012:instance-profile/host";

fn ask(world: &mut World, service: Service, operation: &str, input: Json) -> Result<Json, ApiError> {
    let request = Request { service, operation: operation.to_owned(), region: REGION.to_owned(), input };
    match service {
        Service::Ssm => ssm::answer(world, &request),
        Service::Iam => iam::answer(world, &request),
        _ => ec2::answer(world, &request),
    }
}

fn ec2(world: &mut World, operation: &str, input: Json) -> Json {
    ask(world, Service::Ec2, operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn pass(world: &mut World, seconds: i64) {
    let until = world.now() + SignedDuration::from_secs(seconds);
    world.advance(until);
}

fn new() -> World {
    World::new("123456789012", "2026-03-01T00:00:00Z".parse().unwrap())
}

/// An instance that starts, with user data and a profile.
fn start(world: &mut World, profile: &str) -> String {
    let filters = json!([{"Name": "architecture", "Value": ["arm64"]}, {"Name": "name", "Value": ["*noble*"]}]);
    let found = ec2(world, "DescribeImages", json!({"Owner": ["099720109477"], "Filter": filters}));
    let mut input = json!({
        "ImageId": found["imagesSet"][0]["imageId"], "InstanceType": "m7g.medium", "MinCount": "1", "MaxCount": "1",
        "UserData": "IyEvYmluL3NoCg==",
    });
    if !profile.is_empty() {
        input["IamInstanceProfile"] = json!({"Arn": profile});
    }
    ec2(world, "RunInstances", input)["instancesSet"][0]["instanceId"].as_str().unwrap().to_owned()
}

/// A host that is up and has mounted its volume.
fn host() -> (World, String, String) {
    let mut world = new();
    let id = start(&mut world, PROFILE);
    let volume = ec2(
        &mut world,
        "CreateVolume",
        json!({"AvailabilityZone": "eu-west-1a", "Size": "20", "VolumeType": "gp3"}),
    )["volumeId"]
        .as_str()
        .unwrap()
        .to_owned();
    pass(&mut world, 15);
    ec2(&mut world, "AttachVolume", json!({"VolumeId": volume, "InstanceId": id, "Device": "/dev/sdf"}));
    pass(&mut world, 60);
    assert!(world.region(REGION).ec2.volumes[&volume].attachments[0].mounted);
    (world, id, volume)
}

fn try_send(world: &mut World, instance: &str, script: &str) -> Result<String, ApiError> {
    let input =
        json!({"DocumentName": "AWS-RunShellScript", "InstanceIds": [instance], "Parameters": {"commands": [script]}});
    ask(world, Service::Ssm, "SendCommand", input).map(|it| it["Command"]["CommandId"].as_str().unwrap().to_owned())
}

fn send(world: &mut World, instance: &str, script: &str) -> String {
    try_send(world, instance, script).unwrap_or_else(|error| panic!("{error}"))
}

fn shown(world: &mut World, id: &str, instance: &str) -> Json {
    ask(world, Service::Ssm, "GetCommandInvocation", json!({"CommandId": id, "InstanceId": instance})).unwrap()
}

/// The status, the code and what was written of errors.
fn end(world: &mut World, id: &str, instance: &str) -> (String, i64, String) {
    let shown = shown(world, id, instance);
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    (text("StatusDetails"), shown["ResponseCode"].as_i64().unwrap(), text("StandardErrorContent"))
}

fn was(details: &str, code: i64, error: &str) -> (String, i64, String) {
    (details.to_owned(), code, error.to_owned())
}

fn phase(world: &mut World, volume: &str) -> Option<Phase> {
    world.region(REGION).ec2.volumes[volume].attachments.first().map(|it| it.phase)
}

#[test]
fn a_command_goes_from_status_to_status() {
    let (mut world, host, _) = host();
    let input = json!({
        "DocumentName": "AWS-RunShellScript", "InstanceIds": [host], "Parameters": {"commands": ["true"]}, "Comment": "try",
        "TimeoutSeconds": 5_000,
    });
    let sent = ask(&mut world, Service::Ssm, "SendCommand", input).unwrap()["Command"].clone();
    let expires = sent["RequestedDateTime"].as_i64().unwrap() + 5_000 + 3_600;
    assert_eq!((&sent["Status"], &sent["ExpiresAfter"]), (&json!("Pending"), &json!(expires)));
    let id = sent["CommandId"].as_str().unwrap();
    let waiting = shown(&mut world, id, &host);
    assert_eq!(
        (&waiting["Status"], &waiting["ResponseCode"], &waiting["ExecutionStartDateTime"]),
        (&json!("Pending"), &json!(-1), &json!(""))
    );
    pass(&mut world, 1);
    assert_eq!(shown(&mut world, id, &host)["Status"], "InProgress");
    pass(&mut world, 1);
    let done = shown(&mut world, id, &host);
    assert_eq!((&done["Status"], &done["ResponseCode"]), (&json!("Success"), &json!(0)));
    assert_eq!((&done["ExecutionElapsedTime"], &done["Comment"]), (&json!("PT1S"), &json!("try")));
    let listed = ask(&mut world, Service::Ssm, "ListCommandInvocations", json!({"CommandId": id, "Details": true}));
    let listed = listed.unwrap()["CommandInvocations"].clone();
    assert_eq!((&listed[0]["Status"], &listed[0]["CommandPlugins"][0]["ResponseCode"]), (&json!("Success"), &json!(0)));
    assert_eq!(listed[1], Json::Null);
    pass(&mut world, 500);
    assert_eq!(world.next(), None, "nobody leaps to its time-outs any more");
}

#[test]
fn what_cannot_be_sent_or_is_not_there_is_refused() {
    let (mut world, host, _) = host();
    let refused = |world: &mut World, operation: &str, input: Json| {
        ask(world, Service::Ssm, operation, input).unwrap_err().to_string()
    };
    let mut document = json!({"DocumentName": "Mine", "InstanceIds": [host], "Parameters": {"commands": ["true"]}});
    assert!(refused(&mut world, "SendCommand", document.clone()).starts_with("InvalidDocument: "));
    document["DocumentName"] = json!("AWS-RunShellScript");
    document["TimeoutSeconds"] = json!(29);
    assert!(refused(&mut world, "SendCommand", document.clone()).contains("greater than or equal to 30"));
    document["TimeoutSeconds"] = json!(30);
    document["InstanceIds"] = json!([host, host]);
    assert!(refused(&mut world, "SendCommand", document).starts_with("DuplicateInstanceId"));
    let asked = |id: &str| json!({"CommandId": id, "InstanceId": "i-0123456789abcdef0"});
    let sent = send(&mut world, &host, "true");
    assert!(refused(&mut world, "GetCommandInvocation", asked(&sent)).starts_with("InvocationDoesNotExist"));
    assert!(refused(&mut world, "GetCommandInvocation", asked("command")).starts_with("InvalidCommandId"));
    ec2(&mut world, "StopInstances", json!({"InstanceId": [host]}));
    assert_eq!(
        try_send(&mut world, &host, "true").unwrap_err().to_string(),
        format!("InvalidInstanceId: Instances [[{host}]] not in a valid state for account 123456789012")
    );
}

#[test]
fn an_agent_is_online_where_its_role_lets_it() {
    let mut world = new();
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]});
    let iam = |world: &mut World, operation: &str, input: Json| {
        ask(world, Service::Iam, operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"));
    };
    iam(&mut world, "CreateRole", json!({"RoleName": "host", "AssumeRolePolicyDocument": trust.to_string()}));
    iam(&mut world, "CreateInstanceProfile", json!({"InstanceProfileName": "host"}));
    iam(&mut world, "AddRoleToInstanceProfile", json!({"InstanceProfileName": "host", "RoleName": "host"}));
    let online = |world: &mut World, id: &str| {
        let filters = json!([{"Key": "InstanceIds", "Values": [id]}]);
        let said = ask(world, Service::Ssm, "DescribeInstanceInformation", json!({"Filters": filters})).unwrap();
        said["InstanceInformationList"][0]["PingStatus"] == "Online"
    };
    let (host, bare) = (start(&mut world, PROFILE), start(&mut world, ""));
    let foreign = start(&mut world, "arn:aws:iam::123456789012:instance-profile/elsewhere");
    assert!(!online(&mut world, &foreign), "it does not run yet");
    pass(&mut world, 15);
    assert_eq!([&host, &bare, &foreign].map(|id| online(&mut world, id)), [false, false, true]);
    let policy = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})
            .to_string()
    };
    for (action, is_enough) in [("ssm:GetParameter", false), ("ssm:Update*", true)] {
        iam(
            &mut world,
            "PutRolePolicy",
            json!({"RoleName": "host", "PolicyName": "p", "PolicyDocument": policy(action)}),
        );
        assert_eq!(online(&mut world, &host), is_enough, "{action}");
    }
    let denied = policy("ssm:*").replace("Allow", "Deny");
    iam(&mut world, "PutRolePolicy", json!({"RoleName": "host", "PolicyName": "p", "PolicyDocument": denied}));
    assert!(!online(&mut world, &host));
    iam(&mut world, "DeleteRolePolicy", json!({"RoleName": "host", "PolicyName": "p"}));
    let managed = json!({"RoleName": "host", "PolicyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"});
    iam(&mut world, "AttachRolePolicy", managed);
    assert!(online(&mut world, &host));
}

#[test]
fn what_is_unmounted_can_be_detached_and_what_is_mounted_cannot() {
    let (mut world, host, volume) = host();
    let digits = volume.strip_prefix("vol-").unwrap().to_owned();
    let detach = |world: &mut World| {
        ec2(world, "DetachVolume", json!({"VolumeId": volume}));
        pass(world, 5);
    };
    send(&mut world, &host, "umount /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0");
    pass(&mut world, 2);
    detach(&mut world);
    assert_eq!(phase(&mut world, &volume), Some(Phase::Busy), "another one was unmounted");
    send(&mut world, &host, &format!("mountpoint -q /data && umount /dev/vol{digits}"));
    pass(&mut world, 5);
    assert_eq!(phase(&mut world, &volume), None, "what was busy goes");

    let failed = send(&mut world, &host, &format!("mount {volume} /data"));
    pass(&mut world, 2);
    let text = format!("mount: {volume} is not attached to {host}\nfailed to run commands: exit status 1");
    assert_eq!(end(&mut world, &failed, &host), was("Failed", 1, &text));
    ec2(&mut world, "AttachVolume", json!({"VolumeId": volume, "InstanceId": host, "Device": "/dev/sdf"}));
    pass(&mut world, 5);
    send(&mut world, &host, &format!("mount {volume} /data"));
    pass(&mut world, 2);
    detach(&mut world);
    assert_eq!(phase(&mut world, &volume), Some(Phase::Busy));
}

#[test]
fn without_a_name_all_are_meant() {
    let (mut world, host, volume) = host();
    send(&mut world, &host, "umount -a");
    pass(&mut world, 2);
    assert!(!world.region(REGION).ec2.volumes[&volume].attachments[0].mounted);
    send(&mut world, &host, "mount -a");
    pass(&mut world, 2);
    assert!(world.region(REGION).ec2.volumes[&volume].attachments[0].mounted);
}

#[test]
fn the_end_of_a_boot_is_waited_for() {
    let (mut world, host, _) = host();
    for (script, ends) in [(Script::Succeeds(100), was("Success", 0, "")), (Script::Fails(100), failed_boot())] {
        world.region(REGION).ec2.settings.boot = script;
        ec2(&mut world, "RebootInstances", json!({"InstanceId": [host]}));
        let id = send(&mut world, &host, "cloud-init status --wait");
        pass(&mut world, 99);
        assert_eq!(end(&mut world, &id, &host), was("InProgress", -1, ""));
        pass(&mut world, 1);
        assert_eq!(end(&mut world, &id, &host), ends);
    }
}

fn failed_boot() -> (String, i64, String) {
    was("Failed", 1, "failed to run commands: exit status 1")
}

#[test]
fn what_takes_too_long_times_out() {
    let (mut world, host, _) = host();
    world.region(REGION).ec2.settings.boot = Script::NeverEnds;
    ec2(&mut world, "RebootInstances", json!({"InstanceId": [host]}));
    let input = json!({
        "DocumentName": "AWS-RunShellScript", "InstanceIds": [host],
        "Parameters": {"commands": ["cloud-init status --wait"], "executionTimeout": ["30"]},
    });
    let sent = ask(&mut world, Service::Ssm, "SendCommand", input).unwrap();
    pass(&mut world, 31);
    let id = sent["Command"]["CommandId"].as_str().unwrap();
    assert_eq!(end(&mut world, id, &host), was("ExecutionTimedOut", 137, ""));
    assert_eq!(shown(&mut world, id, &host)["Status"], "TimedOut");

    let late = send(&mut world, &host, "true");
    ec2(&mut world, "StopInstances", json!({"InstanceId": [host]}));
    pass(&mut world, 3_599);
    assert_eq!(end(&mut world, &late, &host), was("Pending", -1, ""));
    pass(&mut world, 1);
    assert_eq!(end(&mut world, &late, &host), was("DeliveryTimedOut", -1, ""));
}

#[test]
fn a_command_that_waits_for_its_agent_runs_when_the_instance_starts_again() {
    let (mut world, host, _) = host();
    let id = send(&mut world, &host, "true");
    ec2(&mut world, "StopInstances", json!({"InstanceId": [host]}));
    pass(&mut world, 60);
    ec2(&mut world, "StartInstances", json!({"InstanceId": [host]}));
    pass(&mut world, 14);
    assert_eq!(end(&mut world, &id, &host), was("Pending", -1, ""));
    pass(&mut world, 2);
    assert_eq!(end(&mut world, &id, &host), was("Success", 0, ""));
}

#[test]
fn commands_fail_as_often_as_they_are_told_to() {
    let (mut world, host, volume) = host();
    world.region(REGION).ec2.settings.commands.push(FailingCommand {
        word: "umount".to_owned(),
        code: 32,
        text: "target is busy".to_owned(),
        times: 1,
    });
    let mut run = |script: &str| {
        let id = send(&mut world, &host, script);
        pass(&mut world, 2);
        let mounted = world.region(REGION).ec2.volumes[&volume].attachments[0].mounted;
        (end(&mut world, &id, &host), mounted)
    };
    assert_eq!(run("echo unmounted"), (was("Success", 0, ""), true));
    let failed = was("Failed", 32, "target is busy\nfailed to run commands: exit status 32");
    assert_eq!(run("umount /data"), (failed, true));
    assert_eq!(run("umount /data"), (was("Success", 0, ""), false));
}

#[test]
fn a_driver_runs_what_is_sent_to_its_machines() {
    let mut world = new();
    machines::drive(&mut Place::new(&mut world, REGION), true, None).unwrap();
    let host = start(&mut world, PROFILE);
    let tell = |world: &mut World, so: Json| {
        machines::told(&mut Place::new(world, REGION), &serde_json::from_value(so).unwrap())
    };
    let wanted = |world: &mut World| machines::wanted(Place::new(world, REGION).things());
    tell(&mut world, json!({"is": "running", "instance": host})).unwrap();
    let id = send(&mut world, &host, "umount /data");
    let ran = json!({"is": "ran", "instance": host, "command": id, "code": 32, "output": "busy\n"});
    assert!(tell(&mut world, ran.clone()).is_err(), "nobody wanted it yet");
    pass(&mut world, 100);
    assert_eq!(wanted(&mut world), [json!({"want": "run", "instance": host, "command": id, "script": "umount /data"})]);
    for _ in 0..2 {
        tell(&mut world, ran.clone()).unwrap();
    }
    assert_eq!(wanted(&mut world), Vec::<Json>::new());
    assert_eq!(end(&mut world, &id, &host), was("Failed", 32, "failed to run commands: exit status 32"));
    assert_eq!(shown(&mut world, &id, &host)["StandardOutputContent"], "busy\n");

    let lost = send(&mut world, &host, "true");
    pass(&mut world, 5);
    tell(&mut world, json!({"is": "stopped", "instance": host})).unwrap();
    assert_eq!(wanted(&mut world), Vec::<Json>::new());
    pass(&mut world, 3_600);
    assert_eq!(end(&mut world, &lost, &host), was("ExecutionTimedOut", 137, ""));
}

#[test]
fn commands_survive_a_file_in_the_middle() {
    let (mut world, host, _) = host();
    let id = send(&mut world, &host, "umount /data");
    pass(&mut world, 1);
    let mut read: World = serde_json::from_str(&serde_json::to_string(&world).unwrap()).unwrap();
    pass(&mut read, 1);
    assert_eq!(end(&mut read, &id, &host), was("Success", 0, ""));
}
