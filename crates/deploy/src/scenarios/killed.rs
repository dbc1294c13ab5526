//! The client is killed before or after each of its calls. Then somebody resumes, or just does the same again, and all is as if
//! nothing had happened: each operation was begun once, and nothing is left open.
use stackgen_assembly::Assembly;
use stackgen_local::resources::Doing;

use super::desk::{Desk, assembly, note, one, stack, user_of};
use super::line::Kill;
use crate::failure::Failure;
use crate::plan::Wishes;
use crate::run;

/// Runs until the end, or until the client is killed. Answers whether it came to the end.
pub(super) async fn until_killed<T>(desk: &Desk, work: impl Future<Output = Result<T, Failure>>) -> bool {
    let killed = desk.line.killed.clone();
    tokio::select! {
        ended = work => { ended.map(drop).expect("it ends well if nobody kills it"); true }
        () = killed.notified() => false,
    }
}

/// Does something at a desk whose client is killed at each call in turn, before and after it, and looks afterwards.
async fn everywhere(
    least: usize,
    prepare: impl AsyncFn() -> Desk,
    work: impl AsyncFn(&Desk) -> Result<(), Failure>,
    after: impl AsyncFn(&Desk, &str),
) {
    for kill in [Kill::Before, Kill::After] {
        for at in 0.. {
            let what = format!("{:?}", kill(at));
            let desk = prepare().await.again(Some(kill(at)));
            let is_done = until_killed(&desk, work(&desk)).await;
            let desk = desk.again(None);
            after(&desk, &what).await;
            assert!(desk.is_clear(), "{what}: {:?}", desk.records().stacks());
            if is_done {
                assert!(at >= least, "there was something to kill: {at}");
                break;
            }
        }
    }
}

async fn resumed(desk: &Desk, what: &str) {
    desk.resume().await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
}

async fn settled(desk: &Desk, what: &str) {
    desk.settled("prod").await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
}

fn wishes() -> Wishes {
    Wishes { protection: Some(true), ..Wishes::default() }
}

fn body(assembly: &Assembly, stack: &str) -> String {
    assembly.files[&format!("{stack}.template.json")].clone()
}

