//! Looking at what EC2 has: machines and disks of the stacks, and what templates name that is not theirs. Everything is asked
//! for by filters, which bear what is not there any more.
use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;
use roxmltree::Node;

use super::document::{AddressSeen, DiskSeen, GroupSeen, ImageSeen, MachineSeen, NetworkSeen, Observed, SubnetSeen};
use super::noted;
use super::reader::Reader;
use super::stacks::owned;
use crate::aws::ec2::{filters, text};
use crate::failure::Failure;

/// Looks at it, and notes what the credentials do not show.
pub(super) async fn look(reader: &Reader, named: &BTreeSet<String>, seen: &mut Observed) -> Result<(), Failure> {
    let own = |type_name: &str| owned(&seen.stacks, type_name);
    let (hosts, disks, ips) = (own("AWS::EC2::Instance"), own("AWS::EC2::Volume"), own("AWS::EC2::EIP"));
    let of = |prefix: &str| -> Vec<String> { named.iter().filter(|id| id.starts_with(prefix)).cloned().collect() };

    let found = found(reader, "DescribeInstances", "instance-id", &hosts, "instancesSet", machine).await;
    seen.instances = noted(&mut seen.notes, "machines", found)?;
    let disks = [disks, of("vol-")].concat();
    let on = found_disks(reader, &hosts, &disks).await;
    seen.volumes = noted(&mut seen.notes, "disks", on)?;
    let found = self::found(reader, "DescribeAddresses", "public-ip", &ips, "addressesSet", address).await;
    seen.addresses = noted(&mut seen.notes, "addresses", found)?;
    let found = self::found(reader, "DescribeImages", "image-id", &of("ami-"), "imagesSet", image).await;
    seen.images = noted(&mut seen.notes, "images", found)?;
    let found = self::found(reader, "DescribeSubnets", "subnet-id", &of("subnet-"), "subnetSet", subnet).await;
    seen.subnets = noted(&mut seen.notes, "subnets", found)?;
    let found = self::found(reader, "DescribeSecurityGroups", "group-id", &of("sg-"), "securityGroupInfo", group).await;
    seen.groups = noted(&mut seen.notes, "security groups", found)?;
    let mut networks: BTreeSet<String> = of("vpc-").into_iter().collect();
    networks.extend(seen.subnets.iter().map(|it| it.network.clone()));
    networks.extend(seen.groups.iter().map(|it| it.network.clone()));
    let networks: Vec<String> = networks.into_iter().collect();
    let found = self::found(reader, "DescribeVpcs", "vpc-id", &networks, "vpcSet", network).await;
    seen.networks = noted(&mut seen.notes, "networks", found)?;
    Ok(())
}

/// Nothing is asked where nothing is meant.
async fn found<T>(
    reader: &Reader,
    operation: &'static str,
    filter: &str,
    ids: &[String],
    set: &str,
    read: impl Fn(Node<'_, '_>) -> Option<T>,
) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    // Source: *Filtering* in the EC2 API reference: at most 200 values in one filter.
    for ids in ids.chunks(200) {
        let fields = filters(&[(filter, ids.iter().map(String::as_str).collect())]);
        all.extend(reader.ec2(operation, &fields).await?.items(set, &read)?);
    }
    Ok(all)
}

/// The disks of the stacks, and those on their machines.
async fn found_disks(reader: &Reader, hosts: &[String], disks: &[String]) -> Result<Vec<DiskSeen>, Failure> {
    let mut all = found(reader, "DescribeVolumes", "volume-id", disks, "volumeSet", disk).await?;
    let on_hosts = found(reader, "DescribeVolumes", "attachment.instance-id", hosts, "volumeSet", disk).await?;
    for one in on_hosts {
        if !all.iter().any(|other| other.id == one.id) {
            all.push(one);
        }
    }
    let ids: Vec<String> = all.iter().map(|one| one.id.clone()).collect();
    let modified =
        found(reader, "DescribeVolumesModifications", "volume-id", &ids, "volumeModificationSet", modification).await?;
    for (id, state, started) in modified {
        // There may be one after the other; the last one counts.
        for one in all.iter_mut().filter(|one| one.id == id && one.modified < started) {
            (one.modified, one.is_modifying) = (started, matches!(state.as_str(), "modifying" | "optimizing"));
        }
    }
    Ok(all)
}

fn modification(node: Node<'_, '_>) -> Option<(String, String, Option<Timestamp>)> {
    Some((said(node, "volumeId")?, said(node, "modificationState")?, number(node, "startTime")))
}

fn said(node: Node<'_, '_>, path: &str) -> Option<String> {
    text(node, path).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn number<N: FromStr>(node: Node<'_, '_>, path: &str) -> Option<N> {
    text(node, path)?.trim().parse().ok()
}

fn machine(node: Node<'_, '_>) -> Option<MachineSeen> {
    Some(MachineSeen {
        id: said(node, "instanceId")?,
        state: said(node, "instanceState/name")?,
        kind: said(node, "instanceType").unwrap_or_default(),
        private_ip: said(node, "privateIpAddress"),
        public_ip: said(node, "ipAddress"),
        private_name: said(node, "privateDnsName"),
        public_name: said(node, "dnsName"),
        root_device: said(node, "rootDeviceName"),
    })
}

fn disk(node: Node<'_, '_>) -> Option<DiskSeen> {
    Some(DiskSeen {
        id: said(node, "volumeId")?,
        zone: said(node, "availabilityZone").unwrap_or_default(),
        size: number(node, "size")?,
        kind: said(node, "volumeType").unwrap_or_default(),
        iops: number(node, "iops"),
        throughput: number(node, "throughput"),
        encrypted: said(node, "encrypted").as_deref() == Some("true"),
        instance: said(node, "attachmentSet/item/instanceId"),
        device: said(node, "attachmentSet/item/device"),
        modified: None,
        is_modifying: false,
    })
}

fn address(node: Node<'_, '_>) -> Option<AddressSeen> {
    Some(AddressSeen { public_ip: said(node, "publicIp")?, allocation: said(node, "allocationId")? })
}

fn image(node: Node<'_, '_>) -> Option<ImageSeen> {
    let devices = node.children().find(|child| child.has_tag_name("blockDeviceMapping"));
    let root_device = said(node, "rootDeviceName").unwrap_or_default();
    let is_root = |it: &Node<'_, '_>| said(*it, "deviceName").as_ref() == Some(&root_device);
    let root = devices.and_then(|devices| devices.children().filter(Node::is_element).find(is_root));
    Some(ImageSeen {
        id: said(node, "imageId")?,
        name: said(node, "name").unwrap_or_default(),
        architecture: said(node, "architecture")?,
        size: root.and_then(|root| number(root, "ebs/volumeSize")),
        root_device,
    })
}

fn subnet(node: Node<'_, '_>) -> Option<SubnetSeen> {
    Some(SubnetSeen {
        id: said(node, "subnetId")?,
        network: said(node, "vpcId")?,
        block: said(node, "cidrBlock")?,
        zone: said(node, "availabilityZone")?,
    })
}

fn group(node: Node<'_, '_>) -> Option<GroupSeen> {
    let (id, network) = (said(node, "groupId")?, said(node, "vpcId")?);
    Some(GroupSeen { id, network, name: said(node, "groupName").unwrap_or_default() })
}

fn network(node: Node<'_, '_>) -> Option<NetworkSeen> {
    Some(NetworkSeen { id: said(node, "vpcId")?, block: said(node, "cidrBlock")? })
}
