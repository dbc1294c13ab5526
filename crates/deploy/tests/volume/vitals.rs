//! What is seen of a host.
use stackgen_deploy::stack;
use stackgen_deploy::vitals::{self, Look};
use stackgen_local::server::{Then, When};

use crate::desk::{Desk, NEW, OLD, assembly, host, region};

#[tokio::test]
async fn a_host_is_seen_in_few_calls() {
    let desk = Desk::with_host().await;
    desk.world(|world| {
        for one in region(world).instances.values_mut() {
            one.boot.console +=
                "2027-01-01T16:09:31Z stackgen mount: begins\n2027-01-01T16:09:35Z stackgen mount: done in 4 s\n";
        }
    });
    let connection = desk.again().await;
    let now = desk.now().await.expect("it is there");
    let resources = stack::contents(&connection, &now.id).await.expect("they are listed");
    let wanted = host("B", NEW, "one");
    let entries = assembly(&wanted).manifest.stacks.remove(0).resources;
    let seen = vitals::look(&connection, &now, &resources, Some((&wanted, &entries))).await.expect("it is seen");
    let calls: u32 = connection.call_counts().values().map(|count| count.calls).sum();
    assert_eq!(calls, 11, "{:?}", connection.call_counts());
    let [host] = &*seen.hosts else { panic!("{seen:?}") };
    let Look::Seen(Some(machine)) = &host.machine else { panic!("{host:?}") };
    assert_eq!((&*machine.state, &*machine.image, machine.checks.len()), ("running", OLD, 3));
    assert_eq!(machine.address.as_ref(), host.addresses.first());
    assert!(matches!(&host.image, Look::Seen(Some(image)) if image.id == OLD));
    assert!(matches!(&host.volumes[0].volume, Look::Seen(Some(volume)) if volume.on[0].instance == machine.id));
    let Look::Seen(Some(boot)) = &host.boot else { panic!("{host:?}") };
    assert_eq!((&*boot.sections[0].name, boot.sections[0].seconds), ("mount", Some(4)));
    assert!(matches!(&host.agent, Look::Seen(Some(_))), "{host:?}");
    assert_eq!(host.ready[0].status, "CREATE_COMPLETE");
    assert!(matches!(&host.record, Look::Seen(Some(record)) if record.starts_with("in-service:vol-")));
    assert!(matches!(&seen.lease, Look::Seen(None)), "{:?}", seen.lease);
    let Some(Look::Seen(pending)) = &seen.pending else { panic!("{seen:?}") };
    assert!(pending.iter().any(|change| change.id == "HostB"), "{pending:?}");
}

#[tokio::test]
async fn one_refusal_spoils_nothing_else() {
    let desk = Desk::with_host().await;
    let now = desk.now().await.expect("it is there");
    let resources = stack::contents(&desk.connection, &now.id).await.expect("they are listed");
    let refusal = Then::Error { code: "UnauthorizedOperation".to_owned(), message: String::new(), status: 403 };
    desk.play("DescribeSnapshots", When::Always, refusal);
    let seen = vitals::look(&desk.connection, &now, &resources, None).await.expect("it is seen");
    let disk = &seen.hosts[0].volumes[0];
    assert!(matches!(&disk.snapshots, Look::Unseen { unseen } if unseen.contains("DescribeSnapshots")), "{disk:?}");
    assert!(matches!(&disk.volume, Look::Seen(Some(_))));
    assert!(matches!(&seen.hosts[0].machine, Look::Seen(Some(_))));
    assert_eq!(seen.pending, None);
}
