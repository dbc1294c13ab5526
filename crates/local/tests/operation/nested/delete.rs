//! A nested stack goes with its parent, or before it.
use serde_json::json;
use stackgen_local::resources::Doing;

use super::{made, nested, nested_status};
use crate::engine::{TOPIC, place, template, topic};

#[test]
fn a_deletion_goes_inside_first_and_fails_with_it() {
    let (mut engine, _) = made();
    let inner = nested(&mut engine, "top");
    engine.mishap(&inner.name, "B", Doing::Delete, 1);
    engine.ok("DeleteStack", json!({ "StackName": "top" }));
    engine.settle();
    assert_eq!(engine.status("top"), "DELETE_FAILED");
    let reason = format!(
        "Nested DELETE_FAILED Embedded stack {} was not successfully deleted: The following resource(s) failed to delete: [B].",
        inner.id
    );
    place(&engine.events("top", 0), &reason);
    engine.ok("DeleteStack", json!({ "StackName": "top" }));
    engine.settle();
    assert_eq!((engine.status("top"), nested_status(&mut engine, &inner.id)), ("DELETE_COMPLETE", "DELETE_COMPLETE"));
    assert!(engine.things(TOPIC).is_empty());
}

#[test]
fn the_protection_of_the_root_goes_for_what_is_in_it() {
    let (mut engine, _) = made();
    let inner = nested(&mut engine, "top");
    engine.ok("UpdateTerminationProtection", json!({ "StackName": "top", "EnableTerminationProtection": true }));
    let refusal = engine.refused("DeleteStack", json!({ "StackName": inner.name }));
    assert!(refusal.ends_with("cannot be deleted while TerminationProtection is enabled"), "{refusal}");
    engine.update("top", &template(json!({ "T": topic("t", "x") })));
    assert_eq!((engine.status("top"), nested_status(&mut engine, &inner.id)), ("UPDATE_COMPLETE", "DELETE_COMPLETE"));
}
