//! Whole deploys against the local engine: what is called, how it ends, and what becomes of it when the client is gone at any
//! call or the network plays tricks.
mod chance;
mod desk;
mod killed;
mod line;

use stackgen_local::resources::Doing;
use stackgen_local::server::{Then, When};

use crate::failure::Kind;
use crate::plan::{self, Approvals, Verb, Wishes};
use crate::run::{self, Ending};
use desk::{Desk, approvals, assembly, endings, note, one, stack, user_of};

/// A producer and two consumers.
fn three(value: &str) -> stackgen_assembly::Assembly {
    assembly(vec![stack("base", &note(value)), user_of("left", "base", "l"), user_of("right", "base", "r")])
}

#[tokio::test(start_paused = true)]
async fn a_stack_is_made_changed_left_alone_and_deleted() {
    let desk = Desk::new();
    let wishes = Wishes::default();
    let made = desk.deploy(&one(&note("a")), &wishes).await.expect("it is made");
    assert_eq!(endings(&made), [("prod", &Ending::Done)]);
    assert_eq!(made.stacks[0].outputs["Value"], "a");
    let wanted = [
        "DescribeStacks",
        "CreateChangeSet",
        "DescribeChangeSet",
        "ExecuteChangeSet",
        "DescribeStackEvents",
        "DescribeStacks",
    ];
    assert_eq!(desk.line.calls(), wanted);

    let plan = desk.plan(&one(&note("b")), &wishes).await.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Update);
    assert_eq!(plan.stacks[0].changes[0].source.as_deref(), Some("stacks/prod.rs:1"));
    assert_eq!(plan.account, "123456789012");
    assert_eq!(endings(&desk.run(&plan).await.expect("it runs")), [("prod", &Ending::Done)]);

    let same = desk.deploy(&one(&note("b")), &wishes).await.expect("nothing is to be done");
    assert_eq!(endings(&same), [("prod", &Ending::Nothing)]);
    let left = desk.line.stack("prod").map(|stack| stack.change_sets.len());
    assert_eq!(left, Some(2), "the two that were carried out, and no empty one");

    assert!(desk.destroy(&one(&note("b"))).await.expect("it goes").is_good());
    assert_eq!(desk.status("prod"), None);
    assert!(desk.is_clear());
    assert_eq!(desk.line.begun("prod"), ["CREATE", "UPDATE", "DELETE"]);
}

#[tokio::test(start_paused = true)]
async fn a_first_change_set_that_nobody_wants_leaves_no_stack() {
    let desk = Desk::new();
    let plan = desk.plan(&one(&note("a")), &Wishes::default()).await.expect("it is planned");
    assert_eq!(desk.status("prod"), Some("REVIEW_IN_PROGRESS"));
    plan::discard(&desk.connection, &desk.records(), &plan).await.expect("it is discarded");
    desk.settled("prod").await.expect("it goes");
    assert_eq!(desk.status("prod"), None);
}

#[tokio::test(start_paused = true)]
async fn consumers_wait_for_what_they_are_told_and_a_failure_stops_only_dependants() {
    let desk = Desk::new();
    let plan = desk.plan(&three("t"), &Wishes::default()).await.expect("it is planned");
    assert_eq!(plan.stacks[1].waits_for, ["base"]);
    assert_eq!(plan.stacks[1].changes.len(), 1, "told from the template");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    let value = desk.line.stack("left").map(|stack| stack.source.parameters["Told"].value.clone());
    assert_eq!(value.as_deref(), Some("t"));

    let desk = Desk::new();
    desk.fails("left", "Note", Doing::Create, 1);
    let outcome = desk.deploy(&three("t"), &Wishes::default()).await.expect("it runs");
    let good: Vec<bool> = outcome.stacks.iter().map(|stack| stack.is_good()).collect();
    assert_eq!(good, [true, false, true], "{outcome:?}");
    let cause = outcome.stacks[1].cause.as_ref().expect("it failed for a reason");
    assert_eq!(
        (&*cause.id, &*cause.reason, cause.source.as_deref()),
        ("Note", "it is a test", Some("stacks/left.rs:1"))
    );

    let desk = Desk::new();
    desk.fails("base", "Note", Doing::Create, 1);
    let outcome = desk.deploy(&three("t"), &Wishes::default()).await.expect("it runs");
    assert!(matches!(outcome.stacks[1].ending, Ending::Skipped(_)), "{outcome:?}");
    assert!(desk.is_clear());
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_is_deleted_only_with_somebodys_word() {
    let desk = Desk::new();
    desk.fails("prod", "Note", Doing::Create, 1);
    let outcome = desk.deploy(&one(&note("a")), &Wishes::default()).await.expect("it runs");
    assert!(matches!(outcome.stacks[0].ending, Ending::Failed(_)));
    let plan = desk.plan(&one(&note("a")), &Wishes::default()).await.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Recreate);
    let nobody = Approvals::default();
    let refused =
        run::deploy(&desk.connection, &desk.records(), &plan, &nobody, &|_| {}).await.expect_err("nobody said so");
    assert_eq!(refused.kind, Kind::Refused);
    assert!(refused.message.contains("prod/recreate:prod"), "{refused}");
    assert_eq!(desk.status("prod"), Some("ROLLBACK_COMPLETE"));
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    assert_eq!(desk.status("prod"), Some("CREATE_COMPLETE"));
}

