//! Networks: VPCs, subnets, internet gateways, route tables and endpoints. They have no life of their own, so they stand on
//! shelves as answers show them.
use serde_json::{Value as Json, json};

use super::error::{depended_on, invalid, missing};
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place, Shelf, catalogue, cidr, furnish::fixed, security};
use crate::wire::ApiError;

fn done() -> Answer {
    Ok(json!({"return": true}))
}

fn with_tags(ec2: &Ec2, id: &str, thing: &Json) -> Json {
    let mut thing = thing.clone();
    thing["tagSet"] = ec2.tag_set(id);
    thing
}

/// A thing, which can be changed.
pub(super) fn of<'a>(shelf: &'a mut Shelf, id: &str) -> Result<&'a mut Json, ApiError> {
    shelf.get_mut(id).ok_or_else(|| missing(id))
}

/// The default network: 172.31.0.0/16 with a subnet in each zone. Source: *Default VPCs*.
pub(super) fn furnish(at: &mut Place<'_>) {
    let region = at.region;
    let vpc = fixed("vpc", region, "default");
    enter_vpc(at, &vpc, "172.31.0.0/16", true);
    let gateway = fixed("igw", region, "default");
    let attached = json!([{"vpcId": vpc, "state": "available"}]);
    let owner = at.account();
    let ec2 = at.ec2();
    ec2.internet_gateways
        .insert(gateway.clone(), json!({"internetGatewayId": gateway, "attachmentSet": attached, "ownerId": owner}));
    let main = ec2.route_tables.values_mut().find(|table| table["vpcId"] == json!(vpc));
    if let Some(routes) = main.and_then(|table| table["routeSet"].as_array_mut()) {
        routes.push(json!({"destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway, "state": "active", "origin": "CreateRoute"}));
    }
    for (index, zone) in catalogue::zones(region).into_iter().enumerate() {
        let id = fixed("subnet", region, &zone);
        let block = format!("172.31.{}.0/20", index * 16);
        enter_subnet(at, &id, &vpc, &block, &zone, true);
    }
}

pub(super) fn enter_vpc(at: &mut Place<'_>, id: &str, block: &str, is_default: bool) {
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
    enter_table(ec2, &table, id, block, &owner, &main);
    let group = made("sg", at);
    security::enter(at, &group, "default", "default VPC security group", id);
    security::let_out(at, &group);
    let among = json!({"IpProtocol": "-1", "Groups": [{"GroupId": group}]});
    security::enter_rules(at, &group, false, Input(&among));
}

fn enter_table(ec2: &mut Ec2, id: &str, vpc: &str, block: &str, owner: &str, associations: &Json) {
    ec2.route_tables.insert(id.to_owned(), json!({
        "routeTableId": id, "vpcId": vpc, "ownerId": owner, "associationSet": associations, "propagatingVgwSet": [],
        "routeSet": [{"destinationCidrBlock": block, "gatewayId": "local", "state": "active", "origin": "CreateRouteTable"}],
    }));
}

pub(super) fn enter_subnet(at: &mut Place<'_>, id: &str, vpc: &str, block: &str, zone: &str, is_default: bool) {
    let owner = at.account();
    let arn = format!("arn:aws:ec2:{}:{owner}:subnet/{id}", at.region);
    at.ec2().subnets.insert(id.to_owned(), json!({
        "subnetId": id, "subnetArn": arn, "vpcId": vpc, "ownerId": owner, "state": "available", "cidrBlock": block, "availabilityZone": zone,
        "availabilityZoneId": catalogue::zone_id(zone), "availableIpAddressCount": cidr::size(block), "defaultForAz": is_default,
        "mapPublicIpOnLaunch": is_default, "assignIpv6AddressOnCreation": false, "ipv6CidrBlockAssociationSet": [],
    }));
}

/// `CreateVpc`.
pub(super) fn create_vpc(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
    enter_vpc(at, &id, &block, false);
    let ec2 = at.ec2();
    ec2.tag(&id, tags_for(input, "vpc"));
    Ok(json!({"vpc": with_tags(ec2, &id, &ec2.vpcs[&id])}))
}

/// `ModifyVpcAttribute`.
pub(super) fn modify_vpc(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(super) fn vpc_attribute(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, name) = (input.required("VpcId")?, input.required("Attribute")?);
    let value = of(&mut at.ec2().vpcs, &id)?[&name].clone();
    Ok(json!({"vpcId": id, name: {"value": value}}))
}

/// `DeleteVpc`: what it was made with goes with it, all else must have gone before.
pub(super) fn delete_vpc(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(super) fn vpcs(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(VPCS, ec2.tagged(&ec2.vpcs), input)
}

/// `CreateSubnet`.
pub(super) fn create_subnet(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
    enter_subnet(at, &id, &vpc, &block, &zone, false);
    let ec2 = at.ec2();
    ec2.tag(&id, tags_for(input, "subnet"));
    Ok(json!({"subnet": with_tags(ec2, &id, &ec2.subnets[&id])}))
}

/// `ModifySubnetAttribute`.
pub(super) fn modify_subnet(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let subnet = input.required("SubnetId")?;
    let subnet = of(&mut at.ec2().subnets, &subnet)?;
    if let Some(flag) = input.value("MapPublicIpOnLaunch") {
        subnet["mapPublicIpOnLaunch"] = json!(flag == "true");
    }
    done()
}

/// `DeleteSubnet`.
pub(super) fn delete_subnet(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(super) fn subnets(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    let mut all = ec2.tagged(&ec2.subnets);
    for subnet in &mut all {
        let used = ec2.interfaces.values().filter(|it| subnet["subnetId"] == json!(it.subnet)).count();
        let free = cidr::size(subnet["cidrBlock"].as_str().unwrap_or_default()) - i64::try_from(used).unwrap_or(0);
        subnet["availableIpAddressCount"] = json!(free);
    }
    shown(SUBNETS, all, input)
}

/// `CreateInternetGateway`.
pub(super) fn create_gateway(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, owner) = (at.world.id("igw"), at.account());
    let ec2 = at.ec2();
    ec2.internet_gateways.insert(id.clone(), json!({"internetGatewayId": id, "attachmentSet": [], "ownerId": owner}));
    ec2.tag(&id, tags_for(input, "internet-gateway"));
    Ok(json!({"internetGateway": with_tags(ec2, &id, &ec2.internet_gateways[&id])}))
}

/// `AttachInternetGateway`.
pub(super) fn attach_gateway(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
    gateway["attachmentSet"] = json!([{"vpcId": vpc, "state": "available"}]);
    done()
}

/// `DetachInternetGateway`.
pub(super) fn detach_gateway(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(super) fn delete_gateway(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(super) fn gateways(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(GATEWAYS, ec2.tagged(&ec2.internet_gateways), input)
}

/// `CreateRouteTable`.
pub(super) fn create_table(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (vpc, owner, id) = (input.required("VpcId")?, at.account(), at.world.id("rtb"));
    let ec2 = at.ec2();
    let block = of(&mut ec2.vpcs, &vpc)?["cidrBlock"].as_str().unwrap_or_default().to_owned();
    enter_table(ec2, &id, &vpc, &block, &owner, &json!([]));
    ec2.tag(&id, tags_for(input, "route-table"));
    Ok(json!({"routeTable": with_tags(ec2, &id, &ec2.route_tables[&id])}))
}

/// `DeleteRouteTable`.
pub(super) fn delete_table(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("RouteTableId")?;
    let ec2 = at.ec2();
    if of(&mut ec2.route_tables, &id)?["associationSet"].get(0).is_some() {
        return Err(depended_on("routeTable", &id));
    }
    ec2.route_tables.shift_remove(&id);
    ec2.tags.remove(&id);
    done()
}

const DESTINATIONS: [(&str, &str); 3] = [
    ("DestinationCidrBlock", "destinationCidrBlock"),
    ("DestinationIpv6CidrBlock", "destinationIpv6CidrBlock"),
    ("DestinationPrefixListId", "destinationPrefixListId"),
];

fn destination(input: Input<'_>) -> Result<(&'static str, String), ApiError> {
    let given = DESTINATIONS.iter().find_map(|(given, kept)| Some((*kept, input.text(given)?)));
    given
        .ok_or_else(|| ApiError::new("MissingParameter", "The request must contain the parameter destinationCidrBlock"))
}

/// `CreateRoute`.
pub(super) fn create_route(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, (kind, to)) = (input.required("RouteTableId")?, destination(input)?);
    let ec2 = at.ec2();
    let vpc = of(&mut ec2.route_tables, &id)?["vpcId"].clone();
    if let Some(gateway) = input.text("GatewayId").filter(|it| it.starts_with("igw-"))
        && of(&mut ec2.internet_gateways, &gateway)?["attachmentSet"][0]["vpcId"] != vpc
    {
        let text = format!("route table {id} and network gateway {gateway} belong to different networks");
        return Err(invalid(text));
    }
    let table = of(&mut ec2.route_tables, &id)?;
    let routes = table["routeSet"].as_array_mut().expect("a list");
    if routes.iter().any(|route| route[kind] == json!(to)) {
        return Err(ApiError::new("RouteAlreadyExists", format!("The route identified by {to} already exists.")));
    }
    let mut route = json!({kind: to, "state": "active", "origin": "CreateRoute"});
    set_target(&mut route, input);
    routes.push(route);
    done()
}

fn set_target(route: &mut Json, input: Input<'_>) {
    const TARGETS: [(&str, &str); 6] = [
        ("GatewayId", "gatewayId"),
        ("NatGatewayId", "natGatewayId"),
        ("NetworkInterfaceId", "networkInterfaceId"),
        ("InstanceId", "instanceId"),
        ("TransitGatewayId", "transitGatewayId"),
        ("VpcPeeringConnectionId", "vpcPeeringConnectionId"),
    ];
    for (given, kept) in TARGETS {
        match input.text(given) {
            Some(target) => route[kept] = json!(target),
            None => drop(route.as_object_mut().map(|route| route.shift_remove(kept))),
        }
    }
}

fn route<'a>(ec2: &'a mut Ec2, input: Input<'_>) -> Result<(&'a mut Vec<Json>, usize), ApiError> {
    let (id, (kind, to)) = (input.required("RouteTableId")?, destination(input)?);
    let routes = of(&mut ec2.route_tables, &id)?["routeSet"].as_array_mut().expect("a list");
    let unknown = || {
        ApiError::new("InvalidRoute.NotFound", format!("no route with destination-cidr-block {to} in route table {id}"))
    };
    let index = routes.iter().position(|route| route[kind] == json!(to)).ok_or_else(unknown)?;
    Ok((routes, index))
}

/// `ReplaceRoute`.
pub(super) fn replace_route(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (routes, index) = route(at.ec2(), input)?;
    set_target(&mut routes[index], input);
    done()
}

/// `DeleteRoute`.
pub(super) fn delete_route(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (routes, index) = route(at.ec2(), input)?;
    routes.remove(index);
    done()
}

/// `AssociateRouteTable`.
pub(super) fn associate_table(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, subnet, association) =
        (input.required("RouteTableId")?, input.required("SubnetId")?, at.world.id("rtbassoc"));
    let ec2 = at.ec2();
    of(&mut ec2.subnets, &subnet)?;
    let taken = ec2
        .route_tables
        .values()
        .flat_map(|it| it["associationSet"].as_array().into_iter().flatten())
        .find(|it| it["subnetId"] == json!(subnet));
    if let Some(other) = taken {
        let other = other["routeTableAssociationId"].as_str().unwrap_or_default();
        let text =
            format!("the specified association for route table {id} conflicts with an existing association ({other})");
        return Err(ApiError::new("Resource.AlreadyAssociated", text));
    }
    let all = of(&mut ec2.route_tables, &id)?["associationSet"].as_array_mut().expect("a list");
    all.push(json!({"routeTableAssociationId": association, "routeTableId": id, "subnetId": subnet, "main": false, "associationState": {"state": "associated"}}));
    Ok(json!({"associationId": association, "associationState": {"state": "associated"}}))
}

/// `DisassociateRouteTable`.
pub(super) fn disassociate_table(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("AssociationId")?;
    for table in at.ec2().route_tables.values_mut() {
        let all = table["associationSet"].as_array_mut().expect("a list");
        if let Some(index) = all.iter().position(|it| it["routeTableAssociationId"] == json!(id)) {
            all.remove(index);
            return done();
        }
    }
    Err(missing(&id))
}

const TABLES: Kind = Kind {
    set: "routeTableSet",
    id: "routeTableId",
    ids: "RouteTableId",
    missing,
    filters: &[
        ("association.main", "associationSet/main"),
        ("association.route-table-association-id", "associationSet/routeTableAssociationId"),
        ("association.subnet-id", "associationSet/subnetId"),
        ("route.destination-cidr-block", "routeSet/destinationCidrBlock"),
        ("route.gateway-id", "routeSet/gatewayId"),
        ("route-table-id", "routeTableId"),
        ("vpc-id", "vpcId"),
    ],
};

/// `DescribeRouteTables`.
pub(super) fn tables(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(TABLES, ec2.tagged(&ec2.route_tables), input)
}

/// `CreateVpcEndpoint`.
pub(super) fn create_endpoint(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (vpc, service, id) = (input.required("VpcId")?, input.required("ServiceName")?, at.world.id("vpce"));
    let (owner, now) = (at.account(), super::time(at.now()));
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
pub(super) fn modify_endpoint(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(super) fn delete_endpoints(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(super) fn endpoints(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(ENDPOINTS, ec2.tagged(&ec2.endpoints), input)
}
