//! What others made or changed: it is taken in, found out, or left alone.
use insta::assert_snapshot;
use serde_json::json;

use super::{Account, note, server};

#[test]
fn what_is_there_already_is_taken_in() {
    let account = Account::deployed("leaver", &note("/taken"));
    let gone = account.run(&["destroy", "leaver", "--yes"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    assert!(gone.stderr.contains("Retained Note (AWS::SSM::Parameter) /taken"), "{gone}");
    let again = account.run(&["deploy", "--yes"]);
    let again = again.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(again.matches("AWS::SSM::Parameter `/taken` is there already").count(), 1, "{again}");
    assert!(again.contains("hint: take it in with `stackgen import leaver Note=/taken "), "{again}");
    let taker = Account::new("taker", &note("/taken"));
    let wrong = taker.run(&["import", "taker", "Noto=/taken", "--yes"]);
    assert_eq!(wrong.code, Some(1), "{wrong}");
    assert!(wrong.stderr.contains("has no resource `Noto`") && wrong.stderr.contains("there are: Note"), "{wrong}");
    let bad = taker.run(&["import", "taker", "Note", "--yes"]);
    assert_eq!(bad.code, Some(2), "{bad}");
    let taken = taker.run(&["import", "taker", "Note=/taken", "--yes"]);
    assert_eq!(taken.code, Some(0), "{taken}");
    assert!(taken.stderr.contains("IMPORT_COMPLETE"), "{taken}");
    assert!(taken.stderr.contains("  1 taken in\n"), "{taken}");
    let same = taker.run(&["drift", "taker", "--fail"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), "taker is what its template says\n"), "{same}");
}

#[test]
fn what_somebody_changed_by_hand_is_seen() {
    let account = Account::deployed("drifting", &note("/drifting"));
    server().world(|world| {
        let parameter = world.region("eu-west-1").ssm.parameters.get_mut("/drifting").unwrap();
        "by hand".clone_into(&mut parameter.versions.last_mut().unwrap().value);
    });
    let drifted = account.run(&["drift", "drifting", "--fail"]);
    assert_eq!(drifted.code, Some(1), "{drifted}");
    assert_snapshot!(drifted.stdout, @r"
    drifting differs in 1 resource
      modified Note (AWS::SSM::Parameter) /drifting
        Value: as written -> by hand
    ");
    assert_eq!(account.json(&["drift", "drifting", "--json"])[0]["resources"][0]["id"], "Note");
}

#[test]
fn a_stack_of_somebody_else_is_not_taken_over_by_accident() {
    let account = Account::deployed("owned", &note("/owned"));
    account.describe(&json!({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}));
    let refused = account.run(&["deploy", "--yes"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    let said = refused.stderr.split("error: ").nth(1).unwrap();
    assert_snapshot!(said, @r"
    this needs approval, and there is no terminal to ask on; nothing was done:
      takeover:owned (owned): a stack of this name is there, made by somebody else, it seems: its one resource is not in this template, and it goes
    hint: if all of it is meant: --yes --approve takeover:owned
    ");
}
