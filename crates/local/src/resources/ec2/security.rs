//! Security groups and their rules.
use serde_json::{Value as Json, json};

use super::super::{Refusal, Site};
use super::{Behavior, NO_TAGS, PLAIN, call, take_away, text};

/// A rule of a template as a permission of the API.
fn permission(rule: &Json) -> Json {
    let mut permission = super::picked(rule, &["IpProtocol", "FromPort", "ToPort"]);
    let described = |kind: &str, value: &Json| json!([{kind: value, "Description": rule.get("Description").cloned().unwrap_or_default()}]);
    let peers = [
        ("CidrIp", "IpRanges", "CidrIp"),
        ("CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        ("SourceSecurityGroupId", "Groups", "GroupId"),
        ("DestinationSecurityGroupId", "Groups", "GroupId"),
        ("SourcePrefixListId", "PrefixListIds", "PrefixListId"),
        ("DestinationPrefixListId", "PrefixListIds", "PrefixListId"),
    ];
    for (from, list, kind) in peers {
        if let Some(peer) = rule.get(from) {
            permission[list] = described(kind, peer);
        }
    }
    permission
}

fn change(site: &mut Site<'_>, verb: &str, direction: &str, group: &str, rules: &[&Json]) -> Result<(), Refusal> {
    if rules.is_empty() {
        return Ok(());
    }
    let permissions: Vec<Json> = rules.iter().map(|rule| permission(rule)).collect();
    let input = json!({"GroupId": group, "IpPermissions": permissions});
    let operation = format!("{verb}SecurityGroup{direction}");
    if verb == "Revoke" { take_away(site, &operation, input) } else { call(site, &operation, input).map(drop) }
}

/// What a new group lets out by itself.
fn everything() -> Json {
    json!([{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}])
}

fn apply(site: &mut Site<'_>, id: &str, before: &Json, after: &Json) -> Result<(), Refusal> {
    for (direction, name) in [("Ingress", "SecurityGroupIngress"), ("Egress", "SecurityGroupEgress")] {
        let none = if direction == "Egress" { everything() } else { json!([]) };
        let rules = |of: &Json| {
            of.get(name)
                .filter(|it| it.as_array().is_some_and(|all| !all.is_empty()))
                .unwrap_or(&none)
                .as_array()
                .cloned()
                .unwrap_or_default()
        };
        let (old, new) = (rules(before), rules(after));
        change(site, "Revoke", direction, id, &old.iter().filter(|it| !new.contains(it)).collect::<Vec<_>>())?;
        change(site, "Authorize", direction, id, &new.iter().filter(|it| !old.contains(it)).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// A group. Its egress rules take the place of the one that EC2 gives it (*AWS::EC2::SecurityGroup*).
pub(super) const GROUP: Behavior = Behavior {
    create: |site, properties| {
        let made_up = format!("{}-{}-{}", site.stack_name, site.logical_id, site.world.letters(12));
        let mut input = super::renamed(properties, &[("GroupDescription", "GroupDescription"), ("VpcId", "VpcId")]);
        input["GroupName"] = properties.get("GroupName").cloned().unwrap_or(json!(made_up));
        let id = text(&call(site, "CreateSecurityGroup", input)?["groupId"]);
        if let Err(refusal) = apply(site, &id, &json!({}), properties) {
            take_away(site, "DeleteSecurityGroup", json!({"GroupId": id}))?;
            return Err(refusal);
        }
        Ok(id)
    },
    update: apply,
    delete: |site, id, _| take_away(site, "DeleteSecurityGroup", json!({"GroupId": id})),
    attributes: |ec2, id, _| {
        let one = &ec2.security_groups.get(id).cloned().unwrap_or_default();
        json!({"GroupId": id, "Id": id, "VpcId": one["vpcId"], "GroupName": one["groupName"]})
    },
    seen: |ec2, id| {
        ec2.security_groups.get(id).map(|it| json!({"GroupDescription": it["groupDescription"], "VpcId": it["vpcId"]}))
    },
    ..PLAIN
};

fn create_rule(site: &mut Site<'_>, direction: &str, properties: &Json) -> Result<String, Refusal> {
    let input = json!({"GroupId": properties["GroupId"], "IpPermissions": [permission(properties)]});
    let made = call(site, &format!("AuthorizeSecurityGroup{direction}"), input)?;
    Ok(text(&made["securityGroupRuleSet"][0]["securityGroupRuleId"]))
}

fn delete_rule(site: &mut Site<'_>, direction: &str, id: &str, properties: &Json) -> Result<(), Refusal> {
    let input = json!({"GroupId": properties["GroupId"], "SecurityGroupRuleId": [id]});
    take_away(site, &format!("RevokeSecurityGroup{direction}"), input)
}

const RULE: Behavior = Behavior {
    update: |site, id, _, after| {
        if let Some(rule) = site.world.region(&site.region).ec2.rules.get_mut(id) {
            rule["description"] = after.get("Description").cloned().unwrap_or_default();
        }
        Ok(())
    },
    attributes: |_, id, _| json!({"Id": id}),
    seen: |ec2, id| ec2.rules.get(id).map(|it| json!({"GroupId": it["groupId"], "IpProtocol": it["ipProtocol"]})),
    tagged: NO_TAGS,
    ..PLAIN
};

pub(super) const INGRESS: Behavior = Behavior {
    create: |site, properties| create_rule(site, "Ingress", properties),
    delete: |site, id, properties| delete_rule(site, "Ingress", id, properties),
    ..RULE
};

pub(super) const EGRESS: Behavior = Behavior {
    create: |site, properties| create_rule(site, "Egress", properties),
    delete: |site, id, properties| delete_rule(site, "Egress", id, properties),
    ..RULE
};
