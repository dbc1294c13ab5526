//! The routes in a table: from a destination to a target.
use serde_json::{Value as Json, json};

use super::{done, of};
use crate::ec2::error::invalid;
use crate::ec2::{Answer, Ec2, Input, Place};
use crate::wire::ApiError;

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
pub(in crate::ec2) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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

fn find<'a>(ec2: &'a mut Ec2, input: Input<'_>) -> Result<(&'a mut Vec<Json>, usize), ApiError> {
    let (id, (kind, to)) = (input.required("RouteTableId")?, destination(input)?);
    let routes = of(&mut ec2.route_tables, &id)?["routeSet"].as_array_mut().expect("a list");
    let unknown = || {
        ApiError::new("InvalidRoute.NotFound", format!("no route with destination-cidr-block {to} in route table {id}"))
    };
    let index = routes.iter().position(|route| route[kind] == json!(to)).ok_or_else(unknown)?;
    Ok((routes, index))
}

/// `ReplaceRoute`.
pub(in crate::ec2) fn replace(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (routes, index) = find(at.ec2(), input)?;
    set_target(&mut routes[index], input);
    done()
}

/// `DeleteRoute`.
pub(in crate::ec2) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (routes, index) = find(at.ec2(), input)?;
    routes.remove(index);
    done()
}
