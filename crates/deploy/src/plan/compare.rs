//! What two templates say differently of boot scripts, permissions and openings: what no change set tells.
use super::side::Side;
use super::{BootScriptChange, Change, Opening, PermissionChange, boot_script, openings, permissions};

/// What differs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compared {
    pub(super) boot_scripts: Vec<BootScriptChange>,
    pub(super) permissions: Vec<PermissionChange>,
    pub(super) openings: Vec<Opening>,
}

/// Compares the template in force, `Null` if there is none, with the one that was sent.
pub(super) fn compare(before: &Side<'_>, after: &Side<'_>, changes: &[Change]) -> Compared {
    Compared {
        boot_scripts: boot_script::compare(before, after, changes),
        permissions: permissions::compare(before, after),
        openings: openings::compare(before, after),
    }
}
