//! Change sets that look into nested stacks.
use serde_json::{Value as Json, json};

use super::{child, made, nested, nested_status, parent};
use crate::engine::{Engine, REGION, upload};

/// Makes a change set that looks into nested stacks. What `DescribeChangeSet` says of it.
fn change_set(engine: &mut Engine, kind: &str, body: &Json) -> Json {
    let input = json!({
        "StackName": "top", "ChangeSetName": "c", "ChangeSetType": kind, "TemplateBody": body.to_string(),
        "IncludeNestedStacks": true,
    });
    engine.ok("CreateChangeSet", input);
    engine.settle();
    engine.ok("DescribeChangeSet", json!({ "StackName": "top", "ChangeSetName": "c" }))
}

#[test]
fn a_change_set_of_a_new_stack_looks_inside() {
    let mut engine = Engine::new();
    let url = upload(&mut engine, "child.json", &child(&["A", "B"]).to_string());
    let root = change_set(&mut engine, "CREATE", &parent(&url, "x", "z"));
    assert_eq!((&root["Status"], &root["IncludeNestedStacks"]), (&json!("CREATE_COMPLETE"), &json!(true)));
    let inner = root["Changes"][0]["ResourceChange"]["ChangeSetId"].clone();
    let shown = engine.ok("DescribeChangeSet", json!({ "ChangeSetName": inner }));
    assert_eq!((&shown["ParentChangeSetId"], &shown["RootChangeSetId"]), (&root["ChangeSetId"], &root["ChangeSetId"]));
    assert_eq!(shown["Changes"].as_array().map(Vec::len), Some(2));
    let id = shown["StackId"].as_str().expect("it is of a stack").to_owned();
    assert_eq!(nested_status(&mut engine, &id), "REVIEW_IN_PROGRESS");
    for call in ["ExecuteChangeSet", "DeleteChangeSet"] {
        let refusal = engine.refused(call, json!({ "ChangeSetName": inner }));
        assert!(refusal.contains("Use the change set of its root stack: arn:"), "{refusal}");
    }
    let saved = engine.world.clone();
    engine.ok("DeleteChangeSet", json!({ "StackName": "top", "ChangeSetName": "c" }));
    assert!(!engine.world.region(REGION).stacks.contains_key(&id), "it was there for the change set only");
    engine.world = saved.clone();
    engine.ok("DeleteStack", json!({ "StackName": "top" }));
    assert!(!engine.world.region(REGION).stacks.contains_key(&id), "nobody else asks for it");
    engine.world = saved;
    engine.ok("ExecuteChangeSet", json!({ "StackName": "top", "ChangeSetName": "c" }));
    engine.settle();
    assert_eq!(engine.status("top"), "CREATE_COMPLETE", "{:#?}", engine.events("top", 0));
    assert_eq!((engine.physical("top", "Nested"), nested_status(&mut engine, &id)), (id.clone(), "CREATE_COMPLETE"));
    assert_eq!(engine.world.region(REGION).stacks.len(), 2);
    let shown = engine.ok("DescribeChangeSet", json!({ "ChangeSetName": inner }));
    assert_eq!(shown["ExecutionStatus"], "EXECUTE_COMPLETE");
}

#[test]
fn a_change_set_shows_only_nested_stacks_that_change() {
    let (mut engine, url) = made();
    // What asks for its outputs is listed all the same: aws-cloudformation/cloudformation-coverage-roadmap#759.
    let same = change_set(&mut engine, "UPDATE", &parent(&url, "x", "z"));
    let ids: Vec<&Json> =
        same["Changes"].as_array().into_iter().flatten().map(|it| &it["ResourceChange"]["LogicalResourceId"]).collect();
    assert_eq!(ids, ["Z"]);
    engine.ok("DeleteChangeSet", json!({ "StackName": "top", "ChangeSetName": "c" }));
    let mut alone = parent(&url, "x", "z");
    alone["Resources"].as_object_mut().expect("it has resources").shift_remove("Z");
    engine.update("top", &alone);
    let same = change_set(&mut engine, "UPDATE", &alone);
    assert_eq!((&same["Status"], &same["Changes"]), (&json!("FAILED"), &json!([])));
    engine.ok("DeleteChangeSet", json!({ "StackName": "top", "ChangeSetName": "c" }));
    // The content behind the URL has changed, and nothing in the template of the root.
    upload(&mut engine, "child.json", &child(&["A", "C"]).to_string());
    let root = change_set(&mut engine, "UPDATE", &alone);
    let inner = root["Changes"][0]["ResourceChange"]["ChangeSetId"].clone();
    let shown = engine.ok("DescribeChangeSet", json!({ "ChangeSetName": inner }));
    let actions: Vec<&Json> =
        shown["Changes"].as_array().into_iter().flatten().map(|it| &it["ResourceChange"]["Action"]).collect();
    assert_eq!(actions, ["Add", "Remove"]);
    engine.ok("ExecuteChangeSet", json!({ "StackName": "top", "ChangeSetName": "c" }));
    engine.settle();
    assert_eq!(
        (engine.status("top"), nested(&mut engine, "top").status.word()),
        ("UPDATE_COMPLETE", "UPDATE_COMPLETE")
    );
    assert!(nested(&mut engine, "top").resources.contains_key("C"));
}

#[test]
fn a_change_set_that_fails_inside_fails_outside() {
    let (mut engine, _) = made();
    let mut broken = child(&["A"]);
    broken["Outputs"]["Said"]["Value"] = json!({ "Fn::GetStackOutput": { "StackName": "nobody", "OutputName": "It" } });
    let url = upload(&mut engine, "broken.json", &broken.to_string());
    let root = change_set(&mut engine, "UPDATE", &parent(&url, "x", "z"));
    let reason = root["StatusReason"].as_str().unwrap_or_default().to_owned();
    assert!(reason.starts_with("Nested change set arn:"), "{reason}");
    assert!(reason.ends_with(" was not successfully created: Currently in FAILED."), "{reason}");
    let id = reason.split(' ').nth(3).unwrap_or_default().to_owned();
    let inner = engine.ok("DescribeChangeSet", json!({ "ChangeSetName": id }));
    assert_eq!(inner["StatusReason"], "Output It of stack nobody does not exist");
}
