//! The ways a handover can go.
use serde_json::json;
use stackgen_deploy::collision::CollisionKind;
use stackgen_deploy::plan::{Approvals, Verb};
use stackgen_deploy::run::{self, Ending};

use crate::desk::{Desk, NEW, OLD, Steps, approvals, host};

#[tokio::test]
async fn a_plain_deploy_fails_where_the_plan_said() {
    let desk = Desk::with_host().await;
    let plan = desk.plan(&host("B", NEW, "one")).await.expect("it is planned");
    let fails: Vec<_> = plan.stacks[0].collisions.iter().filter(|one| one.fails).collect();
    assert_eq!((fails.len(), fails[0].kind, &*fails[0].ids[0]), (1, CollisionKind::VolumeHeld, "Attachment"));
    // Nobody runs into it without saying so.
    let refused = run::deploy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &|_| {}).await;
    assert!(refused.expect_err("it is certain to fail").message.contains("collision:Attachment"));
    let forced = Approvals::new(plan.stacks[0].dangers.iter().map(ToString::to_string));
    let outcome = run::deploy(&desk.connection, &desk.records(), &plan, &forced, &|_| {}).await.expect("it runs");
    let cause = outcome.stacks[0].cause.as_ref().expect("it failed");
    assert_eq!(cause.id, "Attachment");
    assert!(cause.reason.contains("VolumeInUse"), "{cause:?}");
    assert_eq!(desk.assert_one_host("after the rollback"), OLD);
}

#[tokio::test]
async fn another_image_is_handed_over() {
    let desk = Desk::with_host().await;
    assert!(desk.parameter("/stackgen/prod/data-volume").is_some_and(|it| it.starts_with("in-service:vol-")));
    let plan = desk.proposal(&host("B", NEW, "one"), true).await;
    let steps = Steps::default();
    let outcome = run::deploy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &|it| steps.hear(it)).await;
    let outcome = outcome.expect("it runs").stacks.remove(0);
    assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    let handed = outcome.handed.expect("it was one");
    assert!(!handed.is_back && handed.snapshots.len() == 1, "{handed:?}");
    // The engine takes a while for each step of its own clock.
    assert!(handed.seconds.is_some_and(|it| (10..600).contains(&it)), "{handed:?}");
    assert_eq!(desk.assert_one_host("after the handover"), NEW);
    assert!(desk.parameter("/stackgen/prod/lease").is_some_and(|it| it.contains(r#""is_free":true"#)));
    assert!(desk.records().stacks().expect("they can be read").is_empty());
    let steps = steps.0.into_inner();
    let place = |start: &str| steps.iter().position(|step| step.starts_with(start));
    assert!(place("stopping i-") < place("taking a snapshot"), "{steps:?}");
    let again = desk.plan(&host("B", NEW, "one")).await.expect("it is planned");
    assert_eq!(again.stacks[0].verb, Verb::Nothing, "{again:?}");
}

#[tokio::test]
async fn another_script_is_handed_over() {
    let desk = Desk::with_host().await;
    let outcome = desk.hand_over(&host("B", OLD, "two")).await;
    assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    desk.assert_one_host("after the handover");
    let ran = desk.world(|world| {
        let up = crate::desk::region(world).instances.values().filter(|it| format!("{:?}", it.state) == "Running");
        up.map(|it| it.boot.ran_user_data).collect::<Vec<_>>()
    });
    assert_eq!(ran, [true]);
}

#[tokio::test]
async fn another_image_under_the_same_id_is_handed_over() {
    let desk = Desk::with_host().await;
    let outcome = desk.hand_over(&host("A", NEW, "one")).await;
    assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    assert_eq!(desk.assert_one_host("after the handover"), NEW);
}

#[tokio::test]
async fn a_volume_on_another_machine_is_told_before_anything_is_touched() {
    let desk = Desk::with_host().await;
    let plan = desk.proposal(&host("B", NEW, "one"), false).await;
    desk.world(|world| {
        for volume in crate::desk::region(world).volumes.values_mut().filter(|it| it.spec.size == 20) {
            volume.attachments[0].phase = stackgen_local::ec2::attachment::Phase::Busy;
        }
    });
    let outcome = desk.run(&plan).await.expect("it runs").stacks.remove(0);
    assert!(matches!(&outcome.ending, Ending::Refused(why) if why.contains("busy")), "{outcome:?}");
    let called: Vec<String> = desk.server.journal(0).into_iter().map(|entry| entry.operation).collect();
    assert!(!called.contains(&"StopInstances".to_owned()), "{called:?}");
}

#[tokio::test]
async fn a_host_in_another_zone_or_without_an_image_is_refused() {
    let desk = Desk::with_host().await;
    let mut elsewhere = host("B", NEW, "one");
    elsewhere["Resources"]["HostB"]["Properties"]["AvailabilityZone"] = json!("eu-west-1b");
    let nowhere = host("B", "ami-0aaaaaaaaaaaaaaa0", "one");
    for (template, word) in [(elsewhere, "eu-west-1b"), (nowhere, "there is no image")] {
        let outcome = desk.hand_over(&template).await;
        assert!(matches!(&outcome.ending, Ending::Refused(why) if why.contains(word)), "{outcome:?}");
        assert_eq!(desk.assert_one_host(word), OLD);
        assert!(desk.records().stacks().expect("they can be read").is_empty());
    }
}

/// Two templates of which the planner says that the change fails.
fn sure_to_fail() -> [(&'static str, serde_json::Value, serde_json::Value, &'static str); 3] {
    let disk = |size: u32, zone: &str| {
        let properties = json!({"AvailabilityZone": zone, "Size": size, "VolumeType": "gp3"});
        json!({"Resources": {"Disk": {"Type": "AWS::EC2::Volume", "Properties": properties}}})
    };
    let role = |path: &str| {
        let assume = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]});
        let properties = json!({"RoleName": "app", "Path": path, "AssumeRolePolicyDocument": assume});
        json!({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}})
    };
    [
        ("Disk", disk(20, "eu-west-1a"), disk(10, "eu-west-1a"), "smaller"),
        ("Disk", disk(20, "eu-west-1a"), disk(20, "eu-west-1b"), "cannot be updated"),
        ("Role", role("/a/"), role("/b/"), "custom-named"),
    ]
}

#[tokio::test]
async fn what_the_plan_says_will_fail_fails_there() {
    for (id, before, after, word) in sure_to_fail() {
        let desk = Desk::empty().await;
        assert!(desk.deploy(&before).await.is_good(), "{id}");
        let plan = desk.plan(&after).await.expect("it is planned");
        let names: Vec<String> = plan.stacks[0].dangers.iter().map(ToString::to_string).collect();
        assert!(names.contains(&format!("collision:{id}")), "{id}: {names:?}");
        let forced = Approvals::new(names);
        let outcome = run::deploy(&desk.connection, &desk.records(), &plan, &forced, &|_| {}).await.expect("it runs");
        let cause = outcome.stacks[0].cause.as_ref().unwrap_or_else(|| panic!("{id} fails: {outcome:?}"));
        assert!(cause.id == id && cause.reason.contains(word), "{id}: {cause:?}");
    }
}
