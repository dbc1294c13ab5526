//! What hosts are told of their volumes.
use serde_json::json;
use stackgen_deploy::plan;
use stackgen_deploy::run;

use crate::desk::{Desk, NEW, OLD, Steps, approvals, host};

#[tokio::test]
async fn a_new_volume_is_called_new_before_its_host_needs_it_and_in_service_afterwards() {
    let desk = Desk::empty().await;
    assert!(desk.deploy(&host("A", OLD, "one")).await.is_good());
    let written: Vec<String> = desk.world(|world| {
        let parameter = &world.region(crate::desk::REGION).ssm.parameters["/stackgen/prod/data-volume"];
        parameter.versions.iter().map(|it| it.value.split(':').next().unwrap_or_default().to_owned()).collect()
    });
    assert_eq!(written, ["new", "in-service"]);
    let calls = desk.server.journal(0);
    let place = |name: &str| calls.iter().position(|entry| entry.operation == name);
    assert!(place("ExecuteChangeSet") < place("PutParameter"));
    // Neither another deploy nor a handover calls it new again.
    assert!(desk.hand_over(&host("B", NEW, "one")).await.is_good());
    assert!(desk.parameter("/stackgen/prod/data-volume").is_some_and(|it| it.starts_with("in-service:")));
}

#[tokio::test]
async fn a_stack_whose_host_may_not_read_it_gets_no_record() {
    let desk = Desk::empty().await;
    let mut template = host("A", OLD, "one");
    template["Resources"]["Role"]["Properties"]["Policies"] = json!([]);
    assert!(desk.deploy(&template).await.is_good());
    assert_eq!(desk.parameter("/stackgen/prod/data-volume"), None);
}

#[tokio::test]
async fn the_record_stays_with_a_volume_that_stays_and_goes_with_one_that_goes() {
    for (policy, stays) in [("Retain", true), ("Delete", false)] {
        let desk = Desk::empty().await;
        let mut template = host("A", OLD, "one");
        template["Resources"]["Data"]["DeletionPolicy"] = json!(policy);
        assert!(desk.deploy(&template).await.is_good());
        let plan = plan::make_destroy(&desk.connection, None, &["prod".to_owned()], &[]).await.expect("it is planned");
        let steps = Steps::default();
        let gone =
            run::destroy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &|it| steps.hear(it)).await;
        assert!(gone.expect("it runs").is_good());
        assert_eq!(desk.parameter("/stackgen/prod/data-volume").is_some(), stays, "{policy}");
        let told = steps.0.borrow().iter().any(|step| step.contains("/stackgen/prod/data-volume stays with vol-"));
        assert_eq!(told, stays, "{policy}");
    }
}
