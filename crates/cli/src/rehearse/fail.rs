//! What is to fail, by `--fail`.
use std::str::FromStr;

use stackgen_deploy::plan::{Action, Change, Consequence, Fate, Plan, Verb};
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::resources::Doing;

use super::RehearseError;

/// How often a clean-up tries to delete something. Source: *Troubleshooting CloudFormation*.
const DELETIONS: u32 = 3;

/// A resource that is to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fail {
    /// Its stack, if only that is meant.
    stack: Option<String>,
    id: String,
    reason: String,
}

/// `Host`, `Host=no room`, `prod-compute/Host`.
impl FromStr for Fail {
    type Err = RehearseError;

    fn from_str(given: &str) -> Result<Self, RehearseError> {
        let (resource, reason) = given.split_once('=').unwrap_or((given, "It fails in this rehearsal."));
        let (stack, id) = match resource.split_once('/') {
            Some((stack, id)) => (Some(stack.to_owned()), id),
            None => (None, resource),
        };
        if id.is_empty() || reason.is_empty() || stack.as_deref() == Some("") {
            return Err(RehearseError::BadFail { given: given.to_owned() });
        }
        Ok(Fail { stack, id: id.to_owned(), reason: reason.to_owned() })
    }
}

/// The mishaps that let what is to fail fail once, at whatever is done to it first.
pub(super) fn mishaps(fails: &[Fail], plan: &Plan) -> Result<Vec<Mishap>, RehearseError> {
    let mut all = Vec::new();
    for fail in fails {
        let before = all.len();
        let stacks = plan.stacks.iter().filter(|stack| fail.stack.as_ref().is_none_or(|name| *name == stack.stack));
        for stack in stacks {
            let is_meant = |change: &&Change| change.id == fail.id && !stays(change);
            for change in stack.changes.iter().filter(is_meant) {
                let mishap = |&(doing, times): &(Doing, u32)| Mishap {
                    stack: stack.stack.clone(),
                    logical_id: fail.id.clone(),
                    doing,
                    reason: fail.reason.clone(),
                    times,
                    late: false,
                };
                all.extend(doings(stack.verb, change.action).iter().map(mishap));
            }
        }
        if all.len() == before {
            let changes = plan.stacks.iter().flat_map(|stack| &stack.changes);
            let touched = changes.filter(|change| !stays(change)).map(|change| change.id.clone()).collect();
            return Err(RehearseError::NotTouched { resource: fail.id.clone(), touched });
        }
    }
    Ok(all)
}

/// Whether nothing is done to a resource but that its stack forgets it.
fn stays(change: &Change) -> bool {
    let is_kept = matches!(change.consequence, Consequence::Removed(Fate::Kept) | Consequence::DataAtRisk(Fate::Kept));
    change.action == Action::Remove && is_kept
}

fn doings(verb: Verb, action: Action) -> &'static [(Doing, u32)] {
    match action {
        // A stack that is deleted tries once.
        Action::Remove if verb == Verb::Destroy => &[(Doing::Delete, 1)],
        Action::Add | Action::Replace | Action::Import => &[(Doing::Create, 1)],
        Action::Modify => &[(Doing::Update, 1)],
        Action::MayReplace => &[(Doing::Create, 1), (Doing::Update, 1)],
        Action::Remove => &[(Doing::Delete, DELETIONS)],
    }
}

/// Forgets what else could have failed of a resource that has failed.
pub(super) fn forget_others(mishaps: &mut Vec<Mishap>) {
    let over: Vec<(String, String)> =
        mishaps.iter().filter(|it| it.times == 0).map(|it| (it.stack.clone(), it.logical_id.clone())).collect();
    mishaps.retain(|it| !over.iter().any(|(stack, id)| *stack == it.stack && *id == it.logical_id));
}
