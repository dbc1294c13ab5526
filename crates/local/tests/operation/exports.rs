//! Values that stacks give to each other.
use serde_json::{Value as Json, json};

use crate::engine::{Engine, TOPIC, place, template, topic, with};

fn giver(export: &str, value: &str) -> Json {
    with(
        template(json!({ "A": topic("a", "x") })),
        json!({
            "Outputs": { "Out": { "Value": value, "Export": { "Name": export } } },
        }),
    )
}

fn taker() -> Json {
    template(json!({ "T": { "Type": TOPIC, "Properties": { "DisplayName": { "Fn::ImportValue": "shared" } } } }))
}

fn both() -> Engine {
    let mut engine = Engine::new();
    engine.create("giver", &giver("shared", "v"));
    engine.create("taker", &taker());
    assert_eq!(engine.status("taker"), "CREATE_COMPLETE");
    assert_eq!(engine.stack("taker").resources["T"].properties["DisplayName"], "v");
    engine
}

#[test]
fn exports_and_who_imports_them_are_listed() {
    let mut engine = both();
    let exports = engine.ok("ListExports", json!({}));
    assert_eq!(exports["Exports"][0]["Name"], "shared");
    assert_eq!(engine.ok("ListImports", json!({ "ExportName": "shared" }))["Imports"], json!(["taker"]));
    let refusal = engine.refused("ListImports", json!({ "ExportName": "other" }));
    assert_eq!(refusal, "ValidationError: Export 'other' is not imported by any stack.");
}

#[test]
fn an_export_in_use_is_neither_changed_nor_removed() {
    let mut engine = both();
    let from = engine.seen("giver");
    engine.update("giver", &giver("shared", "w"));
    let events = engine.events("giver", from);
    place(
        &events,
        "giver UPDATE_ROLLBACK_IN_PROGRESS Update canceled. Cannot update export shared as it is in use by taker.",
    );
    let from = engine.seen("giver");
    engine.update("giver", &giver("renamed", "v"));
    let events = engine.events("giver", from);
    place(
        &events,
        "giver UPDATE_ROLLBACK_IN_PROGRESS Delete canceled. Cannot delete export shared as it is in use by taker.",
    );
    let from = engine.seen("giver");
    engine.ok("DeleteStack", json!({ "StackName": "giver" }));
    engine.settle();
    let reason = "Delete canceled. Cannot delete export shared as it is in use by taker.";
    assert_eq!(
        engine.events("giver", from),
        ["giver DELETE_IN_PROGRESS User Initiated".to_owned(), format!("giver UPDATE_ROLLBACK_COMPLETE {reason}"),]
    );
    let shown = engine.ok("DescribeStacks", json!({ "StackName": "giver" }));
    assert_eq!(shown["Stacks"][0]["StackStatusReason"], reason);
    engine.ok("DeleteStack", json!({ "StackName": "taker" }));
    engine.settle();
    engine.ok("DeleteStack", json!({ "StackName": "giver" }));
    engine.settle();
    assert_eq!(engine.status("giver"), "DELETE_COMPLETE");
}

#[test]
fn a_name_is_exported_once() {
    let mut engine = both();
    let mut rival = giver("shared", "v");
    rival["Resources"]["A"]["Properties"]["TopicName"] = json!("rival");
    engine.create("rival", &rival);
    assert_eq!(engine.status("rival"), "ROLLBACK_COMPLETE");
    place(
        &engine.events("rival", 0),
        "rival ROLLBACK_IN_PROGRESS Export with name shared is already exported by stack giver. Rollback requested by user.",
    );
}
