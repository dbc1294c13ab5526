//! Golden: what is told of each kind, from two templates.
use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::*;
use crate::host::{hosts, samples};
use crate::plan::changes_of;

/// What is told, one collision a paragraph.
fn told(before: &Json, after: &Json) -> String {
    told_with(before, after, &[])
}

/// The same where exports in use change.
fn told_with(before: &Json, after: &Json, exports: &[Moved]) -> String {
    let parameters = BTreeMap::new();
    let (before, after) =
        (Side { template: before, parameters: &parameters }, Side { template: after, parameters: &parameters });
    let (was, will_be) = (hosts(&before, "prod"), hosts(&after, "prod"));
    let (changes, boot_scripts) = changes_of(&before, &after);
    let (hosts, boot_scripts) = ((&*was, &*will_be), &boot_scripts);
    let known = Known { before: &before, after: &after, hosts, changes: &changes, boot_scripts, exports };
    let mut text = String::new();
    for one in find(&known) {
        let grade = if one.fails { "fails" } else { "hurts" };
        let handover = if one.is_handover { ", handover" } else { "" };
        let _ = writeln!(
            text,
            "{} ({grade}{handover}) {}\n  {}\n  {}",
            one.kind.name(),
            one.ids.join(" "),
            one.why,
            one.way
        );
    }
    text
}

fn resources(resources: Json) -> Json {
    json!({"Resources": resources})
}

#[test]
fn a_host_with_another_id_wants_the_volume_of_the_old_one() {
    let told = told(&samples::host("A", "ami-1", "one"), &samples::host("B", "ami-2", "one"));
    insta(&told, "volume-held (fails, handover) Attachment
  `Attachment` needs Data while `HostA` has it: CloudFormation makes the new attachment before the old one is gone, and a volume is in one place at a time (VolumeInUse)
  a handover, `--handover`: stop the old host, let the volume go, make the new host
address-moves (hurts) Association
  Address.AllocationId moves from `HostA` to the new host as soon as that exists, before it is ready
  nothing fails; whoever calls the address waits until the new host answers
");
}

#[test]
fn without_a_switch_the_way_begins_with_one() {
    let plain = |id: &str| {
        let mut template = samples::host(id, "ami-1", "one");
        template["Resources"]["Attachment"].as_object_mut().expect("it is one").shift_remove("Condition");
        template
    };
    let told = told(&plain("A"), &plain("B"));
    assert!(told.starts_with("volume-held (fails) Attachment\n"), "{told}");
    assert!(told.contains("let `Attachment` hang on a condition"), "{told}");
}

#[test]
fn a_volume_that_is_on_nothing_or_may_be_on_many_collides_with_nothing() {
    let mut after = samples::host("B", "ami-2", "one");
    after["Resources"]["Data"]["Properties"]["MultiAttachEnabled"] = json!(true);
    let mut before = samples::host("A", "ami-1", "one");
    before["Resources"]["Data"]["Properties"]["MultiAttachEnabled"] = json!(true);
    assert!(!told(&before, &after).contains("volume-held"));
    let mut before = samples::host("A", "ami-1", "one");
    before["Parameters"]["Attached"]["Default"] = json!("no");
    assert!(!told(&before, &samples::host("B", "ami-2", "one")).contains("volume-held"));
}

#[test]
fn interfaces_and_private_addresses_are_held_too() {
    let host = |image: &str| {
        resources(json!({"Host": {"Type": "AWS::EC2::Instance", "Properties": {
            "ImageId": image, "NetworkInterfaces": [{"DeviceIndex": "0", "NetworkInterfaceId": "eni-1"}]}}}))
    };
    insta(
        &told(&host("ami-1"), &host("ami-2")),
        "interface-held (fails) Host
  `Host` needs eni-1 while `Host` has it: the new one is made before the old one is gone
  give the new one another; or take it away from the old one in a deploy of its own
",
    );
}

#[test]
fn a_disk_that_leaves_a_machine_which_stays_has_to_be_let_go() {
    let mut after = samples::host("A", "ami-1", "one");
    after["Resources"].as_object_mut().expect("it is one").shift_remove("Attachment");
    let told = told(&samples::host("A", "ami-1", "one"), &after);
    assert!(told.contains("disk-mounted (hurts) Attachment HostA\n"), "{told}");
    assert!(told.contains("`aws ec2 stop-instances`"), "{told}");
}

#[test]
fn names_that_stay_are_taken() {
    let role = |id: &str, path: &str| {
        resources(json!({id: {"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": "app", "Path": path, "AssumeRolePolicyDocument": {}}}}))
    };
    insta(
        &told(&role("Role", "/a/"), &role("Role", "/b/")),
        "name-taken (fails) Role
  `Role` is replaced and keeps its own name app, which CloudFormation refuses
  leave the name out, so that CloudFormation makes one up, or change it with the rest
",
    );
    insta(
        &told(&role("Old", "/a/"), &role("New", "/a/")),
        "name-taken (fails) New Old
  `New` is made before `Old` is deleted, and both are called app: it exists already
  leave the name out, so that CloudFormation makes one up, or change it with the rest
",
    );
    let group = |text: &str, name: &str| {
        resources(json!({"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
            "GroupName": name, "GroupDescription": text, "VpcId": "vpc-1"}}}))
    };
    assert!(told(&group("one", "web"), &group("two", "web")).starts_with("name-taken (fails) Group\n"));
    assert_eq!(told(&group("one", "web"), &group("two", "www")), "");
}

