//! What fails in a handover leads back to the old host.
use stackgen_deploy::handover::Direction;
use stackgen_deploy::run::{Ending, StackOutcome};
use stackgen_local::ec2::settings::Script;
use stackgen_local::server::{Then, When};

use crate::desk::{Desk, NEW, OLD, host, region};

#[track_caller]
fn assert_back(outcome: &StackOutcome, desk: &Desk, what: &str) {
    assert!(matches!(outcome.ending, Ending::Failed(_)), "{what}: {outcome:?}");
    assert!(outcome.handed.as_ref().is_some_and(|it| it.is_back), "{what}: {outcome:?}");
    assert_eq!(desk.assert_one_host(what), OLD);
    assert!(desk.records().stacks().expect("they can be read").is_empty(), "{what}");
    assert!(desk.parameter("/stackgen/prod/lease").is_some_and(|it| it.contains(r#""is_free":true"#)), "{what}");
}

#[tokio::test]
async fn a_new_host_that_does_not_come_up_gives_way_to_the_old_one() {
    let desk = Desk::with_host().await;
    desk.world(|world| region(world).settings.boot_of_image.insert(NEW.to_owned(), Script::Fails(5)));
    let outcome = desk.hand_over(&host("B", NEW, "one")).await;
    assert_back(&outcome, &desk, "the boot fails");
    assert_eq!(outcome.cause.as_ref().map(|cause| &*cause.id), Some("ReadyB"), "{outcome:?}");
    assert!(matches!(&outcome.ending, Ending::Failed(why) if why.starts_with("the old host runs again")));
    // And once the cause is gone it works.
    desk.world(|world| region(world).settings.boot_of_image.clear());
    assert_eq!(desk.hand_over(&host("B", NEW, "one")).await.ending, Ending::Done);
    assert_eq!(desk.assert_one_host("the second try"), NEW);
}

#[tokio::test]
async fn a_new_host_that_fails_with_its_volume_mounted_lets_it_go() {
    let desk = Desk::with_host().await;
    desk.world(|world| region(world).settings.boot_of_image.insert(NEW.to_owned(), Script::FailsMounted(5)));
    let outcome = desk.hand_over(&host("B", NEW, "one")).await;
    assert_back(&outcome, &desk, "the boot fails late");
    let calls = desk.server.journal(0);
    let stops = calls.iter().filter(|call| call.operation == "StopInstances").count();
    assert_eq!(stops, 2, "the old host, and then the new one");
}

#[tokio::test]
async fn what_is_refused_on_the_way_leads_back() {
    let refused = |code: &str| Then::Error { code: code.to_owned(), message: "no".to_owned(), status: 400 };
    for (operation, nth, code) in [
        ("StopInstances", 1, "OperationNotPermitted"),
        ("CreateSnapshot", 1, "SnapshotLimitExceeded"),
        ("ExecuteChangeSet", 1, "InvalidChangeSetStatus"),
        ("CreateChangeSet", 2, "ValidationError"),
        ("ExecuteChangeSet", 2, "InvalidChangeSetStatus"),
    ] {
        let what = format!("{operation} {nth}");
        let desk = Desk::with_host().await;
        let plan = desk.proposal(&host("B", NEW, "one"), true).await;
        desk.play(operation, When::Nth(nth), refused(code));
        let outcome = desk.run(&plan).await.expect("it runs").stacks.remove(0);
        desk.calm();
        assert_back(&outcome, &desk, &what);
    }
}

#[tokio::test]
async fn lost_answers_and_throttling_change_nothing() {
    for (operation, when, then) in [
        ("*", When::Chance(0.1), Then::DropAfter),
        ("*", When::Chance(0.1), Then::Throttle),
        ("PutParameter", When::Every(2), Then::DropAfter),
        ("ExecuteChangeSet", When::Nth(2), Then::DropAfter),
        ("StopInstances", When::Nth(1), Then::FailAfter { status: 500 }),
    ] {
        let what = format!("{operation} {when:?} {then:?}");
        let desk = Desk::with_host().await;
        let plan = desk.proposal(&host("B", NEW, "one"), false).await;
        desk.play(operation, when, then);
        let outcome = desk.run(&plan).await.expect("it runs").stacks.remove(0);
        desk.calm();
        assert_eq!(outcome.ending, Ending::Done, "{what}: {outcome:?}");
        assert_eq!(desk.assert_one_host(&what), NEW);
    }
}

#[tokio::test]
async fn an_old_host_for_which_there_is_no_room_waits_until_there_is() {
    let desk = Desk::with_host().await;
    let full = ("m7g.medium".to_owned(), "eu-west-1a".to_owned());
    desk.world(|world| region(world).settings.full.insert(full.clone()));
    let outcome = desk.hand_over(&host("B", NEW, "one")).await;
    assert!(
        matches!(&outcome.ending, Ending::Failed(why) if why.contains("InsufficientInstanceCapacity") || why.contains("capacity")),
        "{outcome:?}"
    );
    let seen = desk.seen();
    assert_eq!((seen.running.len(), seen.holders.len()), (0, 1), "the volume is where it was: {seen:?}");
    desk.world(|world| region(world).settings.full.clear());
    let outcome = desk.go_on(Direction::Forward, false, None).await.expect("it goes on").expect("it is open");
    assert_back(&outcome, &desk, "there is room again");
}
