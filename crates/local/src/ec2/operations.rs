//! The calls by name.
use serde_json::{Value as Json, json};

use super::error::missing;
use super::network::{endpoint, gateway, route, subnet, table, vpc};
use super::shown::{Kind, shown, tags};
use super::{
    Answer, Ec2, Input, Place, address, attachment, boot, catalogue, image, instance, key, life, root, run, security,
    snapshot, template, volume,
};

/// A call.
pub(super) type Operation = fn(&mut Place<'_>, Input<'_>) -> Answer;

/// The call of a name.
pub(super) fn named(name: &str) -> Option<Operation> {
    machines(name).or_else(|| disks(name)).or_else(|| networks(name)).or_else(|| groups(name))
}

fn machines(name: &str) -> Option<Operation> {
    Some(match name {
        "RunInstances" => run::run,
        "StartInstances" => life::start,
        "StopInstances" => life::stop,
        "RebootInstances" => life::reboot,
        "TerminateInstances" => life::terminate,
        "DescribeInstances" => instance::describe,
        "DescribeInstanceStatus" => instance::statuses,
        "DescribeInstanceAttribute" => instance::attribute,
        "DescribeIamInstanceProfileAssociations" => instance::profiles,
        "ModifyInstanceAttribute" => instance::modify,
        "ModifyInstanceMetadataOptions" => instance::modify_metadata,
        "GetConsoleOutput" => boot::console,
        "CreateReplaceRootVolumeTask" => root::create,
        "DescribeReplaceRootVolumeTasks" => root::describe,
        "DescribeInstanceTypes" => catalogue::types,
        "DescribeInstanceTypeOfferings" => catalogue::offerings,
        "DescribeAvailabilityZones" => catalogue::describe_zones,
        "CreateKeyPair" => key::create,
        "ImportKeyPair" => key::import,
        "DeleteKeyPair" => key::delete,
        "DescribeKeyPairs" => key::describe,
        "CreateLaunchTemplate" => template::create,
        "CreateLaunchTemplateVersion" => template::create_version,
        "DeleteLaunchTemplate" => template::delete,
        "DescribeLaunchTemplates" => template::describe,
        _ => return None,
    })
}

fn disks(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateVolume" => volume::create,
        "DeleteVolume" => volume::delete,
        "ModifyVolume" => volume::modify,
        "AttachVolume" => attachment::attach,
        "DetachVolume" => attachment::detach,
        "DescribeVolumes" => volume::describe,
        "DescribeVolumesModifications" => volume::modifications,
        "CreateSnapshot" => snapshot::create,
        "CreateSnapshots" => snapshot::create_of_instance,
        "DeleteSnapshot" => snapshot::delete,
        "DescribeSnapshots" => snapshot::describe,
        "CreateImage" => image::create,
        "RegisterImage" => image::register,
        "CopyImage" => image::copy,
        "DeregisterImage" => image::deregister,
        "EnableImageDeprecation" => image::deprecate,
        "DescribeImages" => image::describe,
        "CreateTags" => create_tags,
        "DeleteTags" => delete_tags,
        "DescribeTags" => describe_tags,
        _ => return None,
    })
}

fn networks(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateVpc" => vpc::create,
        "ModifyVpcAttribute" => vpc::modify,
        "DescribeVpcAttribute" => vpc::attribute,
        "DeleteVpc" => vpc::delete,
        "DescribeVpcs" => vpc::describe,
        "CreateSubnet" => subnet::create,
        "ModifySubnetAttribute" => subnet::modify,
        "DeleteSubnet" => subnet::delete,
        "DescribeSubnets" => subnet::describe,
        "CreateInternetGateway" => gateway::create,
        "AttachInternetGateway" => gateway::attach,
        "DetachInternetGateway" => gateway::detach,
        "DeleteInternetGateway" => gateway::delete,
        "DescribeInternetGateways" => gateway::describe,
        "CreateRouteTable" => table::create,
        "DeleteRouteTable" => table::delete,
        "DescribeRouteTables" => table::describe,
        "CreateRoute" => route::create,
        "ReplaceRoute" => route::replace,
        "DeleteRoute" => route::delete,
        "AssociateRouteTable" => table::associate,
        "DisassociateRouteTable" => table::disassociate,
        "CreateVpcEndpoint" => endpoint::create,
        "ModifyVpcEndpoint" => endpoint::modify,
        "DeleteVpcEndpoints" => endpoint::delete,
        "DescribeVpcEndpoints" => endpoint::describe,
        _ => return None,
    })
}

