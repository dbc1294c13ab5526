//! Permissions, openings and exports in words.
use stackgen_deploy::collision::Collision;
use stackgen_deploy::handover::Handover;
use stackgen_deploy::plan::{ExportChange, Opening, PermissionChange};

use super::words;
use crate::table::counted;

/// Who may do what: `HostRole may s3:PutObject`.
pub(super) fn permission(change: &PermissionChange) -> String {
    let who = match change.principals.as_slice() {
        [] => "nobody".to_owned(),
        [all] if all == "*" => "anybody".to_owned(),
        some => some.join(", "),
    };
    let verb = match (&*change.effect, change.is_added) {
        ("Boundary", true) => "is bound to",
        ("Boundary", false) => "is no longer bound to",
        ("Deny", true) => "may not",
        ("Deny", false) => "is no longer forbidden to",
        (_, true) => "may",
        (_, false) => "may no longer",
    };
    match change.actions.as_slice() {
        [all] if all == "*" => format!("{who} {verb} do anything"),
        [policy] if policy.starts_with("policy ") && change.effect == "Allow" => {
            format!("{who} {verb} do what the {policy} says")
        }
        some => format!("{who} {verb} {}", some.join(", ")),
    }
}

/// On what, unless it goes without saying.
pub(super) fn resources(change: &PermissionChange) -> Option<String> {
    let is_whole = change.actions.iter().any(|action| action.starts_with("policy ") || action.starts_with("act as "));
    let is_said = is_whole || change.resources == change.principals || change.resources.is_empty();
    (!is_said).then(|| change.resources.join(", "))
}

/// The policy's holder, unless it is who may.
pub(super) fn holder(change: &PermissionChange) -> Option<&str> {
    let is_said = change.principals.contains(&change.id) || change.resources.contains(&change.id);
    (!is_said).then_some(&*change.id)
}

/// Which way opens or closes: `0.0.0.0/0 can reach HostSecurityGroup on tcp 443`.
pub(super) fn opening(change: &Opening) -> String {
    let not = if change.is_added { "can" } else { "can no longer" };
    let ports = if change.ports == "all" { "everything".to_owned() } else { change.ports.clone() };
    match change.direction.as_str() {
        "in" => format!("{} {not} reach {} on {ports}", change.peer, change.id),
        _ => format!("{} {not} reach {} on {ports}", change.id, change.peer),
    }
}

/// What becomes of an export, and whom it concerns.
pub(super) fn export(change: &ExportChange) -> String {
    let what = if change.is_removed { "goes" } else { "changes" };
    let importers = match change.importers.as_slice() {
        [] => "nobody imports it".to_owned(),
        // An export goes while it is in use only when the stacks that use it go too.
        users if change.is_removed => {
            let verb = if users.len() == 1 { "goes" } else { "go" };
            format!("imported by {}, which {verb} first", users.join(", "))
        }
        few if few.len() < 6 => format!("imported by {}", few.join(", ")),
        many => format!("imported by {}, such as {}", counted(many.len(), "stack"), many[..3].join(", ")),
    };
    format!("{} {what}; {importers}", change.name)
}

/// What a change runs into, and how badly.
pub(super) fn collision(collision: &Collision) -> String {
    let grade = if collision.fails { "fails: " } else { "" };
    format!("{grade}{}", collision.why)
}

/// Who takes whose place, and how long nobody serves.
pub(super) fn handover(handover: &Handover) -> String {
    let pair = |from: &str, to: &str| if from == to { format!("a new {to}") } else { format!("{to} for {from}") };
    let hosts: Vec<String> = handover.hosts.iter().map(|host| pair(&host.from, &host.to)).collect();
    let without = words::duration(handover.seconds);
    format!(
        "{}; {without} and the boot of the new host without service; if it fails, the old one runs again",
        hosts.join(", ")
    )
}
