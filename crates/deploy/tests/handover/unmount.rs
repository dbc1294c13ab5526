//! Hosts that run on without their volumes.
use serde_json::json;
use stackgen_deploy::handover::{Direction, Strategy};
use stackgen_deploy::run::{self, Ending, StackOutcome};
use stackgen_local::ec2::instance::State;
use stackgen_local::ec2::settings::{FailingCommand, Script};
use stackgen_local::server::{Then, When};

use crate::desk::{Desk, NEW, OLD, Steps, approvals, host, region};
use crate::kills::killed_when;

/// Words that only the script has which mounts again.
const TAKES: &str = "udevadm settle";

impl Desk {
    /// Commands with these words fail.
    fn fail(&self, word: &str) {
        let failing = FailingCommand { word: word.to_owned(), code: 1, text: "it will not".to_owned(), times: 9 };
        self.world(|world| region(world).settings.commands.push(failing));
    }

    fn calls(&self, operation: &str) -> usize {
        self.server.journal(0).iter().filter(|call| call.operation == operation).count()
    }

    async fn hand_over_with_snapshot(&self) -> StackOutcome {
        let plan = self.proposal(&host("B", NEW, "one"), true).await;
        self.run(&plan).await.expect("it runs").stacks.remove(0)
    }
}

#[track_caller]
fn assert_back(outcome: &StackOutcome, desk: &Desk, what: &str) {
    assert!(matches!(&outcome.ending, Ending::Failed(_)), "{what}: {outcome:?}");
    assert!(outcome.handed.as_ref().is_some_and(|it| it.is_back), "{what}: {outcome:?}");
    assert_eq!(desk.assert_one_host(what), OLD);
    assert!(desk.records().stacks().expect("they can be read").is_empty(), "{what}");
}

#[tokio::test]
async fn a_host_that_runs_lets_its_volume_go() {
    let desk = Desk::with_host_for(Strategy::Unmount).await;
    let plan = desk.proposal(&host("B", NEW, "one"), true).await;
    let steps = Steps::default();
    let outcome = run::deploy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &|it| steps.hear(it)).await;
    let outcome = outcome.expect("it runs").stacks.remove(0);
    assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    assert_eq!(desk.assert_one_host("after the handover"), NEW);
    assert_eq!((desk.calls("StopInstances"), desk.calls("SendCommand")), (0, 1));
    let handed = outcome.handed.expect("it was one");
    assert!(handed.seconds.is_some_and(|it| (1..600).contains(&it)) && handed.snapshots.len() == 1, "{handed:?}");
    let steps = steps.0.into_inner();
    let place = |start: &str| steps.iter().position(|step| step.starts_with(start));
    assert!(place("unmounting vol-").is_some() && place("unmounting vol-") < place("taking a snapshot"), "{steps:?}");
}

#[tokio::test]
async fn what_is_not_let_go_stays_with_the_host() {
    let desk = Desk::with_host_for(Strategy::Unmount).await;
    desk.fail("umount");
    let outcome = desk.hand_over_with_snapshot().await;
    assert_back(&outcome, &desk, "it does not unmount");
    assert!(matches!(&outcome.ending, Ending::Failed(why) if why.contains("it will not")), "{outcome:?}");
    // One that lets go, and one that makes sure that it is mounted.
    let called = ["ExecuteChangeSet", "StopInstances", "CreateSnapshot", "SendCommand"].map(|it| desk.calls(it));
    assert_eq!(called, [1, 0, 0, 2], "the update is the one that made the host");
}

#[tokio::test]
async fn what_fails_on_the_way_leads_back_to_a_host_that_ran_all_the_time() {
    let refused = |code: &str| Then::Error { code: code.to_owned(), message: "no".to_owned(), status: 400 };
    for (operation, nth, code) in [
        ("SendCommand", 1, "InvalidInstanceId"),
        ("GetCommandInvocation", 1, "InvalidCommandId"),
        ("CreateSnapshot", 1, "SnapshotLimitExceeded"),
        ("ExecuteChangeSet", 1, "InvalidChangeSetStatus"),
        ("CreateChangeSet", 2, "ValidationError"),
        ("ExecuteChangeSet", 2, "InvalidChangeSetStatus"),
    ] {
        let what = format!("{operation} {nth}");
        let desk = Desk::with_host_for(Strategy::Unmount).await;
        let plan = desk.proposal(&host("B", NEW, "one"), true).await;
        desk.play(operation, When::Nth(nth), refused(code));
        let outcome = desk.run(&plan).await.expect("it runs").stacks.remove(0);
        desk.calm();
        assert_back(&outcome, &desk, &what);
        assert_eq!((desk.calls("StopInstances"), desk.calls("StartInstances")), (0, 0), "{what}");
    }
}

