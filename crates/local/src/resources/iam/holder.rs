//! Roles, users and groups, with the policies that their template puts into them.
use serde_json::{Value as Json, json};

use super::{call, document, members, named, take_away, word};
use crate::iam::Kind;
use crate::resources::backed::{Backed, PLAIN, name, picked, texts};
use crate::resources::{Refusal, Site};

fn tags(site: &Site<'_>, properties: &Json) -> Json {
    let own = properties["Tags"].as_array().cloned().unwrap_or_default();
    let stack = site.stack_tags.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
    stack.chain(own).collect()
}

/// Brings the policies of a holder from what a template said to what it says.
fn settle(site: &mut Site<'_>, kind: Kind, name: &str, before: &Json, after: &Json) -> Result<(), Refusal> {
    let word = word(kind);
    let (old, new) = (texts(&before["ManagedPolicyArns"]), texts(&after["ManagedPolicyArns"]));
    for arn in old.iter().filter(|arn| !new.contains(arn)) {
        take_away(site, &format!("Detach{word}Policy"), named(kind, name, json!({"PolicyArn": arn})))?;
    }
    for arn in new {
        call(site, &format!("Attach{word}Policy"), named(kind, name, json!({"PolicyArn": arn})))?;
    }
    let policies = |properties: &Json| properties["Policies"].as_array().cloned().unwrap_or_default();
    let kept = policies(after);
    for policy in policies(before).iter().filter(|it| !kept.iter().any(|other| other["PolicyName"] == it["PolicyName"]))
    {
        let input = named(kind, name, picked(policy, &["PolicyName"]));
        take_away(site, &format!("Delete{word}Policy"), input)?;
    }
    for policy in kept {
        let input = json!({"PolicyName": policy["PolicyName"], "PolicyDocument": document(&policy["PolicyDocument"])});
        call(site, &format!("Put{word}Policy"), named(kind, name, input))?;
    }
    if kind == Kind::User {
        members::groups(site, name, &texts(&before["Groups"]), &texts(&after["Groups"]))?;
    }
    Ok(())
}

/// Makes a holder with all that is in it, or nothing of it.
fn make(site: &mut Site<'_>, kind: Kind, properties: &Json) -> Result<String, Refusal> {
    let word = word(kind);
    let made = name(site, properties, &format!("{word}Name"))?;
    let mut input = picked(properties, &["Path", "Description", "MaxSessionDuration", "PermissionsBoundary"]);
    input["Tags"] = tags(site, properties);
    if kind == Kind::Role {
        input["AssumeRolePolicyDocument"] = document(&properties["AssumeRolePolicyDocument"]);
    }
    call(site, &format!("Create{word}"), named(kind, &made, input))?;
    if let Err(refusal) = settle(site, kind, &made, &json!({}), properties) {
        site.world.iam.holders(kind).shift_remove(&made);
        return Err(refusal);
    }
    Ok(made)
}

/// What the template put into it goes with it; what others did makes the deletion fail.
fn unmake(site: &mut Site<'_>, kind: Kind, name: &str, properties: &Json) -> Result<(), Refusal> {
    if !site.world.iam.holders(kind).contains_key(name) {
        return Ok(());
    }
    settle(site, kind, name, properties, &json!({}))?;
    take_away(site, &format!("Delete{}", word(kind)), named(kind, name, json!({})))
}

pub(super) const ROLE: Backed = Backed {
    takes: 15,
    create: |site, properties| make(site, Kind::Role, properties),
    update: |site, name, before, after| {
        let trust = json!({"RoleName": name, "PolicyDocument": document(&after["AssumeRolePolicyDocument"])});
        call(site, "UpdateAssumeRolePolicy", trust)?;
        settle(site, Kind::Role, name, before, after)?;
        let tags = tags(site, after);
        if let Some(role) = site.world.iam.roles.get_mut(name) {
            role.description = after["Description"].as_str().map(str::to_owned);
            role.max_session = after["MaxSessionDuration"].as_u64().unwrap_or(3_600);
            role.boundary = after["PermissionsBoundary"].as_str().map(str::to_owned);
            let pair = |it: &Json| Some((it["Key"].as_str()?.to_owned(), it["Value"].as_str()?.to_owned()));
            role.tags = tags.as_array().into_iter().flatten().filter_map(pair).collect();
        }
        Ok(())
    },
    delete: |site, name, properties| unmake(site, Kind::Role, name, properties),
    attributes: |world, _, name, _| {
        world.iam.roles.get(name).map_or(Json::Null, |it| json!({"Arn": it.arn, "RoleId": it.id}))
    },
    seen: |world, _, name| {
        let role = world.iam.roles.get(name)?;
        let managed = (!role.attached.is_empty()).then(|| json!(role.attached));
        let trust = role.trust.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok());
        Some(
            json!({"RoleName": name, "Path": role.path, "ManagedPolicyArns": managed, "AssumeRolePolicyDocument": trust}),
        )
    },
    ..PLAIN
};

pub(super) const USER: Backed = Backed {
    takes: 15,
    create: |site, properties| make(site, Kind::User, properties),
    update: |site, name, before, after| settle(site, Kind::User, name, before, after),
    delete: |site, name, properties| unmake(site, Kind::User, name, properties),
    attributes: |world, _, name, _| world.iam.users.get(name).map_or(Json::Null, |it| json!({"Arn": it.arn})),
    seen: |world, _, name| world.iam.users.get(name).map(|it| json!({"UserName": name, "Path": it.path})),
    ..PLAIN
};

pub(super) const GROUP: Backed = Backed {
    takes: 15,
    create: |site, properties| make(site, Kind::Group, properties),
    update: |site, name, before, after| settle(site, Kind::Group, name, before, after),
    delete: |site, name, properties| unmake(site, Kind::Group, name, properties),
    attributes: |world, _, name, _| world.iam.groups.get(name).map_or(Json::Null, |it| json!({"Arn": it.arn})),
    seen: |world, _, name| world.iam.groups.get(name).map(|it| json!({"GroupName": name, "Path": it.path})),
    ..PLAIN
};
