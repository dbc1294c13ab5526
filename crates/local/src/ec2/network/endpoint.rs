//! Endpoints: services of AWS that are reached from within a VPC.
use serde_json::{Value as Json, json};

use super::{done, of, with_tags};
use crate::ec2::error::missing;
use crate::ec2::shown::{Kind, shown, tags_for};
use crate::ec2::{Answer, Input, Place, security, time};

/// `CreateVpcEndpoint`.
pub(in crate::ec2) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (vpc, service, id) = (input.required("VpcId")?, input.required("ServiceName")?, at.world.id("vpce"));
    let (owner, now) = (at.account(), time(at.now()));
    let ec2 = at.ec2();
    of(&mut ec2.vpcs, &vpc)?;
    let tables = input.texts("RouteTableId");
    for table in &tables {
        of(&mut ec2.route_tables, table)?;
    }
    let kind = input.text("VpcEndpointType").unwrap_or_else(|| "Gateway".to_owned());
    let policy = input.text("PolicyDocument").unwrap_or_else(|| {
        r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#
            .to_owned()
    });
    ec2.endpoints.insert(id.clone(), json!({
        "vpcEndpointId": id, "vpcEndpointType": kind, "vpcId": vpc, "serviceName": service, "state": "available", "policyDocument": policy,
        "routeTableIdSet": tables, "subnetIdSet": input.texts("SubnetId"), "groupSet": security::group_set(ec2, &input.texts("SecurityGroupId")),
        "privateDnsEnabled": input.flag("PrivateDnsEnabled") == Some(true), "requesterManaged": false, "networkInterfaceIdSet": [],
        "dnsEntrySet": [], "creationTimestamp": now, "ownerId": owner,
    }));
    ec2.tag(&id, tags_for(input, "vpc-endpoint"));
    Ok(json!({"vpcEndpoint": with_tags(ec2, &id, &ec2.endpoints[&id])}))
}

/// `ModifyVpcEndpoint`.
pub(in crate::ec2) fn modify(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("VpcEndpointId")?;
    let endpoint = of(&mut at.ec2().endpoints, &id)?;
    if let Some(policy) = input.text("PolicyDocument") {
        endpoint["policyDocument"] = json!(policy);
    }
    let tables = endpoint["routeTableIdSet"].as_array_mut().expect("a list");
    let gone = input.texts("RemoveRouteTableId");
    tables.retain(|it| !gone.iter().any(|gone| it == &json!(gone)));
    tables.extend(input.texts("AddRouteTableId").into_iter().map(Json::from));
    done()
}

/// `DeleteVpcEndpoints`.
pub(in crate::ec2) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    for id in input.texts("VpcEndpointId") {
        at.ec2().endpoints.shift_remove(&id).ok_or_else(|| missing(&id))?;
        at.ec2().tags.remove(&id);
    }
    Ok(json!({"unsuccessful": []}))
}

const ENDPOINTS: Kind = Kind {
    set: "vpcEndpointSet",
    id: "vpcEndpointId",
    ids: "VpcEndpointId",
    missing,
    filters: &[
        ("service-name", "serviceName"),
        ("vpc-endpoint-id", "vpcEndpointId"),
        ("vpc-endpoint-state", "state"),
        ("vpc-endpoint-type", "vpcEndpointType"),
        ("vpc-id", "vpcId"),
    ],
};

/// `DescribeVpcEndpoints`.
pub(in crate::ec2) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(ENDPOINTS, ec2.tagged(&ec2.endpoints), input)
}
