//! The resource types of IAM.
use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::backed::{Backed, PLAIN, call as call_of, free, name, picked, take_away as take_away_of, texts};
use super::handler::failed;
use super::{Refusal, Site};
use crate::iam::{Holder, Kind};
use crate::wire::Service;

pub(super) fn provider(type_name: &str) -> Option<&'static Backed> {
    Some(match type_name.strip_prefix("AWS::IAM::")? {
        "Role" => &ROLE,
        "User" => &USER,
        "Group" => &GROUP,
        "InstanceProfile" => &PROFILE,
        "ManagedPolicy" => &MANAGED,
        "Policy" => &POLICY,
        "RolePolicy" => &ROLE_POLICY,
        "UserPolicy" => &USER_POLICY,
        "GroupPolicy" => &GROUP_POLICY,
        "UserToGroupAddition" => &ADDITION,
        "AccessKey" => &KEY,
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

fn tags(site: &Site<'_>, properties: &Json) -> Json {
    let own = properties["Tags"].as_array().cloned().unwrap_or_default();
    let stack = site.stack_tags.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
    stack.chain(own).collect()
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
        groups(site, name, &texts(&before["Groups"]), &texts(&after["Groups"]))?;
    }
    Ok(())
}

fn groups(site: &mut Site<'_>, user: &str, before: &[String], after: &[String]) -> Result<(), Refusal> {
    for group in before.iter().filter(|it| !after.contains(it)) {
        take_away(site, "RemoveUserFromGroup", json!({"UserName": user, "GroupName": group}))?;
    }
    for group in after {
        call(site, "AddUserToGroup", json!({"UserName": user, "GroupName": group}))?;
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

const ROLE: Backed = Backed {
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

const USER: Backed = Backed {
    takes: 15,
    create: |site, properties| make(site, Kind::User, properties),
    update: |site, name, before, after| settle(site, Kind::User, name, before, after),
    delete: |site, name, properties| unmake(site, Kind::User, name, properties),
    attributes: |world, _, name, _| world.iam.users.get(name).map_or(Json::Null, |it| json!({"Arn": it.arn})),
    seen: |world, _, name| world.iam.users.get(name).map(|it| json!({"UserName": name, "Path": it.path})),
    ..PLAIN
};

const GROUP: Backed = Backed {
    takes: 15,
    create: |site, properties| make(site, Kind::Group, properties),
    update: |site, name, before, after| settle(site, Kind::Group, name, before, after),
    delete: |site, name, properties| unmake(site, Kind::Group, name, properties),
    attributes: |world, _, name, _| world.iam.groups.get(name).map_or(Json::Null, |it| json!({"Arn": it.arn})),
    seen: |world, _, name| world.iam.groups.get(name).map(|it| json!({"GroupName": name, "Path": it.path})),
    ..PLAIN
};

/// An instance profile takes two minutes in AWS, so that it is known everywhere.
const PROFILE: Backed = Backed {
    takes: 120,
    create: |site, properties| {
        let made = name(site, properties, "InstanceProfileName")?;
        let mut input = picked(properties, &["Path"]);
        input["InstanceProfileName"] = json!(made);
        call(site, "CreateInstanceProfile", input)?;
        for role in texts(&properties["Roles"]) {
            let added = call(site, "AddRoleToInstanceProfile", json!({"InstanceProfileName": made, "RoleName": role}));
            if let Err(refusal) = added {
                site.world.iam.profiles.shift_remove(&made);
                return Err(refusal);
            }
        }
        Ok(made)
    },
    update: |site, name, before, after| {
        let input = |role: String| json!({"InstanceProfileName": name, "RoleName": role});
        let (old, new) = (texts(&before["Roles"]), texts(&after["Roles"]));
        for role in old.iter().filter(|it| !new.contains(it)) {
            take_away(site, "RemoveRoleFromInstanceProfile", input(role.clone()))?;
        }
        for role in new.into_iter().filter(|it| !old.contains(it)) {
            call(site, "AddRoleToInstanceProfile", input(role))?;
        }
        Ok(())
    },
    delete: |site, name, properties| {
        for role in texts(&properties["Roles"]) {
            let input = json!({"InstanceProfileName": name, "RoleName": role});
            take_away(site, "RemoveRoleFromInstanceProfile", input)?;
        }
        take_away(site, "DeleteInstanceProfile", json!({"InstanceProfileName": name}))
    },
    attributes: |world, _, name, _| world.iam.profiles.get(name).map_or(Json::Null, |it| json!({"Arn": it.arn})),
    seen: |world, _, name| {
        let profile = world.iam.profiles.get(name)?;
        Some(
            json!({"InstanceProfileName": name, "Path": profile.path, "Roles": profile.role.iter().collect::<Vec<_>>()}),
        )
    },
    ..PLAIN
};

/// The holders that a policy names, by kind.
fn holders(properties: &Json) -> Vec<(Kind, String)> {
    let kinds = [(Kind::Role, "Roles"), (Kind::User, "Users"), (Kind::Group, "Groups")];
    kinds.iter().flat_map(|(kind, list)| texts(&properties[*list]).into_iter().map(|it| (*kind, it))).collect()
}

fn attach(site: &mut Site<'_>, arn: &str, before: &Json, after: &Json) -> Result<(), Refusal> {
    let (old, new) = (holders(before), holders(after));
    for (kind, name) in old.iter().filter(|it| !new.contains(it)) {
        let input = named(*kind, name, json!({"PolicyArn": arn}));
        take_away(site, &format!("Detach{}Policy", word(*kind)), input)?;
    }
    for (kind, name) in new.iter().filter(|it| !old.contains(it)) {
        call(site, &format!("Attach{}Policy", word(*kind)), named(*kind, name, json!({"PolicyArn": arn})))?;
    }
    Ok(())
}

const MANAGED: Backed = Backed {
    takes: 15,
    create: |site, properties| {
        let made = name(site, properties, "ManagedPolicyName")?;
        let mut input = picked(properties, &["Path", "Description"]);
        input["PolicyName"] = json!(made);
        input["PolicyDocument"] = document(&properties["PolicyDocument"]);
        let path = properties["Path"].as_str().unwrap_or("/");
        free(site, &format!("arn:aws:iam::{}:policy{path}{made}", site.world.account))?;
        let arn = call(site, "CreatePolicy", input)?["Policy"]["Arn"].as_str().unwrap_or_default().to_owned();
        if let Err(refusal) = attach(site, &arn, &json!({}), properties) {
            attach(site, &arn, properties, &json!({}))?;
            site.world.iam.policies.shift_remove(&arn);
            return Err(refusal);
        }
        Ok(arn)
    },
    update: |site, arn, before, after| {
        if before["PolicyDocument"] != after["PolicyDocument"] {
            // The handler keeps the version in force and the new one.
            if let Some(policy) = site.world.iam.policies.get_mut(arn) {
                let default = policy.default;
                policy.versions.retain(|number, _| *number == default);
            }
            let text = document(&after["PolicyDocument"]);
            call(site, "CreatePolicyVersion", json!({"PolicyArn": arn, "PolicyDocument": text, "SetAsDefault": true}))?;
        }
        attach(site, arn, before, after)
    },
    delete: |site, arn, properties| {
        attach(site, arn, properties, &json!({}))?;
        if let Some(policy) = site.world.iam.policies.get_mut(arn) {
            let default = policy.default;
            policy.versions.retain(|number, _| *number == default);
        }
        take_away(site, "DeletePolicy", json!({"PolicyArn": arn}))
    },
    attributes: |world, _, arn, _| {
        let Some(policy) = world.iam.policies.get(arn) else { return Json::Null };
        json!({
            "PolicyArn": arn, "PolicyId": policy.id, "DefaultVersionId": format!("v{}", policy.default), "IsAttachable": true,
            "AttachmentCount": world.iam.attachments(arn), "PermissionsBoundaryUsageCount": 0,
            "CreateDate": format!("{:.0}", policy.created), "UpdateDate": format!("{:.0}", policy.created),
        })
    },
    seen: |world, _, arn| world.iam.policies.get(arn).map(|it| json!({"ManagedPolicyName": it.name, "Path": it.path})),
    ..PLAIN
};

/// Puts a policy into all that it names, and takes it out of those that it no longer names.
fn spread(site: &mut Site<'_>, before: &Json, after: &Json) -> Result<(), Refusal> {
    let is_same_name = before["PolicyName"] == after["PolicyName"];
    let (old, new) = (holders(before), holders(after));
    for (kind, name) in &new {
        let input = json!({"PolicyName": after["PolicyName"], "PolicyDocument": document(&after["PolicyDocument"])});
        call(site, &format!("Put{}Policy", word(*kind)), named(*kind, name, input))?;
    }
    for (kind, name) in old.iter().filter(|it| !is_same_name || !new.contains(it)) {
        let input = named(*kind, name, picked(before, &["PolicyName"]));
        take_away(site, &format!("Delete{}Policy", word(*kind)), input)?;
    }
    Ok(())
}

/// `Ref` of it is a name that is made up, not the name of the policy. Source: *Return values* in its reference.
const POLICY: Backed = Backed {
    takes: 15,
    create: |site, properties| {
        if holders(properties).is_empty() {
            return Err(failed(site, "At least one of [Groups,Roles,Users] must be non-empty.", "InvalidRequest"));
        }
        let made = super::generic::naming::made_up(site, None);
        if let Err(refusal) = spread(site, &json!({}), properties) {
            spread(site, properties, &json!({}))?;
            return Err(refusal);
        }
        Ok(made)
    },
    update: |site, _, before, after| spread(site, before, after),
    delete: |site, _, properties| spread(site, properties, &json!({})),
    attributes: |_, _, id, _| json!({"Id": id}),
    seen: |world, region, id| {
        let thing = world.regions.get(region)?.others.get("AWS::IAM::Policy")?.get(id)?;
        let name = thing.properties["PolicyName"].as_str()?;
        let iam = &world.iam;
        let all = iam.roles.values().chain(iam.users.values()).chain(iam.groups.values());
        all.clone().any(|it| it.inline.contains_key(name)).then(|| json!({}))
    },
    ..PLAIN
};

fn inline(kind: Kind, site: &mut Site<'_>, properties: &Json) -> Result<String, Refusal> {
    let holder = properties[format!("{}Name", word(kind))].as_str().unwrap_or_default().to_owned();
    let name = properties["PolicyName"].as_str().unwrap_or_default().to_owned();
    let input = json!({"PolicyName": name, "PolicyDocument": document(&properties["PolicyDocument"])});
    call(site, &format!("Put{}Policy", word(kind)), named(kind, &holder, input))?;
    Ok(format!("{name}|{holder}"))
}

fn uninline(kind: Kind, site: &mut Site<'_>, id: &str) -> Result<(), Refusal> {
    let (name, holder) = id.split_once('|').unwrap_or((id, ""));
    take_away(site, &format!("Delete{}Policy", word(kind)), named(kind, holder, json!({"PolicyName": name})))
}

fn seen_inline(holders: &IndexMap<String, Holder>, id: &str) -> Option<Json> {
    let (name, holder) = id.split_once('|')?;
    holders.get(holder)?.inline.get(name).map(|_| json!({}))
}

const ROLE_POLICY: Backed = Backed {
    create: |site, properties| inline(Kind::Role, site, properties),
    update: |site, _, _, after| inline(Kind::Role, site, after).map(drop),
    delete: |site, id, _| uninline(Kind::Role, site, id),
    seen: |world, _, id| seen_inline(&world.iam.roles, id),
    ..PLAIN
};

const USER_POLICY: Backed = Backed {
    create: |site, properties| inline(Kind::User, site, properties),
    update: |site, _, _, after| inline(Kind::User, site, after).map(drop),
    delete: |site, id, _| uninline(Kind::User, site, id),
    seen: |world, _, id| seen_inline(&world.iam.users, id),
    ..PLAIN
};

const GROUP_POLICY: Backed = Backed {
    create: |site, properties| inline(Kind::Group, site, properties),
    update: |site, _, _, after| inline(Kind::Group, site, after).map(drop),
    delete: |site, id, _| uninline(Kind::Group, site, id),
    seen: |world, _, id| seen_inline(&world.iam.groups, id),
    ..PLAIN
};

fn members(site: &mut Site<'_>, before: &Json, after: &Json) -> Result<(), Refusal> {
    let (old, new) = (texts(&before["Users"]), texts(&after["Users"]));
    for user in new.iter().filter(|it| !old.contains(it)) {
        call(site, "AddUserToGroup", json!({"UserName": user, "GroupName": after["GroupName"]}))?;
    }
    for user in old.iter().filter(|it| !new.contains(it)) {
        take_away(site, "RemoveUserFromGroup", json!({"UserName": user, "GroupName": before["GroupName"]}))?;
    }
    Ok(())
}

const ADDITION: Backed = Backed {
    create: |site, properties| {
        members(site, &json!({}), properties)?;
        Ok(super::generic::naming::made_up(site, None))
    },
    update: |site, _, before, after| members(site, before, after),
    delete: |site, _, properties| members(site, properties, &json!({})),
    attributes: |_, _, id, _| json!({"Id": id}),
    seen: |world, region, id| {
        world.regions.get(region)?.others.get("AWS::IAM::UserToGroupAddition")?.get(id).map(|_| json!({}))
    },
    ..PLAIN
};

/// The secret is an attribute only: it is kept nowhere but in the stack.
const KEY: Backed = Backed {
    create: |site, properties| {
        let made = call(site, "CreateAccessKey", json!({"UserName": properties["UserName"]}))?;
        Ok(made["AccessKey"]["AccessKeyId"].as_str().unwrap_or_default().to_owned())
    },
    delete: |site, id, properties| {
        take_away(site, "DeleteAccessKey", json!({"UserName": properties["UserName"], "AccessKeyId": id}))
    },
    attributes: |_, _, id, _| json!({"Id": id, "SecretAccessKey": format!("local/secret/of/{id}")}),
    seen: |world, _, id| {
        world.iam.users.values().find(|it| it.keys.iter().any(|key| key == id)).map(|it| json!({"UserName": it.name}))
    },
    ..PLAIN
};
