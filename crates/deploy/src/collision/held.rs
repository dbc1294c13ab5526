//! What belongs to one machine at a time, wanted by another one too early.
//!
//! Sources: "A volume can be attached to one instance at a time" (*Amazon EBS volume attachment*; io1 and io2 may be made for
//! more), and of what CloudFormation makes of it anarthal/servertech-chat#52. `AWS::EC2::EIPAssociation` declares that its old
//! one goes first, and associating an address again moves it (`AssociateAddress` in the EC2 API reference); attachments do not.
use serde_json::{Value as Json, json};
use stackgen_schema::{Facts, Replacement};

use super::{Collision, CollisionKind, Known};
use crate::plan::{Action, Change, Side, references};

/// Types, where in them the thing stands, and what is told of it.
const EXCLUSIVE: &[(&str, &str, CollisionKind)] = &[
    ("AWS::EC2::VolumeAttachment", "/VolumeId", CollisionKind::VolumeHeld),
    ("AWS::EC2::NetworkInterfaceAttachment", "/NetworkInterfaceId", CollisionKind::InterfaceHeld),
    ("AWS::EC2::EIPAssociation", "/AllocationId", CollisionKind::AddressMoves),
    ("AWS::EC2::EIPAssociation", "/EIP", CollisionKind::AddressMoves),
    ("AWS::EC2::Instance", "/Volumes/*/VolumeId", CollisionKind::VolumeHeld),
    ("AWS::EC2::Instance", "/NetworkInterfaces/*/NetworkInterfaceId", CollisionKind::InterfaceHeld),
    ("AWS::EC2::Instance", "/NetworkInterfaces/*/PrivateIpAddress", CollisionKind::InterfaceHeld),
    ("AWS::EC2::Instance", "/PrivateIpAddress", CollisionKind::InterfaceHeld),
];

pub(super) fn find(known: &Known<'_>) -> Vec<Collision> {
    let mut found = Vec::new();
    for (id, type_name, properties) in known.after.resources() {
        if !is_made(known, id, properties) {
            continue;
        }
        for &(_, path, kind) in EXCLUSIVE.iter().filter(|(name, ..)| *name == type_name) {
            for thing in at(known.after, properties, path) {
                let holder = holder(known, type_name, path, &thing);
                found.extend(holder.and_then(|holder| told(known, (id, type_name), kind, &thing, &holder)));
            }
        }
    }
    found.extend(known.changes.iter().filter_map(|change| mounted(known, change)));
    found
}

/// Whether a resource is new, or tied to a machine that is; the templates alone do not tell that of what only refers to it.
fn is_made(known: &Known<'_>, id: &str, properties: &Json) -> bool {
    let is_new = |id: &str| known.change(id).is_some_and(|change| known.is_made(change));
    is_new(id) || properties.pointer("/InstanceId/Ref").and_then(Json::as_str).is_some_and(is_new)
}

/// The things that stand at a path; `*` stands for each item of a list.
fn at(side: &Side<'_>, properties: &Json, path: &str) -> Vec<String> {
    let values = match path.split_once("/*") {
        Some((list, rest)) => {
            let items = properties.pointer(list).and_then(Json::as_array).into_iter().flatten();
            items.filter_map(|item| item.pointer(rest)).collect()
        }
        None => properties.pointer(path).into_iter().collect::<Vec<_>>(),
    };
    values.into_iter().map(|value| side.text(value)).filter(|text| !text.is_empty()).collect()
}

/// The resource that has a thing while the change goes on.
fn holder(known: &Known<'_>, type_name: &str, path: &str, thing: &str) -> Option<String> {
    // A volume that is replaced itself is another one for the new host.
    let mut own = Vec::new();
    let named = json!({"Fn::Sub": thing});
    references(&named, &mut own);
    if own.iter().filter_map(|id| known.change(id)).any(|change| known.is_made(change)) {
        return None;
    }
    let mut same = known.before.resources().filter(|(_, other, _)| *other == type_name);
    same.find(|(_, _, properties)| at(known.before, properties, path).iter().any(|other| other == thing))
        .map(|(id, ..)| id.to_owned())
}

