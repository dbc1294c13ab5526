//! One call, decoded.
use serde_json::Value as Json;

use super::ApiError;

/// A call of an operation.
#[derive(Clone, Debug)]
pub struct Request {
    /// The service that is called.
    pub service: Service,
    /// The operation, such as `DescribeStacks`.
    pub operation: String,
    /// The region that it was signed for.
    pub region: String,
    /// What was given: an object. In the query protocols all scalars are text and lists are lists (`X.member.1` and `X.1` both
    /// become the first item of `X`).
    pub input: Json,
}

/// The services that are here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// AWS CloudFormation.
    CloudFormation,
    /// Amazon EC2.
    Ec2,
    /// AWS IAM.
    Iam,
    /// AWS STS.
    Sts,
    /// AWS Systems Manager.
    Ssm,
    /// Amazon S3.
    S3,
    /// Amazon CloudWatch Logs.
    Logs,
    /// AWS Lambda.
    Lambda,
}

impl Request {
    /// A text that may be missing. Numbers and flags count as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Json::as_str)
    }

    /// A text that must be there.
    ///
    /// # Errors
    ///
    /// If it is missing or empty.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).filter(|it| !it.is_empty()).ok_or_else(|| {
            ApiError::validation(format!(
                "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
                lower_first(name)
            ))
        })
    }

    /// A flag that may be missing.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.input.get(name)? {
            Json::Bool(flag) => Some(*flag),
            Json::String(text) => Some(text == "true"),
            _ => None,
        }
    }

    /// A list; missing is empty.
    #[must_use]
    pub fn list(&self, name: &str) -> &[Json] {
        self.input.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }

    /// The texts of a list.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.list(name).iter().filter_map(Json::as_str)
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
