//! Resources that somebody else makes.
use serde_json::{Value as Json, json};
use stackgen_local::resources::Doing;
use stackgen_local::resources::cloudformation::exchange::{self, Promise};

use crate::engine::{Engine, TOPIC, and, place, template, topic, with};

const TOKEN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:maker";

/// A custom resource, and a topic that shows what it returned.
fn stack(size: u8) -> Json {
    let shown = with(topic("t", "")["Properties"].clone(), json!({ "DisplayName": { "Fn::GetAtt": ["C", "Word"] } }));
    with(
        template(json!({
            "C": { "Type": "Custom::Thing", "Properties": { "ServiceToken": TOKEN, "Size": size, "Tags": ["a", true] } },
            "T": { "Type": TOPIC, "Properties": shown },
        })),
        json!({ "Outputs": { "Id": { "Value": { "Ref": "C" } } } }),
    )
}

fn begin(engine: &mut Engine) {
    engine.ok("CreateStack", json!({ "StackName": "one", "TemplateBody": stack(1).to_string() }));
    engine.pass(5);
}

/// The last request, if nobody answered it.
fn asked(engine: &Engine) -> Json {
    let sent = engine.world.custom.requests.last().expect("there is a request");
    assert!(sent.answer.is_none(), "it is answered");
    sent.document.clone()
}

fn answer(engine: &mut Engine, said: Json) {
    let url = asked(engine)["ResponseURL"].as_str().expect("it is a text").to_owned();
    exchange::answer(&mut engine.world, &url, &said.to_string()).expect("the request is there");
    engine.pass(5);
}

fn good(id: &str, word: &str) -> Json {
    json!({ "Status": "SUCCESS", "PhysicalResourceId": id, "Data": { "Word": word } })
}

fn promise(engine: &mut Engine, promise: Json) {
    let promise: Promise = serde_json::from_value(promise).expect("it is one");
    engine.world.custom.promises.push(promise);
}

fn kinds(engine: &Engine) -> Vec<(String, String)> {
    let told = |member: &str, document: &Json| document[member].as_str().unwrap_or("-").to_owned();
    let all = engine.world.custom.requests.iter().map(|it| &it.document);
    all.map(|it| (told("RequestType", it), told("PhysicalResourceId", it))).collect()
}

fn pairs(all: &[(String, String)]) -> Vec<(&str, &str)> {
    all.iter().map(|(kind, id)| (kind.as_str(), id.as_str())).collect()
}

#[test]
fn an_answer_makes_it() {
    let mut engine = Engine::new();
    begin(&mut engine);
    assert_eq!(engine.events("one", 0), ["one CREATE_IN_PROGRESS User Initiated", "C CREATE_IN_PROGRESS"]);
    let request = asked(&engine);
    let id = engine.stack("one").id.clone();
    assert_eq!(request["ResourceProperties"], json!({ "ServiceToken": TOKEN, "Size": "1", "Tags": ["a", "true"] }));
    assert_eq!(
        (&request["RequestType"], &request["StackId"], &request["ResourceType"], &request["LogicalResourceId"]),
        (&json!("Create"), &json!(id), &json!("Custom::Thing"), &json!("C"))
    );
    assert!(request.get("PhysicalResourceId").is_none() && request.get("OldResourceProperties").is_none());
    let url = request["ResponseURL"].as_str().unwrap_or_default();
    let key = format!("{}%7CC%7C{}?", id.replace(':', "%3A"), request["RequestId"].as_str().unwrap_or_default());
    let host = "https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/";
    assert!(url.starts_with(&format!("{host}{key}")), "{url}");
    answer(&mut engine, good("thing-1", "hello"));
    engine.settle();
    let events = engine.events("one", 0);
    assert_eq!(events[2..4], ["C CREATE_IN_PROGRESS Resource creation Initiated", "C CREATE_COMPLETE"]);
    assert_eq!(engine.stack("one").outputs["Id"].value, "thing-1");
    assert_eq!(engine.stack("one").resources["T"].properties["DisplayName"], "hello");
}

