//! A deletion goes as its rehearsal said: in the same order, with the same calls, and the same things stay.
use serde_json::{Value as Json, json};
use stackgen_assembly::Assembly;
use stackgen_local::adopt::scene;

use super::prod::both;
use super::{Account, Deed, REGION, Story, What, assembly, play, same, stack};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn calls(all: &[super::super::stage::ChangeCall]) -> Vec<String> {
    all.iter().map(|call| format!("{}:{} {:?}", call.service, call.operation, call.about)).collect()
}

/// Rehearses a deletion, does it, and compares.
#[track_caller]
pub(super) fn agree(account: &Account, assembly: &Assembly, stacks: &[&str], retain: &[&str]) -> Story {
    let (stacks, retain) = (names(stacks), names(retain));
    let deed = Deed::Destroy { stacks: &stacks, retain: &retain };
    let story = play(&account.seen_for(assembly, deed), assembly, deed, &[], None).unwrap();
    let before = account.stage.changes().len();
    let (done, steps) = account.destroy(assembly, &stacks, &retain);
    same(account, &story, &done);
    let told = story.moments.iter().filter_map(|moment| match &moment.what {
        What::Step { step } => Some(step.clone()),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), steps);
    assert_eq!(calls(&story.calls), calls(&account.stage.changes()[before..]));
    let stays = account.world(|world| scene::things(world, REGION));
    let is_there = |id: &str| stays.iter().any(|thing| thing.physical_id == id);
    assert!(story.remains.retained.iter().all(|one| is_there(&one.physical_id)), "{:?}", story.remains);
    assert!(!story.remains.deleted.iter().any(|one| is_there(&one.physical_id)), "{:?}", story.remains);
    story
}

