//! Exports that change while others import them.
//!
//! Source: "You can't modify or remove an output value that is referenced by another stack" (*Get exported outputs from a
//! deployed CloudFormation stack*). An export that would go stays in the template until nobody imports it; one whose value
//! changes cannot be saved that way.
use serde_json::Value as Json;

use super::{Collision, CollisionKind, Known};
use crate::aws::Connection;
use crate::failure::Failure;
use crate::plan::{Action, Change, Side, importers, references};
use crate::stack::StackNow;

/// An export in use whose value may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) output: String,
    pub(crate) export: String,
    pub(crate) importers: Vec<String>,
    /// The resource whose replacement changes it, if its name is all that is exported.
    pub(crate) replaced: Option<String>,
    /// Whether it is certain that the value changes.
    pub(crate) is_certain: bool,
}

/// The exports in use of which somebody has to be told: those that are written differently, and those of a resource that is
/// replaced.
///
/// # Errors
///
/// If CloudFormation does not say who imports.
pub(crate) async fn moved(
    connection: &Connection,
    now: &StackNow,
    before: &Side<'_>,
    after: &Side<'_>,
    changes: &[Change],
) -> Result<Vec<Moved>, Failure> {
    let mut moved = Vec::new();
    for (output, export) in &now.exports {
        let value = |side: &Side<'_>| side.template.pointer(&format!("/Outputs/{output}/Value")).cloned();
        let (Some(is), Some(will_be)) = (value(before), value(after)) else { continue };
        let replaced = replaced(&will_be, changes);
        let (is, will_be) = (before.text(&is), after.text(&will_be));
        if is == will_be && replaced.is_none() {
            continue;
        }
        let is_certain = replaced.as_ref().is_some_and(|(_, by_name)| *by_name)
            || is != will_be && !is.contains("${") && !will_be.contains("${");
        let importers = importers(connection, export).await?;
        if !importers.is_empty() {
            let replaced = replaced.map(|(id, _)| id);
            moved.push(Moved { output: output.clone(), export: export.clone(), importers, replaced, is_certain });
        }
    }
    Ok(moved)
}

/// The resource of a value that is replaced or new, and whether the value is its very id.
fn replaced(value: &Json, changes: &[Change]) -> Option<(String, bool)> {
    let mut named = Vec::new();
    references(value, &mut named);
    let is_other = |id: &&str| {
        let change = changes.iter().find(|change| change.id == **id);
        change.is_some_and(|change| matches!(change.action, Action::Replace | Action::Add))
    };
    let id = named.into_iter().find(is_other)?;
    Some((id.to_owned(), value.get("Ref").is_some()))
}

pub(super) fn find(known: &Known<'_>) -> Vec<Collision> {
    let told = |moved: &Moved| {
        let who = moved.importers.join("`, `");
        let because = match &moved.replaced {
            Some(id) => format!("`{id}` is another one"),
            None => "its value changes".to_owned(),
        };
        Collision {
            kind: CollisionKind::ExportInUse,
            ids: vec![moved.output.clone()],
            why: format!("the export `{}` is imported by `{who}` and cannot change, and {because}", moved.export),
            way: format!(
                "export the new value under another name, let `{who}` import that, and take the old one away afterwards; or pass \
                 values as parameters, which nothing holds"
            ),
            fails: moved.is_certain,
            is_handover: false,
        }
    };
    known.exports.iter().map(told).collect()
}
