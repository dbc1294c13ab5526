//! A host whose volume is made from a snapshot.
use serde_json::{Value as Json, json};
use stackgen_deploy::collision::CollisionKind;
use stackgen_deploy::failure::Kind;
use stackgen_deploy::run::Ending;
use stackgen_deploy::volume::{self, Snapshot, Wanted};

use crate::desk::{Desk, OLD, host, region};

async fn copied(desk: &Desk) -> Snapshot {
    let now = desk.now().await.expect("it is there");
    let all = volume::of_stack(&desk.connection, &now).await.expect("they are found");
    let begun = volume::take(&desk.connection, "prod", &all[0]).await.expect("it begins");
    volume::completed(&desk.connection, &begun.id, &|_| {}).await.expect("it is completed")
}

/// The host with another volume, made from a snapshot.
fn restored(snapshot: &str) -> Json {
    let text = host("B", OLD, "one").to_string();
    let text = text.replace("${Data}", "${DataRestored}").replace(r#"{"Ref":"Data"}"#, r#"{"Ref":"DataRestored"}"#);
    let mut template: Json = serde_json::from_str(&text).expect("it is JSON");
    let resources = template["Resources"].as_object_mut().expect("it has some");
    let mut volume = resources.shift_remove("Data").expect("it has a volume");
    volume["Properties"]["SnapshotId"] = json!(snapshot);
    resources.insert("DataRestored".to_owned(), volume);
    template
}

#[tokio::test]
async fn a_handover_gives_the_host_a_volume_from_the_snapshot_and_leaves_the_old_one() {
    let desk = Desk::with_host().await;
    let snapshot = copied(&desk).await;
    let old = desk.world(|world| {
        let volume = region(world).volumes.values_mut().find(|it| it.spec.size == 20).expect("it has one");
        volume.content.insert("rows".to_owned(), "nonsense".to_owned());
        volume.id.clone()
    });
    let template = restored(&snapshot.id);
    let wanted = volume::wanted(&template, "prod");
    assert_eq!(wanted[0].snapshot.as_ref(), Some(&snapshot.id));
    let plan = desk.plan(&template).await.expect("it is planned");
    let fails = plan.stacks[0].collisions.iter().find(|one| one.fails).expect("a running host does not let go");
    assert_eq!((fails.kind, fails.is_handover), (CollisionKind::DiskMounted, true));
    let outcome = desk.hand_over(&template).await;
    assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    let (volumes, attached) = desk.world(|world| {
        let all: Vec<_> = region(world).volumes.values().filter(|it| it.spec.size == 20).cloned().collect();
        let attached: Vec<_> = all.iter().filter(|it| !it.attachments.is_empty()).map(|it| it.id.clone()).collect();
        (all, attached)
    });
    let new = volumes.iter().find(|it| it.id != old).expect("there is another one");
    assert_eq!((volumes.len(), &*attached), (2, &[new.id.clone()][..]));
    assert_eq!(new.snapshot.as_ref(), Some(&snapshot.id));
    assert_eq!(new.content["rows"], "1 2 3");
    // The script was told that it may take the volume over, and never that it is new.
    let words: Vec<String> = desk.world(|world| {
        let parameter = &world.region(crate::desk::REGION).ssm.parameters["/stackgen/prod/data-volume"];
        parameter.versions.iter().map(|it| it.value.clone()).collect()
    });
    assert_eq!(words[2..], [format!("restored:{}", new.id), format!("in-service:{}", new.id)]);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_anything_is_written() {
    let desk = Desk::with_host().await;
    let snapshot = copied(&desk).await;
    let now = desk.now().await.expect("it is there");
    let had = volume::of_stack(&desk.connection, &now).await.expect("they are found");
    let wanted = |gib, encrypted| Wanted { id: "Data".to_owned(), gib: Some(gib), encrypted, snapshot: None };
    let fits = async |wanted: Wanted, id: &str| volume::fits(&desk.connection, "prod", &had, &wanted, id).await;
    assert_eq!(fits(wanted(20, true), &snapshot.id).await.expect("it fits").1, None);
    let absent = fits(wanted(20, true), "snap-0123456789abcdef0").await.expect_err("it is not there");
    assert_eq!(absent.kind, Kind::NotFound);
    assert!(absent.message.contains("aws ec2 copy-snapshot"), "{absent}");
    let small = fits(wanted(10, true), &snapshot.id).await.expect_err("it is too large");
    assert!(small.message.contains("has 20 GiB, and `Data` 10"), "{small}");
    desk.world(|world| region(world).snapshots[&snapshot.id].encrypted = true);
    let open = fits(wanted(20, false), &snapshot.id).await.expect_err("it would lose its encryption");
    assert!(open.message.contains("encrypted"), "{open}");
    desk.world(|world| region(world).snapshots[&snapshot.id].completed = None);
    let early = fits(wanted(20, true), &snapshot.id).await.expect_err("it is not complete");
    assert!(early.message.contains("pending"), "{early}");
}

#[tokio::test]
async fn a_copy_of_another_volume_raises_a_doubt() {
    let desk = Desk::with_host().await;
    let snapshot = copied(&desk).await;
    let wanted = Wanted { id: "Data".to_owned(), gib: Some(20), encrypted: true, snapshot: None };
    let doubt = volume::fits(&desk.connection, "other", &[], &wanted, &snapshot.id).await.expect("it fits").1;
    let doubt = doubt.expect("`other` never had it");
    assert_eq!(doubt.name, format!("other-volume:{}", snapshot.id));
}
