//! Taking in what is there already, and putting right what somebody changed.
use serde_json::{Value as Json, json};
use stackgen_deploy::plan::{self, Consequence, Fate, Verb, Wishes};
use stackgen_deploy::stack as stacks;
use stackgen_local::resources::Doing;

use crate::desk::{Desk, note, one};

fn table() -> Json {
    json!({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {
        "TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}}}})
}

#[tokio::test]
async fn what_a_stack_left_is_taken_in_again() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&one(table())).await.is_good());
    let gone = desk.destroy(&["prod"]).await;
    assert!(gone.is_good(), "{gone:?}");
    assert_eq!(gone.stacks[0].retained[0].physical_id, "orders");
    let identifier = [("TableName".to_owned(), "orders".to_owned())].into();
    let imports = [("prod".to_owned(), [("Table".to_owned(), identifier)].into())].into();
    let wishes = Wishes { imports, ..Wishes::default() };
    let plan = desk.wish(&one(table()), &wishes).await.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Import, "{plan:?}");
    let taken = desk.run(&plan).await.expect("it runs");
    assert!(taken.is_good(), "{taken:?}");
    assert_eq!(desk.status("prod").await.as_deref(), Some("IMPORT_COMPLETE"));
    let same = desk.plan(&one(table())).await.expect("it is planned");
    assert_eq!(same.stacks[0].verb, Verb::Nothing, "{same:?}");
    // What is not there cannot be taken in.
    let identifier = [("TableName".to_owned(), "nothing".to_owned())].into();
    let imports = [("none".to_owned(), [("Table".to_owned(), identifier)].into())].into();
    let missing = crate::desk::assembly(vec![crate::desk::stack("none", table(), &[])]);
    let failed = desk.deploy_as(&missing, &Wishes { imports, ..Wishes::default() }).await;
    let cause = failed.stacks[0].cause.as_ref().expect("there is a cause");
    assert!(!failed.is_good() && cause.reason.contains("was not found"), "{failed:?}");
    assert_eq!(desk.status("none").await.as_deref(), Some("IMPORT_ROLLBACK_COMPLETE"));
}

#[tokio::test]
async fn what_is_named_when_a_stack_goes_is_left_behind() {
    let desk = Desk::new().await;
    let mut template = table();
    template["Resources"]["Table"]["DeletionPolicy"] = json!("Delete");
    assert!(desk.deploy(&one(template)).await.is_good());
    desk.fails("prod", "Table", Doing::Delete, false);
    assert!(!desk.destroy(&["prod"]).await.is_good());
    let planned = async |retain: &[String]| {
        let plan = plan::make_destroy(&desk.connection, None, &["prod".to_owned()], retain).await;
        plan.expect("it is planned").stacks.remove(0)
    };
    let all = planned(&[]).await;
    assert_eq!(all.changes[0].consequence, Consequence::DataAtRisk(Fate::Deleted));
    assert_eq!(all.dangers.len(), 1, "{all:?}");
    let kept = planned(&["Table".to_owned()]).await;
    assert_eq!(kept.changes[0].consequence, Consequence::Removed(Fate::Kept));
    assert!(kept.changes[0].meaning.contains("stays") && kept.dangers.is_empty() && kept.seconds == 0, "{kept:?}");
}

#[tokio::test]
async fn what_somebody_changed_is_put_right() {
    let desk = Desk::new().await;
    assert!(desk.deploy(&one(note("a"))).await.is_good());
    desk.ssm("PutParameter", &json!({"Name": "/note", "Value": "by hand", "Overwrite": true}));
    let drift = stacks::detect_drift(&desk.connection, "prod").await.expect("it is looked at");
    assert!(drift.is_drifted() && drift.resources[0].id == "Note", "{drift:?}");
    // A deploy as always does not see it.
    let blind = desk.plan(&one(note("a"))).await.expect("it is planned");
    assert_eq!(blind.stacks[0].verb, Verb::Nothing);
    let wishes = Wishes { revert_drift: true, ..Wishes::default() };
    let reverted = desk.deploy_as(&one(note("a")), &wishes).await;
    assert!(reverted.is_good(), "{reverted:?}");
    assert_eq!(desk.ssm("GetParameter", &json!({"Name": "/note"}))["Parameter"]["Value"], "a");
    let drift = stacks::detect_drift(&desk.connection, "prod").await.expect("it is looked at");
    assert!(!drift.is_drifted(), "{drift:?}");
}
