//! Stacks that are not in order.
use serde_json::{Value as Json, json};
use stackgen_assembly::Assembly;
use stackgen_deploy::plan::Wishes;
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::cloudformation::stack::Status;
use stackgen_local::resources::Doing;

use super::{Account, IMAGE, REGION, agree, agree_with, assembly, stack};

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
    let outcome = account.deploy(&assembly(vec![stack("notes", &broken, &[])]), &Wishes::default()).unwrap();
    assert_eq!(outcome.stacks[0].status.as_deref(), Some("ROLLBACK_COMPLETE"));
    account.wait();
    let story = agree(&account, &assembly(vec![stack("notes", &note("new"), &[])]));
    assert!(story.works, "{story:?}");
}

/// Two notes, of which the second comes later.
fn notes(value: &str) -> Assembly {
    let mut template = note(value);
    template["Resources"]["Later"] = note(value)["Resources"]["Note"].clone();
    template["Resources"]["Later"]["DependsOn"] = json!("Note");
    assembly(vec![stack("notes", &template, &[])])
}

#[test]
fn what_failed_and_was_kept_is_tried_again() {
    let keeping = Wishes { disable_rollback: true, ..Wishes::default() };
    for (doing, status) in [(Doing::Create, "CREATE_FAILED"), (Doing::Update, "UPDATE_FAILED")] {
        let account = Account::new();
        if doing == Doing::Update {
            account.settle(&notes("old"));
        }
        account.world(|world| {
            let (stack, logical_id, reason) = ("notes".to_owned(), "Later".to_owned(), "no".to_owned());
            world.mishaps = vec![Mishap { stack, logical_id, doing, reason, times: 1, late: false }];
        });
        let outcome = account.deploy(&notes("new"), &keeping).unwrap();
        assert_eq!(outcome.stacks[0].status.as_deref(), Some(status));
        account.wait();
        assert!(agree_with(&account, &notes("newer"), &keeping).works, "{status}");
    }
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

fn hiding(text: &str, default: bool) -> Json {
    let mut template = json!({
        "Parameters": {"Secret": {"Type": "String", "NoEcho": true, "MinLength": 6}},
        "Resources": {
            "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Secret"}}},
            "Other": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": text}},
        },
    });
    if default {
        template["Parameters"]["Secret"]["Default"] = json!("hunter2");
    }
    template
}

#[test]
fn hidden_values_are_told_and_stay() {
    let account = Account::new();
    account.settle(&assembly(vec![stack("notes", &hiding("a", true), &[])]));
    let story = agree(&account, &assembly(vec![stack("notes", &hiding("b", true), &[])]));
    assert!(story.works);
    assert!(story.notes.iter().any(|note| note.contains("`Secret`") && note.contains("NoEcho")), "{:?}", story.notes);
    account.wait();
    // Without a default the client says that it stays, and **** would be too short.
    account.settle(&assembly(vec![stack("notes", &hiding("c", false), &[])]));
    assert!(agree(&account, &assembly(vec![stack("notes", &hiding("d", false), &[])])).works);
}

#[test]
fn what_no_stack_made_is_there() {
    let account = Account::new();
    let zone = json!("eu-west-1b");
    let base = json!({"Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {
            "VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.7.1.0/24", "AvailabilityZone": zone}},
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}}},
        "Disk": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": zone, "Size": 10, "VolumeType": "gp3"}},
        "Key": {"Type": "AWS::EC2::KeyPair", "Properties": {"KeyName": "ops"}},
        "Value": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/kind", "Type": "String", "Value": "m7g.medium"}},
    }});
    account.settle(&assembly(vec![stack("base", &base, &[])]));
    let id = |logical_id: &str| {
        account.world(|world| {
            let base = world.region(REGION).stacks.values().find(|stack| stack.name == "base").unwrap();
            base.resources[logical_id].physical_id.clone().unwrap()
        })
    };
    let host = |note: &str, attached: bool| {
        let mut template = json!({
            "Parameters": {"Kind": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/kind"}},
            "Resources": {
                "Host": {"Type": "AWS::EC2::Instance", "Properties": {
                    "ImageId": IMAGE, "InstanceType": {"Ref": "Kind"}, "SubnetId": id("Subnet"),
                    "SecurityGroupIds": [id("Group")], "KeyName": "ops", "Tags": [{"Key": "Note", "Value": note}]}},
            },
        });
        if attached {
            template["Resources"]["Attachment"] = json!({"Type": "AWS::EC2::VolumeAttachment", "Properties": {
                "Device": "/dev/sdf", "InstanceId": {"Ref": "Host"}, "VolumeId": id("Disk")}});
        }
        assembly(vec![stack("host", &template, &[])])
    };
    // Neither the base nor the key is of a stack that is looked at.
    for (note, attached) in [("a", false), ("b", false), ("b", true), ("c", true), ("c", false)] {
        let story = agree(&account, &host(note, attached));
        assert!(story.works && story.notes.is_empty(), "{note} {attached}: {:?}", story.notes);
        account.wait();
    }
    account.world(|world| {
        let value = world.region(REGION).ssm.parameters.get_mut("/kind").unwrap();
        value.versions.last_mut().unwrap().value = "m7g.large".to_owned();
    });
    let story = agree(&account, &host("c", false));
    assert!(story.works && story.downtimes.len() == 1 && story.downtimes[0].is_over(), "{story:?}");
}

#[test]
fn nested_stacks_come_with_it() {
    const URL: &str = "https://templates.s3.eu-west-1.amazonaws.com/child.json";
    let account = Account::new();
    let child = json!({
        "Parameters": {"Shown": {"Type": "String"}},
        "Resources": {"Inner": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Shown"}}}},
        "Outputs": {"Name": {"Value": {"Ref": "Inner"}}},
    });
    account.world(|world| stackgen_local::s3::stand_in(world, REGION, URL, &child.to_string()));
    let parent = |shown: &str, outer: &str| {
        let template = json!({"Resources": {
            "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": URL, "Parameters": {"Shown": shown}}},
            "Outer": {"Type": "AWS::SSM::Parameter", "Properties": {
                "Type": "String", "Value": {"Fn::GetAtt": ["Child", "Outputs.Name"]}, "Description": outer}},
        }});
        assembly(vec![stack("parent", &template, &[])])
    };
    account.settle(&parent("a", "x"));
    for (shown, outer) in [("a", "y"), ("b", "y"), ("c", "z")] {
        let story = agree(&account, &parent(shown, outer));
        assert!(story.works && story.notes.is_empty(), "{shown} {outer}: {:?} {:?}", story.notes, story.refused);
        account.wait();
    }
}

#[test]
fn a_large_template_goes_through_the_bucket() {
    let account = Account::new();
    let large = |value: &str| {
        let mut template = note(value);
        for number in 0..60 {
            let text = format!("{number} {}", "x".repeat(900));
            template["Resources"][format!("Note{number}")] = note(&text)["Resources"]["Note"].clone();
        }
        assembly(vec![stack("notes", &template, &[])])
    };
    let story = agree(&account, &large("a"));
    assert!(story.refused.is_some(), "there is no bucket yet: {story:?}");
    account.settle(&stackgen_deploy::bootstrap::assembly());
    for value in ["a", "b"] {
        let story = agree(&account, &large(value));
        assert!(story.works, "{:?} {:?} {:?}", story.refused, story.cause(), story.notes);
        account.wait();
    }
}
