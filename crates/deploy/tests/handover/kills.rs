//! Processes that are killed at any call, and what the next one makes of it.
use std::collections::BTreeSet;
use std::future::Future;

use stackgen_deploy::aws::Connection;
use stackgen_deploy::handover::{Direction, Strategy};
use stackgen_deploy::run::{Ending, StackOutcome};
use tokio::task::{LocalSet, yield_now};

use crate::desk::{Desk, NEW, OLD, host};

/// How many engines at a time. They wait most of the time.
const AT_ONCE: usize = 4;

/// Works until so many calls were made and drops the work there, which to the world is a kill. A call that was made then may
/// have been taken or not.
pub async fn killed<T>(connection: &Connection, calls: u32, work: impl Future<Output = T>) -> Option<T> {
    let made = || connection.call_counts().values().map(|count| count.calls).sum::<u32>();
    let end = made() + calls;
    killed_when(|| made() >= end, work).await
}

/// Works until something is so, and drops the work there.
pub async fn killed_when<T>(is_so: impl Fn() -> bool, work: impl Future<Output = T>) -> Option<T> {
    // On the heap: a test's thread has little room.
    let mut work = Box::pin(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return Some(done),
            () = yield_now() => if is_so() { return None },
        }
    }
}

/// Whether a work with so many calls ended before it was killed.
pub async fn sweep<Case: Future<Output = bool> + 'static>(step: usize, case: impl Fn(u32) -> Case) {
    let local = LocalSet::new();
    let work = async {
        let mut next = 1;
        loop {
            let calls: Vec<u32> = (0..AT_ONCE).map(|at| next + u32::try_from(at * step).expect("a few")).collect();
            let running: Vec<_> = calls.iter().map(|calls| tokio::task::spawn_local(Box::pin(case(*calls)))).collect();
            let mut ended = BTreeSet::new();
            for one in running {
                ended.insert(one.await.expect("no case panics"));
            }
            if ended.contains(&true) {
                return;
            }
            next = calls.last().copied().unwrap_or_default() + u32::try_from(step).expect("a few");
        }
    };
    local.run_until(Box::pin(work)).await;
}

/// Ends what was begun; where nothing is open, a new handover does it.
async fn ended(desk: &Desk, what: &str) -> Option<StackOutcome> {
    let outcome = Box::pin(desk.go_on(Direction::Forward, false, None)).await;
    outcome.unwrap_or_else(|failure| panic!("{what}: {failure}"))
}

