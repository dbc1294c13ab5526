//! What a change of a machine does not do, although it looks so.
//!
//! Sources: "User data runs only at instance launch" (*AWS::EC2::Instance*), "the updated user data is not run" (*Work with
//! instance user data*), BlockDeviceMappings in *AWS::EC2::Instance*: any change but of DeleteOnTermination "results in instance
//! replacement"; "Updates aren't supported" (*AWS::CloudFormation::WaitCondition*).
use super::{Collision, CollisionKind, Known};
use crate::host::successions;
use crate::plan::{Change, Consequence};

pub(super) fn find(known: &Known<'_>) -> Vec<Collision> {
    let instances = || known.changes.iter().filter(|change| change.type_name == "AWS::EC2::Instance");
    let mut found: Vec<Collision> = instances().filter_map(|change| script(known, change)).collect();
    found.extend(instances().filter_map(|change| root(known, change)));
    found.extend(awaited(known));
    found
}

fn script(known: &Known<'_>, change: &Change) -> Option<Collision> {
    let is_told = known.boot_scripts.iter().any(|script| script.id == change.id);
    (is_told && change.consequence == Consequence::Restart).then(|| Collision {
        kind: CollisionKind::ScriptNotRun,
        ids: vec![change.id.clone()],
        why: format!("`{}` stops and starts because its boot script changes, and nothing runs the new one", change.id),
        way: "another logical id makes a new host that runs it; what must hold at once is done on the host by hand"
            .to_owned(),
        fails: false,
        is_handover: false,
    })
}

fn root(known: &Known<'_>, change: &Change) -> Option<Collision> {
    let mut paths = change.properties.iter().map(|property| property.path.as_str());
    let is_disk = paths.any(|path| path.starts_with("BlockDeviceMappings"));
    (is_disk && known.is_replaced(change)).then(|| Collision {
        kind: CollisionKind::RootGoes,
        ids: vec![change.id.clone()],
        why: format!("`{}` is replaced because its disks change, and its root disk goes with it", change.id),
        way: "keep what must stay on a volume of its own; take a snapshot of the root disk first if there is anything"
            .to_owned(),
        fails: false,
        is_handover: false,
    })
}

/// Hosts that are new while the conditions that would wait for them are old, and have had their signals long ago.
fn awaited<'a>(known: &'a Known<'_>) -> impl Iterator<Item = Collision> + 'a {
    successions(known.hosts.0, known.hosts.1).into_iter().filter_map(|pair| {
        let is_new = known.change(&pair.to.instance).is_some_and(|change| known.is_made(change));
        let mut ready = pair.to.ready.iter();
        let is_old = ready.len() > 0 && ready.all(|id| !known.change(id).is_some_and(|change| known.is_made(change)));
        (is_new && is_old).then(|| Collision {
            kind: CollisionKind::NotAwaited,
            ids: pair.to.ready.iter().chain([&pair.to.instance]).cloned().collect(),
            why: format!(
                "`{}` is a new host, and `{}` had its signal from the old one: nothing waits until the new one is ready",
                pair.to.instance,
                pair.to.ready.join("`, `")
            ),
            way: "give the wait condition a new logical id together with the host".to_owned(),
            fails: false,
            is_handover: false,
        })
    })
}
