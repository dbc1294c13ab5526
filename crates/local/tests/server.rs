//! The server over real sockets, as clients meet it.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value as Json, json};
use stackgen_local::server::{Handle, Options, Pace, Server, StartError, StateError, ask};

const CALLER: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

fn server() -> Handle {
    Server::start(Options::default()).unwrap()
}

fn connect(server: &Handle) -> TcpStream {
    TcpStream::connect(("127.0.0.1", server.port())).unwrap()
}

/// One answer of a connection that stays open: its head and its body.
fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).unwrap() == 0 {
            return None;
        }
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next())
        .map_or(0, |it| it.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    Some((head, String::from_utf8(body).unwrap()))
}

fn post(stream: &mut TcpStream, headers: &str, body: &str) -> Option<(String, String)> {
    let length = body.len();
    write!(stream, "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n{FORM}{headers}content-length: {length}\r\n\r\n{body}")
        .unwrap();
    read(stream)
}

fn told(server: &Handle, method: &str, path: &str, body: &str) -> (u16, Json) {
    let (status, body) = ask(server.port(), method, path, body).unwrap();
    (status, serde_json::from_str(&body).unwrap())
}

#[test]
fn a_connection_takes_many_calls() {
    let server = server();
    let mut stream = connect(&server);
    for number in 1..=3 {
        let (head, body) = post(&mut stream, "", CALLER).unwrap();
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains(&format!("x-amzn-requestid: 00000000-0000-4000-8000-00000000000{number}")), "{head}");
        assert!(body.contains("<Account>123456789012</Account>"), "{body}");
    }
    server.stop().unwrap();
}

