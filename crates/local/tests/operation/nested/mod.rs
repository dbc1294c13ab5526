//! Stacks in stacks.
use serde_json::{Value as Json, json};
use stackgen_local::World;
use stackgen_local::cloudformation::stack::Stack;
use stackgen_local::resources::Doing;

use crate::engine::{Engine, REGION, TOPIC, and, place, template, topic, upload, with};

/// A child of topics, with their display name as a parameter and an output.
fn child(names: &[&str]) -> Json {
    let topics = names.iter().map(|name| ((*name).to_owned(), topic(&name.to_lowercase(), "")));
    let mut resources: serde_json::Map<String, Json> = topics.collect();
    for resource in resources.values_mut() {
        resource["Properties"]["DisplayName"] = json!({ "Ref": "Shown" });
    }
    json!({
        "Parameters": { "Shown": { "Type": "String" } },
        "Resources": resources,
        "Outputs": { "First": { "Value": { "Ref": names[0] } }, "Said": { "Value": { "Ref": "Shown" } } },
    })
}

/// A parent of a nested stack, and of a topic that comes after it and shows what it puts out.
fn parent(url: &str, shown: &str, last: &str) -> Json {
    let z = and(topic(last, ""), json!({ "DependsOn": "Nested" }));
    let z = with(
        z.clone(),
        json!({ "Properties": with(z["Properties"].clone(), json!({
        "DisplayName": { "Fn::GetAtt": ["Nested", "Outputs.Said"] },
    })) }),
    );
    template(json!({
        "Nested": { "Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": url, "Parameters": { "Shown": shown }, "Tags": [{ "Key": "own", "Value": "1" }],
        } },
        "Z": z,
    }))
}

fn nested(engine: &mut Engine, parent: &str) -> Stack {
    let id = engine.physical(parent, "Nested");
    engine.world.region(REGION).stacks[&id].clone()
}

fn nested_events(engine: &mut Engine, from: usize) -> Vec<String> {
    let name = nested(engine, "top").name;
    engine.events(&name, from)
}

fn made() -> (Engine, String) {
    let mut engine = Engine::new();
    let url = upload(&mut engine, "child.json", &child(&["A", "B"]).to_string());
    engine.create_with(
        "top",
        &parent(&url, "x", "z"),
        json!({ "Tags": [{ "Key": "team", "Value": "core" }], "Capabilities": ["CAPABILITY_IAM"] }),
    );
    assert_eq!(engine.status("top"), "CREATE_COMPLETE", "{:#?}", engine.events("top", 0));
    (engine, url)
}

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

fn nested_status(engine: &mut Engine, id: &str) -> &'static str {
    engine.world.region(REGION).stacks[id].status.word()
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

#[test]
fn a_stack_in_a_stack_in_a_stack_moves_with_its_root() {
    let mut engine = Engine::new();
    let leaf = upload(&mut engine, "leaf.json", &child(&["A", "B"]).to_string());
    let middle = |url: &str| {
        with(
            parent(url, "x", "m"),
            json!({
                "Outputs": { "Said": { "Value": { "Ref": "Shown" } } },
                "Parameters": { "Shown": { "Type": "String" } },
            }),
        )
    };
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
