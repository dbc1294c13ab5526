//! `stackgen explain`. What it says of real types changes with AWS, so only parts of it are pinned.
use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::env::TestEnv;

#[test]
fn a_type() {
    let run = TestEnv::new().run(&["explain", "logs::loggroup"]);
    let head: Vec<&str> = run.stdout.lines().take_while(|line| !line.starts_with("  Regions")).collect();
    assert_snapshot!(head.join("\n"), @"
    AWS::Logs::LogGroup

      Holds data    yes: stackgen gives it policies that keep it
      Updates       in place, unless a property replaces it
      Replacement   create, then delete
      Ref returns   LogGroupName
      Identified by LogGroupName
      ARN           arn:${Partition}:logs:${Region}:${Account}:log-group:
                    ${LogGroupName}
      Tags          Tags: a list of Key and Value
      Rust          logs::LogGroup::new()
    ");
    let size = run.stdout.lines().find(|line| line.contains("LogGroupName  ")).unwrap();
    assert!(size.contains("replaces"), "{size}");
    assert!(run.stdout.contains("\nAttributes, for Fn::GetAtt\n"));
    let others = ["AWS::Lambda::Function", "AWS::RDS::DBInstance", "AWS::ElasticLoadBalancingV2::LoadBalancer"];
    for run in others.map(|name| TestEnv::new().run(&["explain", name])).iter().chain([&run]) {
        assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
    }
}

#[test]
fn a_property() {
    assert_snapshot!(TestEnv::new().run(&["explain", "AWS::EC2::Volume.volumetype"]), @"
    exit code: 0
    --- stdout
    AWS::EC2::Volume.VolumeType

      Type          String
      Required      no
      On change     changed in place
      Values        gp2, gp3, io1, io2, sc1, st1, standard (in any case)
      Rust          .volume_type(…)
    --- stderr
    ");
    let run = TestEnv::new().run(&["explain", "ec2::instance.blockdevicemappings.ebs"]);
    assert!(run.stdout.starts_with("AWS::EC2::Instance.BlockDeviceMappings.Ebs\n"), "{run}");
    assert!(run.stdout.contains("DeleteOnTermination"), "{run}");
}

#[test]
fn json() {
    let run = TestEnv::new().run(&["explain", "ec2::volume", "--json"]);
    let json: Json = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["stateful"], true);
    let zone = json["properties"].as_array().unwrap().iter().find(|each| each["name"] == "AvailabilityZone").unwrap();
    assert_eq!(zone["on_change"], "fails");
    assert_eq!(zone["setter"], "availability_zone");
}

#[test]
fn names_that_lead_nowhere() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["explain", "AWS::EC2::Volum3"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no resource type is named `AWS::EC2::Volum3`
    hint: did you mean `AWS::EC2::Volume`?
    ");
    assert_snapshot!(env.run(&["explain", "ec2::volume.Typ"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: AWS::EC2::Volume has no property `Typ`
    hint: it has: AutoEnableIO, AvailabilityZone, AvailabilityZoneId, Encrypted,
          Iops, KmsKeyId, MultiAttachEnabled, OutpostArn, Size, SnapshotId,
          SourceVolumeId, Tags, Throughput, VolumeInitializationRate, VolumeType
    ");
    assert_snapshot!(env.run(&["explain", "AWS::S3::Bucket.Arn"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `Arn` is an attribute of AWS::S3::Bucket, no property
    hint: `.arn()` of the resource's handle stands for its value
    ");
    let several = env.run(&["explain", "volume"]);
    assert_eq!(several.code, Some(1));
    assert!(several.stderr.contains(" AWS::EC2::Volume\n"), "{several}");
}
