//! Every status of a stack can be reached.
use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use stackgen_local::cloudformation::stack::Status;
use stackgen_local::resources::Doing;

use crate::engine::{Engine, TOPIC, and, template, topic};

fn one(shown: &str) -> Json {
    template(json!({ "A": topic("a", shown) }))
}

/// The statuses that a stack went through while a story was told.
fn story(tell: impl Fn(&mut Engine)) -> BTreeSet<String> {
    let mut engine = Engine::new();
    tell(&mut engine);
    engine.settle();
    let stacks = &engine.world.region(crate::engine::REGION).stacks;
    let events = stacks.values().flat_map(|stack| stack.events.iter());
    let own = events.filter(|event| event.type_name == "AWS::CloudFormation::Stack");
    own.map(|event| event.status.clone()).collect()
}

fn importing(engine: &mut Engine, identifier: impl Fn(&mut Engine) -> String) {
    engine.create("one", &one("x"));
    engine.create("two", &template(json!({ "K": and(topic("k", "x"), json!({ "DeletionPolicy": "Retain" })) })));
    let identifier = identifier(engine);
    engine.ok("DeleteStack", json!({ "StackName": "two" }));
    engine.settle();
    let wanted = json!({ "A": topic("a", "x"), "I": and(topic("k", "x"), json!({ "DeletionPolicy": "Retain" })) });
    let input = json!({
        "StackName": "one", "ChangeSetName": "take", "ChangeSetType": "IMPORT",
        "TemplateBody": template(wanted).to_string(),
        "ResourcesToImport": [{
            "ResourceType": TOPIC, "LogicalResourceId": "I", "ResourceIdentifier": { "TopicArn": identifier },
        }],
    });
    engine.ok("CreateChangeSet", input);
    engine.settle();
    engine.ok("ExecuteChangeSet", json!({ "StackName": "one", "ChangeSetName": "take" }));
}

fn stories() -> Vec<BTreeSet<String>> {
    let failing = |doing| move |engine: &mut Engine| engine.mishap("one", "A", doing, 1);
    let stopped = json!({ "DisableRollback": true });
    vec![
        story(|engine| {
            let input = json!({
                "StackName": "one", "ChangeSetName": "c", "ChangeSetType": "CREATE", "TemplateBody": one("x").to_string(),
            });
            engine.ok("CreateChangeSet", input);
        }),
        story(|engine| {
            engine.create("one", &one("x"));
            engine.update("one", &one("y"));
            failing(Doing::Update)(engine);
            engine.update("one", &one("z"));
            failing(Doing::Delete)(engine);
            engine.ok("DeleteStack", json!({ "StackName": "one" }));
            engine.settle();
            engine.ok("DeleteStack", json!({ "StackName": "one" }));
        }),
        story(|engine| {
            failing(Doing::Create)(engine);
            engine.create("one", &one("x"));
        }),
        story(|engine| {
            engine.late_mishap("one", "A", Doing::Create, 1);
            failing(Doing::Delete)(engine);
            engine.create("one", &one("x"));
        }),
        story(|engine| {
            failing(Doing::Create)(engine);
            engine.create_with("one", &one("x"), stopped.clone());
        }),
        story(|engine| {
            engine.create("one", &one("x"));
            failing(Doing::Update)(engine);
            engine.update_with("one", &one("y"), stopped.clone());
        }),
        story(|engine| {
            engine.create("one", &one("x"));
            engine.mishap("one", "A", Doing::Update, 2);
            engine.update("one", &one("y"));
        }),
        story(|engine| importing(engine, |engine| engine.physical("two", "K"))),
        story(|engine| importing(engine, |_| "nobody".to_owned())),
        story(|engine| {
            engine.mishap("one", "I", Doing::Delete, 1);
            importing(engine, |_| "nobody".to_owned());
        }),
    ]
}

#[test]
fn every_status_is_reached() {
    let reached: BTreeSet<String> = stories().into_iter().flatten().collect();
    use Status as S;
    let all = [
        S::ReviewInProgress,
        S::CreateInProgress,
        S::CreateComplete,
        S::CreateFailed,
        S::RollbackInProgress,
        S::RollbackComplete,
        S::RollbackFailed,
        S::UpdateInProgress,
        S::UpdateCompleteCleanup,
        S::UpdateComplete,
        S::UpdateFailed,
        S::UpdateRollbackInProgress,
        S::UpdateRollbackCompleteCleanup,
        S::UpdateRollbackComplete,
        S::UpdateRollbackFailed,
        S::DeleteInProgress,
        S::DeleteFailed,
        S::DeleteComplete,
        S::ImportInProgress,
        S::ImportComplete,
        S::ImportRollbackInProgress,
        S::ImportRollbackFailed,
        S::ImportRollbackComplete,
    ];
    let all: BTreeSet<String> = all.iter().map(|status| status.word().to_owned()).collect();
    assert_eq!(reached, all);
}
