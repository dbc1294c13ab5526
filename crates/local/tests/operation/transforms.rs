//! Templates that are more than they say.
use serde_json::{Value as Json, json};

use crate::engine::{Engine, TOPIC, place, template, topic, upload, with};

const EXPAND: &str = "CAPABILITY_AUTO_EXPAND";

/// Topics by a loop over a parameter, kept in production only.
fn looped() -> Json {
    json!({
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {
            "Names": { "Type": "CommaDelimitedList", "Default": "a,b" },
            "Stage": { "Type": "String", "Default": "dev" },
        },
        "Conditions": { "Prod": { "Fn::Equals": [{ "Ref": "Stage" }, "prod"] } },
        "Mappings": { "Sizes": { "dev": { "Size": "small" } } },
        "Resources": {
            "Fn::ForEach::Topics": ["Name", { "Ref": "Names" }, { "Topic${Name}": {
                "Type": TOPIC,
                "DeletionPolicy": { "Fn::If": ["Prod", "Retain", "Delete"] },
                "Properties": { "TopicName": { "Fn::Sub": "x-${Name}" } },
            } }],
            "Last": with(topic("last", ""), json!({ "Properties": {
                "TopicName": "last",
                "DisplayName": { "Fn::FindInMap": ["Sizes", { "Ref": "Stage" }, "Size", { "DefaultValue": "large" }] },
            } })),
        },
        "Outputs": {
            "Number": { "Value": { "Fn::Length": { "Ref": "Names" } } },
            "Json": { "Value": { "Fn::ToJsonString": { "a": [1, { "Ref": "Stage" }] } } },
        },
    })
}

