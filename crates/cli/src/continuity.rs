//! What held data must not vanish unnoticed.
//!
//! A logical id stands for a real thing. One that changes its name is a new thing to CloudFormation: it makes an empty one
//! and lets go of the old. So synth compares every stack with its reviewed snapshot, and refuses one that lost a resource
//! that holds data, unless the stack says that this was meant.
mod resources;
mod snapshot;

use std::path::PathBuf;

use serde_json::Value as Json;
use stackgen_assembly::{Assembly, RetiredEntry, StackEntry};
use stackgen_schema::Facts;
use thiserror::Error;

use crate::Context;
use crate::excerpt;
use crate::project::Project;
use crate::shell::{ERROR, FAINT, HINT, STRONG};
use resources::Resources;
use snapshot::Snapshot;

pub(crate) use snapshot::SnapshotError;

/// Why synth does not go on.
#[derive(Debug, Error)]
pub(crate) enum ContinuityError {
    #[error("{}; nothing was written", if *count == 1 {
        "a resource that holds data would be lost".to_owned()
    } else {
        format!("{count} resources that hold data would be lost")
    })]
    Lost { count: usize },
    #[error("stackgen.toml names the folder `{}` for snapshots, and there is none", folder.display())]
    NoFolder { folder: PathBuf },
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// A resource that held data and is not there any more.
#[derive(Debug, PartialEq, Eq)]
struct Lost {
    id: String,
    type_name: String,
    /// What stands in its place: another type under its id, or a new id with its type.
    instead: Option<Instead>,
}

#[derive(Debug, PartialEq, Eq)]
enum Instead {
    Type(String),
    Id(String),
}

/// Compares the stacks with their snapshots and shows what was lost.
pub(crate) fn check(
    context: &Context,
    project: &Project,
    assembly: &Assembly,
    templates: &[(&StackEntry, Json)],
) -> Result<(), ContinuityError> {
    let folder = &project.snapshots;
    if !folder.exists() {
        // The folder that nobody named may well not be there yet.
        let is_default = *folder == project.root.join("snapshots");
        return if is_default { Ok(()) } else { Err(ContinuityError::NoFolder { folder: folder.clone() }) };
    }
    let is_whole = templates.len() == assembly.manifest.stacks.len();
    let mut count = if is_whole { vanished(context, project, assembly)? } else { 0 };
    for (stack, template) in templates {
        let Some(snapshot) = Snapshot::of(folder, &stack.name)? else {
            if stack.resources.iter().any(|resource| resource.stateful) {
                let words = "holds data and has no snapshot, so nothing notices when it loses some";
                context.shell.warn(&format!("`{}` {words}", stack.name));
            }
            continue;
        };
        for lost in losses(&snapshot.resources, &Resources::of(template), &stack.retired) {
            let hint = format!("keep the id, or call `stack.retire(\"{}\", \"why\")`", lost.id);
            context.shell.message(&report(context, project, &snapshot, &stack.name, &lost, &hint));
            count += 1;
        }
    }
    if count == 0 { Ok(()) } else { Err(ContinuityError::Lost { count }) }
}

/// Shows what was lost with whole stacks that are not in the app any more, and counts it.
fn vanished(context: &Context, project: &Project, assembly: &Assembly) -> Result<usize, ContinuityError> {
    let mut count = 0;
    for name in Snapshot::stacks(&project.snapshots)?.iter().filter(|name| assembly.stack(name).is_none()) {
        let Some(snapshot) = Snapshot::of(&project.snapshots, name)? else { continue };
        for lost in losses(&snapshot.resources, &Resources::default(), &[]) {
            let hint = format!("keep the stack's name, or remove the snapshot of `{name}` if its data may go");
            context.shell.message(&report(context, project, &snapshot, name, &lost, &hint));
            count += 1;
        }
    }
    Ok(count)
}

