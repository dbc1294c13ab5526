//! Whole deploys against the small engine: what is called, how it ends, and what becomes of it when the client is gone at any
//! call.
use std::cell::RefCell;

use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, FORMAT_VERSION, InputEntry, Manifest, ResourceEntry, StackEntry};

use crate::aws::Connection;
use crate::failure::{Failure, Kind};
use crate::fake::{Fault, Line};
use crate::plan::{self, Approvals, Plan, Selection, Verb, Wishes};
use crate::progress::Progress;
use crate::record::Records;
use crate::run::{self, Ending, Outcome};

struct Desk {
    line: Line,
    connection: Connection,
    folder: tempfile::TempDir,
    told: RefCell<Vec<Progress>>,
}

impl Desk {
    fn new() -> Desk {
        Desk::at(Line::default(), tempfile::tempdir().expect("a folder can be made"))
    }

    fn at(line: Line, folder: tempfile::TempDir) -> Desk {
        Desk { connection: Connection::with_http_client(line.clone()), line, folder, told: RefCell::default() }
    }

    /// Another process, with the same folder and the same engine.
    fn again(self, faults: &[(usize, Fault)]) -> Desk {
        Desk::at(self.line.again(faults), self.folder)
    }

    fn records(&self) -> Records {
        Records::new(self.folder.path().join("ops"))
    }

    async fn plan(&self, assembly: &Assembly, wishes: &Wishes) -> Result<Plan, Failure> {
        plan::make(&self.connection, &self.records(), assembly, &Selection::default(), wishes).await
    }

    async fn run(&self, plan: &Plan) -> Result<Outcome, Failure> {
        let say = |progress| self.told.borrow_mut().push(progress);
        run::deploy(&self.connection, &self.records(), plan, &approvals(plan), &say).await
    }

    async fn deploy(&self, assembly: &Assembly, wishes: &Wishes) -> Result<Outcome, Failure> {
        self.run(&self.plan(assembly, wishes).await?).await
    }

    async fn destroy(&self, assembly: &Assembly) -> Result<Outcome, Failure> {
        let plan = plan::make_destroy(&self.connection, Some(assembly), &[], &[]).await?;
        let say = |progress| self.told.borrow_mut().push(progress);
        run::destroy(&self.connection, &self.records(), &plan, &approvals(&plan), &say).await
    }

    async fn resume(&self) -> Result<Outcome, Failure> {
        run::resume(&self.connection, &self.records(), &[], &|_| {}).await
    }

    fn status(&self, stack: &str) -> Option<String> {
        self.line.with(|engine| engine.stack(stack).map(|stack| stack.status.clone()))
    }
}

/// Everything that a plan is afraid of.
fn approvals(plan: &Plan) -> Approvals {
    Approvals::new(plan.stacks.iter().flat_map(|stack| stack.dangers.iter().map(ToString::to_string)))
}

fn topic(name: &str) -> Json {
    json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}},
           "Outputs": {"Name": {"Value": name}}})
}

fn stack(name: &str, template: &Json) -> (StackEntry, String) {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let resources = resources.map(|(id, resource)| ResourceEntry {
        id: id.clone(),
        type_name: resource["Type"].as_str().unwrap_or_default().to_owned(),
        source: format!("stacks/{name}.rs:1"),
        stateful: false,
    });
    let entry = json!({"name": name, "template": format!("{name}.template.json"), "resources": []});
    let mut entry: StackEntry = serde_json::from_value(entry).expect("it is an entry");
    entry.resources = resources.collect();
    entry.tags = [("app".to_owned(), "test".to_owned())].into();
    (entry, template.to_string())
}

fn assembly(stacks: Vec<(StackEntry, String)>) -> Assembly {
    let files = stacks.iter().map(|(entry, text)| (entry.template.clone(), text.clone())).collect();
    let stacks = stacks.into_iter().map(|(entry, _)| entry).collect();
    let manifest = Manifest {
        version: FORMAT_VERSION,
        generator: "test".to_owned(),
        stacks,
        problems: Vec::new(),
        images: Vec::new(),
    };
    Assembly { manifest, files }
}

