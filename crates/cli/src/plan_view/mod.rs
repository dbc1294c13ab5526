//! Plans for people: on a terminal ([`text()`]), in a pull request ([`markdown()`]), and for programs ([`json()`]).
//!
//! What is hard to undo comes first: data at risk, what goes, what is replaced; what is new comes last. Symbols always come
//! with words, and every line means the same without colour.
//!
//! What decides is never cut off on a terminal: long lines go on below. Of names of AWS ([`sentence::short_resources`]) the partition,
//! region and account are left out where they are the stack's own; markdown and JSON have them whole.
mod boot;
mod markdown;
#[cfg(test)]
mod samples;
mod sentence;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod words;

use stackgen_deploy::plan::{Plan, Request};

pub(crate) use markdown::markdown;
pub(crate) use text::text;

/// A plan for programs. What would be sent is left out: it may hold secrets, and says nothing that the changes do not say.
pub(crate) fn json(plan: &Plan) -> String {
    let mut plan = plan.clone();
    for stack in &mut plan.stacks {
        stack.request = Request::default();
        if let Some(handover) = &mut stack.handover {
            handover.template.clear();
        }
        for change in &mut stack.changes {
            change.properties.iter_mut().for_each(value::hide);
        }
    }
    format!("{}\n", serde_json::to_string_pretty(&plan).expect("plans have text keys"))
}
