//! What has ended depends on the day that the caller gives, and on no clock.
use stackgen_lint::{Date, Options, lint};

fn found(runtime: &str, today: &str) -> Vec<&'static str> {
    let template = format!(
        "Resources:\n  Function:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n      \
         Runtime: {runtime}\n      Role: arn:aws:iam::123456789012:role/it\n      Code: {{ZipFile: x}}\n"
    );
    let today = today.parse::<Date>().expect("the calendar has it");
    let only = ["E2531", "E2533", "W2531"].map(str::to_owned).to_vec();
    lint(&template, &Options { today, only, ..Options::default() }).into_iter().map(|finding| finding.rule).collect()
}

/// Lambda's own days for it: no updates from 2022-07-18 on, no new functions either, no changes from 2022-08-29 on.
#[test]
fn a_runtime_ends_step_by_step() {
    assert_eq!(found("python3.6", "2022-07-17"), [] as [&str; 0]);
    assert_eq!(found("python3.6", "2022-07-18"), ["E2531"]);
    assert_eq!(found("python3.6", "2022-08-28"), ["E2531"]);
    assert_eq!(found("python3.6", "2022-08-29"), ["E2533"]);
}

#[test]
fn a_runtime_without_updates_is_a_warning() {
    assert_eq!(found("nodejs10.x", "2021-07-29"), [] as [&str; 0]);
    assert_eq!(found("dotnetcore1.0", "2019-06-27"), ["W2531"]);
    assert_eq!(found("dotnetcore1.0", "2019-06-30"), ["E2531"]);
}
