//! Whether a text is a policy. The messages are those that users quote of IAM; `Invalid effect` and `Missing required field
//! Action` and `Effect` were not found.
use serde_json::Value as Json;

use crate::wire::ApiError;

/// How a document is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// What a holder may do.
    Identity,
    /// Who may take a role.
    Trust,
}

fn malformed(message: &str) -> ApiError {
    ApiError::new("MalformedPolicyDocument", message)
}

/// Refuses what is no policy.
pub(super) fn check(text: &str, usage: Use) -> Result<(), ApiError> {
    let document: Json = serde_json::from_str(text).map_err(|_| malformed("This policy contains invalid Json"))?;
    let Some(entries) = document.as_object() else { return Err(malformed("Syntax errors in policy.")) };
    if entries.keys().any(|key| !matches!(key.as_str(), "Version" | "Id" | "Statement")) {
        return Err(malformed("Syntax errors in policy."));
    }
    let is_known = |version: &Json| *version == "2012-10-17" || *version == "2008-10-17";
    if entries.get("Version").is_some_and(|version| !is_known(version)) {
        return Err(malformed("The policy must contain a valid version string"));
    }
    match entries.get("Statement") {
        Some(Json::Array(statements)) if !statements.is_empty() => {
            statements.iter().try_for_each(|it| statement(it, usage))
        }
        Some(one @ Json::Object(_)) => statement(one, usage),
        _ => Err(malformed("Syntax errors in policy.")),
    }
}

fn statement(statement: &Json, usage: Use) -> Result<(), ApiError> {
    const KEYS: [&str; 9] =
        ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal", "NotPrincipal"];
    let Some(entries) = statement.as_object() else { return Err(malformed("Syntax errors in policy.")) };
    let has = |one: &str, other: &str| entries.contains_key(one) || entries.contains_key(other);
    if entries.keys().any(|key| !KEYS.contains(&key.as_str())) {
        return Err(malformed("Syntax errors in policy."));
    }
    match entries.get("Effect").and_then(Json::as_str) {
        Some("Allow" | "Deny") => {}
        Some(other) => return Err(malformed(&format!("Invalid effect: {other}"))),
        None => return Err(malformed("Missing required field Effect")),
    }
    if !has("Action", "NotAction") {
        return Err(malformed(match usage {
            Use::Identity => "Policy statement must contain actions.",
            Use::Trust => "Missing required field Action",
        }));
    }
    actions(entries.get("Action").or_else(|| entries.get("NotAction")))?;
    match usage {
        Use::Trust if has("Resource", "NotResource") => Err(malformed("Has prohibited field Resource")),
        Use::Trust if !has("Principal", "NotPrincipal") => Err(malformed("Missing required field Principal")),
        Use::Trust => Ok(()),
        Use::Identity if has("Principal", "NotPrincipal") => {
            Err(malformed("Policy document should not specify a principal."))
        }
        Use::Identity if !has("Resource", "NotResource") => Err(malformed("Policy statement must contain resources.")),
        Use::Identity => resources(entries.get("Resource").or_else(|| entries.get("NotResource"))),
    }
}

fn each(value: Option<&Json>) -> impl Iterator<Item = &str> {
    let items: Vec<&Json> = match value {
        Some(Json::Array(items)) => items.iter().collect(),
        other => other.into_iter().collect(),
    };
    items.into_iter().filter_map(Json::as_str)
}

fn actions(value: Option<&Json>) -> Result<(), ApiError> {
    if each(value).any(|action| action != "*" && !action.contains(':')) {
        return Err(malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."));
    }
    Ok(())
}

fn resources(value: Option<&Json>) -> Result<(), ApiError> {
    match each(value).find(|it| !it.starts_with("arn:") && *it != "*" && !it.starts_with("*:")) {
        Some(other) => Err(malformed(&format!("Resource {other} must be in ARN format or \"*\"."))),
        None => Ok(()),
    }
}
