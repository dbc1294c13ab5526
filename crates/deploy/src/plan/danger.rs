//! What needs somebody's word before it is done.
use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that nobody wants by accident.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Danger {
    /// What it is.
    pub kind: DangerKind,
    /// The resource, or the export.
    pub id: String,
    /// What would happen, in one sentence.
    pub reason: String,
}

/// The kinds of dangers. Each is approved by its name: `--approve replace:DataVolume`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DangerKind {
    /// Something that holds data is replaced.
    Replace,
    /// Something that holds data is deleted.
    Delete,
    /// Somebody may do more than before.
    Permission,
    /// Somebody can reach more than before.
    Ingress,
    /// What a failed creation left is deleted.
    Recreate,
    /// A stack of somebody else becomes another one.
    Takeover,
    /// It will fail: something is in its way.
    Collision,
}

impl DangerKind {
    /// The name by which it is approved.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DangerKind::Replace => "replace",
            DangerKind::Delete => "delete",
            DangerKind::Permission => "permission",
            DangerKind::Ingress => "ingress",
            DangerKind::Recreate => "recreate",
            DangerKind::Takeover => "takeover",
            DangerKind::Collision => "collision",
        }
    }
}

/// What is typed to approve it.
impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.id)
    }
}
