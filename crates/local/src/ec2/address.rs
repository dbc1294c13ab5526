//! Network interfaces and Elastic IP addresses.
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::error::{invalid, missing};
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place, cidr, security};
use crate::wire::ApiError;

/// A network interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Interface {
    pub id: String,
    pub subnet: String,
    pub vpc: String,
    pub zone: String,
    pub private_ip: String,
    /// An address that AWS gave for as long as the instance runs.
    pub public_ip: Option<String>,
    pub groups: Vec<String>,
    pub description: String,
    /// The instance, the index of the device, and whether it goes with the instance.
    pub attached: Option<(String, i64, bool)>,
    pub source_dest_check: bool,
}

/// An Elastic IP address.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Address {
    pub allocation: String,
    pub public_ip: String,
    /// The id of the association, and the interface.
    pub association: Option<(String, String)>,
}

impl Interface {
    pub(super) fn shown(&self, ec2: &Ec2, account: &str) -> Json {
        let elastic = ec2.elastic(&self.id);
        let public = elastic.map(|it| it.public_ip.clone()).or_else(|| self.public_ip.clone());
        let association = public.map(|ip| json!({
            "publicIp": ip, "publicDnsName": public_name(&ip, &self.zone), "ipOwnerId": if elastic.is_some() { account } else { "amazon" },
            "allocationId": elastic.map(|it| it.allocation.clone()),
            "associationId": elastic.and_then(|it| it.association.as_ref()).map(|it| it.0.clone()),
        }));
        let attachment = self.attached.as_ref().map(|(instance, index, goes)| json!({
            "attachmentId": format!("eni-attach-{}", &self.id[4..]), "instanceId": instance, "deviceIndex": index, "status": "attached",
            "deleteOnTermination": goes, "instanceOwnerId": account,
        }));
        json!({
            "networkInterfaceId": self.id, "subnetId": self.subnet, "vpcId": self.vpc, "availabilityZone": self.zone, "ownerId": account,
            "description": self.description, "privateIpAddress": self.private_ip, "privateDnsName": private_name(&self.private_ip, &self.zone),
            "interfaceType": "interface", "requesterManaged": false, "sourceDestCheck": self.source_dest_check,
            "status": if self.attached.is_some() { "in-use" } else { "available" }, "groupSet": security::group_set(ec2, &self.groups),
            "privateIpAddressesSet": [{"privateIpAddress": self.private_ip, "primary": true, "association": association}],
            "association": association, "attachment": attachment, "tagSet": ec2.tag_set(&self.id),
        })
    }
}

/// The name of a private address in a zone. Source: *Amazon EC2 instance hostname types*.
#[must_use]
pub fn private_name(ip: &str, zone: &str) -> String {
    let (ip, region) = (ip.replace('.', "-"), &zone[..zone.len() - 1]);
    if region == "us-east-1" { format!("ip-{ip}.ec2.internal") } else { format!("ip-{ip}.{region}.compute.internal") }
}

/// The name of a public address in a zone.
#[must_use]
pub fn public_name(ip: &str, zone: &str) -> String {
    let (ip, region) = (ip.replace('.', "-"), &zone[..zone.len() - 1]);
    if region == "us-east-1" {
        format!("ec2-{ip}.compute-1.amazonaws.com")
    } else {
        format!("ec2-{ip}.{region}.compute.amazonaws.com")
    }
}

impl Ec2 {
    /// The Elastic IP address of an interface.
    #[must_use]
    pub fn elastic(&self, interface: &str) -> Option<&Address> {
        self.addresses.values().find(|it| it.association.as_ref().is_some_and(|(_, on)| on == interface))
    }

    /// The first interface of an instance.
    #[must_use]
    pub fn primary(&self, instance: &str) -> Option<&Interface> {
        self.interfaces
            .values()
            .find(|it| it.attached.as_ref().is_some_and(|(on, index, _)| on == instance && *index == 0))
    }

