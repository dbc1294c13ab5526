//! What somebody wants of a deploy, as options.
use std::collections::BTreeMap;

use stackgen_deploy::plan::Wishes;

use super::DeployError;

/// What is wanted beside what the app says.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Stack options")]
pub(crate) struct Wanted {
    /// Give a parameter its value; with `STACK:NAME` only that of one stack
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Send templates over 51,200 bytes through this bucket, instead of that of `stackgen bootstrap`
    #[arg(long, value_name = "NAME")]
    s3_bucket: Option<String>,
    #[command(flatten)]
    stack: Stack,
    /// Protect what holds data with a stack policy, or with `false` do not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    stack_policy: Option<bool>,
    /// Let the stack policy pass changes of this resource, this once
    #[arg(long, value_name = "ID")]
    unlock: Vec<String>,
    /// Keep what failed as it is instead of rolling back
    #[arg(long)]
    disable_rollback: bool,
    /// Set back what was changed outside of CloudFormation too
    #[arg(long)]
    revert_drift: bool,
}

/// What is wanted of any stack.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Stack options")]
pub(crate) struct Stack {
    /// Tag the stacks and what is in them, beside the app's tags
    #[arg(long = "tag", value_name = "NAME=VALUE")]
    tags: Vec<String>,
    /// Let CloudFormation work with this service role. It is used for all that is ever done to the stack afterwards
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Let CloudFormation tell what happens on this SNS topic
    #[arg(long = "notification-arn", value_name = "ARN")]
    notification_arns: Vec<String>,
    /// Protect the stacks against deletion, or with `false` do not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    termination_protection: Option<bool>,
}

impl Stack {
    pub(crate) fn wishes(&self) -> Result<Wishes, DeployError> {
        let tags =
            self.tags.iter().map(|given| setting(given).map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(Wishes {
            tags: tags.collect::<Result<_, _>>()?,
            role: self.role_arn.clone(),
            notification_arns: Some(self.notification_arns.clone()).filter(|arns| !arns.is_empty()),
            protection: self.termination_protection,
            ..Wishes::default()
        })
    }
}

impl Wanted {
    pub(crate) fn wishes(&self) -> Result<Wishes, DeployError> {
        let mut parameters: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for given in &self.parameters {
            let (name, value) = setting(given)?;
            let (stack, name) = name.split_once(':').unwrap_or(("*", name));
            parameters.entry(stack.to_owned()).or_default().insert(name.to_owned(), value.to_owned());
        }
        Ok(Wishes {
            parameters,
            s3_bucket: self.s3_bucket.clone(),
            stack_policy: self.stack_policy,
            unlock: self.unlock.clone(),
            disable_rollback: self.disable_rollback,
            revert_drift: self.revert_drift,
            ..self.stack.wishes()?
        })
    }
}

/// The parts of `NAME=VALUE`.
pub(crate) fn setting(given: &str) -> Result<(&str, &str), DeployError> {
    let parts = given.split_once('=').filter(|(name, _)| !name.is_empty());
    parts.ok_or_else(|| DeployError::BadSetting { given: given.to_owned() })
}
