//! Updates that fail and return.
use serde_json::{Value as Json, json};
use stackgen_local::resources::Doing;

use crate::engine::{Engine, TOPIC, and, place, template, topic};

/// A changes in place, B is replaced, N is new, and Z comes last.
fn before() -> Json {
    template(json!({ "A": topic("a", "x"), "B": topic("b", "x"), "D": topic("d", "x"), "Z": topic("z", "x") }))
}

fn after() -> Json {
    template(json!({
        "A": topic("a", "y"),
        "B": topic("other", "x"),
        "N": topic("n", "x"),
        "Z": and(topic("z", "y"), json!({ "DependsOn": ["A", "B", "N"] })),
    }))
}

#[test]
fn a_failed_update_returns_to_what_was() {
    let mut engine = Engine::new();
    engine.create("one", &before());
    let (old, from) = (engine.stack("one").resources.clone(), engine.seen("one"));
    engine.mishap("one", "Z", Doing::Update, 1);
    engine.update("one", &after());
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    let events = engine.events("one", from);
    let back = place(&events, "one UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [Z].");
    let clean = place(&events, "one UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
    assert!(back < clean);
    assert!(clean < place(&events, "N DELETE_COMPLETE") && clean < place(&events, "B DELETE_COMPLETE"));
    assert!(!events.iter().any(|it| it.starts_with("D ")), "what was to go has not gone");
    let now = engine.stack("one").resources.clone();
    for (id, resource) in &old {
        assert_eq!((&now[id].physical_id, &now[id].properties), (&resource.physical_id, &resource.properties), "{id}");
    }
    assert_eq!(now.len(), old.len());
    assert_eq!(engine.things(TOPIC).len(), 4);
    assert_eq!(engine.stack("one").source.body, before().to_string());
}

#[test]
fn updates_that_go_on_are_cancelled() {
    let mut engine = Engine::new();
    engine.create("one", &template(json!({ "A": topic("a", "x"), "B": topic("b", "x") })));
    engine.mishap("one", "B", Doing::Update, 1);
    let from = engine.seen("one");
    engine.update("one", &template(json!({ "A": topic("a", "y"), "B": topic("b", "y") })));
    let events = engine.events("one", from);
    place(&events, "A UPDATE_FAILED Resource update cancelled");
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "x");
}

fn stuck(engine: &mut Engine) {
    engine.create("one", &before());
    engine.mishap("one", "Z", Doing::Update, 1);
    // The way there works and the way back does not.
    engine.begin_update("one", &after(), json!({}));
    engine.until(|engine| engine.status("one") == "UPDATE_ROLLBACK_IN_PROGRESS");
    engine.mishap("one", "A", Doing::Update, 1);
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_FAILED");
}

#[test]
fn a_rollback_that_failed_can_be_continued() {
    let mut engine = Engine::new();
    stuck(&mut engine);
    place(&engine.events("one", 0), "one UPDATE_ROLLBACK_FAILED The following resource(s) failed to update: [A].");
    let refusal = engine.refused("UpdateStack", json!({ "StackName": "one", "TemplateBody": after().to_string() }));
    assert!(refusal.contains("is in UPDATE_ROLLBACK_FAILED state and can not be updated."), "{refusal}");
    engine.ok("ContinueUpdateRollback", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "x");
    assert_eq!(engine.things(TOPIC).len(), 4);
}

#[test]
fn only_what_failed_in_the_rollback_can_be_skipped() {
    let mut engine = Engine::new();
    stuck(&mut engine);
    let refusal = engine.refused("ContinueUpdateRollback", json!({ "StackName": "one", "ResourcesToSkip": ["B"] }));
    assert!(refusal.contains("[B]"), "{refusal}");
    let from = engine.seen("one");
    engine.ok("ContinueUpdateRollback", json!({ "StackName": "one", "ResourcesToSkip": ["A"] }));
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    place(&engine.events("one", from), "A UPDATE_COMPLETE");
    let id = engine.physical("one", "A");
    let real = engine.world.region(crate::engine::REGION).others[TOPIC][&id].properties.clone();
    assert_eq!(real["DisplayName"], "y", "a skipped resource is left as it is");
}

#[test]
fn an_update_can_be_cancelled() {
    let mut engine = Engine::new();
    engine.create("one", &before());
    let refusal = engine.refused("CancelUpdateStack", json!({ "StackName": "one" }));
    assert_eq!(refusal, "ValidationError: CancelUpdateStack cannot be called from current stack status");
    engine.begin_update("one", &after(), json!({}));
    engine.pass(2);
    engine.ok("CancelUpdateStack", json!({ "StackName": "one" }));
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_IN_PROGRESS");
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(engine.things(TOPIC).len(), 4);
}

#[test]
fn a_stopped_update_can_be_rolled_back_or_tried_again() {
    let mut engine = Engine::new();
    let (one, two) = (
        template(json!({ "A": topic("a", "x"), "B": topic("b", "x") })),
        template(json!({ "A": topic("a", "y"), "B": topic("b", "y"), "C": topic("c", "y") })),
    );
    engine.create("one", &one);
    engine.late_mishap("one", "B", Doing::Update, 1);
    engine.update_with("one", &two, json!({ "DisableRollback": true }));
    assert_eq!(engine.status("one"), "UPDATE_FAILED");
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "y", "what succeeded stays");
    assert_eq!(engine.stack("one").resources["B"].properties["DisplayName"], "x", "what failed returned");
    let saved = engine.world.clone();
    engine.ok("RollbackStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "x");
    assert_eq!(engine.things(TOPIC).len(), 2);
    engine.world = saved;
    engine.update_with("one", &two, json!({ "DisableRollback": true }));
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE", "{:#?}", engine.events("one", 0));
    assert_eq!(engine.things(TOPIC).len(), 3);
}

#[test]
fn an_update_that_was_stopped_twice_returns_to_what_was_good() {
    let mut engine = Engine::new();
    let shown = |shown: &str| template(json!({ "A": topic("a", shown), "B": topic("b", shown) }));
    engine.create("one", &shown("x"));
    engine.mishap("one", "B", Doing::Update, 2);
    engine.update_with("one", &shown("y"), json!({ "DisableRollback": true }));
    engine.update_with("one", &shown("z"), json!({ "DisableRollback": true }));
    assert_eq!(engine.status("one"), "UPDATE_FAILED");
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "z");
    engine.ok("RollbackStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "x");
    assert_eq!(engine.stack("one").source.body, shown("x").to_string());
}

#[test]
fn a_stack_whose_rollback_failed_goes_with_all_that_it_had() {
    let mut engine = Engine::new();
    let chain = |name: &str, shown: &str| {
        let first = topic("a", shown);
        template(json!({ "A": first, "B": and(topic(name, "x"), json!({ "DependsOn": "A" })), "Z": topic("z", shown) }))
    };
    engine.create("one", &chain("b", "x"));
    let slow = and(chain("other", "y"), json!({}));
    engine.begin_update("one", &slow, json!({}));
    engine.until(|engine| !engine.physical("one", "B").is_empty() && engine.things(TOPIC).len() == 4);
    engine.mishap("one", "A", Doing::Update, 1);
    engine.ok("CancelUpdateStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_FAILED");
    assert_eq!(engine.things(TOPIC).len(), 4, "both forms of B are there");
    engine.ok("DeleteStack", json!({ "StackName": "one" }));
    engine.settle();
    assert_eq!(engine.status("one"), "DELETE_COMPLETE");
    assert!(engine.things(TOPIC).is_empty());
}
