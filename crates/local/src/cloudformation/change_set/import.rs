//! What an import may be. Source: *Import AWS resources into a CloudFormation stack manually*; the messages stand in
//! aws-quickstart/quickstart-awx#38 and awslabs/aws-security-assessment-solution#6.
use serde_json::Value as Json;

use super::difference::same;
use crate::cloudformation::stack::{Source, Stack};
use crate::cloudformation::template::Design;
use crate::wire::ApiError;

/// Refuses an import that is more than one.
pub(super) fn check(
    stack: Option<&Stack>,
    source: &Source,
    before: Option<&Design>,
    after: &Design,
    imports: &[Json],
) -> Result<(), ApiError> {
    let ids: Vec<&str> = imports.iter().filter_map(|import| import["LogicalResourceId"].as_str()).collect();
    if ids.is_empty() {
        return Err(ApiError::validation("ResourcesToImport must not be empty for a change set of type IMPORT"));
    }
    importable(stack, after, &ids)?;
    nothing_else(stack, source, before, after)?;
    let modified = modified(before, after);
    let modified: Vec<&str> = modified.into_iter().filter(|id| !ids.contains(id)).collect();
    listed(
        &modified,
        |_| true,
        |ids| {
            format!(
                "You have modified resources [{ids}] in your template that are not being imported. Update, create or delete \
             operations cannot be executed during import operations."
            )
        },
    )
}

/// Refuses resources that the template or the stack does not let in.
fn importable(stack: Option<&Stack>, after: &Design, ids: &[&str]) -> Result<(), ApiError> {
    listed(
        ids,
        |id| !after.resources.contains_key(id),
        |ids| format!("Resources [{ids}] to import are not in the template"),
    )?;
    listed(
        ids,
        |id| stack.is_some_and(|stack| stack.resources.contains_key(id)),
        |ids| format!("Resources [{ids}] passed in ResourceToImport are already in a stack and cannot be imported."),
    )?;
    listed(
        ids,
        |id| after.resources[id].deletion_policy.is_none(),
        |ids| {
            format!(
                "The following resources to import [{ids}] must have DeletionPolicy attribute specified in the template."
            )
        },
    )
}

/// The resources that are not as they were.
fn modified<'d>(before: Option<&'d Design>, after: &'d Design) -> Vec<&'d str> {
    let old = |id: &str| before.and_then(|design| design.resources.get(id));
    let gone =
        before.into_iter().flat_map(|design| design.resources.keys()).filter(|id| !after.resources.contains_key(*id));
    let changed = |id: &&String| match (old(id), after.resources.get(*id)) {
        (Some(old), Some(new)) => old.type_name != new.type_name || !same(&old.properties, &new.properties),
        _ => true,
    };
    after.resources.keys().chain(gone).filter(changed).map(String::as_str).collect()
}

/// What an import leaves alone: outputs and the tags of the stack.
fn nothing_else(
    stack: Option<&Stack>,
    source: &Source,
    before: Option<&Design>,
    after: &Design,
) -> Result<(), ApiError> {
    let mut touched = Vec::new();
    if before.map_or(!after.outputs.is_empty(), |before| before.outputs != after.outputs) {
        touched.push("Outputs");
    }
    if stack.map_or(!source.tags.is_empty(), |stack| stack.source.tags != source.tags) {
        touched.push("Tags");
    }
    listed(&touched, |_| true, |what| format!("As part of the import operation, you cannot modify or add [{what}]"))
}

fn listed(names: &[&str], is_wrong: impl Fn(&str) -> bool, message: impl Fn(String) -> String) -> Result<(), ApiError> {
    let wrong: Vec<&str> = names.iter().copied().filter(|name| is_wrong(name)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(ApiError::validation(message(wrong.join(", ")))) }
}
