//! A nested stack is made, or fails and takes its parent with it.
use serde_json::{Value as Json, json};

use super::{child, made, nested, parent};
use crate::engine::{Engine, REGION, TOPIC, place, template, topic, upload, with};

#[test]
fn a_nested_stack_is_a_stack_of_its_own() {
    let (mut engine, _) = made();
    assert_eq!(
        engine.events("top", 0)[..5],
        [
            "top CREATE_IN_PROGRESS User Initiated",
            "Nested CREATE_IN_PROGRESS",
            "Nested CREATE_IN_PROGRESS Resource creation Initiated",
            "Nested CREATE_COMPLETE",
            "Z CREATE_IN_PROGRESS",
        ]
    );
    let stack = nested(&mut engine, "top");
    let top = engine.stack("top").id.clone();
    let mark = stack.name.strip_prefix("top-Nested-").expect("it is named after both");
    assert!(mark.len() == 12 && mark.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()), "{mark}");
    assert_eq!((stack.parent_id.as_deref(), stack.root_id.as_deref()), (Some(&*top), Some(&*top)));
    let tags: Vec<(&str, &str)> = stack.source.tags.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(tags, [("team", "core"), ("own", "1")]);
    assert!(stack.source.capabilities.contains("CAPABILITY_IAM"), "what the caller acknowledged goes for it too");
    assert_eq!(engine.stack("top").resources["Z"].properties["DisplayName"], "x");
    let events = engine.events(&stack.name, 0);
    let name = &stack.name;
    assert_eq!(events[0], format!("{name} CREATE_IN_PROGRESS User Initiated"));
    assert_eq!(events[events.len() - 1], format!("{name} CREATE_COMPLETE"));
}

#[test]
fn a_create_that_fails_inside_fails_outside_and_all_goes() {
    let mut engine = Engine::new();
    let url = upload(&mut engine, "child.json", &child(&["A", "B"]).to_string());
    engine.create("other", &template(json!({ "T": topic("b", "x") })));
    engine.create("top", &parent(&url, "x", "z"));
    assert_eq!(engine.status("top"), "ROLLBACK_COMPLETE");
    let stacks = engine.world.region(REGION).stacks.values();
    let inner = stacks.clone().find(|it| it.parent_id.is_some()).cloned().expect("it was there");
    let events = engine.events("top", 0);
    let failed = format!(
        "Nested CREATE_FAILED Embedded stack {} was not successfully created: The following resource(s) failed to create: [",
        inner.id
    );
    assert!(events.iter().any(|it| it.starts_with(&failed)), "{events:#?}");
    place(
        &events,
        "top ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Nested]. Rollback requested by user.",
    );
    place(&events, "Nested DELETE_COMPLETE");
    let of_its_own: Vec<&str> =
        inner.events.iter().filter(|it| it.physical_id == inner.id).map(|it| it.status.as_str()).collect();
    assert_eq!(of_its_own, ["CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]);
    assert_eq!(engine.things(TOPIC).len(), 1);
}

#[test]
fn what_cannot_begin_names_its_cause() {
    let mut engine = Engine::new();
    let role = json!({ "Resources": { "R": { "Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [] },
    } } } });
    let url = upload(&mut engine, "role.json", &role.to_string());
    let of = |url: &str, parameters: Json| {
        let properties = json!({ "TemplateURL": url, "Parameters": parameters });
        template(json!({ "Nested": { "Type": "AWS::CloudFormation::Stack", "Properties": properties } }))
    };
    engine.create("one", &of(&url, json!({})));
    place(&engine.events("one", 0), "Nested CREATE_FAILED Requires capabilities : [CAPABILITY_IAM]");
    engine.create("two", &of(&url, json!({ "P": "1" })));
    place(&engine.events("two", 0), "Nested CREATE_FAILED Parameters: [P] do not exist in the template");
    engine.create("three", &of(&url.replace("role", "none"), json!({})));
    let events = engine.events("three", 0);
    assert!(events.iter().any(|it| it.starts_with("Nested CREATE_FAILED S3 error: Access Denied")), "{events:#?}");
    let lists = with(
        of(&url, json!({ "P": { "Ref": "L" } })),
        json!({
            "Parameters": { "L": { "Type": "CommaDelimitedList", "Default": "a,b" } },
        }),
    );
    engine.create("four", &lists);
    let reason = "Value of property Parameters must be an object with String (or simple type) properties";
    place(&engine.events("four", 0), &format!("Nested CREATE_FAILED {reason}"));
    assert_eq!(engine.world.region(REGION).stacks.len(), 4, "no nested stack was made");
}
