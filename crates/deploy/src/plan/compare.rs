//! What two templates say differently of boot scripts, permissions and openings: what no change set tells.
use serde_json::Value as Json;

use super::{BootScriptChange, Change, Opening, PermissionChange};

/// What differs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compared {
    pub(super) boot_scripts: Vec<BootScriptChange>,
    pub(super) permissions: Vec<PermissionChange>,
    pub(super) openings: Vec<Opening>,
}

/// Compares the template in force, `Null` if there is none, with the one that was sent.
pub(super) fn compare(_before: &Json, _after: &Json, _changes: &[Change]) -> Compared {
    Compared::default()
}