fn one(template: &Json) -> Assembly {
    assembly(vec![stack("prod", template)])
}

/// A producer and two consumers, one of which fails if told to.
fn three(consumer: &str) -> Assembly {
    let user = |kind: &str| {
        json!({"Parameters": {"Name": {"Type": "String"}},
               "Resources": {"User": {"Type": kind, "Properties": {"Of": {"Ref": "Name"}}}}})
    };
    let mut stacks =
        vec![stack("base", &topic("t")), stack("left", &user(consumer)), stack("right", &user("AWS::SQS::Queue"))];
    for (entry, _) in stacks.iter_mut().skip(1) {
        entry.inputs =
            vec![InputEntry { parameter: "Name".to_owned(), stack: "base".to_owned(), output: "Name".to_owned() }];
    }
    assembly(stacks)
}

fn endings(outcome: &Outcome) -> Vec<(&str, &Ending)> {
    outcome.stacks.iter().map(|stack| (&*stack.stack, &stack.ending)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stack_is_made_changed_left_alone_and_deleted() {
    let desk = Desk::new();
    let wishes = Wishes::default();
    let made = desk.deploy(&one(&topic("a")), &wishes).await.expect("it is made");
    assert_eq!(endings(&made), [("prod", &Ending::Done)]);
    assert_eq!(made.stacks[0].outputs["Name"], "a");
    assert_eq!(desk.line.calls()[..4], ["DescribeStacks", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"]);
    assert!(desk.line.calls().len() <= 8, "{:?}", desk.line.calls());

    let plan = desk.plan(&one(&topic("b")), &wishes).await.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Update);
    assert_eq!(plan.stacks[0].changes[0].source.as_deref(), Some("stacks/prod.rs:1"));
    assert_eq!(plan.account, "123456789012");
    assert_eq!(endings(&desk.run(&plan).await.expect("it runs")), [("prod", &Ending::Done)]);

    let same = desk.deploy(&one(&topic("b")), &wishes).await.expect("nothing is to be done");
    assert_eq!(endings(&same), [("prod", &Ending::Nothing)]);
    let left = desk.line.with(|engine| engine.stack("prod").map(|stack| stack.change_sets.len()));
    assert_eq!(left, Some(2), "the two that were carried out, and no empty one");

    assert!(desk.destroy(&one(&topic("b"))).await.expect("it goes").is_good());
    assert_eq!(desk.status("prod"), None);
    assert_eq!(desk.records().stacks().expect("the folder is there"), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_first_change_set_that_nobody_wants_leaves_no_stack() {
    let desk = Desk::new();
    let plan = desk.plan(&one(&topic("a")), &Wishes::default()).await.expect("it is planned");
    assert_eq!(desk.status("prod").as_deref(), Some("REVIEW_IN_PROGRESS"));
    plan::discard(&desk.connection, &desk.records(), &plan).await.expect("it is discarded");
    assert_eq!(desk.status("prod"), None);
}

#[tokio::test(start_paused = true)]
async fn consumers_wait_for_what_they_are_told_and_a_failure_stops_only_dependants() {
    let desk = Desk::new();
    let plan = desk.plan(&three("AWS::SQS::Queue"), &Wishes::default()).await.expect("it is planned");
    assert_eq!(plan.stacks[1].waits_for, ["base"]);
    assert_eq!(plan.stacks[1].changes.len(), 1, "told from the template");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    let value = desk.line.with(|engine| engine.stack("left").map(|stack| stack.parameters["Name"].clone()));
    assert_eq!(value.as_deref(), Some("t"));

    let desk = Desk::new();
    let outcome = desk.deploy(&three("Test::Fails"), &Wishes::default()).await.expect("it runs");
    let good: Vec<bool> = outcome.stacks.iter().map(|stack| stack.is_good()).collect();
    assert_eq!(good, [true, false, true], "{outcome:?}");
    let cause = outcome.stacks[1].cause.as_ref().expect("it failed for a reason");
    assert_eq!(
        (&*cause.id, &*cause.reason, cause.source.as_deref()),
        ("User", "it is a test", Some("stacks/left.rs:1"))
    );

    let mut failing = three("AWS::SQS::Queue");
    failing
        .files
        .insert("base.template.json".to_owned(), json!({"Resources": {"X": {"Type": "Test::Fails"}}}).to_string());
    let outcome = Desk::new().deploy(&failing, &Wishes::default()).await.expect("it runs");
    assert!(matches!(outcome.stacks[1].ending, Ending::Skipped(_)), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_is_deleted_only_with_somebodys_word() {
    let desk = Desk::new();
    let failing = json!({"Resources": {"X": {"Type": "Test::Fails"}}});
    let outcome = desk.deploy(&one(&failing), &Wishes::default()).await.expect("it runs");
    assert!(matches!(outcome.stacks[0].ending, Ending::Failed(_)));
    let plan = desk.plan(&one(&topic("a")), &Wishes::default()).await.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Recreate);
    let nobody = Approvals::default();
    let refused =
        run::deploy(&desk.connection, &desk.records(), &plan, &nobody, &|_| {}).await.expect_err("nobody said so");
    assert_eq!(refused.kind, Kind::Refused);
    assert!(refused.message.contains("prod/recreate:prod"), "{refused}");
    assert_eq!(desk.status("prod").as_deref(), Some("ROLLBACK_COMPLETE"));
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    assert_eq!(desk.status("prod").as_deref(), Some("CREATE_COMPLETE"));
}

#[tokio::test(start_paused = true)]
async fn a_plan_of_yesterday_is_refused_and_says_what_moved() {
    let desk = Desk::new();
    desk.deploy(&one(&topic("a")), &Wishes::default()).await.expect("it is made");
    let kept = Wishes { keep: true, ..Wishes::default() };
    let mine = desk.plan(&one(&topic("b")), &kept).await.expect("it is planned");
    let file = desk.folder.path().join("plan.json");
    plan::save(&mine, &file).expect("it is written");
    desk.deploy(&one(&topic("c")), &Wishes::default()).await.expect("somebody else is faster");
    let outcome = desk.run(&plan::load(&file).expect("it is read")).await.expect("it is tried");
    let Ending::Refused(why) = &outcome.stacks[0].ending else { panic!("{outcome:?}") };
    assert!(why.contains("its status was CREATE_COMPLETE and is UPDATE_COMPLETE"), "{why}");
    assert_eq!(desk.line.with(|engine| engine.begun.len()), 2);
}

#[tokio::test(start_paused = true)]
async fn protection_and_policy_are_set_after_creation_and_alone() {
    let desk = Desk::new();
    let wishes = Wishes { protection: Some(true), stack_policy: Some(true), ..Wishes::default() };
    desk.deploy(&one(&topic("a")), &wishes).await.expect("it is made");
    assert!(desk.line.with(|engine| engine.stacks[0].protection && engine.stacks[0].policy.is_some()));
    let same = desk.plan(&one(&topic("a")), &wishes).await.expect("it is planned");
    assert_eq!(same.stacks[0].verb, Verb::Nothing, "{same:?}");
    let open = Wishes { protection: Some(false), ..Wishes::default() };
    let outcome = desk.deploy(&one(&topic("a")), &open).await.expect("it is set");
    assert_eq!(endings(&outcome), [("prod", &Ending::Done)]);
    assert!(!desk.line.with(|engine| engine.stacks[0].protection));
}

#[tokio::test(start_paused = true)]
async fn throttled_events_and_lost_answers_fail_nothing() {
    for fault in [Fault::Throttled, Fault::AnswerLost] {
        for at in 0..8 {
            let desk = Desk::new().again(&[(at, fault), (at + 1, fault)]);
            let outcome = desk.deploy(&one(&topic("a")), &Wishes::default()).await;
            let outcome = outcome.unwrap_or_else(|failure| panic!("{fault:?} at {at}: {failure}"));
            assert_eq!(endings(&outcome), [("prod", &Ending::Done)], "{fault:?} at {at}");
            assert_eq!(desk.line.with(|engine| engine.begun.len()), 1, "{fault:?} at {at}");
        }
    }
}

/// Runs until the end, or until the client is killed. Answers whether it came to the end.
async fn until_killed<T>(desk: &Desk, work: impl Future<Output = Result<T, Failure>>) -> bool {
    let killed = desk.line.killed.clone();
    tokio::select! {
        ended = work => { ended.map(drop).expect("it ends well if nobody kills it"); true }
        () = killed.notified() => false,
    }
}

async fn is_deployed(desk: &Desk, target: &Assembly, what: &str) {
    assert!(matches!(desk.status("prod").as_deref(), Some("CREATE_COMPLETE" | "UPDATE_COMPLETE")), "{what}");
    let template = desk.line.with(|engine| engine.stack("prod").map(|stack| stack.template.to_string()));
    assert_eq!(template.as_ref(), target.files.get("prod.template.json"), "{what}");
    assert!(desk.line.with(|engine| engine.stack("prod").is_some_and(|stack| stack.protection)), "{what}");
    assert_eq!(desk.records().stacks().expect("the folder is there"), Vec::<String>::new(), "{what}");
}

/// The client is killed before or after each call of a deploy; then it is resumed and deployed again.
async fn killed_everywhere(first: Option<&Assembly>, target: &Assembly) {
    let wishes = Wishes { protection: Some(true), ..Wishes::default() };
    for fault in [Fault::KilledBefore, Fault::KilledAfter] {
        for resumes in [true, false] {
            for at in 0.. {
                let what = format!("{fault:?} at {at}, resumed: {resumes}");
                let mut desk = Desk::new();
                if let Some(first) = first {
                    desk.deploy(first, &Wishes::default()).await.expect("it is made");
                }
                let before = desk.line.with(|engine| engine.begun.len());
                desk = desk.again(&[(at, fault)]);
                let is_done = until_killed(&desk, desk.deploy(target, &wishes)).await;
                desk = desk.again(&[]);
                if resumes {
                    desk.resume().await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
                }
                // Without a resumption the operation may still run.
                while desk.status("prod").is_some_and(|status| status.ends_with("E_IN_PROGRESS")) {
                    run::watch(&desk.connection, "prod", &|_| {})
                        .await
                        .unwrap_or_else(|failure| panic!("{what}: {failure}"));
                }
                let again = desk.deploy(target, &wishes).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
                assert!(again.is_good(), "{what}: {again:?}");
                is_deployed(&desk, target, &what).await;
                let begun = desk.line.with(|engine| engine.begun.len()) - before;
                assert_eq!(begun, 1, "{what}");
                if is_done {
                    assert!(at > 5, "there was something to kill");
                    break;
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_survives_its_client() {
    killed_everywhere(None, &one(&topic("a"))).await;
}

#[tokio::test(start_paused = true)]
async fn an_update_survives_its_client() {
    killed_everywhere(Some(&one(&topic("a"))), &one(&topic("b"))).await;
}

#[tokio::test(start_paused = true)]
async fn a_destruction_survives_its_client() {
    for fault in [Fault::KilledBefore, Fault::KilledAfter] {
        for at in 0.. {
            let desk = Desk::new();
            desk.deploy(&one(&topic("a")), &Wishes::default()).await.expect("it is made");
            let desk = desk.again(&[(at, fault)]);
            let target = one(&topic("a"));
            let is_done = until_killed(&desk, desk.destroy(&target)).await;
            let desk = desk.again(&[]);
            desk.resume().await.unwrap_or_else(|failure| panic!("{fault:?} at {at}: {failure}"));
            assert!(desk.destroy(&target).await.expect("it goes").is_good());
            assert_eq!(desk.status("prod"), None, "{fault:?} at {at}");
            assert_eq!(desk.line.with(|engine| engine.begun.len()), 2, "{fault:?} at {at}");
            if is_done {
                break;
            }
        }
    }
}
