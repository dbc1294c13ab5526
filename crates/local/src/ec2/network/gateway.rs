//! Internet gateways, of which a VPC has one at most.
use serde_json::{Value as Json, json};

use super::{done, of, with_tags};
use crate::ec2::error::{depended_on, invalid, missing};
use crate::ec2::shown::{Kind, shown, tags_for};
use crate::ec2::{Answer, Input, Place};
use crate::wire::ApiError;

/// Puts one there, attached to a VPC or to none.
pub(in crate::ec2) fn enter(at: &mut Place<'_>, id: &str, vpc: Option<&str>) {
    let owner = at.account();
    let attached: Vec<Json> = vpc.into_iter().map(attachment).collect();
    let gateway = json!({"internetGatewayId": id, "attachmentSet": attached, "ownerId": owner});
    at.ec2().internet_gateways.insert(id.to_owned(), gateway);
}

fn attachment(vpc: &str) -> Json {
    json!({"vpcId": vpc, "state": "available"})
}

/// `CreateInternetGateway`.
pub(in crate::ec2) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = at.world.id("igw");
    enter(at, &id, None);
    let ec2 = at.ec2();
    ec2.tag(&id, tags_for(input, "internet-gateway"));
    Ok(json!({"internetGateway": with_tags(ec2, &id, &ec2.internet_gateways[&id])}))
}

/// `AttachInternetGateway`.
pub(in crate::ec2) fn attach(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, vpc) = (input.required("InternetGatewayId")?, input.required("VpcId")?);
    let ec2 = at.ec2();
    of(&mut ec2.vpcs, &vpc)?;
    if ec2.internet_gateways.values().any(|it| it["attachmentSet"][0]["vpcId"] == json!(vpc)) {
        let text = format!("Network {vpc} already has an internet gateway attached");
        return Err(invalid(text));
    }
    let gateway = of(&mut ec2.internet_gateways, &id)?;
    if gateway["attachmentSet"].get(0).is_some() {
        let text = format!(
            "resource {id} is already attached to network {}",
            gateway["attachmentSet"][0]["vpcId"].as_str().unwrap_or_default()
        );
        return Err(ApiError::new("Resource.AlreadyAssociated", text));
    }
    gateway["attachmentSet"] = json!([attachment(&vpc)]);
    done()
}

/// `DetachInternetGateway`.
pub(in crate::ec2) fn detach(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, vpc) = (input.required("InternetGatewayId")?, input.required("VpcId")?);
    let ec2 = at.ec2();
    if of(&mut ec2.internet_gateways, &id)?["attachmentSet"][0]["vpcId"] != json!(vpc) {
        return Err(ApiError::new("Gateway.NotAttached", format!("resource {id} is not attached to network {vpc}")));
    }
    let is_public =
        ec2.interfaces.values().any(|it| it.vpc == vpc && (it.public_ip.is_some() || ec2.elastic(&it.id).is_some()));
    if is_public {
        let text = format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        );
        return Err(ApiError::new("DependencyViolation", text));
    }
    of(&mut ec2.internet_gateways, &id)?["attachmentSet"] = json!([]);
    done()
}

/// `DeleteInternetGateway`.
pub(in crate::ec2) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("InternetGatewayId")?;
    let ec2 = at.ec2();
    if of(&mut ec2.internet_gateways, &id)?["attachmentSet"].get(0).is_some() {
        return Err(depended_on("internetGateway", &id));
    }
    ec2.internet_gateways.shift_remove(&id);
    ec2.tags.remove(&id);
    done()
}

const GATEWAYS: Kind = Kind {
    set: "internetGatewaySet",
    id: "internetGatewayId",
    ids: "InternetGatewayId",
    missing,
    filters: &[
        ("attachment.vpc-id", "attachmentSet/vpcId"),
        ("attachment.state", "attachmentSet/state"),
        ("internet-gateway-id", "internetGatewayId"),
    ],
};

/// `DescribeInternetGateways`.
pub(in crate::ec2) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(GATEWAYS, ec2.tagged(&ec2.internet_gateways), input)
}
