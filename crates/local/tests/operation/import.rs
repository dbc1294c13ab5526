//! Taking resources in.
use serde_json::{Value as Json, json};
use stackgen_local::resources::Doing;
use stackgen_local::resources::generic::Thing;

use crate::engine::{Engine, REGION, TOPIC, and, place, template, topic};

fn with_stranger() -> (Engine, Json) {
    let mut engine = Engine::new();
    engine.create("one", &template(json!({ "A": topic("a", "x") })));
    let properties = topic("old", "x")["Properties"].clone();
    let thing = Thing { properties, stack_id: String::new(), logical_id: String::new() };
    engine.world.region(REGION).others.get_mut(TOPIC).expect("there is one").insert("stranger".to_owned(), thing);
    let wanted = template(json!({
        "A": topic("a", "x"),
        "I": and(topic("old", "x"), json!({ "DeletionPolicy": "Retain" })),
    }));
    (engine, wanted)
}

fn import(engine: &mut Engine, wanted: &Json, identifier: &str) {
    engine.ok(
        "CreateChangeSet",
        json!({
            "StackName": "one", "ChangeSetName": "take", "ChangeSetType": "IMPORT", "TemplateBody": wanted.to_string(),
            "ResourcesToImport": [{
                "ResourceType": TOPIC, "LogicalResourceId": "I", "ResourceIdentifier": { "TopicArn": identifier },
            }],
        }),
    );
    engine.settle();
    engine.ok("ExecuteChangeSet", json!({ "StackName": "one", "ChangeSetName": "take" }));
    engine.settle();
}

#[test]
fn a_resource_is_taken_in() {
    let (mut engine, wanted) = with_stranger();
    let from = engine.seen("one");
    import(&mut engine, &wanted, "stranger");
    assert_eq!(engine.status("one"), "IMPORT_COMPLETE", "{:#?}", engine.events("one", 0));
    assert_eq!(engine.physical("one", "I"), "stranger");
    assert_eq!(
        engine.events("one", from),
        [
            "one IMPORT_IN_PROGRESS User Initiated",
            "I IMPORT_IN_PROGRESS Resource import started.",
            "I IMPORT_COMPLETE Resource import completed.",
            "I UPDATE_IN_PROGRESS Apply stack-level tags to imported resource if applicable.",
            "I UPDATE_COMPLETE",
            "one IMPORT_COMPLETE",
        ]
    );
    engine.update("one", &template(json!({ "A": topic("a", "x") })));
    assert!(engine.things(TOPIC).contains(&"stranger".to_owned()), "it is retained");
}

#[test]
fn what_is_not_there_is_not_taken_in() {
    let (mut engine, wanted) = with_stranger();
    import(&mut engine, &wanted, "nobody");
    assert_eq!(engine.status("one"), "IMPORT_ROLLBACK_COMPLETE");
    assert!(!engine.stack("one").resources.contains_key("I"));
    let events = engine.events("one", 0);
    place(&events, "one IMPORT_ROLLBACK_IN_PROGRESS The following resource(s) failed to import: [I].");
}

#[test]
fn an_import_may_fail_on_its_way_back() {
    let (mut engine, wanted) = with_stranger();
    engine.mishap("one", "I", Doing::Delete, 1);
    import(&mut engine, &wanted, "nobody");
    assert_eq!(engine.status("one"), "IMPORT_ROLLBACK_FAILED");
}

#[test]
fn what_was_taken_in_and_cannot_be_tagged_is_let_go() {
    let (mut engine, wanted) = with_stranger();
    engine.mishap("one", "I", Doing::Update, 1);
    import(&mut engine, &wanted, "stranger");
    assert_eq!(engine.status("one"), "IMPORT_ROLLBACK_COMPLETE");
    let events = engine.events("one", 0);
    let failed = place(&events, "I UPDATE_FAILED It broke");
    assert!(place(&events, "I IMPORT_COMPLETE Resource import completed.") < failed);
    place(&events, "one IMPORT_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [I].");
    assert!(!engine.stack("one").resources.contains_key("I"));
    assert!(engine.things(TOPIC).contains(&"stranger".to_owned()), "it is as it was");
}
