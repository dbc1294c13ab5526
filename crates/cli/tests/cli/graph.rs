//! `stackgen graph`.
use insta::assert_snapshot;

use crate::env::{TestEnv, two_stacks};

#[test]
fn text_by_default_and_files_by_their_ending() {
    let env = TestEnv::with_app(&two_stacks(), "cp -r $READY $STACKGEN_OUT");
    assert_snapshot!(env.run(&["graph", "--stacks"]), @r#"
    exit code: 0
    --- stdout
    flowchart LR
      prod_network["<b>prod-network</b><br/>1 resource · eu-west-1"]:::other
      prod_compute["<b>prod-compute</b><br/>2 resources · eu-west-1"]:::other
      prod_compute -.-> prod_network
      classDef other fill:#f1f3f6,stroke:#bdc2cc,color:#1b2530
    --- stderr
    "#);
    let run = env.run(&["graph", "prod-compute", "--out", "pictures/host.html"]);
    assert_snapshot!(run, @"
    exit code: 0
    --- stdout
    --- stderr
           Wrote pictures/host.html
    ");
    let files = env.files("pictures");
    assert!(files["host.html"].starts_with("<!DOCTYPE html>"));
    for (out, start) in [("a.svg", "<?xml"), ("a.dot", "digraph"), ("a.mmd", "flowchart"), ("a.SVG", "<?xml")] {
        assert_eq!(env.run(&["graph", "--out", out]).code, Some(0));
        let text = std::fs::read_to_string(env.path(out)).unwrap();
        assert!(text.starts_with(start), "{out}");
    }
    env.run(&["graph", "--format", "svg", "--out", "a.txt"]);
    assert!(std::fs::read_to_string(env.path("a.txt")).unwrap().starts_with("<?xml"));
}

#[test]
fn an_ending_that_says_nothing() {
    let env = TestEnv::with_app(&two_stacks(), "cp -r $READY $STACKGEN_OUT");
    assert_snapshot!(env.run(&["graph", "--out", "stacks.png"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: `stacks.png` does not say which form the picture should have
    hint: end it with .svg, .html, .dot or .mmd, or say --format svg
    ");
    assert_snapshot!(env.run(&["graph", "prod-comput"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: no stack named `prod-comput`
    hint: did you mean `prod-compute`? this project has: prod-network, prod-compute
    ");
}
