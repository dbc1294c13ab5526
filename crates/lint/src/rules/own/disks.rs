//! Disks of any kind: what they are asked to do, and whether they are encrypted.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{known_text, leaves, may_be_true};
use crate::template::call;

const VOLUME: &str = "AWS::EC2::Volume";

/// Every `AWS::EC2::Volume`'s properties and every `Ebs` of a block device mapping.
fn disks<'t>(context: &Context<'t>) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    for resource in &context.template.resources {
        let Some(properties) = resource.properties else { continue };
        let data = properties.get("LaunchTemplateData");
        if resource.type_name == VOLUME {
            found.push(properties);
        } else if resource.type_name.starts_with("AWS::EC2::") || resource.type_name.starts_with("AWS::AutoScaling::") {
            let mappings =
                [Some(properties), data].into_iter().flatten().filter_map(|it| it.get("BlockDeviceMappings"));
            let mappings = mappings.flat_map(|node| leaves(context, node));
            found.extend(mappings.filter_map(|mapping| mapping.get("Ebs")).flat_map(|ebs| leaves(context, ebs)));
        }
    }
    found.retain(|node| node.is_map() && call(*node).is_none());
    found
}

/// Source: `VolumeType`, `Iops` and `Throughput` of `AWS::EC2::Volume` in the CloudFormation reference; *General Purpose SSD
/// volumes* in the EBS User Guide (500 IOPS for each GiB, 0.25 MiB/s for each IOPS).
pub static PERFORMANCE: Rule = Rule {
    id: "S3026",
    name: "volume-performance",
    reason: "gp2 has neither `Iops` nor `Throughput`: its speed follows from its size, and 20 GiB have 100 IOPS. Only gp3 has \
             the 3,000 IOPS and 125 MiB/s that people write beside it, and its three figures must fit one another.",
    fix: "Write `VolumeType: gp3`, which also costs less; at most 500 IOPS for each GiB and 0.25 MiB/s for each IOPS.",
    good: "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
           Properties:\n      AvailabilityZone: !Select [0, !GetAZs '']\n      Size: 20\n      VolumeType: gp3\n      Iops: 3000\n      \
           Throughput: 125\n",
    bad: "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
          Properties:\n      AvailabilityZone: !Select [0, !GetAZs '']\n      Size: 20\n      VolumeType: gp2\n      Iops: 3000\n      \
          Throughput: 125\n",
    check: Check::Template(performance),
};

fn performance(context: &Context<'_>, report: &mut Report<'_>) {
    for disk in disks(context) {
        let number = |name: &str| disk.get(name).and_then(|node| known_text(context, node)?.parse::<u64>().ok());
        let kind = match disk.get("VolumeType") {
            Some(node) => known_text(context, node),
            None => Some("gp2"),
        };
        let (Some(kind), iops, throughput) = (kind, disk.get("Iops"), disk.get("Throughput")) else { continue };
        let without_iops = matches!(kind, "gp2" | "st1" | "sc1" | "standard");
        for (name, given, unfit) in [("Iops", iops, without_iops), ("Throughput", throughput, kind != "gp3")] {
            if let Some(given) = given.filter(|_| unfit) {
                report.at(given, || format!("a {kind} volume has no `{name}`; only gp3 takes both figures"));
            }
        }
        if kind == "gp3" {
            gp3(disk, number, report);
        }
    }
}

/// Whether the three figures of a gp3 volume fit one another.
fn gp3(disk: Node<'_>, number: impl Fn(&str) -> Option<u64>, report: &mut Report<'_>) {
    let rate = number("Iops").unwrap_or(3000);
    let size = number("Size").or_else(|| number("VolumeSize"));
    if let (Some(given), Some(size)) = (disk.get("Iops"), size)
        && rate > 3000
        && rate > size.saturating_mul(500)
    {
        report.at(given, || format!("{rate} IOPS are more than the 500 for each of the {size} GiB"));
    }
    if let (Some(given), Some(speed)) = (disk.get("Throughput"), number("Throughput"))
        && speed > 125
        && speed.saturating_mul(4) > rate
    {
        report.at(given, || format!("{speed} MiB/s take {} IOPS, and there are {rate}", speed.saturating_mul(4)));
    }
}

/// Source: *Amazon EBS encryption* in the EBS User Guide.
pub static ENCRYPTION: Rule = Rule {
    id: "S3028",
    name: "volume-unencrypted",
    reason: "A volume that is not encrypted when it is made stays so: CloudFormation cannot change `Encrypted`, and what a template \
             leaves open depends on a setting of the account.",
    fix: "Write `Encrypted: true`.",
    good: "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
           Properties:\n      AvailabilityZone: !Select [0, !GetAZs '']\n      Size: 20\n      Encrypted: true\n",
    bad: "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    \
          Properties:\n      AvailabilityZone: !Select [0, !GetAZs '']\n      Size: 20\n",
    check: Check::Template(encryption),
};

fn encryption(context: &Context<'_>, report: &mut Report<'_>) {
    for disk in disks(context) {
        match disk.get("Encrypted") {
            Some(given) if may_be_true(context, given) => {}
            Some(given) => report.at(given, || "this volume is not encrypted, and can never be later".to_owned()),
            None if disk.get("SnapshotId").is_some() || disk.get("KmsKeyId").is_some() => {}
            None => report.at(disk, || {
                "nothing says whether this volume is encrypted, and that cannot be changed later".to_owned()
            }),
        }
    }
}
