//! Run Command of Systems Manager: a script that a machine runs as root.
//!
//! Sources: the API reference of Systems Manager (`SendCommand`, `GetCommandInvocation`, `DescribeInstanceInformation`), *Understanding
//! command statuses*, *Understanding command timeout values*. The agent writes the script to a file and has `sh -c` start it
//! (aws/amazon-ssm-agent, `runshellscript.go`), so that a first line `#!/bin/bash` counts.
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;

/// How long a command may wait for its agent. Thirty seconds is the least that `SendCommand` takes.
const DELIVERY: Duration = Duration::from_secs(60);
/// How long after a command was sent it may be unknown, and how much longer than its limits it is waited for.
const SLACK: Duration = Duration::from_secs(60);
/// How long a script takes, about.
const EXPECTED: Duration = Duration::from_secs(3);
/// How much of what a script wrote is kept, in characters.
const KEPT: usize = 1_000;

/// What a script came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// Its exit status.
    pub(crate) code: i64,
    /// The end of what it wrote, errors last.
    pub(crate) output: String,
}

impl Connection {
    /// Whether Systems Manager reaches a machine.
    ///
    /// # Errors
    ///
    /// If SSM does not say.
    pub(crate) async fn has_agent(&self, machine: &str) -> Result<bool, Failure> {
        let input = json!({"Filters": [{"Key": "InstanceIds", "Values": [machine]}]});
        let answer = self.ssm("DescribeInstanceInformation", Retry::Safe, &input).await?;
        let known = answer["InstanceInformationList"].as_array().into_iter().flatten();
        Ok(known.into_iter().any(|one| one["InstanceId"] == machine && one["PingStatus"] == "Online"))
    }

    /// Has a machine run a script as root, and waits for its end. `SendCommand` knows no tokens, so that a script whose answer was
    /// lost runs twice, perhaps at the same time. The comment and the script are shown in the console.
    ///
    /// # Errors
    ///
    /// If SSM refuses, the agent does not take it, or it takes longer than the patience.
    pub(crate) async fn run_script(
        &self,
        machine: &str,
        comment: &str,
        script: &str,
        patience: Duration,
    ) -> Result<Ran, Failure> {
        let pace = Pace::short(self, EXPECTED);
        let input = json!({
            "DocumentName": "AWS-RunShellScript",
            "InstanceIds": [machine],
            "Comment": comment,
            "TimeoutSeconds": DELIVERY.as_secs(),
            "Parameters": {"commands": [script], "executionTimeout": [patience.as_secs().to_string()]},
        });
        let sent = self.ssm("SendCommand", Retry::Safe, &input).await?;
        let asked = json!({"CommandId": sent["Command"]["CommandId"], "InstanceId": machine});
        loop {
            pace.wait().await;
            match self.ssm("GetCommandInvocation", Retry::Safe, &asked).await {
                Ok(answer) => {
                    if let Some(ended) = ended(machine, &answer) {
                        return ended;
                    }
                }
                // SSM does not know at once what it was sent.
                Err(failure) if failure.kind == Kind::NotFound && pace.elapsed() < SLACK => {}
                Err(failure) => return Err(failure),
            }
            if pace.elapsed() > DELIVERY + patience + SLACK {
                return Err(failed(machine, "nobody hears of its end"));
            }
        }
    }
}

/// How it ended, once it has.
fn ended(machine: &str, answer: &Json) -> Option<Result<Ran, Failure>> {
    match answer["Status"].as_str().unwrap_or_default() {
        "Pending" | "InProgress" | "Delayed" | "Cancelling" => None,
        "Success" | "Failed" if answer["ResponseCode"].as_i64().is_some_and(|code| code >= 0) => {
            let code = answer["ResponseCode"].as_i64().unwrap_or_default();
            let text = |name: &str| answer[name].as_str().unwrap_or_default().trim().to_owned();
            // The agent adds a line of its own to what a failed script wrote.
            let errors = text("StandardErrorContent");
            let errors = errors.rsplit_once("failed to run commands:").map_or(&*errors, |(own, _)| own.trim_end());
            let output = format!("{}\n{errors}", text("StandardOutputContent"));
            let output: Vec<char> = output.trim().chars().collect();
            Some(Ok(Ran { code, output: output[output.len().saturating_sub(KEPT)..].iter().collect() }))
        }
        status => {
            let details = answer["StatusDetails"].as_str().filter(|details| !details.is_empty()).unwrap_or(status);
            Some(Err(failed(machine, &format!("it is {details}"))))
        }
    }
}

fn failed(machine: &str, why: &str) -> Failure {
    Failure::new(Kind::Other, format!("a command on {machine} did not end: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_from_what_still_goes_on() {
        for status in ["Pending", "InProgress", "Delayed", "Cancelling"] {
            assert_eq!(ended("i-1", &json!({"Status": status, "ResponseCode": -1})), None);
        }
        for (status, details) in
            [("TimedOut", "Delivery Timed Out"), ("Failed", "Undeliverable"), ("Cancelled", "Terminated")]
        {
            let answer = json!({"Status": status, "StatusDetails": details, "ResponseCode": -1});
            let why = ended("i-1", &answer).expect("it is over").expect_err("it did not run");
            assert_eq!(why.message, format!("a command on i-1 did not end: it is {details}"));
        }
    }

    #[test]
    fn of_what_a_script_wrote_the_end_is_kept() {
        let answer = json!({"Status": "Failed", "ResponseCode": 3, "StandardOutputContent": "x".repeat(2_000),
            "StandardErrorContent": "no\nfailed to run commands: exit status 3"});
        let ran = ended("i-1", &answer).expect("it is over").expect("it ran");
        assert_eq!((ran.code, ran.output.len()), (3, KEPT));
        assert!(ran.output.ends_with("x\nno"), "{}", ran.output);
    }
}
