//! Rules: explained, chosen, and allowed to be broken.
use insta::assert_snapshot;

use super::templates;
use crate::env::TestEnv;

#[test]
fn rules_explain_themselves() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["lint", "--explain", "e3002"]), @"
    exit code: 0
    --- stdout
    E3002 property-unknown (error)

    CloudFormation refuses properties that a resource type does not have, after it
    has begun to change the stack.
    Correct the name or take the property away; `stackgen explain TYPE` lists what
    there is.

    Wrong

        Resources:
          Queue:
            Type: AWS::SQS::Queue
            Properties:
              QueuName: jobs

    Right

        Resources:
          Queue:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: jobs
    --- stderr
    ");
    assert_eq!(env.run(&["lint", "--explain", "suppression-expired"]).code, Some(0));
    assert_snapshot!(env.run(&["lint", "--explain", "E300"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: no rule is named `E300`
    hint: did you mean E3001? docs/rules.md lists all
    ");
    assert_snapshot!(env.run(&["lint", "x.yaml", "--rules", "E3002,X1"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: no rule is named `X1`
    hint: ids look like E3012; docs/rules.md lists all
    ");
}

#[test]
fn what_is_mistyped_is_not_taken_for_clean() {
    let env = templates();
    let said = |arguments: &[&str]| {
        let run = env.run(arguments);
        assert_ne!(run.code, Some(0), "{arguments:?}");
        run.stderr
    };
    assert!(said(&["lint", "cfn", "--region", "eu-west1"]).contains("did you mean eu-west-1?"));
    assert!(said(&["lint", "cfn", "--rules", "E3012", "E3002"]).contains("--rules E3012,E3002"));
    assert!(said(&["lint", "clean"]).contains("there is no file `clean` here, so a stack is meant"));
}

/// A project that allows something.
fn allowing(env: &TestEnv, entry: &str) {
    env.write("stackgen.toml", &format!("app = 'true'\n[[lint.ignore]]\nreason = 'a test'\n{entry}\n"));
}

#[test]
fn a_project_allows_findings() {
    let env = templates();
    let allow = |entry: &str| {
        allowing(&env, entry);
        env.run(&["lint", "cfn", "--format", "json"])
    };
    assert_eq!(allow("rule = 'E3002'").code, Some(4));
    assert_eq!(allow("rule = 'E3'\nid = 'Queue'").code, Some(4));
    assert_eq!(allow("rule = 'E3'\nid = 'Other'").code, Some(6));
    assert_eq!(allow("rule = 'E3002'\nfile = 'cfn/sub/*'").code, Some(4));
    assert_eq!(allow("rule = 'E3002'\nfile = 'cfn/other/*'").code, Some(6));
    assert_eq!(allow("rule = 'E3002'\nstack = '*'").code, Some(6));
    assert_eq!(allow("rule = 'E3002'\nuntil = '9999-12-31'").code, Some(4));
    assert_eq!(allow("rule = 'W'\nuntil = 2020-01-01").code, Some(6));
}

#[test]
fn what_was_allowed_for_a_while_is_told_when_that_is_over() {
    let env = templates();
    allowing(&env, "rule = 'W'\nuntil = 2020-01-01");
    assert_snapshot!(env.run(&["lint", "cfn/clean.yaml"]), @"
    exit code: 2
    --- stdout
    error[S0001]: W was ignored until 2020-01-01: a test
     --> [TEMP]/project/stackgen.toml:2:1
      |
    2 | [[lint.ignore]]
      | ^
      = hint: Mend what was ignored and take the entry out, or decide anew and write
              a later `until`.

    1 template: 1 error
    --- stderr
    ");
}

#[test]
fn what_is_allowed_has_a_reason() {
    let env = templates();
    env.write("stackgen.toml", "app = 'true'\n[[lint.ignore]]\nrule = 'W3005'\n");
    assert_snapshot!(env.run(&["lint", "cfn"]), @r#"
    exit code: 1
    --- stdout
    --- stderr
    error: stackgen.toml:2: what is ignored has a reason: add `reason = "…"`
    "#);
}
