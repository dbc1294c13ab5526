//! Drift-aware change sets: what the stack says, what there is, and what the template says now.
use serde_json::{Value as Json, json};
use stackgen_local::ec2;
use stackgen_local::ec2::boot::BootPhase;
use stackgen_local::resources::Doing;
use stackgen_local::wire::{Request, Service};

use crate::engine::{Engine, REGION, TOPIC, template, topic};

const OLD: &str = "ami-00000000000000001";
const NEW: &str = "ami-00000000000000002";

fn host(image: &str) -> Json {
    let script =
        "#!/bin/sh\naws cloudformation signal-resource --stack-name one --logical-resource-id Ready --status SUCCESS\n";
    json!({"Type": "AWS::EC2::Instance", "Properties": {
        "ImageId": image, "InstanceType": "m7g.medium", "UserData": {"Fn::Base64": script},
    }})
}

/// A host with what depends on it.
fn body(image: &str) -> Json {
    let zone = json!({"Fn::GetAtt": ["Host", "AvailabilityZone"]});
    template(json!({
        "Host": host(image),
        "Data": {"Type": "AWS::EC2::Volume", "Properties": {"Size": 20, "VolumeType": "gp3", "AvailabilityZone": zone}},
        "Attachment": {"Type": "AWS::EC2::VolumeAttachment", "Properties": {
            "VolumeId": {"Ref": "Data"}, "InstanceId": {"Ref": "Host"}, "Device": "/dev/sdf",
        }},
        "Address": {"Type": "AWS::EC2::EIP"},
        "Association": {"Type": "AWS::EC2::EIPAssociation", "Properties": {
            "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}, "InstanceId": {"Ref": "Host"},
        }},
        "Ready": {
            "Type": "AWS::CloudFormation::WaitCondition", "DependsOn": "Attachment",
            "CreationPolicy": {"ResourceSignal": {"Timeout": "PT30M"}},
        },
    }))
}