fn told(
    known: &Known<'_>,
    (id, type_name): (&str, &str),
    kind: CollisionKind,
    thing: &str,
    holder: &str,
) -> Option<Collision> {
    let name = plain(thing);
    let machine = machine(known.before, holder);
    let ids = if id == holder { vec![id.to_owned()] } else { vec![id.to_owned(), holder.to_owned()] };
    let facts = Facts::embedded().resource(type_name);
    let goes_first = facts.is_some_and(|facts| facts.replacement == Replacement::DeleteThenCreate);
    let collision = match kind {
        CollisionKind::VolumeHeld if is_shared(known.after, &name) => return None,
        CollisionKind::VolumeHeld => {
            let from = known.hosts.0.iter().find(|host| host.instance == machine);
            let is_handover = from.is_some_and(|host| {
                let mut own = host.attachments.iter().filter(|one| one.volume == thing && one.is_held).peekable();
                own.peek().is_some() && own.all(|one| one.switch.is_some())
            });
            let why = format!(
                "`{id}` needs {name} while `{machine}` has it: CloudFormation makes the new attachment before the old one is \
                 gone, and a volume is in one place at a time (VolumeInUse)"
            );
            let way = if is_handover {
                "a handover, `--handover`: stop the old host, let the volume go, make the new host".to_owned()
            } else {
                format!(
                    "let `{holder}` hang on a condition that is the equality of a parameter with AllowedValues, deploy that \
                     alone, and then hand over"
                )
            };
            Collision { kind, ids, why, way, fails: true, is_handover }
        }
        CollisionKind::AddressMoves if goes_first => Collision {
            kind,
            ids,
            why: format!("{name} moves from `{machine}` to the new host as soon as that exists, before it is ready"),
            way: "nothing fails; whoever calls the address waits until the new host answers".to_owned(),
            fails: false,
            is_handover: false,
        },
        _ => Collision {
            kind,
            ids,
            why: format!(
                "`{id}` needs {name} while `{machine}` has it: the new one is made before the old one is gone"
            ),
            way: "give the new one another; or take it away from the old one in a deploy of its own".to_owned(),
            fails: true,
            is_handover: false,
        },
    };
    Some(collision)
}

/// The machine of a resource that ties something to it.
fn machine(side: &Side<'_>, id: &str) -> String {
    let machine = side.template.pointer(&format!("/Resources/{id}/Properties/InstanceId"));
    machine.map_or_else(|| id.to_owned(), |value| plain(&side.text(value)))
}

/// Whether a volume may be on several machines.
fn is_shared(side: &Side<'_>, volume: &str) -> bool {
    let flag = side.template.pointer(&format!("/Resources/{volume}/Properties/MultiAttachEnabled"));
    flag.is_some_and(|flag| side.text(flag) == "true")
}

/// `${Data}` as people say it.
fn plain(text: &str) -> String {
    text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(text).to_owned()
}

/// A disk that leaves a machine which stays. Source: "the volume can be stuck in the busy state while trying to detach"
/// (*Detach an Amazon EBS volume*).
fn mounted(known: &Known<'_>, change: &Change) -> Option<Collision> {
    if change.type_name != "AWS::EC2::VolumeAttachment" || change.action != Action::Remove {
        return None;
    }
    let machine = machine(known.before, &change.id);
    let stays =
        known.change(&machine).is_none_or(|machine| !known.is_made(machine) && machine.action != Action::Remove);
    stays.then(|| Collision {
        kind: CollisionKind::DiskMounted,
        ids: vec![change.id.clone(), machine.clone()],
        why: format!("`{}` is detached, which never ends while `{machine}` runs and has the disk mounted", change.id),
        way: format!("stop `{machine}` first, with `aws ec2 stop-instances`"),
        fails: false,
        is_handover: false,
    })
}
