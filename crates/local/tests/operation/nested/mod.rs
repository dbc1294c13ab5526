//! Stacks in stacks.
use serde_json::{Value as Json, json};
use stackgen_local::cloudformation::stack::Stack;

use crate::engine::{Engine, REGION, and, template, topic, upload, with};

mod back;
mod change_set;
mod create;
mod delete;
mod update;

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

fn nested_status(engine: &mut Engine, id: &str) -> &'static str {
    engine.world.region(REGION).stacks[id].status.word()
}