fn note(value: &Json) -> Json {
    json!({"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}})
}

/// One stack that exports, and one that imports.
fn two() -> Assembly {
    let teller = json!({
        "Resources": {"Note": note(&json!("x"))},
        "Outputs": {"Told": {"Value": "told", "Export": {"Name": "told"}}},
    });
    let reader = json!({"Resources": {"Note": note(&json!({"Fn::ImportValue": "told"}))}});
    assembly(vec![stack("teller", &teller, &[]), stack("reader", &reader, &["teller"])])
}

#[test]
fn the_end_of_both_stacks_is_predicted() {
    let account = Account::new();
    let all = both(|text| text);
    account.settle(&all);
    let story = agree(&account, &all, &["prod-network", "prod-compute"], &[]);
    assert!(story.works && story.destroys && story.downtimes.is_empty(), "{story:#?}");
    let kept: Vec<&str> = story.remains.retained.iter().map(|one| &*one.id).collect();
    assert_eq!(kept, ["DataVolume"], "{:?}", story.remains);
    assert_eq!(story.calls[0].operation, "StopInstances", "its disk is on it");
    let is_word =
        |moment: &super::Moment| matches!(&moment.what, What::Step { step } if step.contains("stays with vol-"));
    assert!(story.moments.iter().any(is_word), "the word about the volume stays: {:?}", story.moments);
}

#[test]
fn what_holds_data_is_told_and_what_has_a_copy_too() {
    let account = Account::new();
    let disk = |policy: &str| {
        json!({"Type": "AWS::EC2::Volume", "DeletionPolicy": policy,
               "Properties": {"AvailabilityZone": "eu-west-1a", "Size": 5, "VolumeType": "gp3"}})
    };
    let template = json!({"Resources": {
        "Gone": disk("Delete"), "Copied": disk("Snapshot"), "Kept": disk("Retain"), "Note": note(&json!("x")),
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
    }});
    let all = assembly(vec![stack("data", &template, &[])]);
    account.settle(&all);
    let story = agree(&account, &all, &["data"], &[]);
    let of = |is_lost: bool| -> Vec<&str> {
        let deleted = story.remains.deleted.iter().filter(|one| (one.stateful && !one.has_copy) == is_lost);
        deleted.map(|one| &*one.id).collect()
    };
    assert_eq!((of(true), of(false)), (vec!["Bucket", "Gone"], vec!["Copied", "Note"]), "{:#?}", story.remains);
    assert_eq!(story.remains.snapshots.len(), 1);
    let [kept] = story.remains.retained.as_slice() else { panic!("{:?}", story.remains) };
    assert!(kept.physical_id.starts_with("vol-"), "{kept:?}");
}

#[test]
fn stacks_that_others_need_go_last_and_alone_not_at_all() {
    let account = Account::new();
    account.settle(&two());
    let story = agree(&account, &two(), &["teller"], &[]);
    assert!(story.refused.as_ref().is_some_and(|why| why.contains("`reader` imports `told`")), "{story:?}");
    let story = agree(&account, &two(), &["teller", "reader"], &[]);
    let order: Vec<&str> = story.outcome.stacks.iter().map(|stack| &*stack.stack).collect();
    assert_eq!((story.works, order), (true, vec!["reader", "teller"]));
    account.wait();
    let story = agree(&account, &two(), &["teller", "reader"], &[]);
    assert!(story.works && story.calls.is_empty(), "they are gone: {story:?}");
}

#[test]
fn protected_stacks_are_refused() {
    let account = Account::new();
    account.settle(&two());
    account.world(|world| {
        world.region(REGION).stacks.values_mut().for_each(|stack| stack.termination_protection = true);
    });
    let story = agree(&account, &two(), &["teller", "reader"], &[]);
    assert!(story.refused.as_ref().is_some_and(|why| why.contains("is protected against deletion")), "{story:?}");
    assert!(story.hints[0].contains("--no-enable-termination-protection"), "{:?}", story.hints);
}

#[test]
fn what_failed_to_go_is_kept_when_it_is_said() {
    let account = Account::new();
    let all = both(|text| text);
    account.settle(&all);
    let stacks = names(&["prod-compute"]);
    let deed = Deed::Destroy { stacks: &stacks, retain: &[] };
    let seen = account.seen_for(&all, deed);
    let story = play(&seen, &all, deed, &["Host7DDA17EC=it does not let go"], None).unwrap();
    let (_, cause) = story.cause().unwrap();
    assert_eq!((&*cause.id, &*cause.reason, story.works), ("Host7DDA17EC", "it does not let go", false));
    assert_eq!(story.downtimes.len(), 1, "it was stopped, and its stack is still there");
    let refused = play(&seen, &all, deed, &["DataVolume"], None).unwrap_err();
    assert!(refused.contains("nothing is done to `DataVolume`"), "{refused}");
    // The same in the account, and then without what does not go.
    account.world(|world| {
        let (stack, logical_id) = ("prod-compute".to_owned(), "Host7DDA17EC".to_owned());
        let (doing, reason) = (stackgen_local::resources::Doing::Delete, "it does not let go".to_owned());
        world.mishaps.push(stackgen_local::cloudformation::operation::Mishap {
            stack,
            logical_id,
            doing,
            reason,
            times: 1,
            late: false,
        });
    });
    let (done, _) = account.destroy(&all, &stacks, &[]);
    same(&account, &story, &done);
    account.wait();
    let story = agree(&account, &all, &["prod-compute"], &["Host7DDA17EC"]);
    assert!(story.works, "{story:#?}");
    assert!(story.remains.retained.iter().any(|one| one.id == "Host7DDA17EC"), "{:?}", story.remains);
}

#[test]
fn a_bucket_with_something_in_it_does_not_go() {
    let account = Account::new();
    let template = json!({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full"}}}});
    let all = assembly(vec![stack("data", &template, &[])]);
    account.settle(&all);
    account.world(|world| {
        stackgen_local::s3::stand_in(world, REGION, "https://s3.eu-west-1.amazonaws.com/full/a/b", "text");
    });
    let story = agree(&account, &all, &["data"], &[]);
    let (_, cause) = story.cause().unwrap();
    assert!(!story.works && cause.reason.contains("not empty"), "{cause:?}");
    account.world(|world| world.s3.buckets["full"].objects.clear());
    account.wait();
    assert!(agree(&account, &all, &["data"], &[]).works);
}

#[test]
fn a_stack_that_somebody_hands_over_is_left_alone() {
    let account = Account::new();
    let all = both(|text| text);
    account.settle(&all);
    let until = "2126-01-01T00:00:00Z";
    let lease = json!({"write": "a", "over": "", "owner": "ann@desk", "command": "stackgen deploy", "phase": "stopping",
                       "since": "2026-11-01T10:00:00Z", "until": until});
    account.put_parameter("/stackgen/prod-compute/lease", &lease.to_string());
    let stacks = names(&["prod-compute"]);
    let deed = Deed::Destroy { stacks: &stacks, retain: &[] };
    let story = play(&account.seen_for(&all, deed), &all, deed, &[], None).unwrap();
    let (done, _) = account.destroy(&all, &stacks, &[]);
    assert!(!story.works && story.calls.is_empty() && !done.unwrap().is_good(), "{:?}", story.outcome);
    assert!(format!("{:?}", story.outcome.stacks[0].ending).contains("ann@desk"), "{:?}", story.outcome);
}

#[test]
fn stacks_of_no_app_go_too() {
    let account = Account::new();
    account.settle(&two());
    let none = assembly(Vec::new());
    assert!(agree(&account, &none, &["reader"], &[]).works);
    account.wait();
    assert!(agree(&account, &none, &["teller"], &[]).works);
}

#[test]
fn whenever_the_client_dies_resume_ends_the_deletion() {
    let account = Account::new();
    let all = both(|text| text);
    account.settle(&all);
    let stacks = names(&["prod-network", "prod-compute"]);
    let deed = Deed::Destroy { stacks: &stacks, retain: &[] };
    let seen = account.seen_for(&all, deed);
    let made = play(&seen, &all, deed, &[], None).unwrap().calls.len();
    assert!(made >= 3, "{made}");
    for at in 1..=made {
        let story = play(&seen, &all, deed, &[], Some(at)).unwrap();
        assert!(story.works && story.left.is_empty(), "{at}: {story:#?}");
        assert_eq!(story.death.as_ref().map(|death| death.number), Some(at));
        assert!(story.remains.deleted.iter().any(|one| one.type_name == "AWS::EC2::Instance"), "{at}");
    }
}