#[tokio::test(start_paused = true)]
async fn a_plan_of_yesterday_is_refused_and_says_what_moved() {
    let desk = Desk::new();
    desk.deploy(&one(&note("a")), &Wishes::default()).await.expect("it is made");
    let kept = Wishes { keep: true, ..Wishes::default() };
    let mine = desk.plan(&one(&note("b")), &kept).await.expect("it is planned");
    let file = desk.folder.path().join("plan.json");
    plan::save(&mine, &file).expect("it is written");
    desk.deploy(&one(&note("c")), &Wishes::default()).await.expect("somebody else is faster");
    let outcome = desk.run(&plan::load(&file).expect("it is read")).await.expect("it is tried");
    let Ending::Refused(why) = &outcome.stacks[0].ending else { panic!("{outcome:?}") };
    assert!(why.contains("its status was CREATE_COMPLETE and is UPDATE_COMPLETE"), "{why}");
    assert_eq!(desk.line.begun("prod"), ["CREATE", "UPDATE"]);
    assert!(desk.is_clear());
}

#[tokio::test(start_paused = true)]
async fn protection_and_policy_are_set_after_creation_and_alone() {
    let desk = Desk::new();
    let wishes = Wishes { protection: Some(true), stack_policy: Some(true), ..Wishes::default() };
    desk.deploy(&one(&note("a")), &wishes).await.expect("it is made");
    let made = desk.line.stack("prod").expect("it is made");
    assert!(made.termination_protection && made.policy.is_some());
    let same = desk.plan(&one(&note("a")), &wishes).await.expect("it is planned");
    assert_eq!(same.stacks[0].verb, Verb::Nothing, "{same:?}");
    let open = Wishes { protection: Some(false), ..Wishes::default() };
    let outcome = desk.deploy(&one(&note("a")), &open).await.expect("it is set");
    assert_eq!(endings(&outcome), [("prod", &Ending::Done)]);
    assert!(!desk.line.stack("prod").expect("it is there").termination_protection);
}

#[tokio::test(start_paused = true)]
async fn throttled_events_and_lost_answers_fail_nothing() {
    for then in [Then::Throttle, Then::DropAfter, Then::FailAfter { status: 500 }] {
        for from in 1..9 {
            let desk = Desk::new();
            desk.line.play(1, vec![("*", When::Burst { from, count: 2 }, then.clone())]);
            let outcome = desk.deploy(&one(&note("a")), &Wishes::default()).await;
            let outcome = outcome.unwrap_or_else(|failure| panic!("{then:?} at {from}: {failure}"));
            assert_eq!(endings(&outcome), [("prod", &Ending::Done)], "{then:?} at {from}");
            assert_eq!(desk.line.begun("prod"), ["CREATE"], "{then:?} at {from}");
        }
    }
}

/// What takes minutes there is asked about a few times, and its end is seen within a second.
#[tokio::test(start_paused = true)]
async fn few_calls_tell_what_happens_and_when_it_ends() {
    let desk = Desk::new();
    let begun = tokio::time::Instant::now();
    let mut template = note("a");
    for (id, kind, after) in [
        ("Key", "AWS::KMS::Key", "Note"),
        ("Queue", "AWS::SQS::Queue", "Key"),
        ("Topic", "AWS::SNS::Topic", "Queue"),
        ("Record", "AWS::DynamoDB::Table", "Topic"),
    ] {
        let mut properties = serde_json::json!({});
        if id == "Key" {
            properties = serde_json::json!({"KeyPolicy": {"Version": "2012-10-17", "Statement": []}});
        }
        if id == "Record" {
            properties = serde_json::json!({
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]});
        }
        template["Resources"][id] = serde_json::json!({"Type": kind, "DependsOn": after, "Properties": properties});
    }
    let outcome = desk.deploy(&one(&template), &Wishes::default()).await.expect("it is made");
    assert!(outcome.is_good(), "{outcome:?}");
    let stack = desk.line.stack("prod").expect("it is there");
    let (first, last) = (&stack.events[1], stack.events.last().expect("it ended"));
    let took = std::time::Duration::try_from(last.at.duration_since(first.at)).expect("time goes forward");
    let (took, watched) = (took / line::SPEED, begun.elapsed());
    assert!(watched - took < std::time::Duration::from_secs(1), "{took:?} were watched for {watched:?}");
    assert!(desk.line.calls().len() <= 11, "{:?}", desk.line.calls());
    let told = desk.told.borrow();
    let told = told.iter().filter(|progress| matches!(progress, crate::progress::Progress::Resource(_))).count();
    assert_eq!(told, stack.events.len() - 1, "every event is told but the review");
}

#[tokio::test(start_paused = true)]
async fn of_two_who_plan_at_once_one_is_refused() {
    let (first, second) = (Desk::new(), Desk::new());
    let second = Desk::at(first.line.again(None), second.folder);
    first.deploy(&one(&note("a")), &Wishes::default()).await.expect("it is made");
    let (one_plan, other_plan) = (
        first.plan(&one(&note("b")), &Wishes::default()).await,
        second.plan(&one(&note("c")), &Wishes::default()).await,
    );
    let (mine, yours) = (one_plan.expect("it is planned"), other_plan.expect("it is planned"));
    let (mine, yours) = tokio::join!(first.run(&mine), second.run(&yours));
    let (mine, yours) = (mine.expect("it runs"), yours.expect("it runs"));
    let good = [mine.is_good(), yours.is_good()];
    assert_eq!(good.iter().filter(|good| **good).count(), 1, "{mine:?} {yours:?}");
    assert_eq!(first.line.begun("prod"), ["CREATE", "UPDATE"]);
    let value = if good[0] { "b" } else { "c" };
    assert!(first.line.stack("prod").is_some_and(|stack| stack.source.body.contains(&format!("\"{value}\""))));
    assert!(first.is_clear() && second.is_clear());
    let _ = approvals;
}
