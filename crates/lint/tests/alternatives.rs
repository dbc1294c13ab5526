//! Values that may have one of several forms.
use std::fmt::Write;
use std::time::{Duration, Instant};

use stackgen_lint::{Finding, Options, lint};

fn findings(text: &str) -> Vec<Finding> {
    lint(text, &Options::default())
}

fn ids(text: &str) -> Vec<&'static str> {
    findings(text).into_iter().map(|finding| finding.rule).filter(|id| id.starts_with('E')).collect()
}

fn topic(key: &str) -> String {
    format!(
        "Parameters:\n  Key:\n    Type: String\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
         KmsMasterKeyId: {key}\n"
    )
}

/// The finding names what each of the forms misses, at the same line.
#[test]
fn each_form_says_what_is_missing() {
    assert_eq!(ids(&topic("aws/sns")), ["E1157", "E1162", "E1164", "E3017"]);
    assert!(
        findings(&topic("aws/sns"))
            .iter()
            .filter(|it| it.rule.starts_with("E11"))
            .all(|it| it.message.contains("forms"))
    );
}

#[test]
fn what_a_function_gives_fits_any_form() {
    for key in ["!Ref Key", "!Sub '${Key}'", "alias/disk", "'{{resolve:ssm:key}}'"] {
        assert!(ids(&topic(key)).is_empty(), "{key}");
    }
}

/// Each branch is judged by itself: here one of the two has nobody to give the policy to.
#[test]
fn forms_are_tried_under_each_condition() {
    let policy = |otherwise: &str| {
        format!(
            "Parameters:\n  Env:\n    Type: String\nConditions:\n  Prod: !Equals [!Ref Env, prod]\nResources:\n  Policy:\n    \
             Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: read\n      PolicyDocument: {{Version: '2012-10-17', \
             Statement: []}}\n      Users: !If [Prod, [me], !Ref AWS::NoValue]\n      Groups: !If [Prod, !Ref AWS::NoValue, \
             {otherwise}]\n"
        )
    };
    assert!(ids(&policy("[us]")).is_empty());
    assert!(ids(&policy("!Ref AWS::NoValue")).contains(&"E3017"));
}

#[test]
fn custom_resources_need_their_service() {
    let custom =
        |more: &str| format!("Resources:\n  It:\n    Type: Custom::It\n    Properties:\n      Size: 1\n{more}");
    assert_eq!(ids(&custom("")), ["E3003"]);
    assert!(ids(&custom("      ServiceToken: arn\n")).is_empty());
}

/// Forms within forms are tried again at every level; that must not double at each.
#[test]
fn nested_forms_are_quick() {
    let step =
        |config: &str| format!("{{Name: it, ExecutionBlockType: Parallel, ExecutionBlockConfiguration: {config}}}");
    let mut inner = step("{Wrong: 1}");
    for _ in 0..8 {
        inner = step(&format!("{{ParallelConfig: {{Steps: [{inner}]}}}}"));
    }
    let mut text = "Resources:\n".to_owned();
    for number in 0..20 {
        let workflow = format!("{{WorkflowTargetAction: activate, Steps: [{inner}]}}");
        let properties = format!("{{Name: a, ExecutionRole: b, Regions: [a, b], Workflows: [{workflow}]}}");
        writeln!(text, "  Plan{number}: {{Type: 'AWS::ARCRegionSwitch::Plan', Properties: {properties}}}")
            .expect("writing to text never fails");
    }
    let start = Instant::now();
    assert!(ids(&text).iter().filter(|id| **id == "E3018").count() >= 20);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