#[test]
fn volumes_change_only_as_ebs_knows() {
    let disk = |properties: Json| resources(json!({"Disk": {"Type": "AWS::EC2::Volume", "Properties": properties}}));
    let gp3 = |size: u32| json!({"AvailabilityZone": "a", "Size": size, "VolumeType": "gp3", "Throughput": 125});
    insta(
        &told(&disk(gp3(20)), &disk(gp3(10))),
        "volume-fixed (fails) Disk
  `Disk` shrinks from 20 to 10 GiB, and volumes only grow
  keep the size; a smaller volume is a new one, to which the files are copied
",
    );
    assert!(told(&disk(gp3(20)), &disk(gp3(30))).starts_with("volume-grows (hurts) Disk\n"));
    let mut other = gp3(20);
    other["AvailabilityZone"] = json!("b");
    insta(
        &told(&disk(gp3(20)), &disk(other)),
        "volume-fixed (fails) Disk
  `Disk` fails: CloudFormation cannot change AvailabilityZone; a new logical id makes a new one
  leave it as it is; a volume that differs is made from a snapshot of `Disk` under a new logical id
",
    );
    let kind = |kind: &str| json!({"AvailabilityZone": "a", "Size": 20, "VolumeType": kind, "Throughput": 125});
    assert!(told(&disk(gp3(20)), &disk(kind("gp2"))).contains("the type gp2 has no Throughput"));
    let io = |kind: &str| json!({"AvailabilityZone": "a", "Size": 20, "VolumeType": kind});
    assert!(told(&disk(io("gp3")), &disk(io("io2"))).contains("the type io2 needs Iops"));
}

#[test]
fn a_script_that_changes_on_a_host_that_stays_is_run_by_nobody() {
    let told = told(&samples::host("A", "ami-1", "one"), &samples::host("A", "ami-1", "two"));
    insta(
        &told,
        "script-not-run (hurts) HostA
  `HostA` stops and starts because its boot script changes, and nothing runs the new one
  another logical id makes a new host that runs it; what must hold at once is done on the host by hand
",
    );
}

#[test]
fn another_image_under_the_same_id_is_not_waited_for() {
    let told = told(&samples::host("A", "ami-1", "one"), &{
        let mut after = samples::host("A", "ami-1", "one");
        after["Resources"]["HostA"]["Properties"]["ImageId"] = json!("ami-2");
        after["Resources"]["HostA"]["Properties"]["BlockDeviceMappings"] = json!([{"DeviceName": "/dev/sda1"}]);
        after
    });
    assert!(told.starts_with("volume-held (fails, handover) Attachment\n"), "{told}");
    assert!(told.contains("not-awaited (hurts) ReadyA HostA\n"), "{told}");
    assert!(told.contains("root-goes (hurts) HostA\n"), "{told}");
}

#[test]
fn exports_that_others_import_cannot_change() {
    let moved = |replaced: Option<&str>, is_certain: bool| Moved {
        output: "Vpc".to_owned(),
        export: "network:Vpc".to_owned(),
        importers: vec!["app".to_owned(), "db".to_owned()],
        replaced: replaced.map(str::to_owned),
        is_certain,
    };
    let none = resources(json!({}));
    insta(
        &told_with(&none, &none, &[moved(None, true)]),
        "export-in-use (fails) Vpc
  the export `network:Vpc` is imported by `app`, `db` and cannot change, and its value changes
  export the new value under another name, let `app`, `db` import that, and take the old one away afterwards; or pass values as parameters, which nothing holds
",
    );
    let told = told_with(&none, &none, &[moved(Some("Network"), false)]);
    assert!(told.starts_with("export-in-use (hurts) Vpc\n"), "{told}");
    assert!(told.contains("cannot change, and `Network` is another one\n"), "{told}");
}

#[test]
fn what_changes_in_place_collides_with_nothing() {
    let mut after = samples::host("A", "ami-1", "one");
    after["Resources"]["HostA"]["Properties"]["Tags"] = json!([{"Key": "a", "Value": "b"}]);
    assert_eq!(told(&samples::host("A", "ami-1", "one"), &after), "");
    assert_eq!(told(&after, &after), "");
}

#[track_caller]
fn insta(told: &str, expected: &str) {
    assert!(told == expected, "told:\n{told}\nexpected:\n{expected}");
}
