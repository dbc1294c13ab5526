//! `stackgen list`.
use insta::assert_snapshot;

use crate::env::{TestEnv, two_stacks};

#[test]
fn for_people_and_for_programs() {
    let env = TestEnv::with_app(&two_stacks(), "cp -r $READY $STACKGEN_OUT");
    assert_snapshot!(env.run(&["list"]), @"
    exit code: 0
    --- stdout
    STACK         REGION     RESOURCES  DEPENDS ON
    prod-network  eu-west-1  1          -
    prod-compute  eu-west-1  2          prod-network
    --- stderr
    ");
    assert_snapshot!(env.run(&["list", "*-compute", "--json"]), @r#"
    exit code: 0
    --- stdout
    [
      {
        "name": "prod-compute",
        "region": "eu-west-1",
        "account": null,
        "resources": 2,
        "dependencies": [
          "prod-network"
        ]
      }
    ]
    --- stderr
    "#);
}

#[test]
fn a_name_that_no_stack_has() {
    let env = TestEnv::with_app(&two_stacks(), "cp -r $READY $STACKGEN_OUT");
    assert_snapshot!(env.run(&["list", "compute"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no stack named `compute`
    hint: did you mean `prod-compute`? this project has: prod-network, prod-compute
    ");
}
