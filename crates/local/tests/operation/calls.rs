//! The calls themselves.
use serde_json::{Value as Json, json};

use crate::engine::{Engine, REGION, TOPIC, template, topic};

fn one() -> Json {
    template(json!({ "A": topic("a", "x") }))
}

#[test]
fn a_change_set_makes_and_changes_a_stack() {
    let mut engine = Engine::new();
    let input = json!({
        "StackName": "one", "ChangeSetName": "first", "ChangeSetType": "CREATE", "TemplateBody": one().to_string(),
    });
    let made = engine.ok("CreateChangeSet", input);
    engine.settle();
    assert_eq!(engine.status("one"), "REVIEW_IN_PROGRESS");
    let shown = engine.ok("DescribeChangeSet", json!({ "ChangeSetName": made["Id"] }));
    assert_eq!((&shown["Status"], &shown["ExecutionStatus"]), (&json!("CREATE_COMPLETE"), &json!("AVAILABLE")));
    engine.ok("ExecuteChangeSet", json!({ "ChangeSetName": made["Id"], "ClientRequestToken": "t-1" }));
    let again = engine.refused("ExecuteChangeSet", json!({ "ChangeSetName": made["Id"], "ClientRequestToken": "t-1" }));
    assert!(again.starts_with("TokenAlreadyExistsException"), "{again}");
    let other = engine.refused("ExecuteChangeSet", json!({ "ChangeSetName": made["Id"] }));
    assert!(other.contains("cannot be executed in its current status of [EXECUTE_IN_PROGRESS]"), "{other}");
    engine.settle();
    assert_eq!(engine.status("one"), "CREATE_COMPLETE");
    assert!(engine.stack("one").events.iter().skip(1).all(|event| event.token.as_deref() == Some("t-1")));
    let shown = engine.ok("DescribeChangeSet", json!({ "ChangeSetName": made["Id"] }));
    assert_eq!(shown["ExecutionStatus"], "EXECUTE_COMPLETE");
    assert_eq!(engine.ok("ListChangeSets", json!({ "StackName": "one" }))["Summaries"], json!([]));
}

#[test]
fn executing_one_change_set_deletes_the_others_and_an_update_makes_them_obsolete() {
    let mut engine = Engine::new();
    engine.create("one", &one());
    for (name, shown) in [("first", "y"), ("second", "z")] {
        engine.ok("CreateChangeSet", json!({
            "StackName": "one", "ChangeSetName": name, "TemplateBody": template(json!({ "A": topic("a", shown) })).to_string(),
        }));
    }
    engine.settle();
    let saved = engine.world.clone();
    engine.ok("ExecuteChangeSet", json!({ "StackName": "one", "ChangeSetName": "first" }));
    let refusal = engine.refused("DescribeChangeSet", json!({ "StackName": "one", "ChangeSetName": "second" }));
    assert_eq!(refusal, "ChangeSetNotFound: ChangeSet [second] does not exist");
    engine.world = saved;
    engine.update("one", &template(json!({ "A": topic("a", "w") })));
    let shown = engine.ok("DescribeChangeSet", json!({ "StackName": "one", "ChangeSetName": "second" }));
    assert_eq!(shown["ExecutionStatus"], "OBSOLETE");
    let refusal = engine.refused("ExecuteChangeSet", json!({ "StackName": "one", "ChangeSetName": "second" }));
    assert!(refusal.contains("[OBSOLETE]"), "{refusal}");
}

#[test]
fn one_operation_at_a_time() {
    let mut engine = Engine::new();
    let id = engine.create("one", &one());
    engine.begin_update("one", &template(json!({ "A": topic("a", "y") })), json!({}));
    let refusal = engine.refused(
        "UpdateStack",
        json!({
            "StackName": "one", "TemplateBody": template(json!({ "A": topic("a", "z") })).to_string(),
        }),
    );
    assert_eq!(refusal, format!("ValidationError: Stack:{id} is in UPDATE_IN_PROGRESS state and can not be updated."));
}

#[test]
fn a_refused_create_leaves_nothing() {
    let mut engine = Engine::new();
    let bad = template(json!({ "A": { "Type": TOPIC, "Properties": { "DisplayName": { "Ref": "Nobody" } } } }));
    engine.refused("CreateStack", json!({ "StackName": "one", "TemplateBody": bad.to_string() }));
    assert!(engine.world.region(REGION).stacks.is_empty());
    engine.create("one", &one());
    let refusal = engine.refused("CreateStack", json!({ "StackName": "one", "TemplateBody": one().to_string() }));
    assert_eq!(refusal, "AlreadyExistsException: Stack [one] already exists");
}

#[test]
fn a_role_once_given_stays() {
    let mut engine = Engine::new();
    let role = "arn:aws:iam::123456789012:role/deployer";
    engine.create_with("one", &one(), json!({ "RoleARN": role }));
    engine.update("one", &template(json!({ "A": topic("a", "y") })));
    assert_eq!(engine.ok("DescribeStacks", json!({ "StackName": "one" }))["Stacks"][0]["RoleARN"], role);
}

