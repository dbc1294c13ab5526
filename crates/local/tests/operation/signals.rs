//! Resources that wait to be told.
use serde_json::{Value as Json, json};
use stackgen_local::resources::cloudformation::receive;

use crate::engine::{Engine, REGION, and, place, template, topic};

fn waiting() -> Json {
    template(json!({
        "A": and(topic("a", "x"), json!({ "CreationPolicy": { "ResourceSignal": { "Count": 2, "Timeout": "PT10M" } } })),
        "B": and(topic("b", "x"), json!({ "DependsOn": "A" })),
    }))
}

fn begun() -> Engine {
    let mut engine = Engine::new();
    engine.ok("CreateStack", json!({ "StackName": "one", "TemplateBody": waiting().to_string() }));
    engine.pass(30);
    assert_eq!(engine.stack("one").resources["A"].status.word(), "CREATE_IN_PROGRESS");
    assert!(!engine.stack("one").resources.contains_key("B"));
    engine
}

fn signal(engine: &mut Engine, id: &str, status: &str) {
    engine.ok(
        "SignalResource",
        json!({
            "StackName": "one", "LogicalResourceId": "A", "UniqueId": id, "Status": status,
        }),
    );
}

#[test]
fn a_creation_policy_counts_signals() {
    let mut engine = begun();
    signal(&mut engine, "i-1", "SUCCESS");
    signal(&mut engine, "i-1", "SUCCESS");
    engine.pass(30);
    assert_eq!(engine.stack("one").resources["A"].status.word(), "CREATE_IN_PROGRESS", "the same one counts once");
    signal(&mut engine, "i-2", "SUCCESS");
    engine.settle();
    assert_eq!(engine.status("one"), "CREATE_COMPLETE");
    let late = json!({"StackName": "one", "LogicalResourceId": "A", "UniqueId": "i-3", "Status": "FAILURE"});
    let refused = engine.refused("SignalResource", late);
    assert!(refused.starts_with("ValidationError: Stack arn:"), "{refused}");
    assert!(refused.ends_with("is in CREATE_COMPLETE state and cannot be signaled"), "{refused}");
    assert_eq!(engine.status("one"), "CREATE_COMPLETE");
}

#[test]
fn a_failure_or_silence_fails_it() {
    let mut engine = begun();
    signal(&mut engine, "i-1", "FAILURE");
    engine.pass(1);
    place(&engine.events("one", 0), "A CREATE_FAILED Received FAILURE signal with UniqueId i-1");
    let mut engine = begun();
    engine.settle();
    place(
        &engine.events("one", 0),
        "A CREATE_FAILED Failed to receive 2 resource signal(s) within the specified duration",
    );
    assert_eq!(engine.status("one"), "ROLLBACK_COMPLETE");
}

fn condition() -> Engine {
    let mut engine = Engine::new();
    let resources = json!({
        "H": { "Type": "AWS::CloudFormation::WaitConditionHandle" },
        "W": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": { "Handle": { "Ref": "H" }, "Timeout": "600" },
        },
    });
    let outputs = json!({ "Outputs": { "Data": { "Value": { "Fn::GetAtt": ["W", "Data"] } } } });
    let body = crate::engine::with(template(resources), outputs).to_string();
    engine.ok("CreateStack", json!({ "StackName": "one", "TemplateBody": body }));
    engine.pass(60);
    assert_eq!(engine.stack("one").resources["W"].status.word(), "CREATE_IN_PROGRESS");
    engine
}

#[test]
fn a_wait_condition_waits_for_its_handle() {
    let mut engine = condition();
    let url = engine.physical("one", "H");
    let body = json!({ "Status": "SUCCESS", "Reason": "done", "UniqueId": "i-1", "Data": "hello" }).to_string();
    receive(&mut engine.world, REGION, &url, &body).unwrap();
    engine.settle();
    assert_eq!(engine.status("one"), "CREATE_COMPLETE");
    assert_eq!(engine.stack("one").outputs["Data"].value, r#"{"i-1":"hello"}"#);
    assert!(receive(&mut engine.world, REGION, "https://elsewhere/x", &body).is_err());
}

#[test]
fn a_wait_condition_fails_at_once_or_in_time() {
    let mut engine = condition();
    let url = engine.physical("one", "H");
    let body = json!({ "Status": "FAILURE", "Reason": "no disk", "UniqueId": "i-1" }).to_string();
    receive(&mut engine.world, REGION, &url, &body).unwrap();
    engine.pass(1);
    let events = engine.events("one", 0);
    place(&events, "W CREATE_FAILED WaitCondition received failed message: 'no disk' for uniqueId: i-1");
    let mut engine = condition();
    engine.settle();
    let events = engine.events("one", 0);
    place(&events, "W CREATE_FAILED WaitCondition timed out. Received 0 conditions when expecting 1");
}
