//! What becomes of a host whose boot script changes.
use serde::Deserialize;
use stackgen_core::Value;

/// What becomes of a host whose boot script changes.
///
/// EC2 runs user data at the first start of an instance only. CloudFormation changes it in place, which stops and starts the
/// instance and runs nothing. Sources: *Run commands when you launch an EC2 instance* in the EC2 User Guide,
/// `AWS::EC2::Instance` `UserData` in the CloudFormation Template Reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUserDataChange {
    /// A new host runs it and takes the old one's place: what the template says is what runs.
    #[default]
    Replace,
    /// The host keeps its place, stops and starts, and the changed script waits for the next host.
    RestartOnly,
    /// A changed script is refused until `accepted_script` has its number: a line that somebody writes and others review.
    Forbid,
}

impl OnUserDataChange {
    /// What stands for a script that is not accepted. The number is a hash and no signature: it keeps accidents away.
    pub(super) fn refusal(self, number: &str, accepted: Option<&str>) -> Option<Value<String>> {
        if self != OnUserDataChange::Forbid || accepted == Some(number) {
            return None;
        }
        let message = match accepted {
            Some(old) => {
                format!("the boot script has changed, from number {old} to {number}, and changes are forbidden")
            }
            None => "changes of the boot script are forbidden, and none is accepted yet".to_owned(),
        };
        let hint =
            format!("if it is meant, write `accepted_script: {number}`; a new host then takes the old one's place");
        Some(Value::fault(message, Some(hint)))
    }
}
