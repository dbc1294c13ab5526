//! Telling CloudFormation what the machines have.
use aws_sdk_cloudformation::types::{ChangeAction, ResourceChange};

use crate::change_set::Described;
use crate::handover::Handover;

/// What a host runs that came up: it ends well once its first boot has.
pub(in crate::handover) const READY: &str = include_str!("ready.sh");

/// Why a change set that is to tell CloudFormation of other roots is not carried out: it would do more than that.
pub(in crate::handover) fn refusal(described: &Described, handover: &Handover) -> Option<String> {
    let is_host = |id: &str| handover.hosts.iter().any(|host| host.from == id);
    let is_told = |change: &&ResourceChange| {
        let id = change.logical_resource_id.as_deref().unwrap_or_default();
        is_host(id) && change.action == Some(ChangeAction::SyncWithActual)
    };
    let mut others = described.changes.iter().filter(|change| !is_told(change));
    let other = others.next()?;
    let (id, action) = (other.logical_resource_id.as_deref().unwrap_or_default(), other.action.as_ref());
    let action = action.map_or("change", ChangeAction::as_str);
    Some(format!("its change set would {action} `{id}`"))
}
