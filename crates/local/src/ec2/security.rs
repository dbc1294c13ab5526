//! Security groups and their rules.
use serde_json::{Value as Json, json};

use super::error::{depended_on, invalid, missing};
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place};
use crate::wire::ApiError;

/// Groups as instances and interfaces show them.
pub(super) fn group_set(ec2: &Ec2, groups: &[String]) -> Json {
    groups
        .iter()
        .map(|id| json!({"groupId": id, "groupName": ec2.security_groups.get(id).map(|it| it["groupName"].clone())}))
        .collect()
}

/// The group that a network is made with.
pub(super) fn default_group(ec2: &Ec2, vpc: &str) -> Option<String> {
    let is_default = |it: &Json| it["vpcId"] == json!(vpc) && it["groupName"] == json!("default");
    ec2.security_groups.iter().find(|(_, it)| is_default(it)).map(|(id, _)| id.clone())
}

pub(super) fn enter(at: &mut Place<'_>, id: &str, name: &str, description: &str, vpc: &str) {
    let owner = at.account();
    let arn = format!("arn:aws:ec2:{}:{owner}:security-group/{id}", at.region);
    let group = json!({"groupId": id, "groupName": name, "groupDescription": description, "vpcId": vpc, "ownerId": owner, "securityGroupArn": arn});
    at.ec2().security_groups.insert(id.to_owned(), group);
}

/// A new group lets everything out. Source: *Security group rules* in the EC2 User Guide.
pub(super) fn let_out(at: &mut Place<'_>, id: &str) {
    let everything = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
    enter_rules(at, id, true, Input(&everything));
}

pub(super) fn remove(ec2: &mut Ec2, id: &str) {
    ec2.security_groups.shift_remove(id);
    ec2.rules.retain(|_, rule| rule["groupId"] != json!(id));
    ec2.tags.remove(id);
}

/// `CreateSecurityGroup`.
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (name, description) = (input.required("GroupName")?, input.required("GroupDescription")?);
    let ec2 = at.ec2();
    let of_default = || ec2.vpcs.iter().find(|(_, it)| it["isDefault"] == json!(true)).map(|(id, _)| id.clone());
    let vpc = input.text("VpcId").or_else(of_default).unwrap_or_default();
    if !ec2.vpcs.contains_key(&vpc) {
        return Err(missing(&vpc));
    }
    if ec2.security_groups.values().any(|it| it["vpcId"] == json!(vpc) && it["groupName"] == json!(name)) {
        let text = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(ApiError::new("InvalidGroup.Duplicate", text));
    }
    let id = at.world.id("sg");
    enter(at, &id, &name, &description, &vpc);
    let_out(at, &id);
    at.ec2().tag(&id, tags_for(input, "security-group"));
    let ec2 = at.ec2();
    Ok(
        json!({"return": true, "groupId": id, "securityGroupArn": ec2.security_groups[&id]["securityGroupArn"], "tagSet": ec2.tag_set(&id)}),
    )
}

/// `DeleteSecurityGroup`: not while an interface has it or a rule of another group names it.
pub(super) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("GroupId")?;
    let ec2 = at.ec2();
    let group = ec2.security_groups.get(&id).ok_or_else(|| missing(&id))?;
    if group["groupName"] == json!("default") {
        return Err(ApiError::new(
            "CannotDelete",
            format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user"),
        ));
    }
    let named = |rule: &Json| rule["groupId"] != json!(id) && rule["referencedGroupInfo"]["groupId"] == json!(id);
    if ec2.interfaces.values().any(|it| it.groups.contains(&id)) || ec2.rules.values().any(named) {
        return Err(depended_on("resource", &id));
    }
    remove(ec2, &id);
    Ok(json!({"return": true, "groupId": id}))
}

/// The rules that one permission stands for: one for each range, list or group.
fn rules(account: &str, group: &str, is_egress: bool, permission: Input<'_>) -> Vec<Json> {
    let protocol = permission.text("IpProtocol").unwrap_or_else(|| "-1".to_owned());
    let port = |name: &str| if protocol == "-1" { -1 } else { permission.number(name).unwrap_or(-1) };
    let rule = |kind: &str, value: Json, from: Input<'_>| {
        json!({
            "groupId": group, "groupOwnerId": account, "isEgress": is_egress, "ipProtocol": protocol, "fromPort": port("FromPort"),
            "toPort": port("ToPort"), kind: value, "description": from.text("Description"),
        })
    };
    let ranged = |list: &str, given: &str, kind: &str| -> Vec<Json> {
        permission.list(list).filter_map(|it| Some(rule(kind, json!(it.text(given)?), it))).collect()
    };
    let mut all = ranged("IpRanges", "CidrIp", "cidrIpv4");
    all.extend(ranged("Ipv6Ranges", "CidrIpv6", "cidrIpv6"));
    all.extend(ranged("PrefixListIds", "PrefixListId", "prefixListId"));
    let other = |it: Input<'_>| {
        Some(rule("referencedGroupInfo", json!({"groupId": it.text("GroupId")?, "userId": account}), it))
    };
    all.extend(permission.list("Groups").filter_map(other));
    if let Some(block) = permission.text("CidrIp") {
        all.push(rule("cidrIpv4", json!(block), permission));
    }
    all
}

