//! What is sent for a stack: with it, another process can carry a plan out without the assembly.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stackgen_assembly::{InputEntry, ResourceEntry};

use crate::bootstrap::Bucket;

/// What is sent for a stack, and done around it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The template. It is not kept once there is a change set.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// The bucket through which a large template goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<Bucket>,
    /// Where a large template lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_url: Option<String>,
    /// Values of parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// Parameters that are filled in from outputs of other stacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputEntry>,
    /// Tags of the stack, all of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What CloudFormation is told that we know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// The service role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Where CloudFormation tells what happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_arns: Option<Vec<String>>,
    /// Whether what failed is kept as it is.
    #[serde(default)]
    pub disable_rollback: bool,
    /// Whether drifted resources are set back too.
    #[serde(default)]
    pub revert_drift: bool,
    /// Resources that are taken in, with what identifies them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub imports: BTreeMap<String, BTreeMap<String, String>>,
    /// The protection against deletion that the stack gets, if it is to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<bool>,
    /// The stack policy that it gets, if it is to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The stack policy for the time of the change: what holds data and was unlocked may go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_meanwhile: Option<String>,
    /// The stacks of the plan that come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Its resources as the assembly has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceEntry>,
    /// Resources that stay although the stack goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retain: Vec<String>,
}