#[test]
fn events_come_newest_first_and_in_pages() {
    let mut engine = Engine::new();
    let many: serde_json::Map<String, Json> =
        (0..60).map(|n| (format!("T{n}"), topic(&format!("t{n}"), "x"))).collect();
    let id = engine.create("one", &template(Json::Object(many)));
    let (mut seen, mut token) = (Vec::new(), None);
    loop {
        let page = engine.ok("DescribeStackEvents", json!({ "StackName": id, "NextToken": token }));
        let events = page["StackEvents"].as_array().unwrap();
        assert!(events.len() <= 100);
        seen.extend(events.iter().map(|event| event["EventId"].as_str().unwrap().to_owned()));
        token = page["NextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    let all: Vec<String> = engine.stack("one").events.iter().rev().map(|event| event.id.clone()).collect();
    assert_eq!(seen, all);
    assert_eq!(all.len(), 182);
}

#[test]
fn the_events_of_an_operation_are_asked_for_by_its_id() {
    let mut engine = Engine::new();
    engine.mishap("one", "A", stackgen_local::resources::Doing::Create, 1);
    engine.create("one", &one());
    let stack = &engine.ok("DescribeStacks", json!({ "StackName": "one" }))["Stacks"][0];
    let operations = stack["LastOperations"].as_array().unwrap().clone();
    assert_eq!(
        (&operations[0]["OperationType"], &operations[1]["OperationType"]),
        (&json!("ROLLBACK"), &json!("CREATE_STACK"))
    );
    let failed = engine.ok(
        "DescribeEvents",
        json!({
            "OperationId": operations[1]["OperationId"], "Filters": { "FailedEvents": true },
        }),
    );
    let failed = failed["OperationEvents"].as_array().unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (&failed[0]["ResourceStatusReason"], &failed[0]["EventType"]),
        (&json!("It broke"), &json!("PROVISIONING_ERROR"))
    );
}

#[test]
fn resources_and_templates_are_shown() {
    let mut engine = Engine::new();
    engine.create("one", &one());
    let list = engine.ok("ListStackResources", json!({ "StackName": "one" }));
    assert_eq!(list["StackResourceSummaries"][0]["ResourceType"], TOPIC);
    let detail = engine.ok("DescribeStackResource", json!({ "StackName": "one", "LogicalResourceId": "A" }));
    assert_eq!(detail["StackResourceDetail"]["ResourceStatus"], "CREATE_COMPLETE");
    let physical = engine.physical("one", "A");
    let found = engine.ok("DescribeStackResources", json!({ "PhysicalResourceId": physical }));
    assert_eq!(found["StackResources"][0]["LogicalResourceId"], "A");
    assert_eq!(engine.ok("GetTemplate", json!({ "StackName": "one" }))["TemplateBody"], one().to_string());
    let summary = engine.ok("GetTemplateSummary", json!({ "StackName": "one" }));
    assert_eq!(summary["ResourceTypes"], json!([TOPIC]));
    assert_eq!(summary["ResourceIdentifierSummaries"][0]["ResourceIdentifiers"], json!(["TopicArn"]));
    let valid = engine.ok("ValidateTemplate", json!({ "TemplateBody": one().to_string() }));
    assert_eq!(valid["Parameters"], json!([]));
    let refusal = engine.refused("DescribeStackEvents", json!({ "StackName": "nobody" }));
    assert_eq!(refusal, "ValidationError: Stack [nobody] does not exist");
    assert!(engine.refused("CreateStackSet", json!({})).starts_with("NotImplementedByLocalEngine"));
}

#[test]
fn drift_is_found() {
    let mut engine = Engine::new();
    engine.create("one", &template(json!({ "A": topic("a", "x"), "B": topic("b", "x"), "C": topic("c", "x") })));
    let (a, b) = (engine.physical("one", "A"), engine.physical("one", "B"));
    let topics = engine.world.region(REGION).others.get_mut(TOPIC).unwrap();
    topics.get_mut(&a).unwrap().properties["DisplayName"] = json!("by hand");
    topics.remove(&b);
    let begun = engine.ok("DetectStackDrift", json!({ "StackName": "one" }));
    let status = engine.ok("DescribeStackDriftDetectionStatus", begun.clone());
    assert_eq!(status["DetectionStatus"], "DETECTION_IN_PROGRESS");
    engine.pass(10);
    let status = engine.ok("DescribeStackDriftDetectionStatus", begun);
    assert_eq!((&status["StackDriftStatus"], &status["DriftedStackResourceCount"]), (&json!("DRIFTED"), &json!(2)));
    let drifts = engine.ok(
        "DescribeStackResourceDrifts",
        json!({
            "StackName": "one", "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"],
        }),
    );
    let drifts = drifts["StackResourceDrifts"].as_array().unwrap();
    assert_eq!(drifts.len(), 2);
    assert_eq!(drifts[0]["PropertyDifferences"][0]["PropertyPath"], "/DisplayName");
    assert_eq!(drifts[0]["PropertyDifferences"][0]["ActualValue"], "by hand");
}

#[test]
fn drift_is_reverted_on_demand() {
    let mut engine = Engine::new();
    let both = template(json!({ "A": topic("a", "x"), "B": topic("b", "x") }));
    engine.create("one", &both);
    let (a, b) = (engine.physical("one", "A"), engine.physical("one", "B"));
    let topics = engine.world.region(REGION).others.get_mut(TOPIC).unwrap();
    topics.get_mut(&a).unwrap().properties["DisplayName"] = json!("by hand");
    topics.remove(&b);
    let input = json!({
        "StackName": "one", "ChangeSetName": "back", "TemplateBody": both.to_string(), "DeploymentMode": "REVERT_DRIFT",
    });
    engine.ok("CreateChangeSet", input);
    engine.settle();
    engine.ok("ExecuteChangeSet", json!({ "StackName": "one", "ChangeSetName": "back" }));
    engine.settle();
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    let b = engine.physical("one", "B");
    let topics = &engine.world.region(REGION).others[TOPIC];
    assert_eq!(topics[&a].properties["DisplayName"], "x");
    assert!(topics.contains_key(&b));
}