/// What was there, held data, and is neither there with the same type nor retired.
fn losses(before: &Resources, after: &Resources, retired: &[RetiredEntry]) -> Vec<Lost> {
    let facts = Facts::embedded();
    let holds_data = |type_name: &str| facts.resource(type_name).is_some_and(|facts| facts.stateful);
    let is_lost = |id: &str, type_name: &str| {
        after.type_of(id) != Some(type_name) && !retired.iter().any(|retired| retired.id == id)
    };
    let lost = before.iter().filter(|(id, type_name)| is_lost(id, type_name) && holds_data(type_name));
    lost.map(|(id, type_name)| {
        let other_type = after.type_of(id).map(|other| Instead::Type(other.to_owned()));
        let is_new = |(new, its_type): &(&str, &str)| *its_type == type_name && before.type_of(new).is_none();
        let mut new_ids = after.iter().filter(is_new);
        let new_id = new_ids.next().filter(|_| new_ids.next().is_none());
        let new_id = new_id.map(|(id, _)| Instead::Id(id.to_owned()));
        Lost { id: id.to_owned(), type_name: type_name.to_owned(), instead: other_type.or(new_id) }
    })
    .collect()
}

fn report(context: &Context, project: &Project, snapshot: &Snapshot, stack: &str, lost: &Lost, hint: &str) -> String {
    let Lost { id, type_name, instead } = lost;
    let place = snapshot.place(&project.root, id);
    let (excerpt, gutter) = excerpt::of(Some(&project.root), &place, None, context.shell.width());
    let mut text = format!("{ERROR}error:{ERROR:#} {STRONG}stack `{stack}` lost `{id}`, which holds data{STRONG:#}\n");
    text += &excerpt;
    let mut note = |title: &str, words: &str| {
        text += &format!("{:gutter$} {FAINT}={FAINT:#} {HINT}{title}:{HINT:#} {words}\n", "");
    };
    note("type", type_name);
    match instead {
        Some(Instead::Type(other)) => note("now", &format!("`{id}` is {other}")),
        Some(Instead::Id(new)) => note("new", &format!("`{new}` has that type; was it renamed?")),
        None => {}
    }
    note("note", "renaming replaces the real thing: the new one begins empty");
    note("hint", hint);
    text + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const VOLUME: &str = "AWS::EC2::Volume";

    fn lost(before: &Json, after: &Json, retired: &[&str]) -> Vec<Lost> {
        let resources = |body: &Json| Resources::of(&json!({ "Resources": body }));
        let retired: Vec<_> =
            retired.iter().map(|id| RetiredEntry { id: (*id).to_owned(), reason: String::new() }).collect();
        losses(&resources(before), &resources(after), &retired)
    }

    fn of(id: &str, type_name: &str, instead: Option<Instead>) -> Vec<Lost> {
        vec![Lost { id: id.to_owned(), type_name: type_name.to_owned(), instead }]
    }

    #[test]
    fn what_stays_or_was_retired_is_not_lost() {
        let before = json!({"Data": {"Type": VOLUME}, "Host": {"Type": "AWS::EC2::Instance"}});
        assert_eq!(lost(&before, &before, &[]), []);
        assert_eq!(lost(&before, &json!({}), &["Data"]), []);
        assert_eq!(lost(&before, &json!({"Data": {"Type": VOLUME}}), &[]), [], "an instance holds no data");
    }

    #[test]
    fn what_goes_is_lost() {
        let before = json!({"Data": {"Type": VOLUME}});
        assert_eq!(lost(&before, &json!({}), &["Other"]), of("Data", VOLUME, None));
    }

    #[test]
    fn a_new_name_is_a_loss() {
        let before = json!({"Data": {"Type": VOLUME}, "Logs": {"Type": VOLUME}});
        let after = json!({"Logs": {"Type": VOLUME}, "DataVolume": {"Type": VOLUME}});
        assert_eq!(lost(&before, &after, &[]), of("Data", VOLUME, Some(Instead::Id("DataVolume".into()))));
    }

    #[test]
    fn another_type_is_a_loss() {
        let before = json!({"Data": {"Type": VOLUME}});
        let after = json!({"Data": {"Type": "AWS::S3::Bucket"}});
        assert_eq!(lost(&before, &after, &[]), of("Data", VOLUME, Some(Instead::Type("AWS::S3::Bucket".into()))));
    }

    #[test]
    fn an_item_that_leaves_a_loop_is_lost() {
        let each = |items: &[&str]| json!({"Fn::ForEach::Disks": ["Name", items, {"Disk${Name}": {"Type": VOLUME}}]});
        assert_eq!(lost(&each(&["A", "B"]), &each(&["A"]), &[]), of("DiskB", VOLUME, None));
    }
}
