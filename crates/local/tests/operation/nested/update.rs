//! Updates go through all levels in step.
use serde_json::{Value as Json, json};
use stackgen_local::resources::Doing;

use super::{child, made, nested, nested_events, nested_status, parent};
use crate::engine::{Engine, REGION, TOPIC, place, upload, with};

#[test]
fn an_update_cleans_up_in_step_with_the_root() {
    let (mut engine, _) = made();
    let (from, inner) = (engine.seen("top"), nested(&mut engine, "top").events.len());
    let url = upload(&mut engine, "second.json", &child(&["A", "C"]).to_string());
    engine.begin_update("top", &parent(&url, "y", "z"), json!({}));
    engine.until(|engine| nested(engine, "top").status.word() == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    assert_eq!(engine.status("top"), "UPDATE_IN_PROGRESS");
    engine.settle();
    assert_eq!(
        engine.events("top", from),
        [
            "top UPDATE_IN_PROGRESS User Initiated",
            "Nested UPDATE_IN_PROGRESS",
            "Nested UPDATE_COMPLETE",
            "Z UPDATE_IN_PROGRESS",
            "Z UPDATE_COMPLETE",
            "top UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "Nested UPDATE_IN_PROGRESS",
            "Nested UPDATE_COMPLETE",
            "top UPDATE_COMPLETE",
        ]
    );
    let events = nested_events(&mut engine, inner);
    let stack = nested(&mut engine, "top");
    let clean = place(&events, &format!("{} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", stack.name));
    assert!(clean < place(&events, "B DELETE_IN_PROGRESS"));
    assert_eq!((stack.status.word(), &*stack.outputs["Said"].value), ("UPDATE_COMPLETE", "y"));
    let all = &engine.stack("top").events;
    let at = |status: &str| all.iter().rposition(|it| it.status == status).map(|place| all[place].at);
    let gone = stack.events.iter().find(|it| it.status == "DELETE_IN_PROGRESS").map(|it| it.at);
    assert!(gone >= at("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), "nothing goes before the root cleans up");
}

#[test]
fn a_nested_stack_that_does_not_change_is_asked_and_left_alone() {
    let (mut engine, url) = made();
    let (from, inner) = (engine.seen("top"), nested(&mut engine, "top").events.len());
    engine.update("top", &parent(&url, "x", "other"));
    let events = engine.events("top", from);
    assert!(place(&events, "Nested UPDATE_IN_PROGRESS") < place(&events, "Nested UPDATE_COMPLETE"));
    let clean = place(&events, "top UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    assert!(events[clean..].contains(&"Nested UPDATE_COMPLETE".to_owned()), "{events:#?}");
    assert_eq!(engine.status("top"), "UPDATE_COMPLETE");
    assert_eq!(nested(&mut engine, "top").status.word(), "CREATE_COMPLETE");
    assert_eq!(nested_events(&mut engine, inner), Vec::<String>::new());
}

/// A parent that is a child itself.
fn middle(url: &str) -> Json {
    with(
        parent(url, "x", "m"),
        json!({
            "Outputs": { "Said": { "Value": { "Ref": "Shown" } } },
            "Parameters": { "Shown": { "Type": "String" } },
        }),
    )
}

#[test]
fn a_stack_in_a_stack_in_a_stack_moves_with_its_root() {
    let mut engine = Engine::new();
    let leaf = upload(&mut engine, "leaf.json", &child(&["A", "B"]).to_string());
    let url = upload(&mut engine, "middle.json", &middle(&leaf).to_string());
    engine.create("top", &parent(&url, "x", "z"));
    assert_eq!(engine.status("top"), "CREATE_COMPLETE", "{:#?}", engine.events("top", 0));
    let leaf = upload(&mut engine, "leaf2.json", &child(&["A", "C"]).to_string());
    let url = upload(&mut engine, "middle2.json", &middle(&leaf).to_string());
    let saved = engine.world.clone();
    let inner = nested(&mut engine, "top");
    let leaf_id = inner.resources["Nested"].physical_id.clone().expect("it is there");
    engine.update("top", &parent(&url, "x", "z"));
    assert_eq!(engine.status("top"), "UPDATE_COMPLETE");
    assert_eq!(
        (nested_status(&mut engine, &inner.id), nested_status(&mut engine, &leaf_id)),
        ("UPDATE_COMPLETE", "UPDATE_COMPLETE")
    );
    assert_eq!(engine.things(TOPIC).len(), 4);
    engine.world = saved;
    engine.mishap("top", "Z", Doing::Update, 1);
    engine.update("top", &parent(&url, "y", "z"));
    let now = (engine.status("top"), nested_status(&mut engine, &inner.id), nested_status(&mut engine, &leaf_id));
    let back = "UPDATE_ROLLBACK_COMPLETE";
    assert_eq!(now, (back, back, back));
    let root = engine.stack("top").id.clone();
    assert_eq!(engine.world.region(REGION).stacks[&leaf_id].root_id, Some(root));
}
