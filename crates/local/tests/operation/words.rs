//! What is refused and what fails, in the words that were recorded on AWS.
use serde_json::{Value as Json, json};
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::resources::Doing;

use crate::engine::{Engine, and, place, s3_call, template, topic, with};

const TAKEN: &str = "AWS::SSM::Parameter";

fn parameter(value: Json) -> Json {
    template(json!({ "A": { "Type": TAKEN, "Properties": { "Type": "String", "Value": value } } }))
}

/// Makes a change set of a new stack and carries it out.
fn carried_out(engine: &mut Engine, stack: &str, body: &Json) {
    proposed(engine, stack, "CREATE", body);
    engine.ok("ExecuteChangeSet", json!({ "StackName": stack, "ChangeSetName": "c" }));
    engine.settle();
}

fn proposed(engine: &mut Engine, stack: &str, kind: &str, body: &Json) {
    engine.ok(
        "CreateChangeSet",
        json!({ "StackName": stack, "ChangeSetName": "c", "ChangeSetType": kind, "TemplateBody": body.to_string() }),
    );
    engine.settle();
    let shown = engine.ok("DescribeChangeSet", json!({ "StackName": stack, "ChangeSetName": "c" }));
    assert_eq!(shown["Status"], "CREATE_COMPLETE", "{shown:#}");
}

#[test]
fn an_export_is_looked_up_when_the_change_set_is_carried_out() {
    let mut engine = Engine::new();
    engine.create("taker", &parameter(json!("old")));
    proposed(
        &mut engine,
        "taker",
        "UPDATE",
        &parameter(json!({ "Fn::Sub": ["<${It}>", { "It": { "Fn::ImportValue": "late" } }] })),
    );
    let out = json!({ "Outputs": { "Out": { "Value": "v", "Export": { "Name": "late" } } } });
    engine.create("giver", &with(template(json!({ "G": topic("g", "x") })), out));
    engine.ok("ExecuteChangeSet", json!({ "StackName": "taker", "ChangeSetName": "c" }));
    engine.settle();
    assert_eq!(engine.status("taker"), "UPDATE_COMPLETE");
    assert_eq!(engine.stack("taker").resources["A"].properties["Value"], "<v>");
}

#[test]
fn an_export_that_is_still_not_there_fails_what_is_carried_out() {
    let mut engine = Engine::new();
    carried_out(&mut engine, "new", &parameter(json!({ "Fn::ImportValue": "nothing" })));
    assert_eq!(engine.status("new"), "ROLLBACK_COMPLETE");
    let events = engine.events("new", 0);
    place(&events, "new ROLLBACK_IN_PROGRESS No export named nothing found. Rollback requested by user.");
    assert!(!events.iter().any(|line| line.starts_with("A ")), "{events:#?}");
}

#[test]
fn an_output_asks_for_an_attribute_only_when_it_is_carried_out() {
    let mut engine = Engine::new();
    let out = json!({ "Outputs": { "O": { "Value": { "Fn::GetAtt": ["A", "Invalid"] } } } });
    carried_out(&mut engine, "new", &with(parameter(json!("x")), out));
    assert_eq!(engine.status("new"), "ROLLBACK_COMPLETE");
    let events = engine.events("new", 0);
    place(
        &events,
        "new ROLLBACK_IN_PROGRESS [Error] /Outputs/O/Value/Fn::GetAtt: Resource type AWS::SSM::Parameter does not support \
         attribute {Invalid}. Rollback requested by user.",
    );
    assert!(!events.iter().any(|line| line.starts_with("A ")), "{events:#?}");
}

