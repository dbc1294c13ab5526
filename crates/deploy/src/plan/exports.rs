//! Exports that change or go, and the stacks that import them.
//!
//! CloudFormation refuses to delete or change an export that is in use (*Exports* in *Outputs* of the CloudFormation User
//! Guide), so a stack that no longer exports a value and one that no longer imports it block each other. The way out takes two
//! deploys: the export stays in the first, until nobody imports it, and goes with the next.
use serde_json::Value as Json;

use super::estimate::references;
use super::{Action, Change, ExportChange, StackPlan};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::stack::StackNow;

/// What happens to exports.
#[derive(Debug, Default)]
pub(super) struct Exports {
    pub(super) changes: Vec<ExportChange>,
    pub(super) remarks: Vec<String>,
}

/// Finds the exports that change or go. Those that are in use and would go are put back into `after`.
///
/// # Errors
///
/// If one cannot be put back, because what it tells of goes too.
pub(super) async fn keep_used(
    connection: &Connection,
    now: &StackNow,
    before: &Json,
    after: &mut Json,
) -> Result<Exports, Failure> {
    let mut exports = Exports::default();
    for (output, name) in &now.exports {
        let change = match fate(output, before, after) {
            Fate::Same => continue,
            Fate::NewValue => false,
            Fate::Goes => true,
        };
        let importers = importers(connection, name).await?;
        if !importers.is_empty() {
            let who = importers.join("`, `");
            if change {
                put_back(output, name, before, after, &who)?;
                exports.remarks.push(format!(
                    "the export `{name}` stays, because `{who}` imports it: deploy that, then deploy this again to remove it"
                ));
                // It is what it was.
                continue;
            }
            exports.remarks.push(format!(
                "the export `{name}` is written differently and `{who}` imports it: if its value changes, CloudFormation \
                 refuses; {WAYS_OUT}"
            ));
        }
        exports.changes.push(ExportChange { name: name.clone(), is_removed: change, importers });
    }
    Ok(exports)
}

/// What takes an import away, in the words of an app.
const WAYS_OUT: &str = "a value that is read with `.at_deploy()` (a parameter that the deploy fills in) or `.weak()` \
                        (`Fn::GetStackOutput`) binds nobody";

/// Refuses a change after which an export in use would have another value: it is the id of something that is replaced. Whether
/// an attribute of it changes nobody knows, so that is only remarked.
pub(super) async fn check_replaced(
    connection: &Connection,
    now: &StackNow,
    after: &Json,
    plan: &mut StackPlan,
) -> Result<(), Failure> {
    for (output, name) in &now.exports {
        let Some(value) = after.pointer(&format!("/Outputs/{output}/Value")) else { continue };
        let mut needs = Vec::new();
        references(value, &mut needs);
        let replaced = |change: &&Change| {
            matches!(change.action, Action::Replace | Action::MayReplace) && needs.contains(&change.id.as_str())
        };
        let Some(change) = plan.changes.iter().find(replaced) else { continue };
        let importers = importers(connection, name).await?;
        if importers.is_empty() {
            continue;
        }
        let who = importers.join("`, `");
        let is_certain =
            change.action == Action::Replace && value.get("Ref").and_then(Json::as_str) == Some(&change.id);
        if is_certain {
            let message = format!(
                "`{}` is replaced, so that the export `{name}` of `{}` would change, which `{who}` imports",
                change.id, now.name
            );
            return Err(Failure::new(Kind::ExportInUse, message));
        }
        let remark = format!(
            "`{}` may be replaced, and `{who}` imports the export `{name}`, which tells of it: if its value changes, \
             CloudFormation refuses; {WAYS_OUT}",
            change.id
        );
        plan.remarks.push(remark);
    }
    Ok(())
}