fn assert_quiet(desk: &Desk, what: &str) {
    let lease = desk.parameter("/stackgen/prod/lease").unwrap_or_default();
    assert!(lease.contains(r#""is_free":true"#), "{what}: {lease}");
    assert_eq!(desk.records().stacks().expect("they can be read"), Vec::<String>::new(), "{what}");
}

async fn killed_once(calls: u32, strategy: Strategy) -> bool {
    let what = format!("{strategy:?} killed at call {calls}");
    let desk = Box::pin(Desk::with_host_for(strategy)).await;
    let template = host("B", NEW, "one");
    let plan = desk.proposal(&template, true).await;
    let is_over = killed(&desk.connection, calls, desk.run(&plan)).await.is_some();
    match ended(&desk, &what).await {
        Some(outcome) => assert_eq!(outcome.ending, Ending::Done, "{what}: {outcome:?}"),
        None if !is_over => {
            let image = desk.assert_one_host(&what);
            if image == OLD {
                let outcome = Box::pin(desk.hand_over(&template)).await;
                assert_eq!(outcome.ending, Ending::Done, "{what}: {outcome:?}");
            }
        }
        None => {}
    }
    assert_eq!(desk.assert_one_host(&what), NEW, "{what}");
    assert_quiet(&desk, &what);
    let snapshots =
        desk.world(|world| crate::desk::region(world).snapshots.values().filter(|it| it.size == 20).count());
    assert!(snapshots <= 1, "{what}: {snapshots} snapshots");
    is_over
}

#[tokio::test]
async fn a_handover_that_is_killed_at_any_call_ends_in_one_host() {
    for strategy in [Strategy::Stop, Strategy::Unmount] {
        sweep(7, |calls| killed_once(calls, strategy)).await;
    }
}

#[tokio::test]
#[ignore = "takes minutes; the same at each single call"]
async fn a_handover_that_is_killed_at_each_call_ends_in_one_host() {
    for strategy in [Strategy::Stop, Strategy::Unmount] {
        sweep(1, |calls| killed_once(calls, strategy)).await;
    }
}

#[tokio::test]
async fn one_that_is_killed_again_and_again_ends_too() {
    sweep(9, |calls| async move {
        let what = format!("killed at every {calls} calls");
        let desk = Box::pin(Desk::with_host()).await;
        let plan = desk.proposal(&host("B", NEW, "one"), false).await;
        let mut is_over = killed(&desk.connection, calls.max(6), desk.run(&plan)).await.is_some();
        let is_first = is_over;
        while !is_over {
            let connection = desk.again().await;
            let Some(open) =
                stackgen_deploy::handover::find(&connection, &desk.records(), "prod").await.expect("it is read")
            else {
                break;
            };
            let (records, claim) = (desk.records(), desk.claim());
            let forward = Direction::Forward;
            let work = stackgen_deploy::handover::go_on(&connection, &records, open, &claim, forward, None, &|_| {});
            let work = Box::pin(work);
            is_over = killed(&connection, calls.max(14), work).await.is_some();
        }
        let image = desk.assert_one_host(&what);
        assert!(image == NEW || image == OLD && !is_over, "{what}");
        is_first
    })
    .await;
}

/// The way back, killed at any call, leads back still.
async fn killed_back(calls: u32, strategy: Strategy) -> bool {
    let what = format!("{strategy:?} killed at call {calls} of the way back");
    let desk = Box::pin(Desk::with_host_for(strategy)).await;
    desk.world(|world| {
        let settings = &mut crate::desk::region(world).settings;
        settings.boot_of_image.insert(NEW.to_owned(), stackgen_local::ec2::settings::Script::Fails(5));
    });
    let plan = desk.proposal(&host("B", NEW, "one"), false).await;
    let is_over = killed(&desk.connection, calls, desk.run(&plan)).await.is_some();
    if let Some(outcome) = ended(&desk, &what).await {
        assert!(outcome.handed.is_some_and(|it| it.is_back), "{what}");
    }
    assert_eq!(desk.assert_one_host(&what), OLD, "{what}");
    is_over
}

#[tokio::test]
async fn a_way_back_that_is_killed_at_any_call_leads_back() {
    for strategy in [Strategy::Stop, Strategy::Unmount] {
        sweep(7, |calls| killed_back(calls, strategy)).await;
    }
}

#[tokio::test]
#[ignore = "takes minutes; the same at each single call"]
async fn a_way_back_that_is_killed_at_each_call_leads_back() {
    for strategy in [Strategy::Stop, Strategy::Unmount] {
        sweep(1, |calls| killed_back(calls, strategy)).await;
    }
}

/// Whoever makes the volume is killed, and the host is told all the same.
#[tokio::test]
async fn a_creation_that_is_killed_at_any_call_tells_the_host_of_its_volume() {
    sweep(4, |calls| async move {
        let what = format!("killed at call {calls} of the creation");
        let desk = Desk::empty().await;
        let template = host("A", OLD, "one");
        let plan = desk.plan(&template).await.expect("it is planned");
        let is_over = killed(&desk.connection, calls, desk.run(&plan)).await.is_some();
        let connection = desk.again().await;
        let open = desk.records().stacks().expect("they can be read");
        if !open.is_empty() {
            stackgen_deploy::run::resume(&connection, &desk.records(), &open, &|_| {}).await.expect("it goes on");
        }
        if desk.now().await.is_none_or(|now| now.status.word() == "REVIEW_IN_PROGRESS") {
            assert!(desk.deploy(&template).await.is_good(), "{what}");
        }
        let word = desk.parameter("/stackgen/prod/data-volume").unwrap_or_default();
        let volume = desk.now().await.expect("it is there").outputs["Volume"].clone();
        assert_eq!(word, format!("in-service:{volume}"), "{what}");
        is_over
    })
    .await;
}