    /// The public address of an instance: an Elastic IP address comes before one that AWS gave.
    #[must_use]
    pub fn public_ip(&self, instance: &str) -> Option<String> {
        let interface = self.primary(instance)?;
        self.elastic(&interface.id).map(|it| it.public_ip.clone()).or_else(|| interface.public_ip.clone())
    }
}

/// A public address that nobody else has.
pub(super) fn new_public_ip(at: &mut Place<'_>) -> String {
    if let Some(promised) = at.world.promised(|id| id.parse::<std::net::Ipv4Addr>().is_ok()) {
        return promised;
    }
    let number = at.world.number();
    format!("3.248.{}.{}", number / 250 % 250 + 1, number % 250 + 1)
}

/// Makes an interface in a subnet.
///
/// # Errors
///
/// If there is no such subnet or group, or no such address is free.
pub fn make(at: &mut Place<'_>, subnet: &str, groups: Vec<String>, wanted: Option<String>) -> Result<String, ApiError> {
    let ec2 = at.ec2();
    let net = ec2.subnets.get(subnet).ok_or_else(|| missing(subnet))?.clone();
    let text = |name: &str| net[name].as_str().unwrap_or_default().to_owned();
    let (vpc, zone, block) = (text("vpcId"), text("availabilityZone"), text("cidrBlock"));
    let groups = if groups.is_empty() { security::default_group(ec2, &vpc).into_iter().collect() } else { groups };
    for group in &groups {
        let home = ec2.security_groups.get(group).ok_or_else(|| missing(group))?["vpcId"].clone();
        if home != json!(vpc) {
            let text = format!("Security group {group} and subnet {subnet} belong to different networks.");
            return Err(ApiError::new("InvalidParameter", text));
        }
    }
    let taken = |ip: &str| ec2.interfaces.values().any(|it| it.subnet == subnet && it.private_ip == ip);
    let private_ip = match wanted {
        Some(ip) if taken(&ip) => return Err(ApiError::new("InvalidIPAddress.InUse", format!("Address {ip} is in use."))),
        Some(ip) if !cidr::contains(&block, &format!("{ip}/32")) => {
            return Err(invalid("Address does not fall within the subnet's address range"));
        }
        Some(ip) => ip,
        None => cidr::free(&block, taken).ok_or_else(|| {
            ApiError::new("InsufficientFreeAddressesInSubnet", format!("There are not enough free addresses in subnet '{subnet}' to satisfy the requested number of instances."))
        })?,
    };
    let id = at.world.id("eni");
    let interface = Interface {
        id: id.clone(),
        subnet: subnet.to_owned(),
        vpc,
        zone,
        private_ip,
        public_ip: None,
        groups,
        description: String::new(),
        attached: None,
        source_dest_check: true,
    };
    at.ec2().interfaces.insert(id.clone(), interface);
    Ok(id)
}

/// `CreateNetworkInterface`.
pub(super) fn create_interface(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = make(at, &input.required("SubnetId")?, input.texts("SecurityGroupId"), input.text("PrivateIpAddress"))?;
    at.ec2().tag(&id, tags_for(input, "network-interface"));
    let account = at.account();
    let ec2 = at.ec2();
    if let Some(one) = ec2.interfaces.get_mut(&id) {
        one.description = input.text("Description").unwrap_or_default();
    }
    Ok(json!({"networkInterface": ec2.interfaces[&id].shown(ec2, &account)}))
}

/// `DeleteNetworkInterface`.
pub(super) fn delete_interface(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("NetworkInterfaceId")?;
    let ec2 = at.ec2();
    let one = ec2.interfaces.get(&id).ok_or_else(|| missing(&id))?;
    if one.attached.is_some() {
        let text = format!("Network interface '{id}' is currently in use.");
        return Err(ApiError::new("InvalidNetworkInterface.InUse", text));
    }
    remove_interface(ec2, &id);
    Ok(json!({"return": true}))
}

