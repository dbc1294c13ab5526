//! Making stacks.
use serde_json::json;
use stackgen_local::resources::Doing;

use crate::engine::{Engine, TOPIC, and, place, template, topic};

#[test]
fn a_stack_is_made_in_the_order_of_its_dependencies() {
    let mut engine = Engine::new();
    let second = json!({ "Type": TOPIC, "Properties": { "DisplayName": { "Ref": "A" } } });
    engine.create("one", &template(json!({ "B": second, "A": topic("a", "x") })));
    assert_eq!(engine.status("one"), "CREATE_COMPLETE");
    assert_eq!(
        engine.events("one", 0),
        [
            "one CREATE_IN_PROGRESS User Initiated",
            "A CREATE_IN_PROGRESS",
            "A CREATE_IN_PROGRESS Resource creation Initiated",
            "A CREATE_COMPLETE",
            "B CREATE_IN_PROGRESS",
            "B CREATE_IN_PROGRESS Resource creation Initiated",
            "B CREATE_COMPLETE",
            "one CREATE_COMPLETE",
        ]
    );
    assert_eq!(engine.things(TOPIC).len(), 2);
}

#[test]
fn what_does_not_depend_is_made_at_once() {
    let mut engine = Engine::new();
    engine.create("one", &template(json!({ "A": topic("a", "x"), "B": topic("b", "x") })));
    let stack = engine.stack("one");
    assert_eq!(stack.resources["A"].since, stack.resources["B"].since);
}

#[test]
fn a_failed_create_is_rolled_back_in_reverse() {
    let mut engine = Engine::new();
    engine.mishap("one", "C", Doing::Create, 1);
    let resources = json!({
        "A": topic("a", "x"),
        "B": and(topic("b", "x"), json!({ "DependsOn": "A" })),
        "C": and(topic("c", "x"), json!({ "DependsOn": "B" })),
    });
    engine.create("one", &template(resources));
    assert_eq!(engine.status("one"), "ROLLBACK_COMPLETE");
    assert_eq!(
        engine.events("one", 7),
        [
            "C CREATE_IN_PROGRESS",
            "C CREATE_FAILED It broke",
            "one ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [C]. Rollback requested by user.",
            "C DELETE_COMPLETE",
            "B DELETE_IN_PROGRESS",
            "B DELETE_COMPLETE",
            "A DELETE_IN_PROGRESS",
            "A DELETE_COMPLETE",
            "one ROLLBACK_COMPLETE",
        ]
    );
    assert!(engine.things(TOPIC).is_empty());
    let events = &engine.stack("one").events;
    assert_ne!(events[0].operation_id, events[events.len() - 1].operation_id, "a rollback is an operation of its own");
    let refusal = engine.refused("UpdateStack", json!({ "StackName": "one", "UsePreviousTemplate": true }));
    assert!(refusal.contains("is in ROLLBACK_COMPLETE state and can not be updated."), "{refusal}");
}

#[test]
fn what_goes_on_is_cancelled_when_something_fails() {
    let mut engine = Engine::new();
    engine.mishap("one", "B", Doing::Create, 1);
    engine.create("one", &template(json!({ "A": topic("a", "x"), "B": topic("b", "x") })));
    let events = engine.events("one", 0);
    place(&events, "A CREATE_FAILED Resource creation cancelled");
    place(
        &events,
        "one ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [A, B]. Rollback requested by user.",
    );
    assert!(engine.things(TOPIC).is_empty(), "what had begun is deleted too");
}

#[test]
fn retained_resources_stay_after_a_rollback_unless_it_made_them() {
    let mut engine = Engine::new();
    engine.late_mishap("one", "C", Doing::Create, 1);
    let resources = json!({
        "A": and(topic("a", "x"), json!({ "DeletionPolicy": "Retain" })),
        "B": and(topic("b", "x"), json!({ "DeletionPolicy": "RetainExceptOnCreate" })),
        "C": and(topic("c", "x"), json!({ "DependsOn": ["A", "B"] })),
    });
    engine.create("one", &template(resources));
    assert_eq!(engine.status("one"), "ROLLBACK_COMPLETE");
    assert_eq!(engine.things(TOPIC), ["a"].map(|_| engine.physical("one", "A")));
    place(&engine.events("one", 0), "A DELETE_SKIPPED");
}

