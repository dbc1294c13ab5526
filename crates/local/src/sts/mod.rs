//! AWS STS: who is asking. Everybody is the root of the one account; roles are taken without a look at their trust.
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::wire::{ApiError, Request};
use crate::world::World;

/// How long credentials are good by default: twelve hours, and one for a role. Source: the API reference of STS.
const SESSION: i64 = 43_200;
const ROLE: i64 = 3_600;

/// Answers a call.
///
/// # Errors
///
/// As STS refuses, or if the operation is not here.
pub fn answer(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    match request.operation.as_str() {
        "GetCallerIdentity" => {
            let account = &world.account;
            Ok(json!({"UserId": account, "Account": account, "Arn": format!("arn:aws:iam::{account}:root")}))
        }
        "GetSessionToken" => Ok(json!({"Credentials": credentials(world, request, SESSION)?})),
        "AssumeRole" => assume_role(world, request),
        other => Err(ApiError::not_here("STS", other)),
    }
}

fn assume_role(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let arn = request.required("RoleArn")?;
    let name = request.required("RoleSessionName")?;
    is_session_name(name)?;
    let role = arn.split_once(":role/").map(|(_, role)| role.rsplit('/').next().unwrap_or(role));
    let role = role.ok_or_else(|| ApiError::validation(format!("{arn} is invalid")))?;
    let arn = format!("arn:aws:sts::{}:assumed-role/{role}/{name}", world.account);
    let id = format!("AROA{}:{name}", world.letters(17));
    Ok(json!({
        "Credentials": credentials(world, request, ROLE)?,
        "AssumedRoleUser": {"AssumedRoleId": id, "Arn": arn},
    }))
}

/// Source: `RoleSessionName` of `AssumeRole`; the sentence was recorded on AWS by localstack/localstack (`test_sts.py`).
fn is_session_name(name: &str) -> Result<(), ApiError> {
    if name.chars().all(|it| it.is_ascii_alphanumeric() || "_+=,.@-".contains(it)) {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [\\w+=,.@-]*"
    )))
}

/// From 15 minutes to 36 hours. Source: `DurationSeconds` of `GetSessionToken`.
fn credentials(world: &mut World, request: &Request, default: i64) -> Result<Json, ApiError> {
    let seconds = match request.text("DurationSeconds") {
        None => default,
        Some(text) => text.parse().ok().filter(|seconds| (900..=129_600).contains(seconds)).ok_or_else(|| {
            ApiError::validation(format!(
                "1 validation error detected: Value '{text}' at 'durationSeconds' failed to satisfy constraint: \
                 Member must have value between 900 and 129600"
            ))
        })?,
    };
    let end: Timestamp = world.now() + SignedDuration::from_secs(seconds);
    Ok(json!({
        "AccessKeyId": format!("ASIA{}", world.letters(16)),
        "SecretAccessKey": world.letters(40),
        "SessionToken": world.letters(64),
        "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Service;

    fn ask(operation: &str, input: Json) -> Result<Json, ApiError> {
        let mut world = World::new("123456789012", "2026-11-21T10:00:00Z".parse().unwrap());
        let (operation, region) = (operation.to_owned(), "eu-west-1".to_owned());
        answer(&mut world, &Request { service: Service::Sts, operation, region, input })
    }

    #[test]
    fn the_caller_is_the_account() {
        assert_eq!(ask("GetCallerIdentity", json!({})).unwrap()["Arn"], "arn:aws:iam::123456789012:root");
    }

    #[test]
    fn a_session_has_a_plain_name() {
        let input = |name: &str| json!({"RoleArn": "arn:aws:iam::123456789012:role/deploy", "RoleSessionName": name});
        assert!(ask("AssumeRole", input("me@home,1.2=3_4-5+6")).is_ok());
        let refused = ask("AssumeRole", input("a:b")).unwrap_err().message;
        assert!(refused.ends_with(r"regular expression pattern: [\w+=,.@-]*"), "{refused}");
    }

    #[test]
    fn a_role_gives_credentials_for_a_while() {
        let input = json!({"RoleArn": "arn:aws:iam::123456789012:role/a/deploy", "RoleSessionName": "me", "DurationSeconds": "900"});
        let taken = ask("AssumeRole", input).unwrap();
        assert_eq!(taken["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/deploy/me");
        assert_eq!(taken["Credentials"]["Expiration"], "2026-11-21T10:15:00Z");
        assert_eq!(taken["Credentials"]["AccessKeyId"].as_str().map(str::len), Some(20));
    }

    #[test]
    fn what_sts_refuses() {
        assert_eq!(ask("AssumeRole", json!({})).unwrap_err().code, "ValidationError");
        assert_eq!(ask("GetSessionToken", json!({"DurationSeconds": "1"})).unwrap_err().code, "ValidationError");
        assert_eq!(ask("Other", json!({})).unwrap_err().code, "NotImplementedByLocalEngine");
    }
}