#[test]
fn chunks_are_put_together_and_continue_is_said() {
    let server = server();
    let mut stream = connect(&server);
    write!(stream, "POST / HTTP/1.1\r\nhost: x\r\n{FORM}transfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n")
        .unwrap();
    let (head, _) = read(&mut stream).unwrap();
    assert!(head.starts_with("http/1.1 100"), "{head}");
    let (first, second) = CALLER.split_at(7);
    write!(stream, "{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len()).unwrap();
    let (head, body) = read(&mut stream).unwrap();
    assert!(head.starts_with("http/1.1 200") && body.contains("GetCallerIdentityResult"), "{head}{body}");
}

#[test]
fn what_is_not_here_is_said_and_is_no_failure_of_the_server() {
    let server = server();
    let mut stream = connect(&server);
    let (head, body) = post(&mut stream, "", "Action=GetFederationToken&Version=2011-06-15").unwrap();
    assert!(head.starts_with("http/1.1 400") && body.contains("STS GetFederationToken"), "{head}{body}");
    let (head, body) = post(&mut stream, "", "Action=Publish&Version=2010-03-31").unwrap();
    assert!(head.starts_with("http/1.1 400") && body.contains("NotImplementedByLocalEngine"), "{head}{body}");
}

#[test]
fn a_dropped_connection_has_no_answer() {
    let server = server();
    for when in ["drop_before", "drop_after"] {
        let script = json!({"faults": [{"operation": "sts:*", "when": {"nth": 1}, "then": when}]});
        assert_eq!(told(&server, "PUT", "/_stackgen/faults", &script.to_string()).0, 200);
        assert_eq!(post(&mut connect(&server), "", CALLER), None);
        assert!(post(&mut connect(&server), "", CALLER).is_some());
    }
    let journal = server.journal(0);
    assert_eq!(journal.iter().map(|entry| entry.status).collect::<Vec<_>>(), [0, 200, 0, 200]);
    assert_eq!(told(&server, "GET", "/_stackgen/journal?since=3", "").1["calls"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_whole_world_goes_out_and_in() {
    let server = Server::start(Options { pace: Pace::Manual, ..Options::default() }).unwrap();
    assert_eq!(told(&server, "POST", "/_stackgen/advance?seconds=90", "").1["now"], "2026-01-01T00:01:30Z");
    let (_, state) = ask(server.port(), "GET", "/_stackgen/state", "").unwrap();
    let now = server.world(|world| world.now());
    server.world(|world| world.region("eu-west-1").others.clear());
    server.advance(Some(jiff::SignedDuration::from_hours(1)));
    assert_eq!(told(&server, "PUT", "/_stackgen/state", &state).0, 200);
    assert_eq!(server.world(|world| (world.now(), world.regions.len())), (now, 0));
    let (status, refusal) = told(&server, "PUT", "/_stackgen/state", r#"{"format": 99}"#);
    assert_eq!(
        (status, refusal["error"].as_str()),
        (400, Some("`what was sent` has format 99, and this stackgen knows 1 only"))
    );
}

#[test]
fn a_reset_forgets() {
    let server = server();
    server.world(|world| world.region("eu-west-1").others.clear());
    post(&mut connect(&server), "", CALLER);
    assert_eq!(told(&server, "GET", "/_stackgen/status", "").1["calls"], 1);
    assert_eq!(told(&server, "POST", "/_stackgen/reset", "").1["calls"], 0);
    assert_eq!(server.world(|world| world.regions.len()), 0);
}

#[test]
fn promised_images_are_kept() {
    let server = server();
    let promise = json!({"region": "eu-west-1", "ids": ["ami-0123456789abcdef0"]});
    assert_eq!(told(&server, "PUT", "/_stackgen/images", &promise.to_string()).0, 200);
    let state = told(&server, "GET", "/_stackgen/state", "").1;
    assert!(state.to_string().contains("ami-0123456789abcdef0"));
    let none = json!({"region": "eu-west-1", "ids": ["ami-of-the-day"]});
    assert_eq!(told(&server, "PUT", "/_stackgen/images", &none.to_string()).0, 400);
}

#[test]
fn a_driver_runs_the_machines() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { state: Some(folder.path().to_owned()), pace: Pace::Manual, ..Options::default() };
    let server = Server::start(options()).unwrap();
    let drive = json!({"region": "us-east-1", "is_driven": true}).to_string();
    assert_eq!(told(&server, "PUT", "/_stackgen/machines", &drive), (200, json!({"is_driven": true, "wanted": []})));
    let promise = json!({"region": "us-east-1", "ids": ["ami-0123456789abcdef0"]}).to_string();
    told(&server, "PUT", "/_stackgen/images", &promise);
    let run = "Action=RunInstances&Version=2016-11-15&ImageId=ami-0123456789abcdef0&InstanceType=m7i.large&MinCount=1&MaxCount=1";
    let (head, body) = post(&mut connect(&server), "", run).unwrap();
    assert!(head.starts_with("http/1.1 200"), "{body}");
    server.advance(Some(jiff::SignedDuration::from_secs(60)));
    server.stop().unwrap();

    let server = Server::start(options()).unwrap();
    let wanted = told(&server, "GET", "/_stackgen/machines?region=us-east-1", "").1["wanted"][0].clone();
    assert_eq!((&wanted["want"], &wanted["architecture"]), (&json!("start"), &json!("x86_64")));
    let id = wanted["instance"].as_str().unwrap();
    let so = |region: &str, is: &str| json!({"region": region, "is": is, "instance": id}).to_string();
    let running = told(&server, "POST", "/_stackgen/machines", &so("us-east-1", "running"));
    assert_eq!(running, (200, json!({"is_driven": true, "wanted": []})));
    assert_eq!(told(&server, "POST", "/_stackgen/machines", &so("us-east-1", "terminated")).0, 409);
    assert_eq!(told(&server, "POST", "/_stackgen/machines", &so("eu-west-1", "running")).0, 409);
    assert_eq!(told(&server, "POST", "/_stackgen/machines", &so("us-east-1", "asleep")).0, 400);
}

#[test]
fn what_was_told_wrongly_is_refused() {
    let server = server();
    for (method, path, status) in [
        ("GET", "/_stackgen/nothing", 404),
        ("POST", "/_stackgen/advance?seconds=-1", 400),
        ("POST", "/_stackgen/advance?second=1", 400),
        ("POST", "/_stackgen/advance?seconds=1e99", 400),
        ("PUT", "/_stackgen/faults", 400),
        ("PUT", "/_stackgen/mishaps", 400),
        ("PUT", "/_stackgen/images", 400),
        ("PUT", "/_stackgen/custom", 400),
        ("PUT", "/_stackgen/machines", 400),
        ("GET", "/_stackgen/machines", 400),
        ("POST", "/_stackgen/machines", 400),
    ] {
        assert_eq!(told(&server, method, path, "").0, status, "{method} {path}");
    }
    for path in ["/_stackgen/reset", "/"] {
        let mut stream = connect(&server);
        write!(stream, "POST {path} HTTP/1.1\r\nhost: x\r\norigin: https://example.com\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        assert!(read(&mut stream).unwrap().0.starts_with("http/1.1 403"), "{path}");
    }
}

#[test]
fn a_world_outlives_its_server() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { state: Some(folder.path().to_owned()), ..Options::default() };
    let server = Server::start(options()).unwrap();
    server.world(|world| world.region("eu-west-1").others.clear());
    assert!(matches!(Server::start(options()), Err(StartError::State(StateError::InUse { .. }))));
    let (port, stopping) = (server.port(), told(&server, "POST", "/_stackgen/stop", "").1);
    assert_eq!(stopping, json!({"stopping": true}));
    server.wait().unwrap();
    assert!(ask(port, "GET", "/_stackgen/status", "").is_err());
    let server = Server::start(options()).unwrap();
    assert_eq!(server.world(|world| world.regions.len()), 1);
    drop(server);
    std::fs::write(folder.path().join("state.json"), "{").unwrap();
    assert!(matches!(Server::start(options()), Err(StartError::State(StateError::Damaged { .. }))));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let server = server();
    let Err(error) = Server::start(Options { port: server.port(), ..Options::default() }) else { panic!("it started") };
    assert_eq!(error.to_string(), format!("cannot listen on 127.0.0.1:{}", server.port()));
}

#[test]
fn a_wait_condition_is_signalled_where_its_handle_says() {
    let server = server();
    let handle = "{\"H\":{\"Type\":\"AWS::CloudFormation::WaitConditionHandle\"},\"W\":{\"Type\":\"AWS::CloudFormation::WaitCondition\",\
                  \"Properties\":{\"Handle\":{\"Ref\":\"H\"},\"Timeout\":\"600\"}}}";
    let input = json!({"StackName": "s", "TemplateBody": format!("{{\"Resources\":{handle}}}")});
    let request = stackgen_local::wire::Request {
        service: stackgen_local::wire::Service::CloudFormation,
        operation: "CreateStack".into(),
        region: "eu-west-1".into(),
        input,
    };
    server.world(|world| stackgen_local::cloudformation::api::answer(world, &request)).unwrap();
    server.advance(Some(jiff::SignedDuration::from_secs(30)));
    let stack = |what: fn(&stackgen_local::cloudformation::stack::Stack) -> String| {
        server.world(|world| what(world.region("eu-west-1").stacks.values().next().unwrap()))
    };
    let url = stack(|stack| stack.resources["H"].physical_id.clone().unwrap());
    let path = url.strip_prefix(&server.endpoint()).unwrap();
    let signal = r#"{"Status": "SUCCESS", "UniqueId": "1", "Data": "d", "Reason": "r"}"#;
    assert_eq!(ask(server.port(), "PUT", &path.replace("/H", "/Other"), signal).unwrap().0, 403);
    assert_eq!(stack(|stack| stack.status.word().to_owned()), "CREATE_IN_PROGRESS");
    assert_eq!(ask(server.port(), "PUT", path, signal).unwrap().0, 200);
    server.advance(Some(jiff::SignedDuration::from_secs(30)));
    assert_eq!(stack(|stack| stack.status.word().to_owned()), "CREATE_COMPLETE");
}

#[test]
fn a_custom_resource_is_answered_where_its_request_says() {
    let server = server();
    let resource = json!({"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn:aws:sns:eu-west-1:1:t"}});
    let request = stackgen_local::wire::Request {
        service: stackgen_local::wire::Service::CloudFormation,
        operation: "CreateStack".into(),
        region: "eu-west-1".into(),
        input: json!({"StackName": "s", "TemplateBody": json!({"Resources": {"C": resource}}).to_string()}),
    };
    server.world(|world| stackgen_local::cloudformation::api::answer(world, &request)).unwrap();
    server.advance(Some(jiff::SignedDuration::from_secs(30)));
    let asked = told(&server, "GET", "/_stackgen/custom", "").1["requests"][0].clone();
    assert_eq!((&asked["request"]["RequestType"], &asked["answer"]), (&json!("Create"), &Json::Null));
    let url = asked["request"]["ResponseURL"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&server.endpoint()).unwrap();
    let answer = json!({"Status": "SUCCESS", "PhysicalResourceId": "thing-1"}).to_string();
    assert_eq!(ask(server.port(), "PUT", &path.replace("%7C", "%7Cx"), &answer).unwrap().0, 403);
    assert_eq!(ask(server.port(), "PUT", path, &answer).unwrap().0, 200);
    server.advance(Some(jiff::SignedDuration::from_secs(30)));
    let status = server.world(|world| world.region("eu-west-1").stacks.values().next().unwrap().status);
    assert_eq!(status.word(), "CREATE_COMPLETE");
    let promises = json!([{"type": "Custom::Thing", "status": "SUCCESS", "data": {"A": "b"}}]);
    assert_eq!(told(&server, "PUT", "/_stackgen/custom", &promises.to_string()).1["promises"][0]["data"]["A"], "b");
    let wrong = json!([{"status": "FAILURE"}]);
    assert_eq!(told(&server, "PUT", "/_stackgen/custom", &wrong.to_string()).0, 400);
}

#[test]
fn settings_are_changed_one_by_one() {
    let server = server();
    let put = |settings: Json| {
        let body = json!({"region": "eu-west-1", "settings": settings}).to_string();
        told(&server, "PUT", "/_stackgen/settings", &body)
    };
    let failing = json!([{"word": "umount", "code": 32, "text": "busy", "times": 2}]);
    assert_eq!(put(json!({"boot": {"Fails": 5}, "commands": failing})).0, 200);
    assert_eq!(put(json!({"volume": 9})).0, 200);
    let shown = told(&server, "GET", "/_stackgen/settings?region=eu-west-1", "").1;
    assert_eq!((&shown["boot"], &shown["volume"], &shown["commands"]), (&json!({"Fails": 5}), &json!(9), &failing));
    for (refused, why) in [
        (json!({"speed": 1}), "there is no setting `speed`; GET settings shows all"),
        (json!({"boot": "Explodes"}), "this is no value of a setting: unknown variant `Explodes`"),
    ] {
        let (status, answer) = put(refused);
        assert_eq!(status, 400);
        assert!(answer["error"].as_str().unwrap().starts_with(why), "{answer}");
    }
}

#[test]
fn what_is_there_already_can_be_replaced() {
    let server = server();
    let (status, said) = told(&server, "PUT", "/_stackgen/drift", r#"{"sync_replaces": true}"#);
    assert_eq!((status, said["sync_replaces"].as_bool()), (200, Some(true)));
    assert!(server.world(|world| world.sync_replaces));
    assert_eq!(told(&server, "PUT", "/_stackgen/drift", "{}").0, 400);
}
