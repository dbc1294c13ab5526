//! Exports, which are unique in an account and region, and what crossings add to a stack's counts.
use std::collections::HashMap;

use super::limits;
use super::links::{self, Links};
use crate::app::App;
use crate::node::{Node, Object};
use crate::problem::{Problem, Source};

/// Source: *Outputs* in the CloudFormation User Guide.
const NAME_BYTES: usize = 255;

pub(super) fn check(app: &App, links: &Links<'_>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<(&Option<String>, &Option<String>, String), Source> = HashMap::new();
    for (index, stack) in app.stacks.iter().enumerate() {
        let crossings = &links.outputs[index];
        let own = stack.outputs.iter().filter_map(|entry| Some((&*entry.id, name(&entry.body.0)?, entry.source)));
        let derived = crossings
            .iter()
            .filter(|(_, crossing)| crossing.exported)
            .map(|(id, crossing)| (id.as_str(), links::export_name(&stack.name, &crossing.reference), stack.source));
        for (id, name, source) in own.chain(derived) {
            let problem =
                |message: String| Problem::of_stack(&stack.name, message).on(id).in_path("/Export").at(source);
            if name.len() > NAME_BYTES {
                problems.push(problem(format!(
                    "an export's name of {} bytes; CloudFormation takes {NAME_BYTES}",
                    name.len()
                )));
            }
            if let Some(first) = seen.insert((&stack.account, &stack.region, name.clone()), source) {
                problems.push(problem(format!("the export `{name}` is made twice; the other is at {first}")));
            }
        }
        limits::check_crossings(stack, crossings.len(), links.inputs[index].len(), problems);
    }
}

fn name(output: &Object) -> Option<String> {
    let export = output.get("Export").and_then(Node::as_object)?;
    export.get("Name").and_then(Node::as_text).map(str::to_owned)
}
