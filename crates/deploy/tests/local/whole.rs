//! Stacks from their beginning to their end.
use serde_json::json;
use stackgen_deploy::failure::Kind;
use stackgen_deploy::plan::{self, Approvals, Consequence, Verb};
use stackgen_deploy::run::{self, Ending};
use stackgen_deploy::stack as stacks;

use crate::desk::{Desk, approvals, assembly, both, network, stack};

#[tokio::test]
async fn two_stacks_are_made_changed_and_destroyed() {
    let desk = Desk::new().await;
    let made = desk.deploy(&both("a", "one")).await;
    assert!(made.is_good(), "{made:?}");
    let calls: u32 = desk.connection.call_counts().values().map(|count| count.calls).sum();
    assert!(calls <= 16, "{:?}", desk.connection.call_counts());

    let plan = desk.plan(&both("a", "two")).await.expect("it is planned");
    assert_eq!((plan.stacks[0].verb, plan.stacks[1].verb), (Verb::Nothing, Verb::Update));
    let change = &plan.stacks[1].changes[0];
    assert_eq!((&*change.id, change.consequence), ("Group", Consequence::InPlace), "{change:?}");
    assert!(
        change.properties.iter().any(|property| property.after.as_ref().is_some_and(|after| after.contains("two")))
    );
    assert!(desk.run(&plan).await.expect("it runs").is_good());

    let plan = desk.plan(&both("b", "two")).await.expect("it is planned");
    let dangers: Vec<String> = plan.stacks[1].dangers.iter().map(ToString::to_string).collect();
    assert_eq!(dangers, ["replace:Table"], "{plan:?}");
    let nobody = Approvals::default();
    let refused = run::deploy(&desk.connection, &desk.records(), &plan, &nobody, &|_| {}).await;
    assert_eq!(refused.expect_err("nobody approved it").kind, Kind::Refused);
    assert!(desk.run(&plan).await.expect("it runs").is_good());

    let same = desk.plan(&both("b", "two")).await.expect("it is planned");
    assert!(same.stacks.iter().all(|stack| stack.verb == Verb::Nothing), "{same:?}");

    let assembly = both("b", "two");
    let plan = plan::make_destroy(&desk.connection, Some(&assembly), &[], &[]).await.expect("it is planned");
    let order: Vec<&str> = plan.stacks.iter().map(|stack| &*stack.stack).collect();
    assert_eq!(order, ["storage", "network"]);
    let gone =
        run::destroy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &|_| {}).await.expect("it runs");
    assert!(gone.is_good(), "{gone:?}");
    assert_eq!(desk.status("network").await, None);
}

#[tokio::test]
async fn an_export_in_use_goes_in_two_steps() {
    let desk = Desk::new().await;
    let producer = |exports: bool| {
        let mut template = network();
        if exports {
            template["Outputs"]["Vpc"]["Export"] = json!({"Name": "network:Vpc"});
        }
        template
    };
    let consumer = |imports: bool| {
        let value = if imports { json!({"Fn::ImportValue": "network:Vpc"}) } else { json!("nothing") };
        json!({"Resources": {"Text": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}})
    };
    let all = |exports, imports| {
        let mut consumer = stack("consumer", consumer(imports), &[]);
        consumer.0.dependencies = vec!["network".to_owned()];
        assembly(vec![stack("network", producer(exports), &[]), consumer])
    };
    assert!(desk.deploy(&all(true, true)).await.is_good());
    let plan = desk.plan(&all(false, false)).await.expect("it is planned");
    assert!(plan.stacks[0].exports.is_empty(), "it stays what it was: {plan:?}");
    let remark = "`network:Vpc` stays, because `consumer` imports it";
    assert!(plan.stacks[0].remarks.iter().any(|told| told.contains(remark)), "{plan:?}");
    let outcome = desk.run(&plan).await.expect("it runs");
    assert!(outcome.is_good(), "{outcome:?}");
    let plan = desk.plan(&all(false, false)).await.expect("it is planned");
    assert!(plan.stacks[0].exports.iter().all(|export| export.importers.is_empty()), "{plan:?}");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    // Both come back at once: the import is looked up when its change set is carried out.
    let plan = desk.plan(&all(true, true)).await.expect("it is planned");
    assert_eq!((plan.stacks[0].verb, plan.stacks[1].verb), (Verb::Update, Verb::Update));
    let outcome = desk.run(&plan).await.expect("it runs");
    assert!(outcome.is_good(), "{outcome:?}");
}

#[tokio::test]
async fn a_failure_is_told_by_its_first_cause() {
    let desk = Desk::new().await;
    let template = json!({"Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "192.168.0.0/24"}},
    }});
    let outcome = desk.deploy(&assembly(vec![stack("broken", template, &[])])).await;
    let broken = &outcome.stacks[0];
    assert!(matches!(broken.ending, Ending::Failed(_)), "{outcome:?}");
    let cause = broken.cause.as_ref().expect("there is a cause");
    assert_eq!((&*cause.id, cause.source.as_deref()), ("Subnet", Some("stacks/broken.rs:1")), "{outcome:?}");
    let plan = desk.plan(&assembly(vec![stack("broken", network(), &[])])).await.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Recreate);
    assert!(desk.run(&plan).await.expect("it runs").is_good());
}

#[tokio::test]
async fn a_plan_is_carried_out_once() {
    let desk = Desk::new().await;
    let plan = desk.plan(&assembly(vec![stack("network", network(), &[])])).await.expect("it is planned");
    plan::check(&desk.connection, &plan).await.expect("nobody carried it out");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    let refused = plan::check(&desk.connection, &plan).await.expect_err("it was carried out");
    assert!(refused.message.contains("carried out"), "{refused}");
}

#[tokio::test]
async fn a_look_for_drift_ends() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&assembly(vec![stack("network", network(), &[])])).await.is_good());
    for _ in 0..2 {
        let looking = stacks::detect_drift(&desk.connection, "network");
        let drift = tokio::time::timeout(std::time::Duration::from_secs(20), looking).await.expect("it ends");
        assert!(!drift.expect("it is told").is_drifted());
    }
}
