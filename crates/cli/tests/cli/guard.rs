//! What held data must not vanish unnoticed.
use insta::assert_snapshot;
use serde_json::json;
use stackgen_assembly::RetiredEntry;

use crate::env::{TestEnv, assembly, stack, two_stacks};

const SNAPSHOT: &str = "---\nsource: tests/stacks.rs\n---\nResources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties:\n      Size: !Ref Size\n  Host:\n    Type: AWS::EC2::Instance\n";

fn with_snapshot() -> TestEnv {
    let env = TestEnv::with_app(&two_stacks(), "cp -r $READY $STACKGEN_OUT");
    env.write("snapshots/prod-compute.yaml.snap", SNAPSHOT);
    env
}

#[test]
fn a_renamed_volume_is_refused() {
    let env = with_snapshot();
    assert_snapshot!(env.run(&["synth", "--out", "out"]), @r#"
    exit code: 3
    --- stdout
    --- stderr
    error: stack `prod-compute` lost `Data`, which holds data
     --> snapshots/prod-compute.yaml.snap:5
      |
    5 |   Data:
      = type: AWS::EC2::Volume
      = new: `DataVolume` has that type; was it renamed?
      = note: renaming replaces the real thing: the new one begins empty
      = hint: keep the id, or call `stack.retire("Data", "why")`

    error: a resource that holds data would be lost; nothing was written
    "#);
    assert!(!env.path("out").exists());
    assert_eq!(env.run(&["synth", "prod-network"]).code, Some(0));
    assert_eq!(env.run(&["synth", "--assembly", "ready"]).code, Some(3));
}

#[test]
fn a_retired_one_may_go() {
    let env = with_snapshot();
    let mut compute = stack("prod-compute", &json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}));
    compute.0.retired.push(RetiredEntry { id: "Data".into(), reason: "copied to DataVolume".into() });
    env.assembly("ready", &assembly(vec![compute]));
    assert_eq!(env.run(&["synth"]).code, Some(0));
}

#[test]
fn a_stack_with_data_cannot_vanish_or_be_renamed() {
    let env = with_snapshot();
    env.assembly("ready", &assembly(vec![stack("prod-computer", &json!({"Resources": {}}))]));
    assert_snapshot!(env.run(&["synth"]), @"
    exit code: 3
    --- stdout
    --- stderr
    error: stack `prod-compute` lost `Data`, which holds data
     --> snapshots/prod-compute.yaml.snap:5
      |
    5 |   Data:
      = type: AWS::EC2::Volume
      = note: renaming replaces the real thing: the new one begins empty
      = hint: keep the stack's name, or remove the snapshot of `prod-compute` if its data may go

    error: a resource that holds data would be lost; nothing was written
    ");
    std::fs::remove_file(env.path("snapshots/prod-compute.yaml.snap")).unwrap();
    assert_eq!(env.run(&["synth"]).code, Some(0));
}

#[test]
fn a_guard_that_was_switched_off_by_mistake_says_so() {
    let env = with_snapshot();
    env.write("stackgen.toml", "app = 'cp -r ready never'\nsnapshots = 'snapshotz'\n");
    assert_snapshot!(env.run(&["synth", "--assembly", "ready"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml names the folder `[TEMP]/project/snapshotz` for snapshots, and there is none
    hint: correct the name, or run the tests that fill the folder
    ");
}

#[test]
fn a_snapshot_that_cannot_be_read() {
    let env = with_snapshot();
    env.write("snapshots/prod-compute.yaml.snap", "Resources: [");
    assert_snapshot!(env.run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `[TEMP]/project/snapshots/prod-compute.yaml.snap` is no template
    Caused by:
      error: line 1 column 12: unclosed bracket '['
       --> <input>:1:12
        |
      1 | Resources: [
        |            ^ unclosed bracket '['
      unclosed bracket '[' at line 1, column 12
    ");
}
