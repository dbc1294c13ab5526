//! Copies of volumes.
use stackgen_deploy::volume;
use stackgen_local::server::{Then, When};

use crate::desk::{Desk, region};

#[tokio::test]
async fn a_copy_has_what_was_on_the_volume_and_the_names_of_its_stack() {
    let desk = Desk::with_host().await;
    let now = desk.now().await.expect("it is there");
    let all = volume::of_stack(&desk.connection, &now).await.expect("they are found");
    let [data] = &*all else { panic!("{all:?}") };
    assert_eq!((&*data.id, &*data.host), ("Data", "HostA"));
    let host = data.instance.clone().expect("it has a host");
    let running = volume::running(&desk.connection, std::slice::from_ref(&host)).await;
    assert_eq!(running.expect("EC2 answers"), [host]);
    let begun = volume::take(&desk.connection, "prod", data).await.expect("it begins");
    let done = volume::completed(&desk.connection, &begun.id, &|_| {}).await.expect("it is completed");
    assert_eq!((&*done.state, done.gib, &*done.volume), ("completed", 20, &*data.volume));
    assert_eq!((&*done.tags["stackgen:stack"], &*done.tags["stackgen:volume"]), ("prod", "Data"));
    let content = desk.world(|world| region(world).snapshots[&begun.id].content.clone());
    assert_eq!(content["rows"], "1 2 3");
    let copies = volume::copies(&desk.connection, "prod", &all).await.expect("they are listed");
    assert_eq!(copies.iter().map(|one| &one.id).collect::<Vec<_>>(), [&begun.id]);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_copy() {
    let desk = Desk::with_host().await;
    let now = desk.now().await.expect("it is there");
    let all = volume::of_stack(&desk.connection, &now).await.expect("they are found");
    desk.play("CreateSnapshot", When::Nth(1), Then::DropAfter);
    let begun = volume::take(&desk.connection, "prod", &all[0]).await.expect("it is found again");
    desk.calm();
    let copies = volume::copies(&desk.connection, "prod", &all).await.expect("they are listed");
    assert_eq!(copies.iter().map(|one| &one.id).collect::<Vec<_>>(), [&begun.id]);
}
