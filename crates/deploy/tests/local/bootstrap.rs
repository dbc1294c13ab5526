//! Templates that are too large for a request.
use serde_json::{Value as Json, json};
use stackgen_assembly::Assembly;
use stackgen_deploy::bootstrap::{self, STACK};
use stackgen_deploy::failure::{Failure, Kind};
use stackgen_deploy::plan::{self, Approvals, Selection, Verb, Wishes};
use stackgen_deploy::run;
use stackgen_local::server::{Then, When};

use super::{Desk, assembly, network, stack};

/// A template of about so many bytes, which changes with its note.
fn large(bytes: usize, note: &str) -> Json {
    let text = format!("{note}{}", "x".repeat(4000));
    let parameter = || json!({"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": text}});
    let resources = (0..bytes / 4100).map(|number| (format!("Text{number}"), parameter()));
    json!({"Resources": resources.collect::<serde_json::Map<_, _>>()})
}

fn one(template: Json) -> Assembly {
    assembly(vec![stack("prod", template, &[])])
}

impl Desk {
    async fn bootstrapped() -> Desk {
        let desk = Desk::new().await;
        let made = desk.deploy(&bootstrap::assembly()).await;
        assert!(made.is_good(), "{made:?}");
        desk
    }

    /// Keys of the objects of all buckets, each with the count of its versions.
    fn objects(&self) -> Vec<(String, usize)> {
        self.server.world(|world| {
            let objects = world.s3.buckets.values().flat_map(|bucket| &bucket.objects);
            objects.map(|(key, versions)| (key.clone(), versions.len())).collect()
        })
    }

    fn buckets(&self) -> Vec<String> {
        self.server.world(|world| world.s3.buckets.keys().cloned().collect())
    }

    fn called(&self, operation: &str) -> usize {
        self.server.journal(0).iter().filter(|entry| entry.operation == operation).count()
    }

    async fn refused(&self, assembly: &Assembly) -> Failure {
        self.plan(assembly).await.expect_err("it cannot be planned")
    }
}

#[tokio::test]
async fn a_large_template_goes_through_the_bucket_and_is_put_once() {
    let desk = Desk::bootstrapped().await;
    let same = desk.plan(&bootstrap::assembly()).await.expect("it is planned");
    assert_eq!(same.stacks[0].verb, Verb::Nothing, "{same:?}");
    let looks = desk.called("DescribeStacks");
    let plan = desk.plan(&one(large(60_000, "a"))).await.expect("it is planned");
    assert_eq!(desk.called("DescribeStacks"), looks + 2, "at the stack, and once for the bucket");
    let put = desk.objects();
    assert!(put.len() == 1 && put[0].0.starts_with("templates/") && put[0].0.ends_with(".json"), "{put:?}");
    assert!(desk.run(&plan).await.expect("it runs").is_good());

    let kept = desk.plan(&one(large(60_000, "b"))).await.expect("it is planned");
    plan::discard(&desk.connection, &desk.records(), &kept).await.expect("nobody wants it");
    assert!(desk.deploy(&one(large(60_000, "b"))).await.is_good());
    let put = desk.objects();
    assert_eq!(put.iter().map(|(_, versions)| *versions).collect::<Vec<_>>(), [1, 1], "{put:?}");
}

#[tokio::test]
async fn a_template_that_is_large_with_white_space_only_needs_no_bucket() {
    let desk = Desk::new().await;
    let mut assembly = one(large(48_000, "a"));
    let text = assembly.files.get_mut("prod.template.json").expect("it is there");
    *text = format!("{{{}{}", " ".repeat(10_000), &text[1..]);
    assert!(desk.deploy(&assembly).await.is_good());
    assert_eq!(desk.called("PutObject"), 0);
}

#[tokio::test]
async fn without_a_bucket_and_above_all_limits() {
    let desk = Desk::new().await;
    let refused = desk.refused(&one(large(60_000, "a"))).await;
    assert_eq!(refused.kind, Kind::Bucket);
    assert!(
        refused.message.contains("51200 in a request") && refused.message.contains("none in eu-west-1"),
        "{refused}"
    );
    assert_eq!(desk.status("prod").await, None);
    let refused = desk.refused(&one(large(1_150_000, "a"))).await;
    assert_eq!(refused.kind, Kind::Refused);
    assert!(refused.message.contains("1048576") && refused.message.contains("split the stack"), "{refused}");
}

