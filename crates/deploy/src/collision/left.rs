//! A disk that nobody wants any more, on a machine that makes room for another one.
//!
//! CloudFormation deletes what it replaced in the end: the attachment first and then the machine, which still runs and has the
//! disk mounted. Source: "the volume can be stuck in the busy state while trying to detach" (*Detach an Amazon EBS volume*).
use super::{Collision, CollisionKind, Known};
use crate::host::{Attachment, successions};
use crate::plan::Action;

pub(super) fn find(known: &Known<'_>) -> Vec<Collision> {
    let mut found = Vec::new();
    for pair in successions(known.hosts.0, known.hosts.1) {
        let machine = &pair.from.instance;
        let goes = known.change(machine).is_some_and(|it| it.action == Action::Remove || known.is_made(it));
        let left = pair.from.attachments.iter().filter(|one| goes && one.is_held && !is_wanted(known, one));
        found.extend(left.map(|one| Collision {
            kind: CollisionKind::DiskMounted,
            ids: vec![one.id.clone(), machine.clone()],
            why: format!(
                "the disk of `{}` is left on `{machine}`, which runs until the new host is there: it does not let go of a disk \
                 that it has mounted, and writes to it until then",
                one.id
            ),
            way: "a handover, `--handover`: stop the old host, let the volume go, make the new host".to_owned(),
            fails: true,
            is_handover: one.switch.is_some(),
        }));
    }
    found
}

/// Whether a host has the same volume afterwards, and not only one of the same name.
fn is_wanted(known: &Known<'_>, attachment: &Attachment) -> bool {
    let name = attachment.volume.trim_start_matches("${").trim_end_matches('}');
    let is_same = known.change(name).is_none_or(|change| !known.is_made(change));
    is_same && known.hosts.1.iter().flat_map(|host| &host.attachments).any(|one| one.volume == attachment.volume)
}
