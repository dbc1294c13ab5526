//! Plan files: a plan that is carried out later, by somebody else, or not at all.
use std::fs;
use std::io::Write;
use std::path::Path;

use super::{PLAN_VERSION, Plan};
use crate::aws::Connection;
use crate::change_set;
use crate::failure::{Failure, Kind};

/// Writes a plan file, readable only by its owner, since it may hold values of parameters.
///
/// # Errors
///
/// If it cannot be written.
pub fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let text = serde_json::to_vec_pretty(plan).expect("a plan has text keys");
    let write = || {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(&text)
    };
    write().map_err(|error| Failure::new(Kind::Refused, format!("cannot write `{}`: {error}", path.display())))
}

/// Reads a plan file.
///
/// # Errors
///
/// If it cannot be read, or another version wrote it.
pub fn load(path: &Path) -> Result<Plan, Failure> {
    let fail = |error: &dyn std::fmt::Display| {
        Failure::new(Kind::Refused, format!("cannot read the plan `{}`: {error}", path.display()))
    };
    let text = fs::read_to_string(path).map_err(|error| fail(&error))?;
    // The version is read first, since the rest of another version means something else.
    let raw: serde_json::Value = serde_json::from_str(&text).map_err(|error| fail(&error))?;
    match raw.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(PLAN_VERSION) => {
            serde_json::from_value(raw).map_err(|error| fail(&error))
        }
        Some(version) => {
            Err(fail(&format_args!("it has version {version}, and this stackgen reads {PLAN_VERSION}; plan again")))
        }
        None => Err(fail(&"it is no plan")),
    }
}

/// Refuses a plan of which something was carried out already, or whose change sets are gone.
///
/// # Errors
///
/// If so, or if CloudFormation does not say.
pub async fn check(connection: &Connection, plan: &Plan) -> Result<(), Failure> {
    if plan.region != connection.region {
        let message = format!("the plan is for {}, and this is {}; leave out --region", plan.region, connection.region);
        return Err(Failure::new(Kind::Refused, message));
    }
    for stack in &plan.stacks {
        let Some(id) = &stack.change_set else { continue };
        let name = &stack.stack;
        let gone =
            format!("is gone: its change set was carried out or deleted, or is not of the account {}", plan.account);
        let what = match change_set::execution(connection, id).await?.as_deref() {
            Some("EXECUTE_COMPLETE") => "was carried out already",
            Some("EXECUTE_IN_PROGRESS") => "is being carried out",
            Some("EXECUTE_FAILED") => "was carried out already, and failed",
            Some("OBSOLETE") => "is obsolete: the stack was changed meanwhile",
            None => &*gone,
            _ => continue,
        };
        return Err(Failure::new(Kind::Refused, format!("the plan of `{name}` {what}; plan again")));
    }
    Ok(())
}
