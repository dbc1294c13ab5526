//! Subnets: where they lie in their VPC, and how many addresses are free in them.
use serde_json::{Value as Json, json};

use super::{done, of, with_tags};
use crate::ec2::error::{depended_on, invalid, missing};
use crate::ec2::shown::{Kind, shown, tags_for};
use crate::ec2::{Answer, Input, Place, catalogue, cidr};
use crate::wire::ApiError;

pub(in crate::ec2) fn enter(at: &mut Place<'_>, id: &str, vpc: &str, block: &str, zone: &str, is_default: bool) {
    let owner = at.account();
    let arn = format!("arn:aws:ec2:{}:{owner}:subnet/{id}", at.region);
    at.ec2().subnets.insert(id.to_owned(), json!({
        "subnetId": id, "subnetArn": arn, "vpcId": vpc, "ownerId": owner, "state": "available", "cidrBlock": block, "availabilityZone": zone,
        "availabilityZoneId": catalogue::zone_id(zone), "availableIpAddressCount": cidr::size(block), "defaultForAz": is_default,
        "mapPublicIpOnLaunch": is_default, "assignIpv6AddressOnCreation": false, "ipv6CidrBlockAssociationSet": [],
    }));
}

/// `CreateSubnet`.
pub(in crate::ec2) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (vpc, block) = (input.required("VpcId")?, input.required("CidrBlock")?);
    let zones = catalogue::zones(at.region);
    let zone = input.text("AvailabilityZone").unwrap_or_else(|| zones[0].clone());
    let ec2 = at.ec2();
    let outer = of(&mut ec2.vpcs, &vpc)?["cidrBlock"].as_str().unwrap_or_default().to_owned();
    if !zones.contains(&zone) {
        let text = format!(
            "Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: {}.",
            zones.join(", ")
        );
        return Err(invalid(text));
    }
    if !cidr::contains(&outer, &block) {
        return Err(ApiError::new("InvalidSubnet.Range", format!("The CIDR '{block}' is invalid.")));
    }
    let same =
        |it: &Json| it["vpcId"] == json!(vpc) && cidr::overlap(&block, it["cidrBlock"].as_str().unwrap_or_default());
    if ec2.subnets.values().any(same) {
        return Err(ApiError::new(
            "InvalidSubnet.Conflict",
            format!("The CIDR '{block}' conflicts with another subnet"),
        ));
    }
    let id = at.world.id("subnet");
    enter(at, &id, &vpc, &block, &zone, false);
    let ec2 = at.ec2();
    ec2.tag(&id, tags_for(input, "subnet"));
    Ok(json!({"subnet": with_tags(ec2, &id, &ec2.subnets[&id])}))
}

/// `ModifySubnetAttribute`.
pub(in crate::ec2) fn modify(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let subnet = input.required("SubnetId")?;
    let subnet = of(&mut at.ec2().subnets, &subnet)?;
    if let Some(flag) = input.value("MapPublicIpOnLaunch") {
        subnet["mapPublicIpOnLaunch"] = json!(flag == "true");
    }
    done()
}

/// `DeleteSubnet`.
pub(in crate::ec2) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("SubnetId")?;
    let ec2 = at.ec2();
    of(&mut ec2.subnets, &id)?;
    if ec2.interfaces.values().any(|it| it.subnet == id) {
        return Err(depended_on("subnet", &id));
    }
    ec2.subnets.shift_remove(&id);
    ec2.tags.remove(&id);
    for table in ec2.route_tables.values_mut() {
        if let Some(all) = table["associationSet"].as_array_mut() {
            all.retain(|it| it["subnetId"] != json!(id));
        }
    }
    done()
}

const SUBNETS: Kind = Kind {
    set: "subnetSet",
    id: "subnetId",
    ids: "SubnetId",
    missing,
    filters: &[
        ("availability-zone", "availabilityZone"),
        ("availability-zone-id", "availabilityZoneId"),
        ("cidr-block", "cidrBlock"),
        ("default-for-az", "defaultForAz"),
        ("defaultForAz", "defaultForAz"),
        ("map-public-ip-on-launch", "mapPublicIpOnLaunch"),
        ("state", "state"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

/// `DescribeSubnets`.
pub(in crate::ec2) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    let mut all = ec2.tagged(&ec2.subnets);
    for subnet in &mut all {
        let used = ec2.interfaces.values().filter(|it| subnet["subnetId"] == json!(it.subnet)).count();
        let free = cidr::size(subnet["cidrBlock"].as_str().unwrap_or_default()) - i64::try_from(used).unwrap_or(0);
        subnet["availableIpAddressCount"] = json!(free);
    }
    shown(SUBNETS, all, input)
}
