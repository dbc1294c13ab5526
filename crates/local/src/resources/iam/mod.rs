//! The resource types of IAM.
use serde_json::{Value as Json, json};

use super::backed::{Backed, call as call_of, take_away as take_away_of, texts};
use super::{Refusal, Site};
use crate::iam::Kind;
use crate::wire::Service;

mod holder;
mod inline;
mod key;
mod managed;
mod members;
mod profile;

pub(super) fn provider(type_name: &str) -> Option<&'static Backed> {
    Some(match type_name.strip_prefix("AWS::IAM::")? {
        "Role" => &holder::ROLE,
        "User" => &holder::USER,
        "Group" => &holder::GROUP,
        "InstanceProfile" => &profile::PROFILE,
        "ManagedPolicy" => &managed::MANAGED,
        "Policy" => &inline::POLICY,
        "RolePolicy" => &inline::ROLE_POLICY,
        "UserPolicy" => &inline::USER_POLICY,
        "GroupPolicy" => &inline::GROUP_POLICY,
        "UserToGroupAddition" => &members::ADDITION,
        "AccessKey" => &key::KEY,
        _ => return None,
    })
}

fn call(site: &mut Site<'_>, operation: &str, input: Json) -> Result<Json, Refusal> {
    call_of(site, Service::Iam, operation, input)
}

fn take_away(site: &mut Site<'_>, operation: &str, input: Json) -> Result<(), Refusal> {
    take_away_of(site, Service::Iam, operation, input)
}

/// A document as the API takes it: text.
fn document(value: &Json) -> Json {
    if value.is_string() { value.clone() } else { Json::String(value.to_string()) }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Role => "Role",
        Kind::User => "User",
        Kind::Group => "Group",
    }
}

fn named(kind: Kind, name: &str, more: Json) -> Json {
    let mut input = more;
    input[format!("{}Name", word(kind))] = json!(name);
    input
}

/// The holders that a policy names, by kind.
fn holders(properties: &Json) -> Vec<(Kind, String)> {
    let kinds = [(Kind::Role, "Roles"), (Kind::User, "Users"), (Kind::Group, "Groups")];
    kinds.iter().flat_map(|(kind, list)| texts(&properties[*list]).into_iter().map(|it| (*kind, it))).collect()
}
