//! What keeps stacks from being changed or deleted by mistake.
use stackgen_assembly::Assembly;
use stackgen_deploy::failure::Kind;
use stackgen_deploy::plan::{self, Wishes};
use stackgen_deploy::run::Ending;
use stackgen_local::resources::Doing;

use crate::desk::{Desk, network, note, one};

#[tokio::test]
async fn a_protected_stack_stays_until_it_is_let_go() {
    let desk = Desk::new().await;
    let protect = |protection| Wishes { protection: Some(protection), ..Wishes::default() };
    assert!(desk.deploy_as(&one(note("a")), &protect(true)).await.is_good());
    let refused = plan::make_destroy(&desk.connection, None, &["prod".to_owned()], &[]).await;
    assert_eq!(refused.expect_err("it is protected").kind, Kind::Protected);
    assert!(desk.deploy_as(&one(note("a")), &protect(false)).await.is_good());
    assert!(desk.destroy(&["prod"]).await.is_good());
}

/// A table whose name is its identity, as the assembly tells it: it holds data.
fn tables(name: &str) -> Assembly {
    let mut template = network();
    template["Resources"] = serde_json::json!({"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}}});
    template["Outputs"] = serde_json::json!({"Name": {"Value": {"Ref": "Table"}}});
    let mut assembly = one(template);
    assembly.manifest.stacks[0].resources[0].stateful = true;
    assembly
}

#[tokio::test]
async fn what_holds_data_is_unlocked_for_one_deploy_and_locked_again() {
    let desk = Desk::new().await;
    let lock = |unlock: &[&str]| {
        let unlock = unlock.iter().map(|id| (*id).to_owned()).collect();
        Wishes { stack_policy: Some(true), unlock, ..Wishes::default() }
    };
    let is_locked = || {
        desk.server.world(|world| {
            let policy = world.region("eu-west-1").stacks.values().next().and_then(|stack| stack.policy.clone());
            policy.is_some_and(|policy| policy.to_string().contains("LogicalResourceId/Table"))
        })
    };
    assert!(desk.deploy_as(&tables("a"), &lock(&[])).await.is_good());
    assert!(is_locked());
    let denied = desk.deploy_as(&tables("b"), &lock(&[])).await;
    assert!(matches!(&denied.stacks[0].ending, Ending::Failed(_)), "{denied:?}");
    let cause = denied.stacks[0].cause.as_ref().expect("there is a cause");
    assert!(cause.id == "Table" && cause.reason.contains("stack policy"), "{cause:?}");
    // A failure locks again as well as a success does.
    desk.fails("prod", "Table", Doing::Create, false);
    let failed = desk.deploy_as(&tables("b"), &lock(&["Table"])).await;
    assert!(!failed.is_good() && is_locked(), "{failed:?}");
    let replaced = desk.deploy_as(&tables("b"), &lock(&["Table"])).await;
    assert!(replaced.is_good() && is_locked(), "{replaced:?}");
    assert_eq!(replaced.stacks[0].outputs["Name"], "b");
}