#[test]
fn templates_are_refused_in_the_words_of_aws() {
    let mut engine = Engine::new();
    let select = |given: Json| parameter(json!({ "Fn::Select": given }));
    let maps = |mapping: Json| with(parameter(json!("x")), json!({ "Mappings": { "M": mapping } }));
    const SELECT: &str =
        "Template error: Fn::Select requires a list argument with two elements: an integer index and a list";
    let never = json!({ "Conditions": { "No": { "Fn::Equals": ["a", "b"] } }, "Outputs": { "O": { "Value": { "Ref": "B" } } } });
    let unwanted = template(json!({ "A": topic("a", "x"), "B": and(topic("b", "x"), json!({ "Condition": "No" })) }));
    for (body, wanted) in [
        (json!({ "Resources": "", "Outputs": "" }), "Template format error: Any Resources member must be an object."),
        (
            with(parameter(json!("x")), json!({ "Outputs": { "O": {} } })),
            "Template format error: Every Outputs member must contain a Value object",
        ),
        (
            maps(json!({ "A": { "Suffix": { "Ref": "AWS::Region" } } })),
            "Template format error: Every Mappings attribute must be a String or a List.",
        ),
        (maps(json!({ "A": "a" })), "Template format error: Every Mappings member A must be a map"),
        (
            with(parameter(json!("x")), json!({ "Conditions": { "C": { "Fn::Equals": ["a"] } } })),
            "Template error: every Fn::Equals object requires a list of 2 string parameters.",
        ),
        (with(unwanted, never), "Unresolved resource dependencies [B] in the Outputs block of the template"),
        (select(json!(["bad", ["a"]])), SELECT),
        (select(json!([0, 2])), SELECT),
        (select(json!([100, ["a"]])), SELECT),
    ] {
        let input = json!({ "StackName": "new", "ChangeSetName": "c", "ChangeSetType": "CREATE", "TemplateBody": body.to_string() });
        assert_eq!(engine.refused("CreateChangeSet", input), format!("ValidationError: {wanted}"));
    }
    let right = select(json!([{ "Ref": "AWS::NoValue" }, ["a"]]));
    let input = json!({ "StackName": "new", "TemplateBody": right.to_string() });
    assert!(
        engine.refused("CreateStack", input).contains("two non-null parameters"),
        "what a function gives has other words"
    );
}

#[test]
fn types_that_the_caller_does_not_allow_are_refused() {
    let mut engine = Engine::new();
    engine.create("one", &parameter(json!("x")));
    let update = |types: Json| json!({ "StackName": "one", "TemplateBody": parameter(json!("y")).to_string(), "ResourceTypes": types });
    assert_eq!(
        engine.refused("UpdateStack", update(json!(["AWS::EC2::*", "AWS::SNS::Topic"]))),
        "ValidationError: Resource type AWS::SSM::Parameter is not allowed by parameter ResourceTypes [AWS::EC2::*, AWS::SNS::Topic]"
    );
    engine.ok("UpdateStack", update(json!(["AWS::SNS::Topic", "AWS::SSM::*"])));
}

#[test]
fn a_stack_policy_may_be_in_a_bucket() {
    let mut engine = Engine::new();
    engine.create("one", &parameter(json!("x")));
    s3_call(&mut engine, "CreateBucket", "policies", None, "");
    let deny = json!({ "Statement": [{ "Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*" }] });
    s3_call(&mut engine, "PutObject", "policies", Some("deny.json"), &deny.to_string());
    let url = "https://policies.s3.eu-west-1.amazonaws.com/deny.json";
    let both = json!({ "StackName": "one", "StackPolicyBody": "{}", "StackPolicyURL": url });
    let refusal = engine.refused("SetStackPolicy", both);
    assert_eq!(refusal, "ValidationError: You cannot specify both StackPolicyURL and StackPolicyBody");
    engine.ok("SetStackPolicy", json!({ "StackName": "one", "StackPolicyURL": url }));
    engine.update("one", &parameter(json!("y")));
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn calls_say_what_they_lack() {
    let mut engine = Engine::new();
    let refused = |engine: &mut Engine, operation: &str, input: Json| engine.refused(operation, input);
    assert_eq!(
        refused(&mut engine, "GetTemplate", json!({})),
        "ValidationError: StackName is required if ChangeSetName is not specified."
    );
    assert_eq!(
        refused(&mut engine, "GetTemplate", json!({ "ChangeSetName": "x" })),
        "ValidationError: StackName is a required parameter."
    );
    proposed(&mut engine, "new", "CREATE", &parameter(json!("x")));
    assert_eq!(
        refused(&mut engine, "GetTemplateSummary", json!({ "StackName": "new" })),
        "ValidationError: GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."
    );
}

#[test]
fn mishaps_are_written_in_small_letters_or_not() {
    for doing in ["create", "Create"] {
        let mishap =
            json!({ "stack": "one", "logical_id": "A", "doing": doing, "reason": "x", "times": 1, "late": false });
        let read: Mishap = serde_json::from_value(mishap).expect("it is a mishap");
        assert_eq!(read.doing, Doing::Create);
    }
}