fn groups(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateSecurityGroup" => security::create,
        "DeleteSecurityGroup" => security::delete,
        "DescribeSecurityGroups" => security::describe,
        "DescribeSecurityGroupRules" => security::describe_rules,
        "AuthorizeSecurityGroupIngress" => security::authorize_ingress,
        "AuthorizeSecurityGroupEgress" => security::authorize_egress,
        "RevokeSecurityGroupIngress" => security::revoke_ingress,
        "RevokeSecurityGroupEgress" => security::revoke_egress,
        "CreateNetworkInterface" => address::create_interface,
        "DeleteNetworkInterface" => address::delete_interface,
        "DescribeNetworkInterfaces" => address::describe_interfaces,
        "AllocateAddress" => address::allocate,
        "ReleaseAddress" => address::release,
        "AssociateAddress" => address::associate,
        "DisassociateAddress" => address::disassociate,
        "DescribeAddresses" => address::describe,
        _ => return None,
    })
}

/// What carries tags: prefix of the id, and the name of its kind.
const KINDS: &[(&str, &str)] = &[
    ("i", "instance"),
    ("vol", "volume"),
    ("snap", "snapshot"),
    ("ami", "image"),
    ("vpc", "vpc"),
    ("subnet", "subnet"),
    ("igw", "internet-gateway"),
    ("rtb", "route-table"),
    ("vpce", "vpc-endpoint"),
    ("sg", "security-group"),
    ("sgr", "security-group-rule"),
    ("eni", "network-interface"),
    ("eipalloc", "elastic-ip"),
    ("key", "key-pair"),
    ("lt", "launch-template"),
    ("replacevol", "replace-root-volume-task"),
];

fn exists(ec2: &Ec2, id: &str) -> bool {
    let shelves = [
        &ec2.vpcs,
        &ec2.subnets,
        &ec2.internet_gateways,
        &ec2.route_tables,
        &ec2.endpoints,
        &ec2.security_groups,
        &ec2.rules,
        &ec2.keys,
        &ec2.launch_templates,
        &ec2.root_tasks,
    ];
    shelves.iter().any(|shelf| shelf.contains_key(id))
        || ec2.instances.contains_key(id)
        || ec2.volumes.contains_key(id)
        || ec2.snapshots.contains_key(id)
        || ec2.images.contains_key(id)
        || ec2.interfaces.contains_key(id)
        || ec2.addresses.contains_key(id)
}

/// `CreateTags`.
fn create_tags(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    let ids = input.texts("ResourceId");
    if let Some(unknown) = ids.iter().find(|id| !exists(ec2, id)) {
        return Err(missing(unknown));
    }
    ids.iter().for_each(|id| ec2.tag(id, tags(input)));
    Ok(json!({"return": true}))
}

/// `DeleteTags`: by key, or by key and value; all if none is named.
fn delete_tags(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let wanted: Vec<(Option<String>, Option<String>)> =
        input.list("Tag").map(|it| (it.text("Key"), it.text("Value"))).collect();
    let ec2 = at.ec2();
    for id in input.texts("ResourceId") {
        let Some(all) = ec2.tags.get_mut(&id) else { continue };
        let goes = |key: &String, value: &String| {
            wanted.is_empty()
                || wanted
                    .iter()
                    .any(|(name, only)| name.as_ref() == Some(key) && only.as_ref().is_none_or(|only| only == value))
        };
        all.retain(|key, value| !goes(key, value));
    }
    Ok(json!({"return": true}))
}

const TAGS: Kind = Kind {
    set: "tagSet",
    id: "resourceId",
    ids: "",
    missing,
    filters: &[("key", "key"), ("value", "value"), ("resource-id", "resourceId"), ("resource-type", "resourceType")],
};

/// `DescribeTags`.
fn describe_tags(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let kind = |id: &str| {
        let prefix = id.split('-').next().unwrap_or_default();
        KINDS.iter().find(|(known, _)| *known == prefix).map(|(_, kind)| *kind)
    };
    let all = at.ec2().tags.iter().flat_map(|(id, tags)| {
        tags.iter()
            .map(move |(key, value)| json!({"resourceId": id, "resourceType": kind(id), "key": key, "value": value}))
    });
    let all: Vec<Json> = all.collect();
    shown(TAGS, all, input)
}
