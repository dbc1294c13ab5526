//! Elastic IP addresses, their associations, and network interfaces.
use serde_json::{Value as Json, json};

use super::{Behavior, NO_TAGS, PLAIN, call, picked, take_away, text};
use crate::ec2::{Address, Ec2};

fn by_ip<'a>(ec2: &'a Ec2, ip: &str) -> Option<&'a Address> {
    ec2.addresses.values().find(|it| it.public_ip == ip)
}

/// An address: `Ref` gives the address itself.
pub(super) const ADDRESS: Behavior = Behavior {
    create: |site, properties| {
        let made = call(site, "AllocateAddress", json!({"Domain": "vpc"}))?;
        let (ip, allocation) = (text(&made["publicIp"]), &made["allocationId"]);
        if let Some(instance) = properties["InstanceId"].as_str() {
            call(site, "AssociateAddress", json!({"AllocationId": allocation, "InstanceId": instance}))?;
        }
        Ok(ip)
    },
    update: |site, ip, before, after| match after["InstanceId"].as_str() {
        Some(instance) if before["InstanceId"] != after["InstanceId"] => {
            call(site, "AssociateAddress", json!({"PublicIp": ip, "InstanceId": instance})).map(drop)
        }
        _ => Ok(()),
    },
    delete: |site, ip, properties| {
        let association = by_ip(&site.world.region(&site.region).ec2, ip).and_then(|it| it.association.clone());
        if let Some((association, _)) = association.filter(|_| properties["InstanceId"].is_string()) {
            take_away(site, "DisassociateAddress", json!({"AssociationId": association}))?;
        }
        take_away(site, "ReleaseAddress", json!({"PublicIp": ip}))
    },
    attributes: |ec2, ip, _| json!({"PublicIp": ip, "AllocationId": by_ip(ec2, ip).map(|it| &it.allocation)}),
    seen: |ec2, ip| by_ip(ec2, ip).map(|_| json!({"Domain": "vpc"})),
    tagged: |ec2, ip| by_ip(ec2, ip).map(|it| it.allocation.clone()),
    ..PLAIN
};

fn association<'a>(ec2: &'a Ec2, id: &str) -> Option<&'a Address> {
    ec2.addresses.values().find(|it| it.association.as_ref().is_some_and(|(association, _)| association == id))
}

/// An association. Its type says `delete_then_create`; and EC2 moves an address that is elsewhere without asking.
pub(super) const ASSOCIATION: Behavior = Behavior {
    create: |site, properties| {
        let mut input = picked(properties, &["AllocationId", "InstanceId", "NetworkInterfaceId", "PrivateIpAddress"]);
        if let Some(ip) = properties.get("EIP") {
            input["PublicIp"] = ip.clone();
        }
        Ok(text(&call(site, "AssociateAddress", input)?["associationId"]))
    },
    delete: |site, id, _| take_away(site, "DisassociateAddress", json!({"AssociationId": id})),
    attributes: |_, id, _| json!({"Id": id}),
    seen: |ec2, id| {
        let one = association(ec2, id)?;
        let interface = one.association.as_ref().and_then(|(_, on)| ec2.interfaces.get(on));
        let instance: Option<Json> =
            interface.and_then(|it| it.attached.as_ref()).map(|(instance, ..)| json!(instance));
        Some(json!({"AllocationId": one.allocation, "InstanceId": instance}))
    },
    tagged: NO_TAGS,
    ..PLAIN
};

pub(super) const INTERFACE: Behavior = Behavior {
    create: |site, properties| {
        let mut input = picked(properties, &["SubnetId", "Description", "PrivateIpAddress"]);
        input["SecurityGroupId"] = properties["GroupSet"].clone();
        Ok(text(&call(site, "CreateNetworkInterface", input)?["networkInterface"]["networkInterfaceId"]))
    },
    update: |site, id, _, after| {
        if let Some(one) = site.world.region(&site.region).ec2.interfaces.get_mut(id) {
            one.groups = after["GroupSet"].as_array().into_iter().flatten().map(text).collect();
            one.description = text(&after["Description"]);
        }
        Ok(())
    },
    delete: |site, id, _| take_away(site, "DeleteNetworkInterface", json!({"NetworkInterfaceId": id})),
    attributes: |ec2, id, _| {
        let one = ec2.interfaces.get(id);
        json!({"Id": id, "PrimaryPrivateIpAddress": one.map(|it| &it.private_ip), "VpcId": one.map(|it| &it.vpc), "SecondaryPrivateIpAddresses": []})
    },
    seen: |ec2, id| ec2.interfaces.get(id).map(|it| json!({"SubnetId": it.subnet, "GroupSet": it.groups})),
    ..PLAIN
};
