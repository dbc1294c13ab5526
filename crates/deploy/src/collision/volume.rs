//! Changes of volumes that EBS or CloudFormation does not know.
//!
//! Sources: *AWS::EC2::Volume* in the Template Reference ("Updates are not supported"), awsdocs/aws-cloudformation-user-guide#556
//! for what CloudFormation says then, *Requirements for Amazon EBS volume modifications* and *Amazon EBS volume types*.
use super::{Collision, CollisionKind, Known};
use crate::plan::{Action, Change, Consequence};

pub(super) fn find(known: &Known<'_>) -> Vec<Collision> {
    let is_changed = |change: &&Change| {
        change.type_name == "AWS::EC2::Volume"
            && !matches!(change.action, Action::Add | Action::Remove | Action::Import)
    };
    known.changes.iter().filter(is_changed).flat_map(|change| of(known, change)).collect()
}

fn of(known: &Known<'_>, change: &Change) -> Vec<Collision> {
    let id = &change.id;
    let told = |kind, fails, why: String, way: &str| {
        let way = way.replace("{id}", id);
        Collision { kind, ids: vec![id.clone()], why, way, fails, is_handover: false }
    };
    if change.consequence == Consequence::Fails {
        let why = format!("`{id}` {}", change.meaning);
        let way = "leave it as it is; a volume that differs is made from a snapshot of `{id}` under a new logical id";
        return vec![told(CollisionKind::VolumeFixed, true, why, way)];
    }
    let text = |is_after: bool, name: &str| {
        let side = if is_after { known.after } else { known.before };
        let value = side.template.pointer(&format!("/Resources/{id}/Properties/{name}"));
        value.map(|value| side.text(value)).filter(|text| !text.is_empty())
    };
    let mut found = Vec::new();
    let sizes = [false, true].map(|is_after| text(is_after, "Size").and_then(|size| size.parse::<u64>().ok()));
    match sizes {
        [Some(is), Some(will_be)] if will_be < is => {
            let why = format!("`{id}` shrinks from {is} to {will_be} GiB, and volumes only grow");
            let way = "keep the size; a smaller volume is a new one, to which the files are copied";
            found.push(told(CollisionKind::VolumeFixed, true, why, way));
        }
        [Some(is), Some(will_be)] if will_be > is => {
            let why = format!("`{id}` grows from {is} to {will_be} GiB, and the file system on it does not by itself");
            let way = "it grows when the host boots next, if its boot script sees to that; else `xfs_growfs` or `resize2fs` there";
            found.push(told(CollisionKind::VolumeGrows, false, why, way));
        }
        _ => {}
    }
    // A type that is not written is gp2.
    let kind = text(true, "VolumeType").unwrap_or_else(|| "gp2".to_owned());
    if let Some(why) = combination(&kind, |name| text(true, name).is_some()) {
        let way = "change type, IOPS and throughput of `{id}` together to what its type takes";
        found.push(told(CollisionKind::VolumeFixed, true, format!("`{id}`: {why}"), way));
    }
    found
}

/// What a type of volume does not take.
fn combination(kind: &str, has: impl Fn(&str) -> bool) -> Option<String> {
    let takes_iops = matches!(kind, "gp3" | "io1" | "io2");
    let is_known = takes_iops || matches!(kind, "gp2" | "st1" | "sc1" | "standard");
    match kind {
        _ if !is_known => None,
        "io1" | "io2" if !has("Iops") => Some(format!("a volume of the type {kind} needs Iops")),
        _ if has("Throughput") && kind != "gp3" => {
            Some(format!("a volume of the type {kind} has no Throughput to set"))
        }
        _ if has("Iops") && !takes_iops => Some(format!("a volume of the type {kind} has no Iops to set")),
        _ => None,
    }
}
