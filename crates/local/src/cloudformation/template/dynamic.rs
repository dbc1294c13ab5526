//! Dynamic references: `{{resolve:ssm:name:version}}`.
//!
//! They are answered when something is applied, and compared as they are written. Source: *Get values stored in other services
//! using dynamic references*.
use serde_json::Value as Json;

use super::{Outside, Problem};

const OPEN: &str = "{{resolve:";

/// The value with its dynamic references answered.
///
/// # Errors
///
/// If one names what is not there, or a service that is not here.
pub fn resolve(value: &Json, outside: &dyn Outside) -> Result<Json, Problem> {
    match value {
        Json::String(text) if text.contains(OPEN) => Ok(Json::String(resolve_text(text, outside)?)),
        Json::Array(items) => {
            items.iter().map(|item| resolve(item, outside)).collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| Ok((key.clone(), resolve(value, outside)?));
            entries.iter().map(entry).collect::<Result<_, _>>().map(Json::Object)
        }
        scalar => Ok(scalar.clone()),
    }
}

fn resolve_text(text: &str, outside: &dyn Outside) -> Result<String, Problem> {
    let mut resolved = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let Some(length) = rest[start..].find("}}") else { break };
        resolved.push_str(&rest[..start]);
        resolved.push_str(&one(&rest[start + OPEN.len()..start + length], outside)?);
        rest = &rest[start + length + 2..];
    }
    resolved.push_str(rest);
    Ok(resolved)
}

fn one(reference: &str, outside: &dyn Outside) -> Result<String, Problem> {
    match reference.split_once(':') {
        Some(("ssm" | "ssm-secure", name)) => {
            outside.stored(name).ok_or_else(|| Problem(format!("Parameters: [{reference}] cannot be found.")))
        }
        _ => Err(Problem(format!(
            "Dynamic reference {{{{resolve:{reference}}}}} cannot be resolved: the local engine has the SSM parameter store only"
        ))),
    }
}
