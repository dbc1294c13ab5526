//! VPCs: what each is made with, and what must have gone before it goes.
use serde_json::{Value as Json, json};

use super::{done, of, table, with_tags};
use crate::ec2::error::{depended_on, invalid, missing};
use crate::ec2::shown::{Kind, shown, tags_for};
use crate::ec2::{Answer, Input, Place, cidr, furnish::fixed, security};
use crate::wire::ApiError;

pub(in crate::ec2) fn enter(at: &mut Place<'_>, id: &str, block: &str, is_default: bool) {
    let (owner, region) = (at.account(), at.region);
    let made = |prefix: &str, at: &mut Place<'_>| {
        if is_default { fixed(prefix, region, "default") } else { at.world.id(prefix) }
    };
    let (table, association, acl) = (made("rtb", at), made("rtbassoc", at), made("acl", at));
    let ec2 = at.ec2();
    ec2.vpcs.insert(id.to_owned(), json!({
        "vpcId": id, "ownerId": owner, "state": "available", "cidrBlock": block, "dhcpOptionsId": "default", "instanceTenancy": "default",
        "isDefault": is_default, "defaultNetworkAcl": acl,
        "cidrBlockAssociationSet": [{"cidrBlock": block, "associationId": format!("vpc-cidr-assoc-{}", &id[4..]), "cidrBlockState": {"state": "associated"}}],
        "enableDnsSupport": true, "enableDnsHostnames": is_default,
    }));
    let main = json!([{"routeTableAssociationId": association, "routeTableId": table, "main": true, "associationState": {"state": "associated"}}]);
    table::enter(ec2, &table, id, block, &owner, &main);
    let group = made("sg", at);
    security::enter(at, &group, "default", "default VPC security group", id);
    security::let_out(at, &group);
    let among = json!({"IpProtocol": "-1", "Groups": [{"GroupId": group}]});
    security::enter_rules(at, &group, false, Input(&among));
}

/// `CreateVpc`.
pub(in crate::ec2) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let block = input.required("CidrBlock")?;
    let bits: u32 = block.split('/').nth(1).and_then(|bits| bits.parse().ok()).unwrap_or(0);
    if cidr::range(&block).is_none() {
        return Err(invalid(format!(
            "Value ({block}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        )));
    }
    if !(16..=28).contains(&bits) {
        return Err(ApiError::new("InvalidVpc.Range", format!("The CIDR '{block}' is invalid.")));
    }
    let id = at.world.id("vpc");
    enter(at, &id, &block, false);
    let ec2 = at.ec2();
    ec2.tag(&id, tags_for(input, "vpc"));
    Ok(json!({"vpc": with_tags(ec2, &id, &ec2.vpcs[&id])}))
}

/// `ModifyVpcAttribute`.
pub(in crate::ec2) fn modify(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let vpc = input.required("VpcId")?;
    let vpc = of(&mut at.ec2().vpcs, &vpc)?;
    for (given, kept) in [("EnableDnsSupport", "enableDnsSupport"), ("EnableDnsHostnames", "enableDnsHostnames")] {
        if let Some(flag) = input.value(given) {
            vpc[kept] = json!(flag == "true");
        }
    }
    done()
}

/// `DescribeVpcAttribute`.
pub(in crate::ec2) fn attribute(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, name) = (input.required("VpcId")?, input.required("Attribute")?);
    let value = of(&mut at.ec2().vpcs, &id)?[&name].clone();
    Ok(json!({"vpcId": id, name: {"value": value}}))
}

/// `DeleteVpc`: what it was made with goes with it, all else must have gone before.
pub(in crate::ec2) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("VpcId")?;
    let ec2 = at.ec2();
    of(&mut ec2.vpcs, &id)?;
    let mine = |thing: &Json| thing["vpcId"] == json!(id);
    let is_used = ec2.subnets.values().any(mine)
        || ec2.internet_gateways.values().any(|it| it["attachmentSet"][0]["vpcId"] == json!(id))
        || ec2.endpoints.values().any(mine)
        || ec2.route_tables.values().any(|it| mine(it) && it["associationSet"][0]["main"] != json!(true))
        || ec2.security_groups.values().any(|it| mine(it) && it["groupName"] != json!("default"));
    if is_used {
        return Err(depended_on("vpc", &id));
    }
    ec2.vpcs.shift_remove(&id);
    ec2.route_tables.retain(|_, it| it["vpcId"] != json!(id));
    let groups: Vec<String> =
        ec2.security_groups.iter().filter(|(_, it)| it["vpcId"] == json!(id)).map(|(id, _)| id.clone()).collect();
    groups.iter().for_each(|group| security::remove(ec2, group));
    ec2.tags.remove(&id);
    done()
}

const VPCS: Kind = Kind {
    set: "vpcSet",
    id: "vpcId",
    ids: "VpcId",
    missing,
    filters: &[
        ("cidr", "cidrBlock"),
        ("cidr-block", "cidrBlock"),
        ("is-default", "isDefault"),
        ("isDefault", "isDefault"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("vpc-id", "vpcId"),
    ],
};

/// `DescribeVpcs`.
pub(in crate::ec2) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(VPCS, ec2.tagged(&ec2.vpcs), input)
}