#[test]
fn a_failed_create_is_deleted_all_the_same() {
    let mut engine = Engine::new();
    begin(&mut engine);
    let request = asked(&engine)["RequestId"].as_str().unwrap_or_default().to_owned();
    answer(&mut engine, json!({ "Status": "FAILED", "Reason": "no room", "PhysicalResourceId": "half-1" }));
    let events = engine.events("one", 0);
    let reason = "Received response status [FAILED] from custom resource. Message returned: no room";
    place(&events, &format!("C CREATE_FAILED {reason} (RequestId: {request})"));
    assert_eq!(engine.status("one"), "ROLLBACK_IN_PROGRESS", "it waits for the deletion");
    answer(&mut engine, good("half-1", ""));
    engine.settle();
    assert_eq!(engine.status("one"), "ROLLBACK_COMPLETE");
    assert_eq!(pairs(&kinds(&engine)), [("Create", "-"), ("Delete", "half-1")]);
}

#[test]
fn silence_fails_it_in_time() {
    let mut engine = Engine::new();
    begin(&mut engine);
    engine.pass(3590);
    assert_eq!(engine.status("one"), "CREATE_IN_PROGRESS");
    engine.pass(10);
    let failure = engine.events("one", 0).into_iter().find(|it| it.starts_with("C CREATE_FAILED")).unwrap_or_default();
    let request = kinds(&engine);
    assert!(
        failure.contains("did not receive a response from your Custom Resource. Please check your logs"),
        "{failure}"
    );
    assert!(request[1].1.starts_with("one-C-"), "AWS makes an id up to delete it by: {request:?}");
    let short = with(stack(1)["Resources"]["C"]["Properties"].clone(), json!({ "ServiceTimeout": "30" }));
    engine.ok(
        "CreateStack",
        json!({ "StackName": "two", "TemplateBody":
        template(json!({ "C": { "Type": "AWS::CloudFormation::CustomResource", "Properties": short } })).to_string() }),
    );
    engine.pass(40);
    assert_eq!(engine.status("two"), "ROLLBACK_IN_PROGRESS");
}

