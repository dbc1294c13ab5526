//! The ways back: of what was kept as it failed, of a rollback that failed itself, of an update that somebody cancels; and a run
//! whose middle fails.
use serde_json::json;
use stackgen_deploy::failure::Kind;
use stackgen_deploy::plan::Wishes;
use stackgen_deploy::progress::Progress;
use stackgen_deploy::run::{self, Ending};
use stackgen_local::resources::Doing;
use tokio::sync::Notify;

use crate::desk::{Desk, approvals, assembly, note, one, stack};

#[tokio::test]
async fn what_was_kept_as_it_failed_is_rolled_back() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&one(note("a"))).await.is_good());
    desk.fails("prod", "Note", Doing::Update, false);
    let keep = Wishes { disable_rollback: true, ..Wishes::default() };
    let failed = desk.deploy_as(&one(note("b")), &keep).await;
    assert_eq!(failed.stacks[0].status.as_deref(), Some("UPDATE_FAILED"));
    let refused = desk.plan(&one(note("b"))).await.expect_err("it must go back first, or be kept again");
    assert!(refused.kind == Kind::WrongStatus && refused.message.contains("stackgen rollback"), "{refused}");
    let back = run::rollback(&desk.connection, &desk.records(), "prod", &[], &|_| {}).await.expect("it goes back");
    assert_eq!((back.is_good(), back.status.as_deref()), (true, Some("UPDATE_ROLLBACK_COMPLETE")));
    assert_eq!(desk.ssm("GetParameter", &json!({"Name": "/note"}))["Parameter"]["Value"], "a");
    assert!(desk.deploy(&one(note("b"))).await.is_good());
}

#[tokio::test]
async fn what_was_kept_is_tried_again_without_rollback() {
    let desk = Desk::new().await;
    desk.fails("prod", "Note", Doing::Create, false);
    let keep = Wishes { disable_rollback: true, ..Wishes::default() };
    let failed = desk.deploy_as(&one(note("a")), &keep).await;
    assert_eq!(failed.stacks[0].status.as_deref(), Some("CREATE_FAILED"));
    assert!(desk.deploy_as(&one(note("a")), &keep).await.is_good());
}

#[tokio::test]
async fn a_rollback_that_failed_goes_on_without_what_fails() {
    let desk = Desk::new().await;
    let two = |value: &str| {
        let mut template = note(value);
        template["Resources"]["Other"] = json!({"Type": "AWS::SSM::Parameter", "DependsOn": "Note",
            "Properties": {"Type": "String", "Name": "/other", "Value": value}});
        one(template)
    };
    assert!(desk.deploy(&two("a")).await.is_good());
    desk.fails("prod", "Other", Doing::Update, true);
    let plan = desk.plan(&two("b")).await.expect("it is planned");
    let spoil = |progress| {
        if let Progress::Resource(event) = progress
            && event.id == "Note"
            && event.status == "UPDATE_COMPLETE"
        {
            desk.fails("prod", "Note", Doing::Update, false);
        }
    };
    let failed = run::deploy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &spoil).await;
    let failed = failed.expect("it runs");
    assert_eq!(failed.stacks[0].status.as_deref(), Some("UPDATE_ROLLBACK_FAILED"), "{failed:?}");
    assert_eq!(failed.stacks[0].cause.as_ref().map(|cause| &*cause.id), Some("Other"));
    assert_eq!(failed.stacks[0].stuck, ["Note"], "what failed on the way there is not what has to be helped");
    let refused = desk.plan(&two("b")).await.expect_err("the rollback comes first");
    assert!(refused.message.contains("stackgen rollback"), "{refused}");
    let skip = |id: &str| [id.to_owned()];
    let wrong = run::rollback(&desk.connection, &desk.records(), "prod", &skip("Other"), &|_| {}).await;
    let wrong = wrong.expect_err("only what failed in the rollback is skipped");
    assert!(wrong.kind == Kind::Refused && wrong.message.contains("`Note`"), "{wrong}");
    let back = run::rollback(&desk.connection, &desk.records(), "prod", &skip("Note"), &|_| {}).await;
    let back = back.expect("it goes on");
    assert_eq!((back.is_good(), back.status.as_deref()), (true, Some("UPDATE_ROLLBACK_COMPLETE")));
    assert_eq!(desk.ssm("GetParameter", &json!({"Name": "/note"}))["Parameter"]["Value"], "b", "it was left as it is");
    assert!(desk.deploy(&two("c")).await.is_good());
}

#[tokio::test]
async fn an_update_that_runs_is_cancelled() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&one(note("a"))).await.is_good());
    let plan = desk.plan(&one(note("b"))).await.expect("it is planned");
    let begun = Notify::new();
    let say = |progress| {
        if matches!(progress, Progress::Resource(_)) {
            begun.notify_one();
        }
    };
    let (records, granted) = (desk.records(), approvals(&plan));
    // Somebody leaves as soon as it is on its way.
    tokio::select! {
        biased;
        () = begun.notified() => {}
        ended = run::deploy(&desk.connection, &records, &plan, &granted, &say) => panic!("it should run still: {ended:?}"),
    }
    assert_eq!(desk.server.journal(0).iter().filter(|entry| entry.operation == "ExecuteChangeSet").count(), 2);
    run::cancel(&desk.connection, "prod").await.expect("it is cancelled");
    let ended = run::resume(&desk.connection, &records, &[], &|_| {}).await.expect("it is followed");
    assert_eq!(ended.stacks[0].status.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"), "{ended:?}");
    assert!(!ended.is_good() && records.stacks().expect("it can be read").is_empty());
    run::cancel(&desk.connection, "prod").await.expect_err("nothing runs");
}

#[tokio::test]
async fn what_depends_on_the_middle_is_not_begun() {
    let desk = Desk::new().await;
    let user = |name: &str, of: &str| {
        let mut template = note(name);
        template["Resources"]["Note"]["Properties"]["Name"] = format!("/{name}").into();
        template["Parameters"] = json!({"Told": {"Type": "String"}});
        template["Resources"]["Note"]["Properties"]["Description"] = json!({"Ref": "Told"});
        stack(name, template, &[("Told", of, "Value")])
    };
    let all = assembly(vec![
        stack("first", note("a"), &[]),
        user("second", "first"),
        user("third", "second"),
        user("other", "first"),
    ]);
    desk.fails("second", "Note", Doing::Create, false);
    let outcome = desk.deploy(&all).await;
    let good: Vec<bool> = outcome.stacks.iter().map(|stack| stack.is_good()).collect();
    assert_eq!(good, [true, false, false, true], "{outcome:?}");
    assert!(matches!(&outcome.stacks[2].ending, Ending::Skipped(why) if why.contains("`second`")), "{outcome:?}");
    assert_eq!(desk.status("third").await, None);
    let again = desk.deploy(&all).await;
    assert!(again.is_good(), "{again:?}");
    assert_eq!(desk.status("third").await.as_deref(), Some("CREATE_COMPLETE"));
}
