//! IAM's action names, by service prefix.
use serde::{Deserialize, Serialize};

use crate::file::FactsError;

/// The actions of one service prefix, such as `s3`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceActions {
    /// The prefix before the colon.
    pub prefix: String,
    /// Its actions, sorted by lower-case name.
    pub actions: Vec<ActionFact>,
    /// The kinds of resource that its actions work on, with their ARN formats.
    pub resources: Vec<(String, Vec<String>)>,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionFact {
    /// The name, in AWS's own spelling where a source has it, else in lower case. IAM compares without case.
    pub name: String,
    /// Indices into the service's `resources`; empty when the action only takes `*`.
    pub resources: Vec<u16>,
}

impl ServiceActions {
    /// An action by name, in any case: IAM compares so.
    pub fn find(&self, name: &str) -> Option<&ActionFact> {
        let lower = |text: &str| text.to_ascii_lowercase();
        let wanted = lower(name);
        let index = self.actions.binary_search_by(|action| lower(&action.name).cmp(&wanted)).ok()?;
        self.actions.get(index)
    }

    /// Whether every action names resources that are there.
    pub(crate) fn verify(&self) -> Result<(), FactsError> {
        let known = |index: &u16| usize::from(*index) < self.resources.len();
        let all = self.actions.iter().all(|action| action.resources.iter().all(known));
        if all { Ok(()) } else { Err(FactsError::Corrupt("an IAM resource that is not there")) }
    }
}