#[tokio::test]
async fn a_new_host_that_fails_gives_way_and_an_old_one_that_does_not_mount_boots() {
    for (fails, boots) in [(None, 0), (Some(TAKES), 1)] {
        for boot in [Script::Fails(5), Script::FailsMounted(5)] {
            let what = format!("{boot:?} and {fails:?}");
            let desk = Desk::with_host_for(Strategy::Unmount).await;
            desk.world(|world| region(world).settings.boot_of_image.insert(NEW.to_owned(), boot));
            fails.into_iter().for_each(|word| desk.fail(word));
            let outcome = desk.hand_over_with_snapshot().await;
            assert_back(&outcome, &desk, &what);
            // The new host is stopped in any case.
            assert_eq!((desk.calls("StopInstances"), desk.calls("StartInstances")), (1 + boots, boots), "{what}");
        }
    }
}

#[tokio::test]
async fn without_an_agent_on_the_way_back_the_host_boots() {
    let desk = Desk::with_host_for(Strategy::Unmount).await;
    let plan = desk.proposal(&host("B", NEW, "one"), false).await;
    assert!(killed_when(|| desk.calls("SendCommand") > 0, desk.run(&plan)).await.is_none(), "it is killed");
    // Its role is not the agent's any more.
    desk.world(|world| world.iam.roles.values_mut().for_each(|role| role.attached.clear()));
    let ended = desk.go_on(Direction::Back, false, None).await.expect("it goes back").expect("it is open");
    assert_eq!(ended.ending, Ending::Done, "{ended:?}");
    assert_eq!(desk.assert_one_host("after a boot"), OLD);
    assert_eq!((desk.calls("StopInstances"), desk.calls("StartInstances")), (1, 1));
}

#[tokio::test]
async fn a_host_that_somebody_stopped_meanwhile_is_started() {
    let desk = Desk::with_host_for(Strategy::Unmount).await;
    let plan = desk.proposal(&host("B", NEW, "one"), false).await;
    assert!(killed_when(|| desk.calls("GetCommandInvocation") > 0, desk.run(&plan)).await.is_none(), "it is killed");
    desk.world(|world| {
        region(world).instances.values_mut().for_each(|one| one.state = State::Stopped);
        region(world).volumes.values_mut().flat_map(|it| &mut it.attachments).for_each(|it| it.mounted = false);
    });
    let ended = desk.go_on(Direction::Back, false, None).await.expect("it goes back").expect("it is open");
    assert_eq!(ended.ending, Ending::Done, "{ended:?}");
    assert_eq!(desk.assert_one_host("started again"), OLD);
}

#[tokio::test]
async fn a_host_that_takes_no_commands_is_refused_before_anything_is_touched() {
    let desk = Desk { strategy: Strategy::Unmount, ..Desk::empty().await };
    let without = |number: &str, image: &str| {
        let mut template = host(number, image, "one");
        template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] = json!([]);
        template
    };
    assert!(desk.deploy(&without("A", OLD)).await.is_good());
    let outcome = desk.hand_over(&without("B", NEW)).await;
    let told = matches!(&outcome.ending, Ending::Refused(why) if why.contains("does not reach i-") && why.contains("--strategy stop"));
    assert!(told, "{outcome:?}");
    let called = ["ExecuteChangeSet", "StopInstances", "SendCommand"].map(|it| desk.calls(it));
    assert_eq!(called, [1, 0, 0]);
    assert!(desk.records().stacks().expect("they can be read").is_empty());
}

#[tokio::test]
async fn lost_answers_change_nothing() {
    for (operation, when, then) in [
        ("SendCommand", When::Nth(1), Then::DropAfter),
        ("GetCommandInvocation", When::Every(2), Then::DropAfter),
        ("*", When::Chance(0.1), Then::Throttle),
    ] {
        let what = format!("{operation} {then:?}");
        let desk = Desk::with_host_for(Strategy::Unmount).await;
        let plan = desk.proposal(&host("B", NEW, "one"), false).await;
        desk.play(operation, when, then);
        let outcome = desk.run(&plan).await.expect("it runs").stacks.remove(0);
        desk.calm();
        assert_eq!(outcome.ending, Ending::Done, "{what}: {outcome:?}");
        assert_eq!(desk.assert_one_host(&what), NEW);
    }
}
