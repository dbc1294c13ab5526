//! How operations end: well, half-way, with a failure, with leftovers.
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::resources::Doing;
use stackgen_local::server::{Fault, Options, Script, Server, Then, When};

use super::{Account, large, note, server};

#[test]
fn what_happened_to_a_stack_that_is_finished() {
    let account = Account::deployed("finished", &note("/finished"));
    let chart = account.run(&["events", "finished", "--chart"]).stdout;
    assert!(chart.starts_with("Note  █"), "{chart}");
    let events = account.run(&["events", "finished", "--json"]).stdout;
    let events: Vec<Json> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ends = events.last().unwrap();
    assert_eq!((&ends["id"], &ends["status"]), (&json!("finished"), &json!("CREATE_COMPLETE")));
    let watched = account.run(&["watch", "finished"]);
    assert_eq!(watched.code, Some(0), "{watched}");
    assert_eq!(watched.stderr, "     Nothing goes on with finished: it is in CREATE_COMPLETE\n");
    let refused = account.run(&["rollback", "finished"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    assert_snapshot!(refused.stderr, @r#"
    error: `finished` is in CREATE_COMPLETE, from which there is nothing to roll back
    hint: `stackgen events finished --endpoint-url [URL]` shows how
          it came there
    "#);
}

#[test]
fn whoever_leaves_a_plan_is_told_what_is_left() {
    let server = Server::start(Options::default()).unwrap();
    let stall =
        Fault { operation: "DescribeChangeSet".to_owned(), when: When::Always, then: Then::Stall { seconds: 5.0 } };
    server.faults(Script { seed: 1, faults: vec![stall] });
    let account = Account::new("halfway", &note("/halfway"));
    let command = |arguments: &[&str]| {
        let url = server.endpoint();
        let mut command = account.env.command(&[arguments, &["--assembly", "ready", "--endpoint-url", &url]].concat());
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let mut child = command(&["diff"]).spawn().unwrap();
    let is_made = || server.journal(0).iter().any(|entry| entry.operation == "CreateChangeSet");
    while !is_made() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let left = account.env.outcome(&child.wait_with_output().unwrap());
    assert_eq!(left.code, Some(130), "{left}");
    assert!(left.stderr.contains("nothing was done, but change sets are left in halfway"), "{left}");
    let said = left.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("hint: `stackgen resume --endpoint-url "), "{left}");
    server.faults(Script::default());
    let resumed = account.env.outcome(&command(&["resume"]).output().unwrap());
    assert!(resumed.stderr.contains("deleting a change set that was not carried out"), "{resumed}");
    let nothing = account.env.outcome(&command(&["resume"]).output().unwrap());
    assert!(nothing.stderr.contains("was left unfinished here"), "{nothing}");
}

#[test]
fn a_rollback_that_fails_says_how_to_go_on() {
    let account = Account::deployed("stuck", &note("/stuck"));
    let change = |value: &str| {
        let mut template = note("/stuck");
        template["Resources"]["Note"]["Properties"]["Value"] = value.into();
        account.describe(&template);
    };
    let fails = |times: u32| {
        let (stack, logical_id, reason) = ("stuck".to_owned(), "Note".to_owned(), "it rains".to_owned());
        let mishap = Mishap { stack, logical_id, doing: Doing::Update, reason, times, late: true };
        server().world(|world| world.mishaps.push(mishap));
    };
    change("b");
    fails(2);
    let failed = account.run(&["deploy", "--yes"]);
    assert_eq!(failed.code, Some(1), "{failed}");
    assert_eq!(failed.stderr.matches("Rolling back stuck").count(), 1, "{failed}");
    let said = failed.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("`stuck` failed and is in UPDATE_ROLLBACK_FAILED: Note"), "{failed}");
    assert!(said.contains("let the rollback go on: `stackgen rollback stuck --endpoint-url [URL]`"), "{failed}");
    assert!(said.contains("`stackgen rollback stuck --skip Note --endpoint-url [URL]` leaves it"), "{failed}");
    let back = account.run(&["rollback", "stuck"]);
    assert_eq!(back.code, Some(0), "{back}");
    assert_eq!(back.stderr.matches("Rolling back stuck").count(), 1, "{back}");
    fails(1);
    let quiet = account.run(&["deploy", "--yes", "--quiet"]);
    assert_eq!(quiet.code, Some(1), "{quiet}");
    assert!(quiet.stderr.starts_with("error: `stuck` failed and is in UPDATE_ROLLBACK_COMPLETE: Note"), "{quiet}");
    assert!(quiet.stderr.contains("it rains"), "{quiet}");
}

#[test]
fn what_cannot_be_deleted_after_an_update_is_told_and_the_exit_code_says_so() {
    let both = json!({"Resources": {
        "Old": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "leftover-bucket"}},
        "Queue": {"Type": "AWS::SQS::Queue"},
    }});
    let account = Account::deployed("leftover", &both);
    let filler = Account::new("filler", &large("a"));
    assert_eq!(filler.run(&["deploy", "--yes", "--s3-bucket", "leftover-bucket"]).code, Some(0));
    account.describe(&json!({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}));
    let left = account.run(&["deploy", "--yes", "--approve", "delete:Old"]);
    assert_eq!(left.code, Some(4), "{left}");
    let told: String = left.stderr.lines().filter(|line| line.contains("leftover-bucket")).collect();
    assert_snapshot!(told, @"warning: leftover: `leftover-bucket` could not be deleted, and it belongs to no stack now");
}

#[test]
fn what_a_deletion_leaves_is_still_of_its_stack() {
    let bucket =
        json!({"Resources": {"Full": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full-bucket"}}}});
    let account = Account::deployed("full", &bucket);
    let filler = Account::new("stuffing", &large("a"));
    assert_eq!(filler.run(&["deploy", "--yes", "--s3-bucket", "full-bucket"]).code, Some(0));
    let gone = account.run(&["destroy", "full", "--yes", "--approve", "delete:Full"]);
    assert_eq!(gone.code, Some(1), "{gone}");
    let told: String = gone.stderr.lines().filter(|line| line.starts_with("warning: full: `full-bucket`")).collect();
    assert_snapshot!(told, @"warning: full: `full-bucket` could not be deleted, and the stack still has it");
}