/// Enters the rules of one permission, without a look at others.
pub(super) fn enter_rules(at: &mut Place<'_>, group: &str, is_egress: bool, permission: Input<'_>) -> Vec<String> {
    let account = at.account();
    let mut ids = Vec::new();
    for mut rule in rules(&account, group, is_egress, permission) {
        let id = at.world.id("sgr");
        rule["securityGroupRuleId"] = json!(id);
        rule["securityGroupRuleArn"] = json!(format!("arn:aws:ec2:{}:{account}:security-group-rule/{id}", at.region));
        at.ec2().rules.insert(id.clone(), rule);
        ids.push(id);
    }
    ids
}

const SAME: [&str; 8] =
    ["groupId", "isEgress", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6", "prefixListId"];

fn same(one: &Json, other: &Json) -> bool {
    SAME.iter().all(|name| one.get(name) == other.get(name))
        && one["referencedGroupInfo"]["groupId"] == other["referencedGroupInfo"]["groupId"]
}

fn permissions(input: Input<'_>) -> Vec<Input<'_>> {
    let all: Vec<Input<'_>> = input.list("IpPermissions").collect();
    if all.is_empty() && input.text("IpProtocol").is_some() { vec![input] } else { all }
}

fn authorize(at: &mut Place<'_>, input: Input<'_>, is_egress: bool) -> Answer {
    let (group, account) = (input.required("GroupId")?, at.account());
    let ec2 = at.ec2();
    if !ec2.security_groups.contains_key(&group) {
        return Err(missing(&group));
    }
    for rule in permissions(input).into_iter().flat_map(|it| rules(&account, &group, is_egress, it)) {
        if ec2.rules.values().any(|other| same(&rule, other)) {
            return Err(ApiError::new("InvalidPermission.Duplicate", duplicate(&rule)));
        }
        if let Some(other) =
            rule["referencedGroupInfo"]["groupId"].as_str().filter(|other| !ec2.security_groups.contains_key(*other))
        {
            return Err(missing(other));
        }
        if let Some(block) = rule["cidrIpv4"].as_str().filter(|block| super::cidr::range(block).is_none()) {
            return Err(invalid(format!("CIDR block {block} is malformed")));
        }
    }
    let ids: Vec<String> =
        permissions(input).into_iter().flat_map(|it| enter_rules(at, &group, is_egress, it)).collect();
    let tags = tags_for(input, "security-group-rule");
    let ec2 = at.ec2();
    ids.iter().for_each(|id| ec2.tag(id, tags.clone()));
    let made: Vec<Json> = ids.iter().map(|id| ec2.rules[id].clone()).collect();
    Ok(json!({"return": true, "securityGroupRuleSet": made}))
}

/// The text that users quote: `the specified rule "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW" already exists`.
fn duplicate(rule: &Json) -> String {
    let peer = [&rule["cidrIpv4"], &rule["cidrIpv6"], &rule["prefixListId"], &rule["referencedGroupInfo"]["groupId"]];
    let peer = peer.iter().find_map(|it| it.as_str()).unwrap_or_default();
    let ports = match rule["ipProtocol"].as_str().unwrap_or_default() {
        "-1" => "ALL".to_owned(),
        protocol => {
            format!("{}, from port: {}, to port: {}", protocol.to_uppercase(), rule["fromPort"], rule["toPort"])
        }
    };
    format!("the specified rule \"peer: {peer}, {ports}, ALLOW\" already exists")
}

/// `AuthorizeSecurityGroupIngress`.
pub(super) fn authorize_ingress(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    authorize(at, input, false)
}

/// `AuthorizeSecurityGroupEgress`.
pub(super) fn authorize_egress(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    authorize(at, input, true)
}

fn revoke(at: &mut Place<'_>, input: Input<'_>, is_egress: bool) -> Answer {
    let (group, account) = (input.required("GroupId")?, at.account());
    let mut gone = input.texts("SecurityGroupRuleId");
    let ec2 = at.ec2();
    for rule in permissions(input).into_iter().flat_map(|it| rules(&account, &group, is_egress, it)) {
        let found = ec2.rules.iter().find(|(_, other)| same(&rule, other));
        let unknown =
            || ApiError::new("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
        gone.push(found.map(|(id, _)| id.clone()).ok_or_else(unknown)?);
    }
    for id in &gone {
        ec2.rules.shift_remove(id).ok_or_else(|| missing(id))?;
        ec2.tags.remove(id);
    }
    Ok(json!({"return": true}))
}

/// `RevokeSecurityGroupIngress`.
pub(super) fn revoke_ingress(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    revoke(at, input, false)
}

/// `RevokeSecurityGroupEgress`.
pub(super) fn revoke_egress(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    revoke(at, input, true)
}

/// The rules of a group as one permission for each protocol and range of ports.
fn permissions_of(ec2: &Ec2, group: &str, is_egress: bool) -> Vec<Json> {
    let mut all: Vec<Json> = Vec::new();
    for rule in ec2.rules.values().filter(|it| it["groupId"] == json!(group) && it["isEgress"] == json!(is_egress)) {
        let ports = if rule["ipProtocol"] == json!("-1") {
            [Json::Null, Json::Null]
        } else {
            [rule["fromPort"].clone(), rule["toPort"].clone()]
        };
        let fits = |it: &Json| {
            it["ipProtocol"] == rule["ipProtocol"] && [&it["fromPort"], &it["toPort"]] == [&ports[0], &ports[1]]
        };
        let index = all.iter().position(fits).unwrap_or_else(|| {
            let [from, to] = &ports;
            all.push(json!({"ipProtocol": rule["ipProtocol"], "fromPort": from, "toPort": to, "groups": [], "ipRanges": [], "ipv6Ranges": [], "prefixListIds": []}));
            all.len() - 1
        });
        let described = |kind: &str, value: &Json| json!({kind: value, "description": rule["description"]});
        let (list, entry) = if !rule["cidrIpv4"].is_null() {
            ("ipRanges", described("cidrIp", &rule["cidrIpv4"]))
        } else if !rule["cidrIpv6"].is_null() {
            ("ipv6Ranges", described("cidrIpv6", &rule["cidrIpv6"]))
        } else if !rule["prefixListId"].is_null() {
            ("prefixListIds", described("prefixListId", &rule["prefixListId"]))
        } else {
            let info = &rule["referencedGroupInfo"];
            (
                "groups",
                json!({"groupId": info["groupId"], "userId": info["userId"], "description": rule["description"]}),
            )
        };
        all[index][list].as_array_mut().expect("a list").push(entry);
    }
    all
}

const GROUPS: Kind = Kind {
    set: "securityGroupInfo",
    id: "groupId",
    ids: "GroupId",
    missing,
    filters: &[
        ("description", "groupDescription"),
        ("group-id", "groupId"),
        ("group-name", "groupName"),
        ("ip-permission.cidr", "ipPermissions/ipRanges/cidrIp"),
        ("ip-permission.from-port", "ipPermissions/fromPort"),
        ("ip-permission.group-id", "ipPermissions/groups/groupId"),
        ("ip-permission.to-port", "ipPermissions/toPort"),
        ("owner-id", "ownerId"),
        ("vpc-id", "vpcId"),
    ],
};

/// `DescribeSecurityGroups`.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let names = input.texts("GroupName");
    let ec2 = at.ec2();
    let mut all = ec2.tagged(&ec2.security_groups);
    all.retain(|it| names.is_empty() || names.iter().any(|name| it["groupName"] == json!(name)));
    for group in &mut all {
        let id = group["groupId"].as_str().unwrap_or_default().to_owned();
        group["ipPermissions"] = json!(permissions_of(ec2, &id, false));
        group["ipPermissionsEgress"] = json!(permissions_of(ec2, &id, true));
    }
    shown(GROUPS, all, input)
}

const RULES: Kind = Kind {
    set: "securityGroupRuleSet",
    id: "securityGroupRuleId",
    ids: "SecurityGroupRuleId",
    missing,
    filters: &[("group-id", "groupId"), ("security-group-rule-id", "securityGroupRuleId")],
};

/// `DescribeSecurityGroupRules`.
pub(super) fn describe_rules(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(RULES, ec2.tagged(&ec2.rules), input)
}