/// Each deploy, with and without a resumption before it is deployed again.
async fn deploys(first: Option<&Assembly>, target: &Assembly, begun: &[&str]) {
    for resumes in [true, false] {
        let prepare = async || {
            let desk = Desk::new();
            if let Some(first) = first {
                assert!(desk.deploy(first, &Wishes::default()).await.expect("it is made").is_good());
            }
            desk
        };
        let work = async |desk: &Desk| desk.deploy(target, &wishes()).await.map(drop);
        let after = async |desk: &Desk, what: &str| {
            if resumes {
                resumed(desk, what).await;
            }
            settled(desk, what).await;
            let again = desk.deploy(target, &wishes()).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
            assert!(again.is_good(), "{what}: {again:?}");
            let stack = desk.line.stack("prod").expect("it is there");
            assert!(stack.status.word().ends_with("E_COMPLETE") && stack.termination_protection, "{what}");
            assert_eq!(stack.source.body, body(target, "prod"), "{what}");
            assert_eq!(desk.line.begun("prod"), begun, "{what}");
        };
        everywhere(6, prepare, work, after).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_survives_its_client() {
    deploys(None, &one(&note("a")), &["CREATE"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_update_survives_its_client() {
    deploys(Some(&one(&note("a"))), &one(&note("b")), &["CREATE", "UPDATE"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_destruction_survives_its_client() {
    let target = one(&note("a"));
    for resumes in [true, false] {
        let prepare = async || {
            let desk = Desk::new();
            desk.deploy(&target, &Wishes::default()).await.expect("it is made");
            desk
        };
        let work = async |desk: &Desk| desk.destroy(&target).await.map(drop);
        let after = async |desk: &Desk, what: &str| {
            if resumes {
                resumed(desk, what).await;
            }
            settled(desk, what).await;
            let again = desk.destroy(&target).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
            assert!(again.is_good(), "{what}: {again:?}");
            assert_eq!(desk.status("prod"), None, "{what}");
            assert_eq!(desk.line.begun("prod"), ["CREATE", "DELETE"], "{what}");
        };
        everywhere(4, prepare, work, after).await;
    }
}

/// A stack whose update failed and was kept as it was.
async fn kept() -> Desk {
    let desk = Desk::new();
    desk.deploy(&one(&note("a")), &Wishes::default()).await.expect("it is made");
    desk.fails("prod", "Note", Doing::Update, 1);
    let keep = Wishes { disable_rollback: true, ..Wishes::default() };
    desk.deploy(&one(&note("b")), &keep).await.expect("it runs");
    assert_eq!(desk.status("prod"), Some("UPDATE_FAILED"));
    desk
}

/// A stack whose rollback failed.
async fn stuck() -> Desk {
    let desk = Desk::new();
    let two = |value: &str| {
        let mut template = note(value);
        template["Resources"]["Other"] = template["Resources"]["Note"].clone();
        template["Resources"]["Other"]["DependsOn"] = "Note".into();
        one(&template)
    };
    desk.deploy(&two("a"), &Wishes::default()).await.expect("it is made");
    desk.fails("prod", "Other", Doing::Update, 1);
    // The first update of the note works, and the way back fails.
    let plan = desk.plan(&two("b"), &Wishes::default()).await.expect("it is planned");
    let fails = async {
        while desk.status("prod") != Some("UPDATE_ROLLBACK_IN_PROGRESS") {
            let is_on_its_way = desk.status("prod") == Some("UPDATE_IN_PROGRESS");
            desk.line.step();
            if is_on_its_way && desk.line.has_said("prod", "Note", "UPDATE_COMPLETE") {
                desk.fails("prod", "Note", Doing::Update, 1);
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    let (ran, ()) = tokio::join!(desk.run(&plan), fails);
    ran.expect("it runs");
    assert_eq!(desk.status("prod"), Some("UPDATE_ROLLBACK_FAILED"));
    desk
}

/// Rolls back from somewhere, killed at each call.
async fn rollbacks(prepare: impl AsyncFn() -> Desk, begun: &[&str]) {
    for resumes in [true, false] {
        let work = async |desk: &Desk| desk.roll_back("prod", &[]).await.map(drop);
        let after = async |desk: &Desk, what: &str| {
            if resumes {
                resumed(desk, what).await;
            }
            settled(desk, what).await;
            if desk.status("prod") != Some("UPDATE_ROLLBACK_COMPLETE") {
                let back = desk.roll_back("prod", &[]).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
                assert!(back.is_good(), "{what}: {back:?}");
            } else if !resumes {
                // Whoever looks finds nothing to do, and says so.
                resumed(desk, what).await;
            }
            assert_eq!(desk.status("prod"), Some("UPDATE_ROLLBACK_COMPLETE"), "{what}");
            assert!(desk.line.stack("prod").is_some_and(|stack| stack.source.body.contains("\"a\"")), "{what}");
            assert_eq!(desk.line.begun("prod"), begun, "{what}");
        };
        everywhere(4, &prepare, work, after).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_rollback_survives_its_client() {
    rollbacks(kept, &["CREATE", "UPDATE", "UPDATE_ROLLBACK"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_goes_on_survives_its_client() {
    rollbacks(stuck, &["CREATE", "UPDATE", "UPDATE_ROLLBACK", "UPDATE_ROLLBACK"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_update_survives_its_client() {
    let prepare = async || {
        let desk = Desk::new();
        desk.deploy(&one(&note("a")), &Wishes::default()).await.expect("it is made");
        // The client that began the update is gone too.
        let desk = desk.again(Some(Kill::After(4)));
        assert!(!until_killed(&desk, desk.deploy(&one(&note("b")), &Wishes::default())).await);
        assert_eq!(desk.status("prod"), Some("UPDATE_IN_PROGRESS"), "{:?}", desk.line.calls());
        desk
    };
    let work = async |desk: &Desk| {
        run::cancel(&desk.connection, "prod").await?;
        run::watch(&desk.connection, "prod", &|_| {}).await.map(drop)
    };
    let after = async |desk: &Desk, what: &str| {
        if desk.status("prod") == Some("UPDATE_IN_PROGRESS") {
            run::cancel(&desk.connection, "prod").await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        }
        let ended = desk.resume().await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        assert!(!ended.is_good(), "{what}: what was begun did not come to its end: {ended:?}");
        assert_eq!(desk.status("prod"), Some("UPDATE_ROLLBACK_COMPLETE"), "{what}");
        assert_eq!(desk.line.begun("prod"), ["CREATE", "UPDATE", "UPDATE_ROLLBACK"], "{what}");
    };
    everywhere(2, prepare, work, after).await;
}

#[tokio::test(start_paused = true)]
async fn stacks_whose_turn_had_not_come_get_it_when_somebody_resumes() {
    let target = assembly(vec![stack("base", &note("t")), user_of("left", "base", "l"), user_of("right", "left", "r")]);
    let prepare = async || Desk::new();
    let work = async |desk: &Desk| desk.deploy(&target, &Wishes::default()).await.map(drop);
    let after = async |desk: &Desk, what: &str| {
        // What is killed while it plans was approved by nobody.
        let was_approved = desk.records().read("right").expect("it can be read").is_some();
        let outcome = desk.resume().await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        assert!(outcome.is_good(), "{what}: {outcome:?}");
        if !was_approved && desk.status("right").is_none() {
            assert!(desk.line.begun("base").is_empty(), "{what}");
            return;
        }
        for name in ["base", "left", "right"] {
            assert_eq!(desk.status(name), Some("CREATE_COMPLETE"), "{what}: {name}");
            assert_eq!(desk.line.begun(name), ["CREATE"], "{what}: {name}");
        }
    };
    everywhere(16, prepare, work, after).await;
}

#[tokio::test(start_paused = true)]
async fn a_destruction_of_several_goes_on_with_all() {
    let target = assembly(vec![stack("base", &note("t")), user_of("left", "base", "l")]);
    let prepare = async || {
        let desk = Desk::new();
        assert!(desk.deploy(&target, &Wishes::default()).await.expect("they are made").is_good());
        desk
    };
    let work = async |desk: &Desk| desk.destroy(&target).await.map(drop);
    let after = async |desk: &Desk, what: &str| {
        let is_begun = !desk.is_clear();
        let outcome = desk.resume().await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        assert!(outcome.is_good(), "{what}: {outcome:?}");
        for name in ["base", "left"] {
            let gone = desk.status(name).is_none();
            assert!(gone || !is_begun, "{what}: {name}");
            assert_eq!(desk.line.begun(name).len(), if gone { 2 } else { 1 }, "{what}: {name}");
        }
    };
    everywhere(9, prepare, work, after).await;
}
