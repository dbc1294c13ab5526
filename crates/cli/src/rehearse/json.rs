//! A story for programs.
use serde_json::{Value as Json, json};

use super::{Seen, Story};
use crate::plan_view;

/// The whole story, in one object.
pub(crate) fn json(seen: &Seen, story: &Story) -> String {
    let plan: Option<Json> =
        story.plan.as_ref().map(|plan| serde_json::from_str(&plan_view::json(plan)).expect("it is JSON"));
    let approved: Vec<String> = story
        .plan
        .iter()
        .flat_map(|plan| &plan.stacks)
        .flat_map(|stack| stack.dangers.iter().map(|danger| format!("{}/{danger}", stack.stack)))
        .collect();
    let observed = &seen.observed;
    let notes: Vec<&String> = observed.notes.iter().chain(&story.notes).collect();
    let story = json!({
        "doing": story.command(),
        "works": story.works,
        "seen": {"at": observed.at, "offline": seen.is_old, "account": observed.account, "region": observed.region,
                 "notes": notes},
        "plan": plan,
        "approved": approved,
        "refused": story.refused,
        "hints": story.hints,
        "events": story.moments,
        "seconds": story.seconds(),
        "calls": story.calls,
        "death": story.death,
        "left": story.left,
        "stacks": story.outcome.stacks,
        "downtime": story.downtimes,
        "remains": story.remains,
    });
    format!("{}\n", serde_json::to_string_pretty(&story).expect("it has text for keys"))
}
