//! Exports that other stacks import: what a plan tells of their change or end is what the engine does.
use serde_json::{Value as Json, json};
use stackgen_assembly::Assembly;
use stackgen_deploy::collision::{Collision, CollisionKind};
use stackgen_deploy::failure::Kind;
use stackgen_deploy::plan::{Approvals, Plan};
use stackgen_deploy::run;

use crate::desk::{Desk, assembly, stack};

/// A stack that exports a value, if there is one, and one that imports it.
fn teller(value: Option<&Json>) -> Assembly {
    let note = |value: Json| json!({"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}});
    let mut teller = json!({"Resources": {"Note": note(json!("x"))}});
    if let Some(value) = value {
        teller["Outputs"] = json!({"Told": {"Value": value, "Export": {"Name": "teller:Told"}}});
    }
    let heard = note(json!({"Fn::ImportValue": "teller:Told"}));
    let mut reader = stack("reader", json!({"Resources": {"Heard": heard}}), &[]);
    reader.0.dependencies = vec!["teller".to_owned()];
    assembly(vec![stack("teller", teller, &[]), reader])
}

fn collision(plan: &Plan) -> Option<&Collision> {
    plan.stacks[0].collisions.iter().find(|one| one.kind == CollisionKind::ExportInUse)
}

/// Deploys against all advice, and tells why CloudFormation refused.
async fn refusal(desk: &Desk, plan: &Plan) -> String {
    let outcome = desk.run(plan).await.expect("it is approved");
    let teller = &outcome.stacks[0];
    assert_eq!(teller.status.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"), "{teller:?}");
    teller.cause.as_ref().expect("it says why").reason.clone()
}

#[tokio::test]
async fn a_value_that_others_import_cannot_change() {
    let desk = Desk::new().await;
    let of = |value: Json| teller(Some(&value));
    assert!(desk.deploy(&of(json!("one"))).await.is_good());
    let plan = desk.plan(&of(json!("two"))).await.expect("it is planned");
    let told = collision(&plan).expect("it is told");
    assert!(told.fails && told.ids == ["Told"] && told.why.contains("imported by `reader`"), "{told:?}");
    let alone = run::deploy(&desk.connection, &desk.records(), &plan, &Approvals::default(), &|_| {}).await;
    assert!(alone.expect_err("it is certain to fail").message.contains("collision:Told"));
    let why = refusal(&desk, &plan).await;
    assert!(why.contains("teller:Told") && why.contains("in use by reader"), "{why}");
}

#[tokio::test]
async fn of_a_value_that_is_known_later_only_the_engine_knows() {
    let desk = Desk::new().await;
    let of = |format: &str| teller(Some(&json!({"Fn::Sub": format})));
    assert!(desk.deploy(&of("a ${Note}")).await.is_good());
    let plan = desk.plan(&of("b ${Note}")).await.expect("it is planned");
    assert!(collision(&plan).is_some_and(|told| !told.fails), "{plan:?}");
    let why = refusal(&desk, &plan).await;
    assert!(why.contains("in use by reader"), "{why}");
}

#[tokio::test]
async fn an_export_that_others_import_does_not_go() {
    let desk = Desk::new().await;
    let value = json!({"Ref": "Note"});
    assert!(desk.deploy(&teller(Some(&value))).await.is_good());
    // What CloudFormation says to whoever lets it go all the same.
    let without = teller(None).files["teller.template.json"].clone();
    let order = desk.connection.cloudformation.update_stack().stack_name("teller").template_body(without);
    order.send().await.expect("it is begun");
    let outcome = run::watch(&desk.connection, "teller", &|_| {}).await.expect("it ends");
    assert_eq!(outcome.status.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"), "{outcome:?}");
    let why = &outcome.cause.as_ref().expect("it says why").reason;
    assert!(why.contains("Cannot delete export teller:Told"), "{why}");
    // What it tells of stays, so that the export can stay too.
    let plan = desk.plan(&teller(None)).await.expect("it is planned");
    assert!(collision(&plan).is_none(), "{plan:?}");
    assert!(plan.stacks[0].remarks.iter().any(|it| it.contains("`teller:Told` stays, because `reader`")), "{plan:?}");
    assert!(desk.run(&plan).await.expect("it runs").is_good());
    // Where it cannot stay, nothing is begun.
    let mut gone = teller(None);
    let other = json!({"Resources": {"Other": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "y"}}}});
    gone.files.insert("teller.template.json".to_owned(), other.to_string());
    let refused = desk.plan(&gone).await.expect_err("the reader holds it");
    assert_eq!(refused.kind, Kind::ExportInUse);
    assert!(refused.message.contains("while `reader` imports it"), "{refused}");
}