/// Removes an interface; an Elastic IP address on it is free.
pub(super) fn remove_interface(ec2: &mut Ec2, id: &str) {
    for address in ec2.addresses.values_mut().filter(|it| it.association.as_ref().is_some_and(|(_, on)| on == id)) {
        address.association = None;
    }
    ec2.interfaces.shift_remove(id);
    ec2.tags.remove(id);
}

const INTERFACES: Kind = Kind {
    set: "networkInterfaceSet",
    id: "networkInterfaceId",
    ids: "NetworkInterfaceId",
    missing,
    filters: &[
        ("attachment.instance-id", "attachment/instanceId"),
        ("addresses.private-ip-address", "privateIpAddressesSet/privateIpAddress"),
        ("association.public-ip", "association/publicIp"),
        ("availability-zone", "availabilityZone"),
        ("description", "description"),
        ("group-id", "groupSet/groupId"),
        ("network-interface-id", "networkInterfaceId"),
        ("private-ip-address", "privateIpAddress"),
        ("status", "status"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

/// `DescribeNetworkInterfaces`.
pub(super) fn describe_interfaces(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let account = at.account();
    let ec2 = at.ec2();
    shown(INTERFACES, ec2.interfaces.values().map(|it| it.shown(ec2, &account)).collect(), input)
}

/// `AllocateAddress`. Five a region is the quota (*Elastic IP address quotas*).
pub(super) fn allocate(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    if at.ec2().addresses.len() >= 5 {
        return Err(ApiError::new("AddressLimitExceeded", "The maximum number of addresses has been reached."));
    }
    let (allocation, public_ip) = (at.world.id("eipalloc"), new_public_ip(at));
    let region = at.region;
    let address = Address { allocation: allocation.clone(), public_ip: public_ip.clone(), association: None };
    at.ec2().addresses.insert(allocation.clone(), address);
    at.ec2().tag(&allocation, tags_for(input, "elastic-ip"));
    Ok(
        json!({"publicIp": public_ip, "allocationId": allocation, "domain": "vpc", "publicIpv4Pool": "amazon", "networkBorderGroup": region}),
    )
}

/// The address that a request names by its allocation or by itself.
fn address(ec2: &Ec2, input: Input<'_>) -> Result<String, ApiError> {
    match (input.text("AllocationId"), input.text("PublicIp")) {
        (Some(id), _) => ec2.addresses.get(&id).map(|it| it.allocation.clone()).ok_or_else(|| missing(&id)),
        (None, Some(ip)) => {
            let found = ec2.addresses.values().find(|it| it.public_ip == ip);
            let unknown = || ApiError::new("InvalidAddress.NotFound", format!("Address '{ip}' not found."));
            found.map(|it| it.allocation.clone()).ok_or_else(unknown)
        }
        (None, None) => Err(ApiError::new("MissingParameter", "Either public IP or allocation id must be specified")),
    }
}

/// `ReleaseAddress`.
pub(super) fn release(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    let id = address(ec2, input)?;
    let one = &ec2.addresses[&id];
    if one.association.is_some() {
        return Err(ApiError::new("InvalidIPAddress.InUse", format!("Address {} is in use.", one.public_ip)));
    }
    ec2.addresses.shift_remove(&id);
    ec2.tags.remove(&id);
    Ok(json!({"return": true}))
}

/// `AssociateAddress`. An address that is elsewhere moves, unless `AllowReassociation` is false (API reference); another one
/// that the interface has is taken off it.
pub(super) fn associate(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    let id = address(ec2, input)?;
    let interface = match (input.text("NetworkInterfaceId"), input.text("InstanceId")) {
        (Some(interface), _) => ec2.interfaces.get(&interface).ok_or_else(|| missing(&interface))?.id.clone(),
        (None, Some(instance)) => {
            let host = ec2.instances.get(&instance).ok_or_else(|| missing(&instance))?;
            if !matches!(host.state, super::instance::State::Running | super::instance::State::Stopped) {
                let text = format!("The instance '{instance}' is not in a valid state for this operation.");
                return Err(ApiError::new("InvalidInstanceID", text));
            }
            ec2.primary(&instance).ok_or_else(|| missing(&instance))?.id.clone()
        }
        (None, None) => {
            return Err(ApiError::new(
                "MissingParameter",
                "Either 'InstanceId' or 'NetworkInterfaceId' must be provided",
            ));
        }
    };
    let vpc = &ec2.interfaces[&interface].vpc;
    if !ec2.internet_gateways.values().any(|gateway| gateway["attachmentSet"][0]["vpcId"] == json!(vpc)) {
        return Err(ApiError::new(
            "Gateway.NotAttached",
            format!("Network {vpc} is not attached to any internet gateway"),
        ));
    }
    let one = &ec2.addresses[&id];
    if let Some((association, on)) = &one.association {
        if *on == interface {
            return Ok(json!({"return": true, "associationId": association}));
        }
        if input.flag("AllowReassociation") == Some(false) {
            let text = format!("resource {id} is already associated with associate-id {association}");
            return Err(ApiError::new("Resource.AlreadyAssociated", text));
        }
    }
    let association = at.world.id("eipassoc");
    let ec2 = at.ec2();
    for other in ec2.addresses.values_mut().filter(|it| it.association.as_ref().is_some_and(|(_, on)| *on == interface))
    {
        other.association = None;
    }
    if let Some(one) = ec2.addresses.get_mut(&id) {
        one.association = Some((association.clone(), interface.clone()));
    }
    // What AWS gave is returned to its pool.
    if let Some(one) = ec2.interfaces.get_mut(&interface) {
        one.public_ip = None;
    }
    Ok(json!({"return": true, "associationId": association}))
}

/// `DisassociateAddress`.
pub(super) fn disassociate(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("AssociationId")?;
    let mut all = at.ec2().addresses.values_mut();
    let one = all.find(|it| it.association.as_ref().is_some_and(|(association, _)| *association == id));
    one.ok_or_else(|| missing(&id))?.association = None;
    Ok(json!({"return": true}))
}

const ADDRESSES: Kind = Kind {
    set: "addressesSet",
    id: "allocationId",
    ids: "AllocationId",
    missing,
    filters: &[
        ("allocation-id", "allocationId"),
        ("association-id", "associationId"),
        ("domain", "domain"),
        ("instance-id", "instanceId"),
        ("network-interface-id", "networkInterfaceId"),
        ("private-ip-address", "privateIpAddress"),
        ("public-ip", "publicIp"),
    ],
};

/// `DescribeAddresses`.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (account, region, ips) = (at.account(), at.region, input.texts("PublicIp"));
    let ec2 = at.ec2();
    let shape = |it: &Address| {
        let on = it.association.as_ref().and_then(|(_, on)| ec2.interfaces.get(on));
        json!({
            "publicIp": it.public_ip, "allocationId": it.allocation, "domain": "vpc", "publicIpv4Pool": "amazon", "networkBorderGroup": region,
            "associationId": it.association.as_ref().map(|(association, _)| association), "networkInterfaceId": on.map(|on| &on.id),
            "networkInterfaceOwnerId": on.map(|_| &account), "privateIpAddress": on.map(|on| &on.private_ip),
            "instanceId": on.and_then(|on| on.attached.as_ref()).map(|(instance, ..)| instance), "tagSet": ec2.tag_set(&it.allocation),
        })
    };
    if let Some(unknown) = ips.iter().find(|ip| !ec2.addresses.values().any(|it| it.public_ip == **ip)) {
        return Err(ApiError::new("InvalidAddress.NotFound", format!("Address '{unknown}' not found.")));
    }
    let wanted = ec2.addresses.values().filter(|it| ips.is_empty() || ips.contains(&it.public_ip));
    shown(ADDRESSES, wanted.map(shape).collect(), input)
}
