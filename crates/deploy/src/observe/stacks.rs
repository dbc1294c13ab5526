//! Looking at stacks.
use super::document::{Deployed, ExportSeen, OutputSeen, ResourceSeen};
use super::reader::Reader;
use crate::aws::{Connection, Retry};
use crate::failure::Failure;
use crate::plan::importers;
use crate::stack::{self, StackNow};

const STACK: &str = "AWS::CloudFormation::Stack";

/// A stack with all that is in it; `None` if there is none.
pub(super) async fn deployed(reader: &Reader, name: &str) -> Result<Option<Deployed>, Failure> {
    let connection = &reader.connection;
    let Some(now) = stack::describe(connection, name).await?.filter(|now| now.status.word() != "DELETE_COMPLETE")
    else {
        return Ok(None);
    };
    let is_new = now.status.word() == "REVIEW_IN_PROGRESS";
    let template = if is_new { None } else { stack::template(connection, &now.id).await? };
    let policy = if is_new { None } else { stack::policy(connection, &now.id).await? };
    let resources = if is_new { Vec::new() } else { stack::contents(connection, &now.id).await? };
    let resources = resources.into_iter().map(|it| ResourceSeen {
        id: it.id,
        type_name: it.type_name,
        physical_id: it.physical_id,
        status: it.status,
        reason: it.reason,
    });
    let resources = resources.collect();
    Ok(Some(Deployed { template: template.unwrap_or_default(), policy, resources, ..described(now) }))
}

/// The stacks that are nested in one, the innermost first.
pub(super) async fn nested(reader: &Reader, stack: &Deployed) -> Result<Vec<Deployed>, Failure> {
    let mut found: Vec<Deployed> = Vec::new();
    let mut open = children(stack);
    while let Some(id) = open.pop() {
        if let Some(child) = deployed(reader, &id).await? {
            open.extend(children(&child));
            found.push(child);
        }
    }
    found.reverse();
    Ok(found)
}

fn children(stack: &Deployed) -> Vec<String> {
    let nested = stack.resources.iter().filter(|it| it.type_name == STACK && it.status != "DELETE_COMPLETE");
    nested.filter_map(|it| it.physical_id.clone()).collect()
}

/// The physical ids of the stacks' resources of a type, those left out that are gone.
pub(super) fn owned(stacks: &[Deployed], type_name: &str) -> Vec<String> {
    let all = stacks.iter().flat_map(|stack| &stack.resources);
    let all = all.filter(|it| it.type_name == type_name && it.status != "DELETE_COMPLETE");
    all.filter_map(|it| it.physical_id.clone()).collect()
}

fn described(now: StackNow) -> Deployed {
    let exports = now.exports;
    let output = |(name, value): (String, String)| {
        let export = exports.get(&name).cloned();
        (name, OutputSeen { value, export })
    };
    Deployed {
        outputs: now.outputs.into_iter().map(output).collect(),
        id: now.id,
        name: now.name,
        status: now.status.word().to_owned(),
        reason: now.reason,
        parameters: now.parameters,
        resolved: now.resolved,
        tags: now.tags,
        capabilities: now.capabilities,
        role: now.role,
        notification_arns: now.notification_arns,
        protection: now.protection,
        disable_rollback: now.disable_rollback,
        parent: now.parent,
        created: now.created,
        updated: now.updated,
        ..Deployed::default()
    }
}

/// All exports of the region, and of those of our stacks who imports them.
pub(super) async fn exports(reader: &Reader, ours: &[Deployed]) -> Result<Vec<ExportSeen>, Failure> {
    let mut exports = all(&reader.connection).await?;
    for export in exports.iter_mut().filter(|export| ours.iter().any(|stack| stack.id == export.stack)) {
        export.importers = importers(&reader.connection, &export.name).await?;
    }
    Ok(exports)
}

async fn all(connection: &Connection) -> Result<Vec<ExportSeen>, Failure> {
    let mut exports = Vec::new();
    let mut page = None;
    loop {
        let send = || connection.cloudformation.list_exports().set_next_token(page.clone()).send();
        let answer = connection.call("ListExports", Retry::Safe, send).await?;
        exports.extend(answer.exports.unwrap_or_default().into_iter().map(|export| ExportSeen {
            name: export.name.unwrap_or_default(),
            value: export.value.unwrap_or_default(),
            stack: export.exporting_stack_id.unwrap_or_default(),
            importers: Vec::new(),
        }));
        page = answer.next_token;
        if page.is_none() {
            return Ok(exports);
        }
    }
}