#[test]
fn another_id_is_a_replacement() {
    let mut engine = Engine::new();
    promise(
        &mut engine,
        json!({ "request": "Create", "status": "SUCCESS", "physical_id": "a", "data": { "Word": "x" } }),
    );
    promise(&mut engine, json!({ "request": "Delete", "status": "SUCCESS" }));
    engine.create("one", &stack(1));
    let from = engine.seen("one");
    promise(
        &mut engine,
        json!({ "request": "Update", "status": "SUCCESS", "physical_id": "b", "data": { "Word": "y" }, "times": 1 }),
    );
    engine.update("one", &stack(2));
    let events = engine.events("one", from);
    place(&events, "C UPDATE_IN_PROGRESS Requested update required the provider to create a new physical resource");
    let clean = place(&events, "one UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    assert!(clean < place(&events, "C DELETE_IN_PROGRESS"));
    assert_eq!(pairs(&kinds(&engine)), [("Create", "-"), ("Update", "a"), ("Delete", "a")]);
    let (update, delete) = (&engine.world.custom.requests[1].document, &engine.world.custom.requests[2].document);
    assert_eq!(
        (&update["ResourceProperties"]["Size"], &update["OldResourceProperties"]["Size"]),
        (&json!("2"), &json!("1"))
    );
    assert_eq!(delete["ResourceProperties"]["Size"], "1", "the old one goes with what it was made from");
    assert_eq!(engine.stack("one").resources["T"].properties["DisplayName"], "y");
    assert_eq!(engine.physical("one", "C"), "b");
}

#[test]
fn a_replacement_that_is_rolled_back_leaves_the_old_one() {
    let mut engine = Engine::new();
    promise(
        &mut engine,
        json!({ "request": "Create", "status": "SUCCESS", "physical_id": "a", "data": { "Word": "x" } }),
    );
    promise(
        &mut engine,
        json!({ "type": "Custom::Thing", "request": "Update", "status": "SUCCESS", "physical_id": "b",
        "data": { "Word": "y" }, "seconds": 20 }),
    );
    promise(&mut engine, json!({ "service_token": TOKEN, "logical_id": "C", "status": "SUCCESS" }));
    engine.create("one", &stack(1));
    engine.mishap("one", "T", Doing::Update, 1);
    engine.update("one", &stack(2));
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(pairs(&kinds(&engine)), [("Create", "-"), ("Update", "a"), ("Delete", "b")]);
    assert_eq!(engine.physical("one", "C"), "a");
    assert_eq!(engine.stack("one").resources["C"].attributes["Word"], "x");
}

#[test]
fn a_failed_update_is_taken_back_by_another() {
    let mut engine = Engine::new();
    promise(&mut engine, json!({ "request": "Update", "status": "FAILED", "reason": "no", "times": 1 }));
    promise(&mut engine, json!({ "status": "SUCCESS", "physical_id": "a", "data": { "Word": "x" } }));
    engine.create("one", &stack(1));
    let from = engine.seen("one");
    engine.update("one", &stack(2));
    assert_eq!(engine.status("one"), "UPDATE_ROLLBACK_COMPLETE");
    let events = engine.events("one", from);
    assert!(events.iter().any(|it| it.starts_with("C UPDATE_FAILED Received response status [FAILED]")), "{events:#?}");
    let last = &engine.world.custom.requests[2].document;
    assert_eq!(
        (&last["ResourceProperties"]["Size"], &last["OldResourceProperties"]["Size"]),
        (&json!("1"), &json!("2"))
    );
}

#[test]
fn what_is_wrong_with_an_answer_fails_it() {
    for (said, wanted) in [
        (json!({ "Status": "SUCCESS" }), "Invalid PhysicalResourceId"),
        (good("a", &"x".repeat(4096)), "Response object is too long."),
        (
            json!({ "Status": "success", "PhysicalResourceId": "a" }),
            "Invalid Response object: Value of property Status is invalid",
        ),
    ] {
        let mut engine = Engine::new();
        begin(&mut engine);
        answer(&mut engine, said);
        place(&engine.events("one", 0), &format!("C CREATE_FAILED {wanted}"));
    }
    let mut engine = Engine::new();
    begin(&mut engine);
    answer(&mut engine, json!({ "Status": "SUCCESS", "PhysicalResourceId": "a" }));
    let id = engine.stack("one").id.clone();
    let bucket = "cloudformation-custom-resource-storage-euwest1";
    place(
        &engine.events("one", 0),
        &format!(
            "T CREATE_FAILED CustomResource attribute error: Vendor response doesn't contain Word attribute in object {id}|C in S3 \
             bucket {bucket}"
        ),
    );
    let mut engine = Engine::new();
    assert!(exchange::answer(&mut engine.world, "https://x/none%7CC%7Cnone", "{}").is_err());
}

#[test]
fn another_service_cannot_take_it_over() {
    let mut engine = Engine::new();
    promise(&mut engine, json!({ "status": "SUCCESS", "data": { "Word": "x" } }));
    engine.create("one", &stack(1));
    let from = engine.seen("one");
    let other = stack(1).to_string().replace("function:maker", "function:other");
    engine.ok("UpdateStack", json!({ "StackName": "one", "TemplateBody": other }));
    engine.settle();
    place(&engine.events("one", from), "C UPDATE_FAILED Modifying service token is not allowed.");
}

#[test]
fn what_is_hidden_is_not_told() {
    let mut engine = Engine::new();
    promise(&mut engine, json!({ "status": "SUCCESS", "data": { "Word": "geheim" }, "no_echo": true }));
    engine.create("one", &stack(1));
    assert_eq!(engine.stack("one").resources["T"].properties["DisplayName"], "geheim");
    let told: String =
        engine.stack("one").events.iter().filter_map(|it| it.properties.as_ref()).map(Json::to_string).collect();
    assert!(told.contains("*****") && !told.contains("geheim"), "{told}");
}

#[test]
fn what_was_cancelled_while_it_was_asked_for_is_deleted() {
    let mut engine = Engine::new();
    let both = and(stack(1), json!({}));
    engine.mishap("one", "X", Doing::Create, 1);
    let mut body = both;
    body["Resources"]["X"] = topic("x", "");
    promise(&mut engine, json!({ "request": "Delete", "status": "SUCCESS" }));
    engine.create("one", &body);
    assert_eq!(engine.status("one"), "ROLLBACK_COMPLETE");
    let kinds = kinds(&engine);
    assert_eq!((kinds[0].0.as_str(), kinds[1].0.as_str()), ("Create", "Delete"));
    assert!(kinds[1].1.starts_with("one-C-"), "{kinds:?}");
}
