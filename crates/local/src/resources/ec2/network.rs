//! Networks.
use serde_json::{Value as Json, json};

use super::super::{Refusal, Site};
use super::{Behavior, NO_TAGS, PLAIN, call, picked, take_away, text};

pub(super) const VPC: Behavior = Behavior {
    create: |site, properties| {
        let made = call(site, "CreateVpc", picked(properties, &["CidrBlock", "InstanceTenancy"]))?;
        let id = text(&made["vpc"]["vpcId"]);
        dns(site, &id, properties)?;
        Ok(id)
    },
    update: |site, id, _, after| dns(site, id, after),
    delete: |site, id, _| take_away(site, "DeleteVpc", json!({"VpcId": id})),
    attributes: |ec2, id, _| {
        let one = &ec2.vpcs.get(id).cloned().unwrap_or_default();
        let group =
            ec2.security_groups.iter().find(|(_, it)| it["vpcId"] == json!(id) && it["groupName"] == json!("default"));
        json!({
            "VpcId": id, "CidrBlock": one["cidrBlock"], "DefaultSecurityGroup": group.map(|(id, _)| id), "DefaultNetworkAcl": one["defaultNetworkAcl"],
            "CidrBlockAssociations": [one["cidrBlockAssociationSet"][0]["associationId"]], "Ipv6CidrBlocks": [],
        })
    },
    seen: |ec2, id| ec2.vpcs.get(id).map(|it| json!({"CidrBlock": it["cidrBlock"]})),
    ..PLAIN
};

fn dns(site: &mut Site<'_>, id: &str, properties: &Json) -> Result<(), Refusal> {
    for name in ["EnableDnsSupport", "EnableDnsHostnames"] {
        if let Some(flag) = properties.get(name) {
            call(site, "ModifyVpcAttribute", json!({"VpcId": id, name: {"Value": flag}}))?;
        }
    }
    Ok(())
}

pub(super) const SUBNET: Behavior = Behavior {
    create: |site, properties| {
        let made = call(site, "CreateSubnet", picked(properties, &["VpcId", "CidrBlock", "AvailabilityZone"]))?;
        let id = text(&made["subnet"]["subnetId"]);
        public(site, &id, properties)?;
        Ok(id)
    },
    update: |site, id, _, after| public(site, id, after),
    delete: |site, id, _| take_away(site, "DeleteSubnet", json!({"SubnetId": id})),
    attributes: |ec2, id, _| {
        let one = &ec2.subnets.get(id).cloned().unwrap_or_default();
        json!({
            "SubnetId": id, "VpcId": one["vpcId"], "CidrBlock": one["cidrBlock"], "AvailabilityZone": one["availabilityZone"],
            "AvailabilityZoneId": one["availabilityZoneId"], "NetworkAclAssociationId": format!("aclassoc-{}", id.trim_start_matches("subnet-")),
            "Ipv6CidrBlocks": [],
        })
    },
    seen: |ec2, id| {
        let one = ec2.subnets.get(id)?;
        Some(json!({"VpcId": one["vpcId"], "CidrBlock": one["cidrBlock"], "AvailabilityZone": one["availabilityZone"]}))
    },
    ..PLAIN
};

fn public(site: &mut Site<'_>, id: &str, properties: &Json) -> Result<(), Refusal> {
    let flag = properties.get("MapPublicIpOnLaunch").cloned().unwrap_or(json!(false));
    call(site, "ModifySubnetAttribute", json!({"SubnetId": id, "MapPublicIpOnLaunch": {"Value": flag}})).map(drop)
}

pub(super) const GATEWAY: Behavior = Behavior {
    create: |site, _| {
        Ok(text(&call(site, "CreateInternetGateway", json!({}))?["internetGateway"]["internetGatewayId"]))
    },
    delete: |site, id, _| take_away(site, "DeleteInternetGateway", json!({"InternetGatewayId": id})),
    attributes: |_, id, _| json!({"InternetGatewayId": id}),
    seen: |ec2, id| ec2.internet_gateways.get(id).map(|_| json!({})),
    ..PLAIN
};

/// Its physical id is `IGW|vpc-…`, as users see it in their stacks.
pub(super) const GATEWAY_ATTACHMENT: Behavior = Behavior {
    create: |site, properties| {
        call(site, "AttachInternetGateway", picked(properties, &["VpcId", "InternetGatewayId"]))?;
        Ok(format!("IGW|{}", text(&properties["VpcId"])))
    },
    delete: |site, _, properties| {
        take_away(site, "DetachInternetGateway", picked(properties, &["VpcId", "InternetGatewayId"]))
    },
    attributes: |_, _, _| json!({"AttachmentType": "IGW"}),
    seen: |ec2, id| {
        let vpc = json!(id.split_once('|')?.1);
        let gateway = ec2.internet_gateways.values().find(|it| it["attachmentSet"][0]["vpcId"] == vpc)?;
        Some(json!({"VpcId": vpc, "InternetGatewayId": gateway["internetGatewayId"]}))
    },
    tagged: NO_TAGS,
    ..PLAIN
};