fn ask(engine: &mut Engine, operation: &str, input: Json) -> Json {
    let request = Request { service: Service::Ec2, operation: operation.into(), region: REGION.into(), input };
    ec2::answer(&mut engine.world, &request).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// A stack whose host has another root than it was made with.
fn swapped(body: &Json) -> (Engine, String) {
    let mut engine = Engine::new();
    let place = &mut ec2::Place::new(&mut engine.world, REGION);
    ec2::image::promise(place, [OLD, NEW].map(str::to_owned));
    engine.create("one", body);
    assert_eq!(engine.status("one"), "CREATE_COMPLETE", "{:#?}", engine.events("one", 0));
    let id = engine.physical("one", "Host");
    ask(&mut engine, "CreateReplaceRootVolumeTask", json!({"InstanceId": id, "ImageId": NEW}));
    engine.pass(600);
    (engine, id)
}

/// A drift-aware change set, with values.
fn look(engine: &mut Engine, body: &Json) -> Json {
    let input = json!({
        "StackName": "one", "ChangeSetName": "c", "TemplateBody": body.to_string(), "DeploymentMode": "REVERT_DRIFT",
    });
    engine.ok("CreateChangeSet", input);
    engine.pass(30);
    engine.ok("DescribeChangeSet", json!({"StackName": "one", "ChangeSetName": "c", "IncludePropertyValues": true}))
}

fn execute(engine: &mut Engine) {
    engine.ok("ExecuteChangeSet", json!({"StackName": "one", "ChangeSetName": "c"}));
    engine.settle();
}

/// The drift of each resource that differs: its id, and where.
fn drifts(engine: &mut Engine) -> Vec<String> {
    engine.ok("DetectStackDrift", json!({"StackName": "one"}));
    engine.pass(10);
    let found = engine.ok("DescribeStackResourceDrifts", json!({"StackName": "one"}));
    let each = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let all = each(&found["StackResourceDrifts"]).into_iter().flat_map(|it| {
        let id = it["LogicalResourceId"].as_str().unwrap_or_default().to_owned();
        let differences = each(&it["PropertyDifferences"]).into_iter();
        differences.map(move |one| id.clone() + one["PropertyPath"].as_str().unwrap_or_default())
    });
    all.collect()
}

#[test]
fn a_template_that_says_what_there_is_changes_the_record_only() {
    let (mut engine, id) = swapped(&body(OLD));
    assert_eq!(engine.world.region(REGION).ec2.instances[&id].boot.phase, BootPhase::Up);
    assert!(engine.world.region(REGION).ec2.instances[&id].boot.unsent.is_empty(), "the stack would not hear it");
    assert_eq!(drifts(&mut engine), ["Host/ImageId"]);

    let found = look(&mut engine, &body(NEW));
    assert_eq!((&found["DeploymentMode"], &found["StackDriftStatus"]), (&json!("REVERT_DRIFT"), &json!("DRIFTED")));
    assert_eq!(found["Changes"].as_array().map(Vec::len), Some(1), "{found:#}");
    let change = &found["Changes"][0]["ResourceChange"];
    assert_eq!((&change["LogicalResourceId"], &change["Action"]), (&json!("Host"), &json!("SyncWithActual")));
    assert_eq!((&change["ResourceDriftStatus"], change.get("Replacement")), (&json!("MODIFIED"), None));
    assert!(change["PreviousDeploymentContext"].as_str().unwrap().contains(OLD), "{change:#}");
    assert!(change["BeforeContext"].as_str().unwrap().contains(NEW), "{change:#}");
    let target = &change["Details"][0]["Target"];
    assert_eq!((&target["Name"], &target["AttributeChangeType"]), (&json!("ImageId"), &json!("SyncWithActual")));
    assert_eq!((&target["BeforeValue"], &target["AfterValue"]), (&json!(OLD), &json!(NEW)));
    assert_eq!(target["BeforeValueFrom"], "PREVIOUS_DEPLOYMENT_STATE");
    let drift = &target["Drift"];
    assert_eq!((&drift["PreviousValue"], &drift["ActualValue"]), (&json!(OLD), &json!(NEW)));
    assert!(drift["DriftDetectionTimestamp"].as_str().unwrap().ends_with('Z'), "{drift}");
    assert_eq!(change["Details"][1], Json::Null);

    let (seen, root) = (engine.seen("one"), engine.world.region(REGION).ec2.volumes.clone());
    execute(&mut engine);
    let events: Vec<String> = engine.events("one", seen);
    assert!(events.iter().all(|it| it.starts_with("one UPDATE_")), "{events:#?}");
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    assert_eq!(engine.physical("one", "Host"), id);
    assert_eq!(engine.stack("one").resources["Host"].properties["ImageId"], NEW);
    assert_eq!(engine.world.region(REGION).ec2.volumes.len(), root.len());
    assert_eq!(drifts(&mut engine), Vec::<String>::new());
    let same = json!({"StackName": "one", "TemplateBody": body(NEW).to_string()});
    assert!(engine.refused("UpdateStack", same).contains("No updates are to be performed."));
}

#[test]
fn a_template_that_says_what_was_brings_it_back() {
    let (mut engine, _) = swapped(&body(OLD));
    let found = look(&mut engine, &body(OLD));
    let change = &found["Changes"][0]["ResourceChange"];
    assert_eq!((&change["Action"], &change["Replacement"]), (&json!("Modify"), &json!("True")));
    let detail = &change["Details"][0];
    assert_eq!(
        (&detail["ChangeSource"], &detail["Target"]["BeforeValueFrom"]),
        (&json!("NoModification"), &json!("ACTUAL_STATE"))
    );
    let drift = &detail["Target"]["Drift"];
    assert_eq!((&drift["PreviousValue"], &drift["ActualValue"]), (&json!(OLD), &json!(NEW)));
}

#[test]
fn other_changes_are_made_and_what_is_there_is_left() {
    let (mut engine, id) = swapped(&template(json!({"Host": host(OLD)})));
    let mut wanted = host(NEW);
    wanted["Properties"]["DisableApiTermination"] = json!(true);
    let found = look(&mut engine, &template(json!({"Host": wanted})));
    let change = &found["Changes"][0]["ResourceChange"];
    assert_eq!((&change["Action"], &change["Replacement"]), (&json!("Modify"), &json!("False")));
    let kinds: Vec<&Json> =
        change["Details"].as_array().unwrap().iter().map(|it| &it["Target"]["AttributeChangeType"]).collect();
    assert_eq!(kinds, ["Add", "SyncWithActual"]);
    execute(&mut engine);
    assert_eq!((engine.status("one"), engine.physical("one", "Host")), ("UPDATE_COMPLETE", id.clone()));
    let one = &engine.world.region(REGION).ec2.instances[&id];
    assert_eq!((one.image.as_str(), one.termination_protection), (NEW, true));
}

#[test]
fn a_rollback_leaves_what_was_synced_alone() {
    let (mut engine, id) = swapped(&template(json!({"Host": host(OLD), "T": topic("t", "x")})));
    look(&mut engine, &template(json!({"Host": host(NEW), "T": topic("t", "y")})));
    engine.mishap("one", "T", Doing::Update, 1);
    let seen = engine.seen("one");
    execute(&mut engine);
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    let events = engine.events("one", seen);
    assert!(events.iter().all(|it| !it.starts_with("Host")), "{events:#?}");
    assert_eq!(engine.stack("one").resources["Host"].properties["ImageId"], OLD);
    assert_eq!(engine.world.region(REGION).ec2.instances[&id].image, NEW);
    assert_eq!(drifts(&mut engine), ["Host/ImageId"]);
}

#[test]
fn a_rollback_brings_back_what_was_done_by_hand() {
    let mut engine = Engine::new();
    let both = |shown: &str| template(json!({"A": topic("a", shown), "B": topic("b", shown)}));
    engine.create("one", &both("x"));
    let a = engine.physical("one", "A");
    let shown = |engine: &mut Engine| engine.world.region(REGION).others[TOPIC][&a].properties["DisplayName"].clone();
    let topics = engine.world.region(REGION).others.get_mut(TOPIC).unwrap();
    topics.get_mut(&a).unwrap().properties["DisplayName"] = json!("by hand");
    engine.mishap("one", "B", Doing::Update, 1);
    look(&mut engine, &both("y"));
    execute(&mut engine);
    assert_eq!((engine.status("one"), shown(&mut engine)), ("UPDATE_ROLLBACK_COMPLETE", json!("by hand")));
    assert_eq!(engine.stack("one").resources["A"].properties["DisplayName"], "x");
}

#[test]
fn a_parameter_is_named_as_the_cause() {
    let with = |image: &str| {
        let host = host("unused").to_string().replace("\"unused\"", "{\"Ref\": \"Image\"}");
        let host: Json = serde_json::from_str(&host).unwrap();
        json!({"Parameters": {"Image": {"Type": "String", "Default": image}}, "Resources": {"Host": host}})
    };
    let (mut engine, _) = swapped(&with(OLD));
    let body = with(NEW).to_string();
    let image = json!([{"ParameterKey": "Image", "ParameterValue": NEW}]);
    let input = json!({
        "StackName": "one", "ChangeSetName": "c", "TemplateBody": body, "Parameters": image, "DeploymentMode": "REVERT_DRIFT",
    });
    engine.ok("CreateChangeSet", input);
    engine.pass(30);
    let found = engine.ok("DescribeChangeSet", json!({"StackName": "one", "ChangeSetName": "c"}));
    let change = &found["Changes"][0]["ResourceChange"];
    let detail = &change["Details"][0];
    assert_eq!((&change["Action"], &detail["ChangeSource"]), (&json!("SyncWithActual"), &json!("ParameterReference")));
    assert_eq!((&detail["CausingEntity"], change["Details"].get(1)), (&json!("Image"), None));
}

#[test]
fn it_can_be_told_to_replace_instead() {
    let (mut engine, id) = swapped(&body(OLD));
    engine.world.sync_replaces = true;
    let found = look(&mut engine, &body(NEW));
    let change = &found["Changes"][0]["ResourceChange"];
    assert_eq!((&change["Action"], &change["Replacement"]), (&json!("Modify"), &json!("True")));
    assert_eq!(change["Details"][0]["Target"]["BeforeValueFrom"], "PREVIOUS_DEPLOYMENT_STATE");
    let ids: Vec<&Json> =
        found["Changes"].as_array().unwrap().iter().map(|it| &it["ResourceChange"]["LogicalResourceId"]).collect();
    assert!(ids.contains(&&json!("Attachment")) && ids.contains(&&json!("Association")), "{ids:?}");

    let (mut engine, alone) = swapped(&template(json!({"Host": host(OLD)})));
    engine.world.sync_replaces = true;
    look(&mut engine, &template(json!({"Host": host(NEW)})));
    execute(&mut engine);
    assert_eq!(engine.status("one"), "UPDATE_COMPLETE");
    assert_ne!(engine.physical("one", "Host"), alone);
    assert_ne!(id, "");
}

#[test]
fn tags_of_the_stack_are_no_drift() {
    let mut engine = Engine::new();
    let one = template(json!({"T": topic("t", "x")}));
    let tags = json!([{"Key": "team", "Value": "a"}]);
    engine.create_with("one", &one, json!({"Tags": tags}));
    let input = json!({
        "StackName": "one", "ChangeSetName": "c", "TemplateBody": one.to_string(), "DeploymentMode": "REVERT_DRIFT", "Tags": tags,
    });
    engine.ok("CreateChangeSet", input);
    engine.pass(30);
    let found = engine.ok("DescribeChangeSet", json!({"StackName": "one", "ChangeSetName": "c"}));
    assert_eq!((&found["Status"], &found["StackDriftStatus"]), (&json!("FAILED"), &json!("IN_SYNC")));
}
