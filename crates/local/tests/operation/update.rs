//! Changing stacks.
use serde_json::json;
use stackgen_local::resources::Doing;
use stackgen_schema::{Facts, Replacement};

use crate::engine::{Engine, TOPIC, and, place, template, topic};

#[test]
fn a_change_in_place_keeps_the_resource() {
    let mut engine = Engine::new();
    engine.create("one", &template(json!({ "A": topic("a", "x"), "B": topic("b", "x") })));
    let (id, from) = (engine.physical("one", "A"), engine.seen("one"));
    engine.update("one", &template(json!({ "A": topic("a", "y"), "B": topic("b", "x") })));
    assert_eq!(engine.physical("one", "A"), id);
    assert_eq!(
        engine.events("one", from),
        [
            "one UPDATE_IN_PROGRESS User Initiated",
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_COMPLETE",
            "one UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "one UPDATE_COMPLETE",
        ]
    );
}

#[test]
fn a_replacement_is_made_before_the_old_one_goes() {
    let mut engine = Engine::new();
    let user = |name: &str| {
        template(json!({
            "A": topic(name, "x"),
            "B": { "Type": TOPIC, "Properties": { "TopicName": "b", "DisplayName": { "Ref": "A" } } },
        }))
    };
    engine.create("one", &user("a"));
    let (id, from) = (engine.physical("one", "A"), engine.seen("one"));
    engine.update("one", &user("other"));
    assert_ne!(engine.physical("one", "A"), id);
    assert_eq!(
        engine.events("one", from),
        [
            "one UPDATE_IN_PROGRESS User Initiated",
            "A UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
            "A UPDATE_IN_PROGRESS Resource creation Initiated",
            "A UPDATE_COMPLETE",
            "B UPDATE_IN_PROGRESS",
            "B UPDATE_COMPLETE",
            "one UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "A DELETE_IN_PROGRESS",
            "A DELETE_COMPLETE",
            "one UPDATE_COMPLETE",
        ]
    );
    assert!(!engine.things(TOPIC).contains(&id));
    let new = engine.physical("one", "A");
    assert_eq!(engine.stack("one").resources["B"].properties["DisplayName"], json!(new));
}

