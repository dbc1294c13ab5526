//! Plans for people: a stand-in.
use stackgen_deploy::plan::Plan;

pub(crate) fn text(plan: &Plan, _width: usize) -> String {
    plan.stacks
        .iter()
        .map(|stack| format!("{}: {:?}, {} changes\n", stack.stack, stack.verb, stack.changes.len()))
        .collect()
}
