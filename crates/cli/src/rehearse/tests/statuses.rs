//! Stacks that are not in order.
use serde_json::{Value as Json, json};
use stackgen_local::cloudformation::stack::Status;

use super::{Account, REGION, agree, assembly, rehearse, stack};

fn note(value: &str) -> Json {
    json!({"Resources": {"Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}})
}

fn put(account: &Account, status: Status) {
    account.world(|world| world.region(REGION).stacks.values_mut().for_each(|stack| stack.status = status));
}

#[test]
fn a_status_that_forbids_it_is_told_as_the_deploy_would() {
    let changed = assembly(vec![stack("notes", &note("new"), &[])]);
    let forbidding = [
        Status::UpdateRollbackFailed,
        Status::UpdateFailed,
        Status::CreateFailed,
        Status::DeleteFailed,
        Status::UpdateInProgress,
    ];
    for status in forbidding {
        let account = Account::new();
        account.settle(&assembly(vec![stack("notes", &note("old"), &[])]));
        put(&account, status);
        let story = agree(&account, &changed);
        assert!(!story.works && story.refused.as_ref().is_some_and(|why| why.contains(status.word())), "{story:?}");
    }
}

#[test]
fn statuses_that_allow_it_are_deployed_to() {
    let changed = assembly(vec![stack("notes", &note("new"), &[])]);
    for status in [Status::UpdateRollbackComplete, Status::ImportComplete, Status::UpdateComplete] {
        let account = Account::new();
        account.settle(&assembly(vec![stack("notes", &note("old"), &[])]));
        put(&account, status);
        assert!(agree(&account, &changed).works, "{status:?}");
    }
}

#[test]
fn a_failed_creation_is_made_again() {
    let account = Account::new();
    let broken = json!({"Resources": {
        "Note": note("x")["Resources"]["Note"],
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-01234567", "CidrBlock": "10.0.0.0/24"}},
    }});
    let outcome = account.deploy(&assembly(vec![stack("notes", &broken, &[])])).unwrap();
    assert_eq!(outcome.stacks[0].status.as_deref(), Some("ROLLBACK_COMPLETE"));
    account.wait();
    let story = agree(&account, &assembly(vec![stack("notes", &note("new"), &[])]));
    assert!(story.works, "{story:?}");
}

#[test]
fn a_stack_that_is_nothing_but_a_change_set_is_made() {
    let account = Account::new();
    account.settle(&assembly(vec![stack("other", &note("old"), &[])]));
    account.world(|world| {
        let id = "arn:aws:cloudformation:eu-west-1:123456789012:stack/notes/1".to_owned();
        let now = world.now();
        let fresh = stackgen_local::cloudformation::Stack::new(id.clone(), "notes".to_owned(), now);
        world.region(REGION).stacks.insert(id, fresh);
    });
    assert!(agree(&account, &assembly(vec![stack("notes", &note("new"), &[])])).works);
}

#[test]
fn exports_of_others_and_importers_that_nobody_reads_hold() {
    let account = Account::new();
    let teller = |value: &str| {
        json!({
            "Resources": {"Note": note("x")["Resources"]["Note"]},
            "Outputs": {"Told": {"Value": value, "Export": {"Name": "told"}}},
        })
    };
    let reader = note("x");
    let mut reader = reader;
    reader["Resources"]["Note"]["Properties"]["Value"] = json!({"Fn::ImportValue": "told"});
    let all = |value: &str| assembly(vec![stack("teller", &teller(value), &[]), stack("reader", &reader, &["teller"])]);
    account.settle(&all("one"));
    // Only one of the two is looked at each time.
    let alone = assembly(vec![stack("teller", &teller("two"), &[])]);
    let story = agree(&account, &alone);
    assert!(!story.works, "{story:?}");
    account.wait();
    let mut other = reader.clone();
    other["Resources"]["Note"]["Properties"]["Description"] = json!("more");
    assert!(agree(&account, &assembly(vec![stack("reader", &other, &[])])).works);
}

#[test]
fn hidden_values_are_told() {
    let account = Account::new();
    let hiding = |text: &str| {
        json!({
            "Parameters": {"Secret": {"Type": "String", "NoEcho": true, "Default": "hunter2"}},
            "Resources": {
                "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Secret"}}},
                "Other": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": text}},
            },
        })
    };
    account.settle(&assembly(vec![stack("notes", &hiding("a"), &[])]));
    let changed = assembly(vec![stack("notes", &hiding("b"), &[])]);
    let story = rehearse(&account.seen(&changed), &changed, &[], None).unwrap();
    assert!(story.notes.iter().any(|note| note.contains("`Secret`") && note.contains("NoEcho")), "{:?}", story.notes);
}