#[test]
fn what_the_template_drops_is_deleted_last_and_in_reverse() {
    let mut engine = Engine::new();
    let all = json!({
        "A": topic("a", "x"),
        "B": and(topic("b", "x"), json!({ "DependsOn": "A" })),
        "C": topic("c", "x"),
        "K": and(topic("k", "x"), json!({ "DeletionPolicy": "Retain" })),
    });
    engine.create("one", &template(all));
    let (kept, from) = (engine.physical("one", "K"), engine.seen("one"));
    engine.update("one", &template(json!({ "C": topic("c", "y") })));
    let events = engine.events("one", from);
    let clean_up = place(&events, "one UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    assert!(clean_up < place(&events, "B DELETE_IN_PROGRESS"));
    assert!(place(&events, "B DELETE_COMPLETE") < place(&events, "A DELETE_IN_PROGRESS"));
    place(&events, "K DELETE_SKIPPED");
    assert!(engine.things(TOPIC).contains(&kept));
    assert_eq!(engine.stack("one").resources.keys().collect::<Vec<_>>(), ["C"]);
}

#[test]
fn update_replace_policy_keeps_the_old_one() {
    let mut engine = Engine::new();
    let keep = |name: &str| template(json!({ "A": and(topic(name, "x"), json!({ "UpdateReplacePolicy": "Retain" })) }));
    engine.create("one", &keep("a"));
    let old = engine.physical("one", "A");
    engine.update("one", &keep("b"));
    assert!(engine.things(TOPIC).contains(&old));
    assert_eq!(engine.things(TOPIC).len(), 2);
}

#[test]
fn a_clean_up_tries_three_times_and_then_lets_go() {
    let mut engine = Engine::new();
    engine.create("one", &template(json!({ "A": topic("a", "x"), "B": topic("b", "x") })));
    engine.mishap("one", "A", Doing::Delete, 3);
    let (id, from) = (engine.physical("one", "A"), engine.seen("one"));
    engine.update("one", &template(json!({ "B": topic("b", "y") })));
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    let events = engine.events("one", from);
    assert_eq!(events.iter().filter(|it| *it == "A DELETE_FAILED It broke").count(), 3);
    assert!(engine.things(TOPIC).contains(&id), "it belongs to nobody now");
    assert!(!engine.stack("one").resources.contains_key("A"));
    place(
        &engine.events("one", 0),
        "one UPDATE_COMPLETE Update successful. One or more resources could not be deleted.",
    );
}

#[test]
fn a_type_that_says_so_is_deleted_before_it_is_made_anew() {
    let facts = Facts::embedded();
    let odd = facts.type_names().filter(|name| name.starts_with("AWS::")).find_map(|name| {
        let it = facts.resource(name)?;
        let path = it.create_only.iter().find(|path| path.matches('/').count() == 1 && !path.contains('*'))?;
        let plain = it.primary_identifier.iter().all(|id| it.read_only.contains(id));
        (it.replacement == Replacement::DeleteThenCreate && plain).then(|| (name.to_owned(), path[1..].to_owned()))
    });
    let (name, property) = odd.expect("some type is replaced that way");
    let of = |value: &str| {
        let last = and(topic("b", value), json!({ "DependsOn": "A" }));
        template(json!({ "A": { "Type": name, "Properties": { property.clone(): value } }, "B": last }))
    };
    let mut engine = Engine::new();
    engine.create("one", &of("one"));
    assert_eq!(engine.status("one"), "CREATE_COMPLETE", "{:#?}", engine.events("one", 0));
    let id = engine.physical("one", "A");
    engine.update("one", &of("two"));
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    assert_eq!(engine.things(&name), [engine.physical("one", "A")]);
    assert!(!engine.things(&name).contains(&id));
    engine.mishap("one", "B", Doing::Update, 1);
    engine.update("one", &of("three"));
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(engine.things(&name).len(), 1, "never two at once, and the old one is made once more");
    assert_eq!(engine.stack("one").resources["A"].properties[&property], json!("two"));
}

#[test]
fn what_cannot_be_changed_fails_the_update() {
    let mut engine = Engine::new();
    let wait = |count: &str| {
        template(json!({
            "H": { "Type": "AWS::CloudFormation::WaitConditionHandle" },
            "W": {
                "Type": "AWS::CloudFormation::WaitCondition",
                "Properties": { "Handle": { "Ref": "H" }, "Timeout": "60", "Count": count },
            },
        }))
    };
    engine.create("one", &wait("0"));
    let from = engine.seen("one");
    engine.update("one", &wait("1"));
    let events = engine.events("one", from);
    place(&events, "W UPDATE_FAILED Update to resource type AWS::CloudFormation::WaitCondition is not supported.");
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn tags_of_the_stack_reach_its_resources() {
    let mut engine = Engine::new();
    let same = template(json!({ "A": topic("a", "x") }));
    engine.create("one", &same);
    let from = engine.seen("one");
    engine.update_with("one", &same, json!({ "Tags": [{ "Key": "team", "Value": "core" }] }));
    place(&engine.events("one", from), "A UPDATE_COMPLETE");
    let refusal = engine.refused("UpdateStack", json!({ "StackName": "one", "TemplateBody": same.to_string() }));
    assert_eq!(refusal, "ValidationError: No updates are to be performed.");
}

#[test]
fn a_replacement_is_refused_where_rollback_is_disabled() {
    let mut engine = Engine::new();
    engine.create("one", &template(json!({ "A": topic("a", "x") })));
    let from = engine.seen("one");
    engine.update_with("one", &template(json!({ "A": topic("b", "x") })), json!({ "DisableRollback": true }));
    assert_eq!(engine.status("one"), "UPDATE_FAILED");
    let events = engine.events("one", from);
    place(&events, "A UPDATE_FAILED Replacement type updates not supported on stack with disable-rollback.");
}

#[test]
fn stack_policies_hold() {
    let mut engine = Engine::new();
    let policy = json!({ "Statement": [
        { "Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": "*",
          "Condition": { "StringEquals": { "ResourceType": [TOPIC] } } },
        { "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" },
    ] });
    let two = json!({ "A": topic("a", "x"), "B": topic("b", "x") });
    engine.create_with("one", &template(two.clone()), json!({ "StackPolicyBody": policy.to_string() }));
    let from = engine.seen("one");
    engine.update("one", &template(json!({ "A": topic("other", "x"), "B": topic("b", "x") })));
    let denied = |action: &str, id: &str| {
        format!(
            "{id} UPDATE_FAILED Action denied by stack policy: Statement [#1] does not allow [{action}] for resource \
             [LogicalResourceId/{id}]"
        )
    };
    place(&engine.events("one", from), &denied("Update:Replace", "A"));
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    let from = engine.seen("one");
    engine.update("one", &template(json!({ "A": topic("a", "x") })));
    place(&engine.events("one", from), &denied("Update:Delete", "B"));
    assert_eq!(engine.things(TOPIC).len(), 2);
    engine.update("one", &template(json!({ "A": topic("a", "y"), "B": topic("b", "x") })));
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    let all = json!({ "Statement": [{ "Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*" }] });
    engine.update_with(
        "one",
        &template(json!({ "A": topic("c", "y") })),
        json!({
            "StackPolicyDuringUpdateBody": all.to_string(),
        }),
    );
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    assert_eq!(engine.things(TOPIC).len(), 1);
}

#[test]
fn a_name_that_stays_stands_in_the_way_of_a_replacement() {
    let table = |key: &str| {
        let properties = json!({
            "TableName": "t", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
            "AttributeDefinitions": [{ "AttributeName": key, "AttributeType": "S" }],
        });
        template(json!({ "T": { "Type": "AWS::DynamoDB::Table", "Properties": properties } }))
    };
    let mut engine = Engine::new();
    engine.create("one", &table("a"));
    assert_eq!(engine.status("one"), "CREATE_COMPLETE", "{:#?}", engine.events("one", 0));
    let from = engine.seen("one");
    engine.update("one", &table("b"));
    let events = engine.events("one", from);
    let reason = "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename t and update \
                  the stack again.";
    place(&events, &format!("T UPDATE_FAILED {reason}"));
}
