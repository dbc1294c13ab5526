//! Whether the change is one of the image alone.
use crate::collision::Collision;
use crate::handover::Passing;
use crate::host::Succession;
use crate::plan::{Change, StackPlan};

/// Why hosts cannot keep their machines, if they cannot.
pub(in crate::handover) fn against(
    plan: &StackPlan,
    fails: &[&Collision],
    pairs: &[Succession<'_>],
    hosts: &[Passing],
) -> Option<String> {
    if let Some(pair) = pairs.iter().find(|pair| pair.from.instance != pair.to.instance) {
        let (from, to) = (&pair.from.instance, &pair.to.instance);
        return Some(format!(
            "`{to}` takes the place of `{from}`; `stackgen ami bump --in-place` keeps the name of a host"
        ));
    }
    let ours =
        |fail: &&&Collision| pairs.iter().any(|pair| pair.from.attachments.iter().any(|it| fail.ids.contains(&it.id)));
    if let Some(other) = fails.iter().find(|fail| !ours(fail)) {
        return Some(format!("`{}` fails also without another machine", other.ids.first().map_or("", String::as_str)));
    }
    if let Some(host) = hosts.iter().find(|host| !host.image.as_ref().is_some_and(|image| image.starts_with("ami-"))) {
        return Some(format!("the image of `{}` is not known before the deploy", host.to));
    }
    others(plan, hosts)
}

/// What changes beside the images and what follows from another machine.
fn others(plan: &StackPlan, hosts: &[Passing]) -> Option<String> {
    let mut moved: Vec<&str> = hosts.iter().map(|host| host.from.as_str()).collect();
    for id in &moved {
        let change = plan.changes.iter().find(|change| change.id == **id)?;
        if let Some(other) = change.properties.iter().find(|property| property.path != "ImageId") {
            return Some(format!("it changes the image and nothing else, and `{id}` also gets another {}", other.path));
        }
    }
    let mut open: Vec<&Change> = plan.changes.iter().filter(|change| !moved.contains(&change.id.as_str())).collect();
    // What follows from a machine may have followers of its own.
    while let Some(at) = open.iter().position(|change| follows(change, &moved)) {
        moved.push(&open.swap_remove(at).id);
    }
    open.first().map(|change| format!("it changes the image and nothing else, and `{}` changes too", change.id))
}

fn follows(change: &Change, moved: &[&str]) -> bool {
    let is_moved = |cause: &str| moved.contains(&cause.split('.').next().unwrap_or(cause));
    !change.properties.is_empty() && change.properties.iter().all(|it| it.cause.as_deref().is_some_and(is_moved))
}