#[test]
fn loops_make_resources_in_stacks_that_are_made_directly() {
    let mut engine = Engine::new();
    let body = looped().to_string();
    let refusal = engine.refused("CreateStack", json!({ "StackName": "one", "TemplateBody": body }));
    assert_eq!(refusal, format!("InsufficientCapabilitiesException: Requires capabilities : [{EXPAND}]"));
    engine.create_with("one", &looped(), json!({ "Capabilities": [EXPAND] }));
    assert_eq!(engine.status("one"), "CREATE_COMPLETE", "{:#?}", engine.events("one", 0));
    let stack = engine.stack("one");
    assert_eq!(stack.resources.keys().collect::<Vec<_>>(), ["Topica", "Topicb", "Last"]);
    assert_eq!((&*stack.outputs["Number"].value, &*stack.outputs["Json"].value), ("2", r#"{"a":[1,"dev"]}"#));
    assert_eq!(stack.resources["Last"].properties["DisplayName"], "small");
    let parameters = json!([
        { "ParameterKey": "Names", "ParameterValue": "b" }, { "ParameterKey": "Stage", "ParameterValue": "prod" },
    ]);
    engine.update_with("one", &looped(), json!({ "Capabilities": [EXPAND], "Parameters": parameters }));
    let stack = engine.stack("one");
    assert_eq!(stack.resources.keys().collect::<Vec<_>>(), ["Topicb", "Last"]);
    assert_eq!(stack.resources["Topicb"].deletion_policy.as_deref(), Some("Retain"));
    assert_eq!(stack.resources["Last"].properties["DisplayName"], "large");
}

#[test]
fn loops_need_no_acknowledgement_in_change_sets_and_are_shown_unrolled() {
    let mut engine = Engine::new();
    let input = json!({ "StackName": "one", "ChangeSetName": "c", "ChangeSetType": "CREATE", "TemplateBody": looped().to_string() });
    engine.ok("CreateChangeSet", input);
    engine.settle();
    let one = |stage: &str| json!({ "StackName": "one", "ChangeSetName": "c", "TemplateStage": stage });
    let processed = engine.ok("GetTemplate", one("Processed"));
    let processed: Json =
        serde_json::from_str(processed["TemplateBody"].as_str().expect("it is a text")).expect("it is JSON");
    assert!(processed.get("Transform").is_none(), "{processed}");
    assert_eq!(
        processed["Resources"].as_object().map(|it| it.keys().cloned().collect::<Vec<_>>()),
        Some(vec!["Topica".into(), "Topicb".into(), "Last".into()])
    );
    assert_eq!(processed["Resources"]["Topicb"]["DeletionPolicy"], "Delete");
    assert_eq!(processed["Resources"]["Topicb"]["Properties"]["TopicName"], json!({ "Fn::Sub": "x-b" }));
    assert_eq!(
        (&processed["Outputs"]["Number"]["Value"], &processed["Resources"]["Last"]["Properties"]["DisplayName"]),
        (&json!(2), &json!("small"))
    );
    assert_eq!(engine.ok("GetTemplate", one("Original"))["TemplateBody"], looped().to_string());
    let summary = engine.ok("GetTemplateSummary", json!({ "TemplateBody": looped().to_string() }));
    assert_eq!(summary["DeclaredTransforms"], json!(["AWS::LanguageExtensions"]));
}

#[test]
fn policies_by_functions_need_the_extensions() {
    let mut engine = Engine::new();
    let with_policy = |policy: Json, transform: Json| {
        let mut body = template(json!({ "T": with(topic("t", ""), json!({ "DeletionPolicy": policy })) }));
        body["Parameters"] = json!({ "P": { "Type": "String", "Default": "Keep" } });
        if !transform.is_null() {
            body["Transform"] = transform;
        }
        json!({ "StackName": "one", "TemplateBody": body.to_string(), "Capabilities": [EXPAND] })
    };
    let policy = json!({ "Ref": "P" });
    let refusal = engine.refused("CreateStack", with_policy(policy.clone(), Json::Null));
    assert_eq!(refusal, "ValidationError: Template format error: Every DeletionPolicy member must be a string.");
    let refusal = engine.refused("CreateStack", with_policy(policy, json!("AWS::LanguageExtensions")));
    assert_eq!(refusal, "ValidationError: Template format error: Unrecognized DeletionPolicy Keep");
}

#[test]
fn what_loops_make_is_looked_at() {
    let mut engine = Engine::new();
    let role = json!({ "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {} } });
    let looped = |resource: Json| {
        json!({
            "Transform": "AWS::LanguageExtensions",
            "Resources": { "Fn::ForEach::R": ["N", ["a"], { "R${N}": resource }] },
        })
        .to_string()
    };
    let input = |body: String| json!({ "StackName": "one", "TemplateBody": body, "Capabilities": [EXPAND] });
    let refusal = engine.refused("CreateStack", input(looped(role)));
    assert!(refusal.contains("Requires capabilities : [CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND]"), "{refusal}");
    let refusal = engine.refused("CreateStack", input(looped(json!({ "Type": "AWS::No::Thing" }))));
    assert!(refusal.contains("Unrecognized resource types: [AWS::No::Thing]"), "{refusal}");
}

#[test]
fn pieces_are_included_from_buckets() {
    let mut engine = Engine::new();
    upload(&mut engine, "more.yaml", "Resources:\n  B: {Type: 'AWS::SNS::Topic', Properties: {TopicName: b}}\n");
    upload(&mut engine, "shown.json", r#"{"DisplayName": "from a piece"}"#);
    let call = |key: &str| json!({ "Name": "AWS::Include", "Parameters": { "Location": key } });
    let body = json!({
        "Parameters": { "Bucket": { "Type": "String", "Default": "templates" } },
        "Transform": call("s3://templates/more.yaml"),
        "Resources": { "A": { "Type": TOPIC, "Properties": {
            "TopicName": "a",
            "Fn::Transform": call("s3://templates/shown.json"),
        } } },
    });
    engine.create_with("one", &body, json!({ "Capabilities": [EXPAND] }));
    let stack = engine.stack("one");
    assert_eq!(stack.resources["A"].properties, json!({ "TopicName": "a", "DisplayName": "from a piece" }));
    assert!(stack.resources.contains_key("B"));
    let processed = engine.ok("GetTemplate", json!({ "StackName": "one" }))["TemplateBody"].clone();
    assert!(
        processed.as_str().is_some_and(|it| it.contains("from a piece") && !it.contains("Transform")),
        "{processed}"
    );
    // The same template with another piece is another one.
    upload(&mut engine, "shown.json", r#"{"DisplayName": "changed"}"#);
    engine.update_with("one", &body, json!({ "Capabilities": [EXPAND] }));
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "changed");
    let mut by_function = body;
    by_function["Transform"] = call("s3://templates/none.yaml");
    let input = json!({ "StackName": "two", "TemplateBody": by_function.to_string(), "Capabilities": [EXPAND] });
    let refusal = engine.refused("CreateStack", input);
    assert!(
        refusal.starts_with("ValidationError: Transform AWS::Include failed with: S3 error: Access Denied"),
        "{refusal}"
    );
    by_function["Transform"] = call("");
    by_function["Transform"]["Parameters"]["Location"] = json!({ "Fn::Sub": "s3://${Bucket}/more.yaml" });
    engine.create_with("two", &with(by_function, json!({})), json!({ "Capabilities": [EXPAND] }));
}

#[test]
fn other_transforms_are_refused_by_name() {
    let mut engine = Engine::new();
    let refused = |engine: &mut Engine, more: Json| {
        let body = with(template(json!({ "A": topic("a", "") })), more).to_string();
        engine.refused("CreateStack", json!({ "StackName": "one", "TemplateBody": body, "Capabilities": [EXPAND] }))
    };
    let refusal = refused(&mut engine, json!({ "Transform": ["AWS::Serverless-2016-10-31"] }));
    assert!(refusal.contains("No transform named AWS::Serverless-2016-10-31 found"), "{refusal}");
    let refusal = refused(&mut engine, json!({ "Mappings": { "Fn::Transform": { "Name": "Mine" } } }));
    assert!(refusal.contains("No transform named Mine found"), "{refusal}");
    assert!(engine.world.region(crate::engine::REGION).stacks.is_empty());
}

#[test]
fn a_nested_template_with_loops_needs_what_the_root_acknowledged() {
    let mut engine = Engine::new();
    let url = upload(&mut engine, "child.json", &looped().to_string());
    let parent =
        template(json!({ "N": { "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": url } } }));
    engine.create("one", &parent);
    place(&engine.events("one", 0), &format!("N CREATE_FAILED Requires capabilities : [{EXPAND}]"));
    engine.create_with("two", &parent, json!({ "Capabilities": [EXPAND] }));
    assert_eq!(engine.status("two"), "CREATE_COMPLETE");
}
