//! Three states of a resource: what the stack applied to it, what it really is, and what the new template says.
//!
//! Sources: *Using drift-aware change sets* in the CloudFormation User Guide ("When the template definition of a resource is updated
//! to match its actual state, drift-aware change sets reset the drift status of the resource without modifying the resource"), and
//! `ResourceChange`, `ResourceTargetDefinition` and `LiveResourceDrift` in the API reference.
use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::difference::{Difference, same};
use super::shown;
use crate::cloudformation::stack::Source;

/// What the resources of a stack really are.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Their properties; nothing for those that are gone.
    pub actual: HashMap<String, Option<Json>>,
    /// `IN_SYNC`, `MODIFIED`, `DELETED` or `NOT_CHECKED`.
    pub status: HashMap<String, &'static str>,
    /// When that was seen.
    pub at: String,
    /// Whether a property that replaces does so even if the resource has its new value already.
    pub sync_replaces: bool,
}

impl Live {
    /// Whether any resource differs from what was applied to it.
    pub(super) fn is_drifted(&self) -> bool {
        self.status.values().any(|status| matches!(*status, "MODIFIED" | "DELETED"))
    }
}

/// Properties as they really are, where they are not what was applied: of what the old or the new template says. What cannot be read
/// is taken to be as it was applied.
pub(crate) fn known(previous: &Json, applied: &Json, actual: &Json, wanted: &Json) -> Json {
    let mut known = previous.as_object().cloned().unwrap_or_default();
    let added = wanted.as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let names: Vec<String> = known.keys().cloned().chain(added).collect();
    for name in names {
        match (actual.get(&name), applied.get(&name)) {
            (Some(actual), Some(applied)) if same(actual, applied) => {}
            (Some(actual), _) => drop(known.insert(name, actual.clone())),
            (None, _) => {}
        }
    }
    Json::Object(known)
}

/// Whether a resource has everything already that the new template says.
pub(crate) fn is_there(known: &Json, wanted: &Json) -> bool {
    same(known, wanted)
}

/// How a detail of a drift-aware change set tells where its values come from. `planned` is the difference of the templates at its
/// place, if there is one.
pub(super) fn tell(
    detail: &mut Json,
    found: &Difference,
    planned: Option<&Difference>,
    (live, source): (&Live, &Source),
) {
    let is_drift = planned.is_none_or(|planned| planned.before != found.before);
    let target = &mut detail["Target"];
    let from = if is_drift { "ACTUAL_STATE" } else { "PREVIOUS_DEPLOYMENT_STATE" };
    target["BeforeValueFrom"] = json!(from);
    target["AfterValueFrom"] = json!("TEMPLATE");
    if is_drift {
        // Where the template did not change, it says what was applied.
        let previous = planned.map_or(&found.after, |planned| &planned.before);
        target["Drift"] = drift(previous.as_ref(), found.before.as_ref(), (live, source));
    }
    if planned.is_none() {
        // Nobody changed it in the template: it is reverted. Source: *ChangeSource*, `NoModification`.
        detail["ChangeSource"] = json!("NoModification");
        detail["Evaluation"] = json!("Static");
    }
}

/// A detail of what the resource has already. That it says so with `RequiresRecreation: Never` is a guess.
pub(super) fn synced(detail: &mut Json, planned: &Difference, (live, source): (&Live, &Source)) {
    detail["Evaluation"] = json!("Static");
    let target = &mut detail["Target"];
    target["RequiresRecreation"] = json!("Never");
    target["AttributeChangeType"] = json!("SyncWithActual");
    target["BeforeValueFrom"] = json!("PREVIOUS_DEPLOYMENT_STATE");
    target["AfterValueFrom"] = json!("TEMPLATE");
    target["Drift"] = drift(planned.before.as_ref(), planned.after.as_ref(), (live, source));
}

fn drift(previous: Option<&Json>, actual: Option<&Json>, (live, source): (&Live, &Source)) -> Json {
    let values = [("PreviousValue", previous), ("ActualValue", actual)];
    let mut drift: Map<String, Json> =
        values.iter().filter_map(|(name, value)| Some(((*name).to_owned(), shown::value((*value)?, source)))).collect();
    drift.insert("DriftDetectionTimestamp".to_owned(), json!(live.at));
    Json::Object(drift)
}
