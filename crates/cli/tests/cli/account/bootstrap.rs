//! The bucket for large templates.
use insta::assert_snapshot;

use super::{Account, large};
use crate::env::TestEnv;

#[test]
fn a_large_template_needs_a_bucket_which_bootstrap_makes() {
    let account = Account::new("large", &large("a"));
    let without = account.run(&["deploy", "--yes"]);
    assert_eq!(without.code, Some(1), "{without}");
    assert_snapshot!(without.stderr, @r"
        Planning in eu-west-1, at [URL]
    error: the template of `large` has 61250 bytes, and CloudFormation takes 51200 in a request; a larger one goes through a bucket, and there is none in eu-west-1
    hint: name a bucket of this region that you may write to: --s3-bucket NAME; or
          make one: `stackgen bootstrap --endpoint-url [URL]`
    ");
    assert_eq!(account.run(&["bootstrap"]).code, Some(3));
    let made = account.run(&["bootstrap", "--yes"]);
    assert_eq!(made.code, Some(0), "{made}");
    assert!(made.stdout.starts_with("stackgen-bootstrap.BucketName = stackgen-bootstrap-templates-"), "{made}");
    assert!(account.run(&["bootstrap", "--yes"]).stderr.contains("  No changes stackgen-bootstrap\n"));
    let done = account.run(&["deploy", "--yes"]);
    assert_eq!(done.code, Some(0), "{done}");
}

#[test]
fn what_bootstrap_deploys_has_no_faults() {
    let env = TestEnv::new();
    env.write("template.json", include_str!("../../../../deploy/src/bootstrap/template.json"));
    assert_eq!(
        env.run(&["lint", "template.json"]).to_string(),
        "exit code: 0\n--- stdout\n1 template, nothing wrong\n--- stderr\n"
    );
}