#[tokio::test]
async fn a_client_that_is_killed_between_put_and_change_set_puts_once() {
    let desk = Desk::bootstrapped().await;
    desk.play(1, &[("CreateChangeSet", When::Always, Then::DropBefore)]);
    {
        let target = one(large(60_000, "a"));
        let plan = desk.plan(&target);
        tokio::pin!(plan);
        while desk.objects().is_empty() {
            tokio::select! {
                biased;
                _ = &mut plan => panic!("nobody answers CreateChangeSet"),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    desk.play(1, &[]);
    assert_eq!(desk.status("prod").await, None);
    assert!(desk.deploy(&one(large(60_000, "a"))).await.is_good());
    assert_eq!(desk.objects().len(), 1);
    assert_eq!(desk.objects()[0].1, 1, "one version");
}

#[tokio::test]
async fn a_stack_that_waits_for_another_puts_its_template_when_its_turn_comes() {
    let desk = Desk::bootstrapped().await;
    let mut consumer = large(60_000, "a");
    consumer["Parameters"] = json!({"Vpc": {"Type": "String"}});
    consumer["Outputs"] = json!({"Vpc": {"Value": {"Ref": "Vpc"}}});
    let consumer = stack("consumer", consumer, &[("Vpc", "network", "Vpc")]);
    let both = assembly(vec![stack("network", network(), &[]), consumer]);
    let since = desk.server.journal(0).last().map_or(0, |entry| entry.number);
    let plan = desk.plan(&both).await.expect("it is planned");
    assert_eq!((desk.objects().len(), &*plan.stacks[1].waits_for), (0, &["network".to_owned()][..]));
    let outcome = desk.run(&plan).await.expect("it runs");
    assert!(outcome.is_good(), "{outcome:?}");
    assert_eq!(desk.objects().len(), 1);
    let asked = desk.server.journal(since);
    let asked = asked.iter().filter(|entry| entry.operation == "DescribeStacks" && entry.input["StackName"] == STACK);
    assert_eq!(asked.count(), 1, "in the plan");
}

#[tokio::test]
async fn a_lost_answer_to_a_put_is_no_harm() {
    let desk = Desk::bootstrapped().await;
    for then in [Then::DropAfter, Then::DropBefore, Then::FailAfter { status: 503 }, Then::Throttle] {
        desk.play(1, &[("PutObject", When::Nth(1), then.clone())]);
        let note = format!("{then:?}");
        assert!(desk.deploy(&one(large(60_000, &note))).await.is_good(), "{note}");
    }
    assert!(desk.objects().iter().all(|(_, versions)| *versions == 1), "{:?}", desk.objects());
}

#[tokio::test]
async fn buckets_that_cannot_be_used() {
    let desk = Desk::bootstrapped().await;
    let error = |code: &str, status| Then::Error { code: code.to_owned(), message: "it is a test".to_owned(), status };
    let target = one(large(60_000, "a"));
    desk.play(1, &[("PutObject", When::Always, error("PermanentRedirect", 301))]);
    let refused = desk.refused(&target).await;
    assert_eq!(refused.kind, Kind::Bucket);
    assert!(refused.message.contains("not in eu-west-1"), "{refused}");
    desk.play(1, &[("PutObject", When::Always, error("AccessDenied", 403))]);
    let refused = desk.refused(&target).await;
    assert_eq!(refused.kind, Kind::Denied);
    assert!(refused.message.contains("it takes s3:PutObject on stackgen-bootstrap-"), "{refused}");
    let message = "S3 error: Access Denied".to_owned();
    let unreadable = Then::Error { code: "ValidationError".to_owned(), message, status: 400 };
    desk.play(1, &[("CreateChangeSet", When::Always, unreadable)]);
    let refused = desk.refused(&target).await;
    assert_eq!(refused.kind, Kind::Bucket);
    assert!(refused.message.contains("needs s3:GetObject there"), "{refused}");
    desk.play(1, &[]);
    let wishes = Wishes { s3_bucket: Some("no-such-bucket".to_owned()), ..Wishes::default() };
    let refused =
        plan::make(&desk.connection, &desk.records(), &target, &Selection::default(), &wishes).await.expect_err("no");
    assert!(refused.kind == Kind::Bucket && refused.message.contains("no such bucket"), "{refused}");
    desk.server.world(|world| world.s3.buckets.clear());
    let refused = desk.refused(&target).await;
    assert!(refused.kind == Kind::Bucket && refused.message.contains("destroy stackgen-bootstrap"), "{refused}");
    assert_eq!(desk.status("prod").await, None);
}

#[tokio::test]
async fn the_bucket_stays_when_its_stack_is_destroyed() {
    let desk = Desk::bootstrapped().await;
    assert!(desk.deploy(&one(large(60_000, "a"))).await.is_good());
    let before = desk.buckets();
    let plan = plan::make_destroy(&desk.connection, None, &[STACK.to_owned()], &[]).await.expect("it is planned");
    let nobody = Approvals::default();
    let gone = run::destroy(&desk.connection, &desk.records(), &plan, &nobody, &|_| {}).await.expect("it runs");
    assert!(gone.is_good(), "{gone:?}");
    assert!(gone.stacks[0].retained.iter().any(|kept| kept.id == "Templates"), "{gone:?}");
    assert_eq!(desk.buckets(), before);
    assert!(desk.deploy(&bootstrap::assembly()).await.is_good());
    assert_eq!(desk.buckets().len(), 2);
    assert!(desk.deploy(&one(large(60_000, "c"))).await.is_good());
}
