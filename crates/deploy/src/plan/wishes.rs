//! What somebody wants of a deploy, beside what the assembly says.
use std::collections::BTreeMap;

use super::Danger;

/// Which stacks of an assembly are meant.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Their names; none means all.
    pub stacks: Vec<String>,
    /// Only these, without those that they depend on.
    pub only: bool,
}

/// What somebody wants of a deploy, beside what the assembly says.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Values of parameters, by stack; those under `*` are for every stack that has the parameter.
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// Tags for all stacks, beside those of the assembly.
    pub tags: BTreeMap<String, String>,
    /// The service role with which CloudFormation works. A stack keeps its role for good.
    pub role: Option<String>,
    /// Where CloudFormation tells what happens; `None` leaves it as it is.
    pub notification_arns: Option<Vec<String>>,
    /// Whether the stacks are protected against deletion; `None` leaves it as it is.
    pub protection: Option<bool>,
    /// Whether a stack policy protects what holds data; `None` leaves it as it is.
    pub stack_policy: Option<bool>,
    /// The stateful resources that the stack policy lets go for this one deploy.
    pub unlock: Vec<String>,
    /// Whether what failed is kept as it is instead of rolled back.
    pub disable_rollback: bool,
    /// Whether drifted resources are set back too.
    pub revert_drift: bool,
    /// Resources that are taken into a stack: by stack and logical id, the properties that identify them.
    pub imports: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// The bucket for templates that are too large for a request; without it, that of the bootstrap stack.
    pub s3_bucket: Option<String>,
    /// Whether the change sets are to stay for later, so that nothing is noted about them.
    pub keep: bool,
}

/// What was approved, by `kind:id` or `stack/kind:id`.
#[derive(Clone, Debug, Default)]
pub struct Approvals {
    granted: Vec<String>,
}

impl Approvals {
    /// From what was typed.
    pub fn new(granted: impl IntoIterator<Item = String>) -> Approvals {
        Approvals { granted: granted.into_iter().collect() }
    }

    /// Whether a danger of a stack is approved.
    #[must_use]
    pub fn cover(&self, stack: &str, danger: &Danger) -> bool {
        let name = danger.to_string();
        self.granted.iter().any(|granted| *granted == name || granted.strip_prefix(stack) == Some(&format!("/{name}")))
    }

    /// The dangers of a stack that nobody approved.
    #[must_use]
    pub fn missing<'a>(&self, stack: &str, dangers: &'a [Danger]) -> Vec<&'a Danger> {
        dangers.iter().filter(|danger| !self.cover(stack, danger)).collect()
    }
}
