//! The two stacks of this repository.
use std::time::Instant;

use serde_json::Value as Json;
use stackgen_assembly::Assembly;
use stackgen_deploy::handover::Strategy;
use stackgen_deploy::plan::{Selection, Wishes};
use stackgen_local::cloudformation::template::Template;

use super::{Account, Deed, IMAGE, Moment, NEWER, REGION, Story, What, agree, assembly, play, rehearse, stack, told};

/// A reviewed template, without the head of the snapshot, as JSON.
fn template(snapshot: &str) -> Json {
    Template::parse(snapshot.splitn(3, "---\n").nth(2).unwrap()).unwrap().document
}

/// Both stacks. The change is made in the text of the host's stack.
pub(super) fn both(change: impl Fn(String) -> String) -> Assembly {
    let network = template(include_str!("../../../../../snapshots/prod-network.yaml.snap"));
    let compute = template(include_str!("../../../../../snapshots/prod-compute.yaml.snap"));
    let compute: Json = serde_json::from_str(&change(compute.to_string())).unwrap();
    assembly(vec![stack("prod-network", &network, &[]), stack("prod-compute", &compute, &["prod-network"])])
}

fn deployed() -> Account {
    let account = Account::new();
    account.settle(&both(|text| text));
    account
}

#[test]
fn the_first_deploy_is_predicted() {
    let story = agree(&Account::new(), &both(|text| text));
    assert!(story.works && story.downtimes.is_empty());
}

#[test]
fn nothing_to_do_is_predicted() {
    let story = agree(&deployed(), &both(|text| text));
    assert!(story.works && story.moments.is_empty(), "{:?}", story.moments);
    assert!(story.notes.is_empty(), "{:?}", story.notes);
}

#[test]
fn another_image_is_a_collision_as_the_naive_deploy_will_have_it() {
    let account = deployed();
    let story = agree(&account, &both(|text| text.replace(IMAGE, NEWER)));
    let (stack, cause) = story.cause().unwrap();
    assert_eq!((stack, &*cause.id), ("prod-compute", "DataAttachmentToHost"), "{cause:?}");
    assert!(cause.reason.contains("is already attached to an instance"), "{cause:?}");
    assert_eq!(story.outcome.stacks[1].status.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    assert!(story.remains.left_over.is_empty() && story.remains.deleted.is_empty(), "{:?}", story.remains);
}

#[test]
fn each_way_of_a_handover_is_rehearsed() {
    let account = deployed();
    account.world(|world| {
        let at = &mut stackgen_local::ec2::Place::new(world, REGION);
        let mut image = at.ec2().images[IMAGE].clone();
        (image.id, image.name) = (NEWER.to_owned(), "as large as the root of the host".to_owned());
        image.devices[0]["ebs"]["volumeSize"] = Json::from(10);
        at.ec2().promised.remove(NEWER);
        at.ec2().images.insert(NEWER.to_owned(), image);
    });
    let changed = both(|text| text.replace(IMAGE, NEWER));
    let machines = |story: &Story| {
        let of_hosts =
            |it: &&Moment| matches!(&it.what, What::Status { type_name, .. } if type_name == "AWS::EC2::Instance");
        story.moments.iter().filter(of_hosts).count()
    };
    for (strategy, is_replaced) in [(Strategy::Stop, true), (Strategy::Unmount, true), (Strategy::ReplaceRoot, false)] {
        let (selection, wishes) = (Selection::default(), Wishes::default());
        let deed = Deed::Deploy { selection: &selection, wishes: &wishes, hands_over: Some(strategy) };
        let story = play(&account.seen(&changed), &changed, deed, &[], None).unwrap();
        assert!(story.works, "{strategy:?}: {:?}", story.outcome);
        assert_eq!(machines(&story) > 0, is_replaced, "{strategy:?}");
        let [host] = story.downtimes.as_slice() else { panic!("{strategy:?}: {:?}", story.downtimes) };
        assert!(host.is_over() && host.seconds(story.start) > 20, "{strategy:?}: {host:?}");
    }
}

#[test]
fn another_script_is_another_host_and_a_collision_too() {
    let account = deployed();
    let changed =
        both(|text| text.replace("Host7DDA17EC", "Host00000001").replace("HostReady7DDA17EC", "HostReady00000001"));
    let story = agree(&account, &changed);
    assert!(!story.works);
}

#[test]
fn another_type_stops_the_host() {
    let account = deployed();
    let story = agree(&account, &both(|text| text.replace("m7g.medium", "m7g.large")));
    assert!(story.works);
    let [host] = story.downtimes.as_slice() else { panic!("{:?}", story.downtimes) };
    assert!(host.is_over() && host.seconds(story.start) > 30, "{host:?}");
}

#[test]
fn a_host_that_is_stopped_is_loaded_as_it_is() {
    let account = deployed();
    account.world(|world| {
        let at = &mut stackgen_local::ec2::Place::new(world, REGION);
        let one = at.ec2().instances.values_mut().next().unwrap();
        one.state = stackgen_local::ec2::instance::State::Stopped;
    });
    let story = agree(&account, &both(|text| text.replace("m7g.medium", "m7g.large")));
    assert!(story.works && story.downtimes.is_empty(), "{:?}", story.downtimes);
}

#[test]
fn what_was_seen_is_enough() {
    let account = deployed();
    let changed = both(|text| text.replace("m7g.medium", "m7g.large"));
    let seen = account.seen(&changed);
    let folder = tempfile::tempdir().unwrap();
    stackgen_deploy::observe::save(&folder.path().join("1"), &seen).unwrap();
    let names = ["prod-network", "prod-compute"].map(str::to_owned);
    let kept = stackgen_deploy::observe::load(&[folder.path().join("1")], REGION, &names).unwrap().unwrap();
    assert_eq!(kept, seen);
    let [now, then] = [&seen, &kept].map(|seen| told(&rehearse(seen, &changed, &[], None).unwrap()));
    assert_eq!(now, then);
}

#[test]
fn what_fails_is_rolled_back_and_told() {
    let account = deployed();
    let changed = both(|text| text.replace("m7g.medium", "m7g.large"));
    let story = rehearse(&account.seen(&changed), &changed, &["Host7DDA17EC=no room"], None).unwrap();
    assert!(!story.works);
    assert_eq!(story.cause().map(|(_, cause)| (&*cause.id, &*cause.reason)), Some(("Host7DDA17EC", "no room")));
    let refused = rehearse(&account.seen(&changed), &changed, &["Nobody"], None).unwrap_err();
    assert!(refused.contains("`Nobody`"), "{refused}");
}

/// Well under a second, even as it is built for tests; the figure is for whoever runs it with `--nocapture`.
#[test]
fn a_rehearsal_is_quick() {
    let account = deployed();
    let changed = both(|text| text.replace("m7g.medium", "m7g.large"));
    let seen = account.seen(&changed);
    let began = Instant::now();
    let story = rehearse(&seen, &changed, &[], None).unwrap();
    assert!(story.works);
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}
