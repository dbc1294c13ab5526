//! The host that is booted: what its template says, and the names that the test chose for it.
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::user_data;

pub(super) const STACK: &str = "prod-compute";
pub(super) const REGION: &str = "eu-west-1";
pub(super) const SUFFIX: &str = "amazonaws.com";
pub(super) const VOLUME: &str = "vol-0123456789abcdef0";
/// What a deploy tells the host about its volume.
pub(super) const RECORD: &str = "/stackgen/prod-compute/data-volume";

/// Secrets with everything in them that quoting could get wrong and the script allows.
pub(super) const SECRETS: [(&str, &str); 3] = [
    ("/zmanim/prod/clerk-secret-key", r#"clerk "double" 'single' back\slash #;=%n"#),
    ("/zmanim/prod/postgres-password", "postgres-very-secret"),
    ("/zmanim/prod/restic-password", "restic-very-secret"),
];

/// What the template says.
#[derive(Serialize, Deserialize)]
pub(super) struct Host {
    pub user_data: String,
    /// The logical id that hears the signal.
    pub wait_condition: String,
}

impl Host {
    /// Describes the stack as people do.
    pub(super) fn describe() -> anyhow::Result<Self> {
        let mut synth = Command::new("cargo");
        synth.args(["run", "--quiet", "--package", "stackgen-cli", "--", "synth", STACK, "--format", "json"]);
        let output = synth.stderr(Stdio::inherit()).output().context("`cargo` does not run")?;
        ensure!(output.status.success(), "`stackgen synth {STACK}` failed");
        let template: Json = serde_json::from_slice(&output.stdout)?;
        let value = |name: &str| {
            Some(match name {
                "AWS::Region" => REGION.to_owned(),
                "AWS::StackName" => STACK.to_owned(),
                "AWS::URLSuffix" => SUFFIX.to_owned(),
                "DataVolume" => VOLUME.to_owned(),
                _ => return None,
            })
        };
        Ok(Self {
            user_data: user_data::evaluate(&template, only(&template, "AWS::EC2::Instance")?, value)?,
            wait_condition: only(&template, "AWS::CloudFormation::WaitCondition")?.to_owned(),
        })
    }
}

/// The logical id of the only resource of a type.
fn only<'a>(template: &'a Json, kind: &str) -> anyhow::Result<&'a str> {
    let resources = template["Resources"].as_object().context("a template has resources")?;
    let mut found = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    match (found.next(), found.next()) {
        (Some((id, _)), None) => Ok(id),
        _ => anyhow::bail!("{STACK} was expected to have one {kind}"),
    }
}
