//! Route tables, and which subnets use them.
use serde_json::{Value as Json, json};

use super::{done, of, with_tags};
use crate::ec2::error::{depended_on, missing};
use crate::ec2::shown::{Kind, shown, tags_for};
use crate::ec2::{Answer, Ec2, Input, Place};
use crate::wire::ApiError;

pub(super) fn enter(ec2: &mut Ec2, id: &str, vpc: &str, block: &str, owner: &str, associations: &Json) {
    ec2.route_tables.insert(id.to_owned(), json!({
        "routeTableId": id, "vpcId": vpc, "ownerId": owner, "associationSet": associations, "propagatingVgwSet": [],
        "routeSet": [{"destinationCidrBlock": block, "gatewayId": "local", "state": "active", "origin": "CreateRouteTable"}],
    }));
}

/// `CreateRouteTable`.
pub(in crate::ec2) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (vpc, owner, id) = (input.required("VpcId")?, at.account(), at.world.id("rtb"));
    let ec2 = at.ec2();
    let block = of(&mut ec2.vpcs, &vpc)?["cidrBlock"].as_str().unwrap_or_default().to_owned();
    enter(ec2, &id, &vpc, &block, &owner, &json!([]));
    ec2.tag(&id, tags_for(input, "route-table"));
    Ok(json!({"routeTable": with_tags(ec2, &id, &ec2.route_tables[&id])}))
}

/// `DeleteRouteTable`.
pub(in crate::ec2) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("RouteTableId")?;
    let ec2 = at.ec2();
    if of(&mut ec2.route_tables, &id)?["associationSet"].get(0).is_some() {
        return Err(depended_on("routeTable", &id));
    }
    ec2.route_tables.shift_remove(&id);
    ec2.tags.remove(&id);
    done()
}

/// `AssociateRouteTable`.
pub(in crate::ec2) fn associate(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(in crate::ec2) fn disassociate(at: &mut Place<'_>, input: Input<'_>) -> Answer {
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
pub(in crate::ec2) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(TABLES, ec2.tagged(&ec2.route_tables), input)
}
