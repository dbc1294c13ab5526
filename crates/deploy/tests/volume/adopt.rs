//! Volumes that no stack has, taken back.
use serde_json::{Value as Json, json};
use stackgen_deploy::failure::Failure;
use stackgen_deploy::plan::{self, Selection, Verb, Wishes};
use stackgen_deploy::run;
use stackgen_deploy::volume::{self, Adoption};

use crate::desk::{Desk, OLD, approvals, assembly, host, region};

/// The volume of the host.
fn data(desk: &Desk) -> String {
    desk.world(|world| {
        let volume = region(world).volumes.values().find(|it| it.spec.size == 20);
        volume.expect("it has one").id.clone()
    })
}

async fn destroyed() -> (Desk, String) {
    let desk = Desk::with_host().await;
    let plan = plan::make_destroy(&desk.connection, None, &["prod".to_owned()], &[]).await.expect("it is planned");
    let gone = run::destroy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &|_| {}).await;
    assert!(gone.expect("it runs").is_good());
    let id = data(&desk);
    (desk, id)
}

async fn look(desk: &Desk, template: &Json, volume: &str) -> Result<Adoption, Failure> {
    let now = desk.now().await;
    volume::look(&desk.connection, "prod", now.as_ref(), template, "Data", volume).await
}

/// Imports it, and says so to the hosts.
async fn take_in(desk: &Desk, adoption: &Adoption) -> plan::Plan {
    let mut wishes = Wishes::default();
    wishes.parameters.insert("prod".to_owned(), adoption.parameters.clone());
    let identifier = [("VolumeId".to_owned(), adoption.volume.id.clone())].into();
    wishes.imports.insert("prod".to_owned(), [(adoption.id.clone(), identifier)].into());
    let assembly = assembly(&adoption.template);
    let plan = plan::make(&desk.connection, &desk.records(), &assembly, &Selection::default(), &wishes).await;
    let plan = plan.expect("it is planned");
    assert_eq!(plan.stacks[0].verb, Verb::Import);
    let outcome = desk.run(&plan).await.expect("it runs").stacks.remove(0);
    assert!(outcome.is_good(), "{outcome:?}");
    volume::settle(&desk.connection, "prod", &adoption.volume.id).await.expect("it is written");
    plan
}

#[tokio::test]
async fn the_volume_of_a_stack_that_is_gone_is_the_volume_of_the_next_one() {
    let (desk, id) = destroyed().await;
    let adoption = look(&desk, &host("A", OLD, "one"), &id).await.expect("it can be taken in");
    assert_eq!(adoption.template["Resources"].as_object().expect("it has some").len(), 1);
    assert_eq!(adoption.template["Resources"]["Data"]["DeletionPolicy"], "Retain");
    take_in(&desk, &adoption).await;
    assert_eq!(desk.now().await.expect("it is there").status.word(), "IMPORT_COMPLETE");
    let made = desk.deploy(&host("A", OLD, "one")).await;
    assert!(made.is_good(), "{made:?}");
    assert_eq!((desk.assert_one_host("after the adoption"), data(&desk)), (OLD.to_owned(), id.clone()));
    assert_eq!(desk.parameter("/stackgen/prod/data-volume"), Some(format!("in-service:{id}")));
}

#[tokio::test]
async fn a_volume_that_left_its_stack_comes_back_and_nothing_else_changes() {
    let desk = Desk::with_host().await;
    let mut without = host("A", OLD, "one");
    let resources = without["Resources"].as_object_mut().expect("it has some");
    for id in ["Data", "Attachment", "HostA", "Association", "ReadyA"] {
        resources.shift_remove(id);
    }
    without["Outputs"] = json!({});
    without["Parameters"]["Attached"]["Default"] = json!("no");
    let id = data(&desk);
    desk.world(|world| {
        let volume = region(world).volumes.get_mut(&id).expect("it is there");
        volume.attachments.iter_mut().for_each(|on| on.mounted = false);
    });
    let left = desk.deploy(&without).await;
    assert!(left.is_good(), "{left:?}");
    let adoption = look(&desk, &host("A", OLD, "one"), &id).await.expect("it can be taken in");
    assert_eq!(adoption.parameters["Attached"], "no");
    let plan = take_in(&desk, &adoption).await;
    let changed: Vec<&str> = plan.stacks[0].changes.iter().map(|change| &*change.id).collect();
    assert_eq!((changed, plan.stacks[0].values.len()), (vec!["Data"], 0), "{plan:?}");
    assert!(desk.deploy(&host("A", OLD, "one")).await.is_good());
    assert_eq!(data(&desk), id);
}

#[tokio::test]
async fn what_would_not_be_the_same_volume_is_refused() {
    let (desk, id) = destroyed().await;
    let wanted = host("A", OLD, "one");
    let refused = async |template: &Json, id: &str| look(&desk, template, id).await.expect_err("it is refused").message;
    assert!(refused(&wanted, "vol-0123456789abcdef0").await.contains("there is no volume"));
    let mut other = wanted.clone();
    other["Resources"]["Data"]["Properties"]["Size"] = json!(30);
    other["Resources"]["Data"]["Properties"]["AvailabilityZone"] = json!("eu-west-1b");
    let told = refused(&other, &id).await;
    assert!(told.contains("its AvailabilityZone is eu-west-1a and not eu-west-1b"), "{told}");
    assert!(told.contains("its Size is 20 and not 30"), "{told}");
    other["Resources"]["Data"]["Properties"] =
        json!({"AvailabilityZone": {"Fn::GetAtt": ["HostA", "AvailabilityZone"]}});
    assert!(refused(&other, &id).await.contains("described with `HostA`"));
    desk.world(|world| region(world).volumes[&id].encrypted = true);
    assert_eq!(look(&desk, &wanted, &id).await.map(|it| it.volume.encrypted), Ok(true), "nothing is said of it");
    desk.world(|world| region(world).volumes[&id].encrypted = false);
}

#[tokio::test]
async fn a_volume_that_is_used_or_has_a_stack_is_refused() {
    let desk = Desk::with_host().await;
    let (id, wanted) = (data(&desk), host("A", OLD, "one"));
    let held = look(&desk, &wanted, &id).await.expect_err("its host has it").message;
    assert!(held.contains("is on i-") && held.contains("aws ec2 detach-volume"), "{held}");
    desk.world(|world| region(world).volumes[&id].attachments.clear());
    let owned = look(&desk, &wanted, &id).await.expect_err("its stack has it").message;
    assert!(owned.contains("belongs to the stack `prod`"), "{owned}");
}
