//! An update that fails at one level returns at all of them.
use serde_json::json;
use stackgen_local::World;
use stackgen_local::resources::Doing;

use super::{child, made, nested, nested_events, parent};
use crate::engine::{Engine, REGION, TOPIC, place, upload};

#[test]
fn an_update_that_fails_outside_returns_inside() {
    let (mut engine, _) = made();
    let before = nested(&mut engine, "top");
    let (from, inner) = (engine.seen("top"), before.events.len());
    engine.mishap("top", "Z", Doing::Update, 1);
    let url = upload(&mut engine, "second.json", &child(&["A", "C"]).to_string());
    engine.update("top", &parent(&url, "y", "z"));
    assert_eq!(engine.status("top"), "UPDATE_ROLLBACK_COMPLETE");
    let (events, now) = (nested_events(&mut engine, inner), nested(&mut engine, "top"));
    let own: Vec<&str> =
        now.events[inner..].iter().filter(|it| it.physical_id == now.id).map(|it| &*it.status).collect();
    assert_eq!(
        own,
        [
            "UPDATE_IN_PROGRESS",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE",
        ]
    );
    assert!(!events.iter().any(|it| it.starts_with("B DELETE")), "what was to go has not gone: {events:#?}");
    place(&events, "C DELETE_COMPLETE");
    assert_eq!((now.source, now.outputs), (before.source, before.outputs));
    let outside = engine.events("top", from);
    let clean = place(&outside, "top UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
    assert_eq!(outside[clean + 1..], ["Nested UPDATE_COMPLETE", "top UPDATE_ROLLBACK_COMPLETE"]);
    assert_eq!(engine.things(TOPIC).len(), 3);
}

#[test]
fn an_update_that_fails_inside_fails_outside() {
    let (mut engine, url) = made();
    let inner = nested(&mut engine, "top");
    let from = engine.seen("top");
    engine.mishap(&inner.name, "B", Doing::Update, 1);
    engine.update("top", &parent(&url, "y", "z"));
    assert_eq!(engine.status("top"), "UPDATE_ROLLBACK_COMPLETE");
    let events = engine.events("top", from);
    let failed = format!(
        "Nested UPDATE_FAILED Embedded stack {} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with \
         reason: The following resource(s) failed to update: [",
        inner.id
    );
    assert!(events.iter().any(|it| it.starts_with(&failed)), "{events:#?}");
    place(&events, "top UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [Nested].");
    let now = nested(&mut engine, "top");
    assert_eq!((now.status.word(), &*now.outputs["Said"].value), ("UPDATE_ROLLBACK_COMPLETE", "x"));
    engine.update("top", &parent(&url, "y", "z"));
    assert_eq!(
        (engine.status("top"), nested(&mut engine, "top").status.word()),
        ("UPDATE_COMPLETE", "UPDATE_COMPLETE")
    );
}

#[test]
fn a_cancelled_update_cancels_inside() {
    let (mut engine, url) = made();
    engine.begin_update("top", &parent(&url, "y", "z"), json!({}));
    engine.until(|engine| nested(engine, "top").status.word() == "UPDATE_IN_PROGRESS");
    engine.ok("CancelUpdateStack", json!({ "StackName": "top" }));
    engine.settle();
    let now = nested(&mut engine, "top");
    assert_eq!((engine.status("top"), now.status.word()), ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"));
    assert_eq!(now.resources["A"].properties["DisplayName"], "x");
}

#[test]
fn a_rollback_that_failed_inside_is_continued_from_the_root() {
    let (mut engine, url) = made();
    let inner = nested(&mut engine, "top");
    engine.mishap("top", "Z", Doing::Update, 1);
    engine.begin_update("top", &parent(&url, "y", "z"), json!({}));
    engine.until(|engine| nested(engine, "top").status.word() == "UPDATE_ROLLBACK_IN_PROGRESS");
    engine.mishap(&inner.name, "B", Doing::Update, 1);
    engine.settle();
    assert_eq!(engine.status("top"), "UPDATE_ROLLBACK_FAILED", "{:#?}", engine.events("top", 0));
    assert_eq!(nested(&mut engine, "top").status.word(), "UPDATE_ROLLBACK_FAILED");
    let saved = engine.world.clone();
    let mut refused = |stack: &str, skip: &str| {
        engine.refused("ContinueUpdateRollback", json!({ "StackName": stack, "ResourcesToSkip": [skip] }))
    };
    let child_refused = "ValidationError: RollbackUpdatedStack cannot be invoked on child stacks";
    assert_eq!(refused(&inner.id, "B"), child_refused);
    assert_eq!(refused("top", "Nested.B"), "ValidationError: Stack [Nested] does not exist");
    assert_eq!(refused("top", "Nested"), "ValidationError: Nested stacks could not be skipped");
    assert!(refused("top", &format!("{}.A", inner.name)).contains("not in UPDATE_FAILED state"));
    for skip in [json!([]), json!([format!("{}.B", inner.name)])] {
        engine.world = saved.clone();
        let is_skipped = skip != json!([]);
        engine.ok("ContinueUpdateRollback", json!({ "StackName": "top", "ResourcesToSkip": skip }));
        engine.settle();
        let now = nested(&mut engine, "top");
        assert_eq!((engine.status("top"), now.status.word()), ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"));
        let id = engine.physical(&inner.name, "B");
        let real = engine.world.region(REGION).others[TOPIC][&id].properties.clone();
        assert_eq!(real["DisplayName"], if is_skipped { "y" } else { "x" });
    }
}

#[test]
fn a_stopped_update_stops_inside_and_can_be_rolled_back_or_tried_again() {
    let (mut first, url) = made();
    let inner = nested(&mut first, "top");
    for (stack, resource) in [(&*inner.name, "B"), ("top", "Z")] {
        let mut engine = Engine { world: first.world.clone() };
        engine.mishap(stack, resource, Doing::Update, 1);
        engine.update_with("top", &parent(&url, "y", "z"), json!({ "DisableRollback": true }));
        assert_eq!(engine.status("top"), "UPDATE_FAILED");
        let word = if stack == "top" { "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" } else { "UPDATE_FAILED" };
        assert_eq!(nested(&mut engine, "top").status.word(), word);
        let saved = engine.world.clone();
        engine.ok("RollbackStack", json!({ "StackName": "top" }));
        engine.settle();
        let now = nested(&mut engine, "top");
        assert_eq!((engine.status("top"), now.status.word()), ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"));
        assert_eq!(now.resources["A"].properties["DisplayName"], "x");
        engine.world = saved;
        engine.update_with("top", &parent(&url, "w", "z"), json!({ "DisableRollback": true }));
        let now = nested(&mut engine, "top");
        assert_eq!((engine.status("top"), now.status.word()), ("UPDATE_COMPLETE", "UPDATE_COMPLETE"));
        assert_eq!(now.resources["A"].properties["DisplayName"], "w");
    }
}

#[test]
fn a_world_that_is_written_down_at_every_step_goes_on() {
    let told = |between: fn(World) -> World| {
        let (mut engine, _) = made();
        engine.mishap("top", "Z", Doing::Update, 1);
        let url = upload(&mut engine, "second.json", &child(&["A", "C"]).to_string());
        engine.begin_update("top", &parent(&url, "y", "z"), json!({}));
        while let Some(next) = engine.world.next() {
            engine.world.advance(next);
            engine.world = between(engine.world);
        }
        let inner = nested(&mut engine, "top");
        (inner.status.word(), engine.stack("top").events.clone(), inner.events)
    };
    let written = told(|world| {
        let text = serde_json::to_string(&world).expect("it can be written");
        serde_json::from_str(&text).expect("it can be read")
    });
    assert_eq!(written.0, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(written, told(|world| world));
}