/// The stacks that import an export.
pub(crate) async fn importers(connection: &Connection, name: &str) -> Result<Vec<String>, Failure> {
    let mut importers = Vec::new();
    let mut page = None;
    loop {
        let send = || connection.cloudformation.list_imports().export_name(name).set_next_token(page.clone()).send();
        match connection.call("ListImports", Retry::Safe, send).await {
            Ok(answer) => {
                importers.extend(answer.imports.unwrap_or_default());
                page = answer.next_token;
                if page.is_none() {
                    return Ok(importers);
                }
            }
            // "Export 'x' is not imported by any stack." is a ValidationError, as is an export that is not there.
            Err(failure) if matches!(failure.kind, Kind::Template | Kind::NoStack) => return Ok(importers),
            Err(failure) => return Err(failure),
        }
    }
}

/// What becomes of an export.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Same,
    NewValue,
    Goes,
}

fn fate(output: &str, before: &Json, after: &Json) -> Fate {
    let part = |template: &Json, part: &str| template.pointer(&format!("/Outputs/{output}/{part}")).cloned();
    let (is, will_be) = (part(before, "Export"), part(after, "Export"));
    match will_be {
        None => Fate::Goes,
        // Nobody may be able to read the template in force.
        Some(_) if is.is_none() => Fate::Same,
        will_be if will_be != is => Fate::Goes,
        _ if part(before, "Value") != part(after, "Value") => Fate::NewValue,
        _ => Fate::Same,
    }
}

fn put_back(output: &str, name: &str, before: &Json, after: &mut Json, who: &str) -> Result<(), Failure> {
    let refused = |why: &str| {
        let message = format!("the export `{name}` cannot go while `{who}` imports it, and it cannot stay: {why}");
        Failure::new(Kind::ExportInUse, message)
    };
    let old =
        before.pointer(&format!("/Outputs/{output}")).ok_or_else(|| refused("the template in force cannot be read"))?;
    let mut needs = Vec::new();
    references(old, &mut needs);
    let is_there = |id: &str| {
        id.contains("::")
            || ["Resources", "Parameters"].iter().any(|part| after.pointer(&format!("/{part}/{id}")).is_some())
    };
    if let Some(gone) = needs.into_iter().find(|id| !is_there(id)) {
        return Err(refused(&format!("`{gone}`, of which it tells, goes too")));
    }
    let taken = after.pointer(&format!("/Outputs/{output}")).is_some();
    let key = if taken { format!("{output}StillInUse") } else { output.to_owned() };
    let template = after.as_object_mut().ok_or_else(|| refused("the template is not JSON"))?;
    let outputs = template.entry("Outputs").or_insert_with(|| Json::Object(serde_json::Map::new()));
    outputs.as_object_mut().ok_or_else(|| refused("the outputs are not an object"))?.insert(key, old.clone());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(export: Option<&str>, value: &str) -> Json {
        let mut output = json!({"Value": {"Ref": value}});
        if let Some(export) = export {
            output["Export"] = json!({"Name": export});
        }
        json!({"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}, "Outputs": {"Id": output}})
    }

    #[test]
    fn the_fate_of_an_export() {
        let is = template(Some("a:Id"), "Vpc");
        assert_eq!(fate("Id", &is, &is), Fate::Same);
        assert_eq!(fate("Id", &is, &template(None, "Vpc")), Fate::Goes);
        assert_eq!(fate("Id", &is, &template(Some("b:Id"), "Vpc")), Fate::Goes);
        assert_eq!(fate("Id", &is, &template(Some("a:Id"), "Other")), Fate::NewValue);
        assert_eq!(fate("Id", &Json::Null, &is), Fate::Same);
        assert_eq!(fate("Id", &is, &json!({"Resources": {}})), Fate::Goes);
    }

    #[test]
    fn an_export_in_use_stays_if_it_can() {
        let is = template(Some("a:Id"), "Vpc");
        let mut after = template(None, "Vpc");
        put_back("Id", "a:Id", &is, &mut after, "app").expect("the VPC stays");
        assert_eq!(after["Outputs"]["IdStillInUse"], is["Outputs"]["Id"]);
        let mut without = json!({"Resources": {}});
        let refused = put_back("Id", "a:Id", &is, &mut without, "app").expect_err("the VPC goes");
        assert!(refused.message.contains("`app`") && refused.message.contains("`Vpc`"), "{refused}");
    }
}
