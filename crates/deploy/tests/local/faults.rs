//! A network that plays tricks. `src/scenarios` plays a thousand more of them, in one process.
use stackgen_deploy::aws::{Settings, connect};
use stackgen_deploy::stack as stacks;
use stackgen_local::server::{Then, When};

use crate::desk::{Desk, assembly, network, stack};

#[tokio::test]
async fn faults_on_the_way_change_nothing() {
    let faults = [
        ("DescribeStackEvents", When::Always, Then::Throttle),
        ("DescribeStacks", When::Every(2), Then::Stale),
        ("CreateChangeSet", When::Nth(1), Then::DropAfter),
        ("ExecuteChangeSet", When::Nth(1), Then::DropAfter),
        ("ExecuteChangeSet", When::Nth(1), Then::FailAfter { status: 500 }),
        ("DescribeChangeSet", When::Nth(1), Then::DropBefore),
    ];
    for (operation, when, then) in faults {
        let what = format!("{operation} {when:?} {then:?}");
        let desk = Desk::new().await;
        desk.play(1, &[(operation, when, then)]);
        let outcome = desk.deploy(&assembly(vec![stack("network", network(), &[])])).await;
        assert!(outcome.is_good(), "{what}: {outcome:?}");
        desk.play(1, &[]);
        assert_eq!(desk.status("network").await.as_deref(), Some("CREATE_COMPLETE"), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_at_an_endpoint_of_this_machine_is_told_soon() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port is free").port();
    let endpoint = Some(format!("http://127.0.0.1:{port}"));
    let settings = Settings { region: Some("eu-west-1".to_owned()), endpoint, is_local: true, ..Settings::default() };
    let connection = connect(&settings).await.expect("nothing is sent yet");
    let asked = tokio::time::timeout(std::time::Duration::from_secs(15), stacks::describe(&connection, "network"));
    let refused = asked.await.expect("it is told soon").expect_err("nobody is there");
    assert!(refused.message.contains("nobody answers at http://127.0.0.1:"), "{refused}");
}
