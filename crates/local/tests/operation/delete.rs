//! Deleting stacks.
use serde_json::{Value as Json, json};
use stackgen_local::resources::Doing;

use crate::engine::{Engine, TOPIC, and, place, template, topic};

fn both() -> Json {
    template(json!({ "A": topic("a", "x"), "B": and(topic("b", "x"), json!({ "DependsOn": "A" })) }))
}

#[test]
fn a_stack_goes_in_reverse_and_is_then_known_by_its_arn_only() {
    let mut engine = Engine::new();
    let id = engine.create("one", &both());
    let from = engine.seen("one");
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    assert_eq!(engine.status("one"), "DELETE_IN_PROGRESS");
    engine.settle();
    assert_eq!(
        engine.events("one", from),
        [
            "one DELETE_IN_PROGRESS User Initiated",
            "B DELETE_IN_PROGRESS",
            "B DELETE_COMPLETE",
            "A DELETE_IN_PROGRESS",
            "A DELETE_COMPLETE",
            "one DELETE_COMPLETE",
        ]
    );
    let refusal = engine.refused("DescribeStacks", json!({ "StackName": "one" }));
    assert_eq!(refusal, "ValidationError: Stack with id one does not exist");
    let shown = engine.ok("DescribeStacks", json!({ "StackName": id }));
    assert_eq!(shown["Stacks"][0]["StackStatus"], "DELETE_COMPLETE");
    assert!(shown["Stacks"][0]["DeletionTime"].is_string());
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    engine.create("one", &both());
    assert_eq!(engine.status("one"), "CREATE_COMPLETE");
}

#[test]
fn a_deletion_that_failed_can_keep_what_is_in_its_way() {
    let mut engine = Engine::new();
    engine.create("one", &both());
    let refusal = engine.refused("DeleteStack", json!({ "StackName": "one", "RetainResources": ["B"] }));
    assert!(refusal.contains("DELETE_FAILED"), "{refusal}");
    engine.mishap("one", "B", Doing::Delete, 1);
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "DELETE_FAILED");
    place(&engine.events("one", 0), "one DELETE_FAILED The following resource(s) failed to delete: [B].");
    assert_eq!(engine.stack("one").resources["A"].status.word(), "CREATE_COMPLETE", "it is needed by what is left");
    let refusal = engine.refused("UpdateStack", json!({ "StackName": "one", "TemplateBody": both().to_string() }));
    assert!(refusal.contains("is in DELETE_FAILED state and can not be updated."), "{refusal}");
    let kept = engine.physical("one", "B");
    engine.ok("DeleteStack", json!({ "StackName": "one", "RetainResources": ["B"] }));
    engine.settle();
    assert_eq!(engine.status("one"), "DELETE_COMPLETE");
    assert_eq!(engine.things(TOPIC), [kept]);
}

#[test]
fn a_deletion_can_be_forced() {
    let mut engine = Engine::new();
    engine.create("one", &both());
    engine.mishap("one", "B", Doing::Delete, 9);
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    engine.settle();
    engine.ok("DeleteStack", json!({ "StackName": "one", "DeletionMode": "FORCE_DELETE_STACK" }));
    engine.settle();
    assert_eq!(engine.status("one"), "DELETE_COMPLETE");
    assert_eq!(engine.things(TOPIC).len(), 1, "what could not be deleted is left behind");
}

#[test]
fn protected_stacks_stay() {
    let mut engine = Engine::new();
    engine.create_with("one", &both(), json!({ "EnableTerminationProtection": "true" }));
    let refusal = engine.refused("DeleteStack", json!({ "StackName": "one" }));
    assert_eq!(refusal, "ValidationError: Stack [one] cannot be deleted while TerminationProtection is enabled");
    engine.ok("UpdateTerminationProtection", json!({ "StackName": "one", "EnableTerminationProtection": false }));
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "DELETE_COMPLETE");
}

#[test]
fn a_stack_that_is_being_changed_is_not_deleted_and_one_that_is_being_made_is() {
    let mut engine = Engine::new();
    engine.ok("CreateStack", json!({ "StackName": "one", "TemplateBody": both().to_string() }));
    engine.pass(3);
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "DELETE_COMPLETE");
    assert!(engine.things(TOPIC).is_empty());
    engine.create("two", &both());
    engine.begin_update("two", &template(json!({ "A": topic("a", "y") })), json!({}));
    let refusal = engine.refused("DeleteStack", json!({ "StackName": "two" }));
    assert_eq!(refusal, "ValidationError: Stack [two] cannot be deleted while in status UPDATE_IN_PROGRESS");
}
