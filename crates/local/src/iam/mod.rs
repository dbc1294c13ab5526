//! AWS IAM: roles, users, groups, what they are allowed, and instance profiles. Nothing is enforced: everybody may do everything.
//!
//! Roles, users and groups are all a [`Holder`] of policies. Sources: the API reference of IAM, and for the messages what users
//! quote; docs/local.md tells which of them nobody was found to quote.
use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::wire::{ApiError, Request};
use crate::world::World;

mod document;
mod holder;
mod policies;
mod profiles;
#[cfg(test)]
mod tests;

pub use holder::{Holder, Kind};

/// What IAM has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Iam {
    /// Roles by name.
    pub roles: IndexMap<String, Holder>,
    /// Users by name.
    pub users: IndexMap<String, Holder>,
    /// Groups by name.
    pub groups: IndexMap<String, Holder>,
    /// Managed policies of the account by ARN.
    pub policies: IndexMap<String, Policy>,
    /// Instance profiles by name.
    pub profiles: IndexMap<String, Profile>,
}

/// A managed policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its path, with slashes.
    pub path: String,
    /// Such as `ANPA…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its documents by version number.
    pub versions: BTreeMap<u32, (String, Timestamp)>,
    /// The version in force.
    pub default: u32,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// An instance profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its path, with slashes.
    pub path: String,
    /// Such as `AIPA…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The one role in it.
    pub role: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// Answers a call.
///
/// # Errors
///
/// As IAM refuses, or if the operation is not here.
pub fn answer(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let operation = request.operation.as_str();
    let answered = match profiles::answer(world, request, operation) {
        None => policies::answer(world, request, operation),
        some => some,
    };
    answered
        .or_else(|| holder::answer(world, request, operation))
        .unwrap_or_else(|| Err(ApiError::not_here("IAM", operation)))
}

fn missing(message: String) -> ApiError {
    ApiError { status: 404, ..ApiError::new("NoSuchEntity", message) }
}

fn conflict(code: &str, message: impl Into<String>) -> ApiError {
    ApiError { status: 409, ..ApiError::new(code, message) }
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A unique id. Source: *Understanding unique ID prefixes* in *IAM identifiers*.
fn unique(world: &mut World, prefix: &str) -> String {
    format!("{prefix}{}", world.letters(17))
}

fn path(request: &Request) -> Result<String, ApiError> {
    let path = request.text("Path").unwrap_or("/");
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(path.to_owned());
    }
    Err(ApiError::validation(
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ))
}

/// A name as IAM allows it.
fn checked(request: &Request, member: &str, most: usize) -> Result<String, ApiError> {
    let name = request.required(member)?;
    let fits = |it: char| it.is_ascii_alphanumeric() || "_+=,.@-".contains(it);
    if !name.chars().all(fits) {
        let message = format!(
            "The specified value for {} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
            lower(member)
        );
        return Err(ApiError::validation(message));
    }
    if name.len() > most {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have length less than or equal to {most}",
            lower(member)
        )));
    }
    Ok(name.to_owned())
}

fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn tags(request: &Request) -> BTreeMap<String, String> {
    let pair =
        |tag: &Json| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned()));
    request.list("Tags").iter().filter_map(pair).collect()
}

fn tag_list(tags: &BTreeMap<String, String>) -> Json {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// A document as answers show it. Source: *GetRole* ("URL-encoded compliant with RFC 3986").
fn encoded(document: &str) -> String {
    let mut text = String::new();
    for byte in document.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}