pub(super) const TABLE: Behavior = Behavior {
    create: |site, properties| {
        Ok(text(&call(site, "CreateRouteTable", picked(properties, &["VpcId"]))?["routeTable"]["routeTableId"]))
    },
    delete: |site, id, _| take_away(site, "DeleteRouteTable", json!({"RouteTableId": id})),
    attributes: |_, id, _| json!({"RouteTableId": id}),
    seen: |ec2, id| ec2.route_tables.get(id).map(|it| json!({"VpcId": it["vpcId"]})),
    ..PLAIN
};

const DESTINATION: [&str; 4] =
    ["RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];

fn route(properties: &Json) -> Json {
    let targets =
        ["GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId", "TransitGatewayId", "VpcPeeringConnectionId"];
    picked(properties, &[&DESTINATION[..], &targets[..]].concat())
}

fn destination(properties: &Json) -> String {
    DESTINATION[1..].iter().find_map(|name| properties[*name].as_str()).unwrap_or_default().to_owned()
}

/// Its physical id is the table and the destination.
pub(super) const ROUTE: Behavior = Behavior {
    create: |site, properties| {
        call(site, "CreateRoute", route(properties))?;
        Ok(format!("{}|{}", text(&properties["RouteTableId"]), destination(properties)))
    },
    update: |site, _, _, after| call(site, "ReplaceRoute", route(after)).map(drop),
    delete: |site, _, properties| take_away(site, "DeleteRoute", picked(properties, &DESTINATION)),
    attributes: |_, id, _| json!({"CidrBlock": id.split_once('|').map(|(_, block)| block)}),
    seen: |ec2, id| {
        let (table, to) = id.split_once('|')?;
        let routes = ec2.route_tables.get(table)?["routeSet"].as_array()?;
        let is_it = |it: &&Json| {
            ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"]
                .iter()
                .any(|name| it[*name] == json!(to))
        };
        routes.iter().find(is_it).map(|it| json!({"RouteTableId": table, "GatewayId": it["gatewayId"]}))
    },
    tagged: NO_TAGS,
    ..PLAIN
};

/// An association is replaced by a new one first, which EC2 refuses while the subnet has one; AWS's handler calls
/// `ReplaceRouteTableAssociation` then. Here the old one is taken away by the new one.
pub(super) const TABLE_ASSOCIATION: Behavior = Behavior {
    create: |site, properties| {
        let subnet = &properties["SubnetId"];
        let tables = site.world.region(&site.region).ec2.route_tables.values();
        let all = tables.flat_map(|it| it["associationSet"].as_array().into_iter().flatten());
        let old = all.filter(|it| it["subnetId"] == *subnet).map(|it| it["routeTableAssociationId"].clone()).next();
        if let Some(old) = old {
            take_away(site, "DisassociateRouteTable", json!({"AssociationId": old}))?;
        }
        Ok(text(
            &call(site, "AssociateRouteTable", picked(properties, &["SubnetId", "RouteTableId"]))?["associationId"],
        ))
    },
    delete: |site, id, _| take_away(site, "DisassociateRouteTable", json!({"AssociationId": id})),
    attributes: |_, id, _| json!({"Id": id}),
    seen: |ec2, id| {
        let all = ec2.route_tables.values().flat_map(|it| it["associationSet"].as_array().into_iter().flatten());
        let one = all.into_iter().find(|it| it["routeTableAssociationId"] == json!(id))?;
        Some(json!({"SubnetId": one["subnetId"], "RouteTableId": one["routeTableId"]}))
    },
    tagged: NO_TAGS,
    ..PLAIN
};

fn policy(properties: &Json) -> Option<String> {
    match properties.get("PolicyDocument")? {
        Json::String(text) => Some(text.clone()),
        document => Some(document.to_string()),
    }
}

pub(super) const ENDPOINT: Behavior = Behavior {
    create: |site, properties| {
        let mut input = picked(properties, &["VpcId", "ServiceName", "VpcEndpointType", "PrivateDnsEnabled"]);
        for (from, to) in
            [("RouteTableIds", "RouteTableId"), ("SubnetIds", "SubnetId"), ("SecurityGroupIds", "SecurityGroupId")]
        {
            input[to] = properties.get(from).cloned().unwrap_or_default();
        }
        input["PolicyDocument"] = json!(policy(properties));
        Ok(text(&call(site, "CreateVpcEndpoint", input)?["vpcEndpoint"]["vpcEndpointId"]))
    },
    update: |site, id, before, after| {
        let tables = |of: &Json| of["RouteTableIds"].as_array().cloned().unwrap_or_default();
        let (old, new) = (tables(before), tables(after));
        let added: Vec<&Json> = new.iter().filter(|it| !old.contains(it)).collect();
        let removed: Vec<&Json> = old.iter().filter(|it| !new.contains(it)).collect();
        let input = json!({"VpcEndpointId": id, "AddRouteTableId": added, "RemoveRouteTableId": removed, "PolicyDocument": policy(after)});
        call(site, "ModifyVpcEndpoint", input).map(drop)
    },
    delete: |site, id, _| take_away(site, "DeleteVpcEndpoints", json!({"VpcEndpointId": [id]})),
    attributes: |ec2, id, _| {
        let made = ec2.endpoints.get(id).map(|it| it["creationTimestamp"].clone());
        json!({"Id": id, "CreationTimestamp": made, "DnsEntries": [], "NetworkInterfaceIds": []})
    },
    seen: |ec2, id| ec2.endpoints.get(id).map(|it| json!({"RouteTableIds": it["routeTableIdSet"]})),
    ..PLAIN
};