#[test]
fn a_failed_create_can_delete_the_stack_or_leave_it() {
    let mut engine = Engine::new();
    engine.mishap("one", "A", Doing::Create, 1);
    engine.create_with("one", &template(json!({ "A": topic("a", "x") })), json!({ "OnFailure": "DELETE" }));
    assert_eq!(engine.status("one"), "DELETE_COMPLETE");
    engine.mishap("two", "B", Doing::Create, 1);
    let both = template(json!({ "A": topic("a", "x"), "B": and(topic("b", "x"), json!({ "DependsOn": "A" })) }));
    engine.create_with("two", &both, json!({ "OnFailure": "DO_NOTHING" }));
    assert_eq!(engine.status("two"), "CREATE_FAILED");
    assert_eq!(engine.things(TOPIC).len(), 1);
    let refusal = engine.refused(
        "UpdateStack",
        json!({
            "StackName": "two", "UsePreviousTemplate": true, "DisableRollback": true,
        }),
    );
    assert!(refusal.contains("[on-failure: DO_NOTHING]"), "{refusal}");
}

#[test]
fn a_rollback_that_fails_says_what_is_left() {
    let mut engine = Engine::new();
    engine.mishap("one", "B", Doing::Create, 1);
    engine.mishap("one", "A", Doing::Delete, 1);
    let both = template(json!({ "A": topic("a", "x"), "B": and(topic("b", "x"), json!({ "DependsOn": "A" })) }));
    engine.create("one", &both);
    assert_eq!(engine.status("one"), "ROLLBACK_FAILED");
    place(&engine.events("one", 0), "one ROLLBACK_FAILED The following resource(s) failed to delete: [A].");
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "DELETE_COMPLETE");
}

#[test]
fn a_create_that_takes_too_long_is_rolled_back() {
    let mut engine = Engine::new();
    let slow = json!({
        "H": { "Type": "AWS::CloudFormation::WaitConditionHandle" },
        "W": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": { "Handle": { "Ref": "H" }, "Timeout": "3600" },
        },
    });
    engine.create_with("one", &template(slow), json!({ "TimeoutInMinutes": "5" }));
    assert_eq!(engine.status("one"), "ROLLBACK_COMPLETE");
    let events = engine.events("one", 0);
    place(
        &events,
        "one ROLLBACK_IN_PROGRESS Stack creation time exceeded the specified timeout. Rollback requested by user.",
    );
}

#[test]
fn preserved_resources_are_taken_up_again() {
    let mut engine = Engine::new();
    engine.late_mishap("one", "B", Doing::Create, 1);
    let both = template(
        json!({ "A": topic("a", "x"), "B": topic("b", "x"), "C": and(topic("c", "x"), json!({ "DependsOn": "A" })) }),
    );
    engine.create_with("one", &both, json!({ "DisableRollback": true }));
    assert_eq!(engine.status("one"), "CREATE_FAILED");
    let made = engine.physical("one", "C");
    let refusal = engine.refused("UpdateStack", json!({ "StackName": "one", "TemplateBody": both.to_string() }));
    assert!(refusal.contains("non-terminal [CREATE_FAILED] state"), "{refusal}");
    let more = template(json!({
        "A": topic("a", "x"), "B": topic("b", "y"), "C": and(topic("c", "x"), json!({ "DependsOn": "A" })),
    }));
    engine.update_with("one", &more, json!({ "DisableRollback": true }));
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    assert_eq!(engine.physical("one", "C"), made, "what was there stays");
    assert_eq!(engine.things(TOPIC).len(), 3);
}

#[test]
fn a_stopped_create_rolls_back_on_demand() {
    let mut engine = Engine::new();
    engine.mishap("one", "B", Doing::Create, 1);
    let both = template(json!({ "A": topic("a", "x"), "B": and(topic("b", "x"), json!({ "DependsOn": "A" })) }));
    engine.create_with("one", &both, json!({ "DisableRollback": true }));
    engine.ok("RollbackStack", json!({ "StackName": "one" }));
    assert_eq!(engine.status("one"), "ROLLBACK_IN_PROGRESS");
    engine.settle();
    assert_eq!(engine.status("one"), "ROLLBACK_COMPLETE");
    assert!(engine.things(TOPIC).is_empty());
}
