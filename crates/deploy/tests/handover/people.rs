//! Several people, several machines.
use stackgen_deploy::failure::Kind;
use stackgen_deploy::handover::Direction;
use stackgen_deploy::run::Ending;

use crate::desk::{Desk, NEW, OLD, REGION, host};
use crate::kills::killed_when;

/// The first began a handover and was killed with the old host stopped; the second is at the same engine.
async fn two() -> (Desk, Desk) {
    let first = Desk::with_host().await;
    let second = Desk::at(first.server.clone(), "second@desk").await;
    let plan = first.proposal(&host("B", NEW, "one"), false).await;
    let is_stopped = || first.seen().running.is_empty();
    assert!(killed_when(is_stopped, first.run(&plan)).await.is_none(), "it is killed before it ends");
    (first, second)
}

/// The lease has run out.
fn run_out(desk: &Desk) {
    desk.world(|world| {
        let lease = world.region(REGION).ssm.parameters.get_mut("/stackgen/prod/lease").expect("it is there");
        for version in &mut lease.versions {
            let mut value: serde_json::Value = serde_json::from_str(&version.value).expect("it is JSON");
            value["until"] = "2020-01-01T00:00:00Z".into();
            version.value = value.to_string();
        }
    });
}

#[tokio::test]
async fn whoever_comes_second_is_told_who_is_first() {
    let (first, second) = two().await;
    // A plain deploy would attach the volume to a host that is stopped.
    let mut other = host("A", OLD, "one");
    other["Resources"]["HostA"]["Properties"]["Tags"] = serde_json::json!([{"Key": "a", "Value": "b"}]);
    let refused = second.deploy(&other).await;
    assert!(matches!(&refused.ending, Ending::Refused(why) if why.contains("first@desk")), "{refused:?}");
    let refused = second.go_on(Direction::Forward, true, Some(&host("B", NEW, "one"))).await;
    let refused = refused.expect_err("the lease has not run out");
    assert_eq!(refused.kind, Kind::Busy);
    assert!(refused.message.contains("first@desk") && refused.message.contains("--take-over"), "{refused}");
    let ended = first.go_on(Direction::Forward, false, None).await.expect("it goes on").expect("it is open");
    assert_eq!(ended.ending, Ending::Done);
    assert_eq!(first.assert_one_host("after all"), NEW);
}

#[tokio::test]
async fn another_machine_goes_on_with_the_same_template_and_back_with_any() {
    for (own, direction, image) in
        [(Some(host("B", NEW, "one")), Direction::Forward, NEW), (None, Direction::Back, OLD)]
    {
        let (first, second) = two().await;
        run_out(&first);
        let unasked = second.go_on(direction, false, own.as_ref()).await.expect_err("nobody said so");
        assert_eq!(unasked.kind, Kind::Busy);
        if direction == Direction::Forward {
            let other = host("B", NEW, "two");
            let refused = second.go_on(direction, true, Some(&other)).await.expect_err("it is another template");
            assert!(refused.message.contains("stackgen rollback prod"), "{refused}");
        }
        let ended = second.go_on(direction, true, own.as_ref()).await.expect("it goes on").expect("it is open");
        assert_eq!(ended.ending, Ending::Done, "{ended:?}");
        assert_eq!(second.assert_one_host("after all"), image);
        // The record of the first is of yesterday: it does no harm.
        if let Ok(Some(outcome)) = first.go_on(Direction::Back, false, None).await {
            assert!(outcome.handed.is_some(), "{outcome:?}");
        }
        first.assert_one_host("after the first came back");
    }
}

#[tokio::test]
async fn of_two_at_once_one_does_it() {
    let first = Desk::with_host().await;
    let second = Desk::at(first.server.clone(), "second@desk").await;
    let template = host("B", NEW, "one");
    let (one, other) = (first.proposal(&template, false).await, second.proposal(&template, false).await);
    let (one, other) = tokio::join!(first.run(&one), second.run(&other));
    let endings = [one, other].map(|it| it.expect("it runs").stacks.remove(0).ending);
    let done = endings.iter().filter(|it| **it == Ending::Done).count();
    let refused =
        endings.iter().filter(|it| matches!(it, Ending::Refused(why) if why.contains("@desk is at work"))).count();
    assert_eq!((done, refused), (1, 1), "{endings:?}");
    assert_eq!(first.assert_one_host("after both"), NEW);
}

#[tokio::test]
async fn somebody_cancels_and_the_old_host_runs_again() {
    let (first, _) = two().await;
    let ended = first.go_on(Direction::Back, false, None).await.expect("it goes back").expect("it is open");
    assert_eq!(ended.ending, Ending::Done, "{ended:?}");
    assert!(ended.handed.is_some_and(|it| it.is_back));
    assert_eq!(first.assert_one_host("after the way back"), OLD);
}
