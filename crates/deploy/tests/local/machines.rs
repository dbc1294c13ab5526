//! Machines whose disks have to be let go.
use serde_json::{Value as Json, json};
use stackgen_deploy::{plan, run};

use crate::desk::{Desk, approvals, assembly, stack};

const IMAGE: &str = "ami-0123456789abcdef0";

/// A host whose boot script mounts its disk.
fn host() -> Json {
    let zone = json!("eu-west-1a");
    json!({"Resources": {
        "Disk": {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": zone, "Size": 10, "VolumeType": "gp3"}},
        "Host": {"Type": "AWS::EC2::Instance", "Properties": {
            "ImageId": IMAGE, "InstanceType": "m7g.medium", "AvailabilityZone": zone,
            "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\nmount ${Disk} /data\n"}}}},
        "Attachment": {"Type": "AWS::EC2::VolumeAttachment", "Properties": {
            "Device": "/dev/sdf", "InstanceId": {"Ref": "Host"}, "VolumeId": {"Ref": "Disk"}}},
    }})
}

#[tokio::test]
async fn a_host_stops_before_its_disk_is_detached() {
    let desk = Desk::new().await;
    desk.server.world(|world| {
        stackgen_local::ec2::image::promise(
            &mut stackgen_local::ec2::Place::new(world, "eu-west-1"),
            [IMAGE.to_owned()],
        );
    });
    let made = desk.deploy(&assembly(vec![stack("host", host(), &[])])).await;
    assert!(made.is_good(), "{made:?}");
    desk.server.advance(Some(jiff::SignedDuration::from_mins(30)));
    let is_mounted = |world: &mut stackgen_local::world::World| {
        world
            .region("eu-west-1")
            .ec2
            .volumes
            .values()
            .flat_map(|it| &it.attachments)
            .any(|it| it.mounted && it.device == "/dev/sdf")
    };
    assert!(desk.server.world(is_mounted));
    let plan = plan::make_destroy(&desk.connection, None, &["host".to_owned()], &[]).await.expect("it is planned");
    let steps = std::sync::Mutex::new(Vec::new());
    let say = |progress| {
        if let stackgen_deploy::progress::Progress::Step { what, .. } = progress {
            steps.lock().expect("nobody panics with it").push(what);
        }
    };
    let gone = run::destroy(&desk.connection, &desk.records(), &plan, &approvals(&plan), &say).await.expect("it runs");
    assert!(gone.is_good(), "{gone:?}");
    let steps = steps.into_inner().expect("nobody panics with it");
    assert!(steps.iter().any(|step| step.starts_with("stopping i-")), "{steps:?}");
    let called: Vec<String> = desk.server.journal(0).into_iter().map(|entry| entry.operation).collect();
    let place = |name: &str| called.iter().position(|call| call == name);
    assert!(place("StopInstances").is_some() && place("StopInstances") < place("DeleteStack"), "{called:?}");
}
