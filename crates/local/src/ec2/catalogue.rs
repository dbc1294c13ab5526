//! Types of instances: what follows from their names, and sizes of those that are offered here.
use serde_json::{Value as Json, json};

use super::error::invalid;
use super::shown::{Kind, shown};
use super::{Answer, Input, Place};
use crate::wire::ApiError;

/// Families that are offered, with how many GiB of memory one virtual processor has.
const FAMILIES: &[(&str, i64)] = &[
    ("t3", 4),
    ("t3a", 4),
    ("t4g", 4),
    ("m5", 4),
    ("m5zn", 4),
    ("m6g", 4),
    ("m6i", 4),
    ("m7g", 4),
    ("m7gd", 4),
    ("m7i", 4),
    ("m8g", 4),
    ("c5", 2),
    ("c5n", 2),
    ("c6g", 2),
    ("c6i", 2),
    ("c7g", 2),
    ("c7i", 2),
    ("c8g", 2),
    ("c8i", 2),
    ("r6g", 8),
    ("r7g", 8),
    ("r7i", 8),
    ("i3", 8),
];

/// Sizes with their virtual processors.
const SIZES: &[(&str, i64)] = &[
    ("nano", 2),
    ("micro", 2),
    ("small", 2),
    ("medium", 2),
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("8xlarge", 32),
    ("12xlarge", 48),
    ("16xlarge", 64),
    ("24xlarge", 96),
    ("metal", 96),
];

/// Whether an instance of the type is a whole server.
#[must_use]
pub fn is_metal(kind: &str) -> bool {
    kind.split('.').nth(1).is_some_and(|size| size.starts_with("metal"))
}

/// Graviton's families have a `g` behind the generation. Source: *Amazon EC2 instance type naming conventions*.
#[must_use]
pub fn architecture(kind: &str) -> &'static str {
    let family = kind.split('.').next().unwrap_or_default();
    let options = family
        .trim_start_matches(|it: char| it.is_ascii_alphabetic())
        .trim_start_matches(|it: char| it.is_ascii_digit());
    if family == "a1" || options.starts_with('g') && family.len() > 2 && !family.starts_with('g') {
        "arm64"
    } else {
        "x86_64"
    }
}

/// Virtual processors of a type; a Graviton `medium` has one.
#[must_use]
pub fn processors(kind: &str) -> i64 {
    let size = kind.split('.').nth(1).unwrap_or_default();
    let one = size == "medium" && architecture(kind) == "arm64" && !kind.starts_with("t4g");
    if one { 1 } else { SIZES.iter().find(|(name, _)| *name == size).map_or(2, |(_, count)| *count) }
}

/// Refuses what cannot be the name of a type.
///
/// # Errors
///
/// If it has not the form `family.size`.
pub fn check(kind: &str) -> Result<(), ApiError> {
    let fits = kind.split_once('.').is_some_and(|(family, size)| {
        family.len() > 1 && family.chars().any(|it| it.is_ascii_digit()) && !size.is_empty()
    });
    if fits { Ok(()) } else { Err(invalid(format!("Invalid value '{kind}' for InstanceType."))) }
}

fn names() -> impl Iterator<Item = (String, i64)> {
    FAMILIES.iter().flat_map(|(family, memory)| {
        SIZES
            .iter()
            .filter(|(size, _)| {
                family.starts_with('t') == matches!(*size, "nano" | "micro" | "small")
                    || matches!(*size, "medium" | "large" | "xlarge" | "2xlarge")
            })
            .map(move |(size, _)| (format!("{family}.{size}"), *memory))
    })
}

const TYPES: Kind = Kind {
    set: "instanceTypeSet",
    id: "instanceType",
    ids: "InstanceType",
    missing: |id| {
        ApiError::new("InvalidInstanceType", format!("The following supplied instance types do not exist: [{id}]"))
    },
    filters: &[
        ("instance-type", "instanceType"),
        ("bare-metal", "bareMetal"),
        ("current-generation", "currentGeneration"),
        ("processor-info.supported-architecture", "processorInfo/supportedArchitectures"),
        ("vcpu-info.default-vcpus", "vCpuInfo/defaultVCpus"),
    ],
};

/// `DescribeInstanceTypes`.
pub(super) fn types(_: &mut Place<'_>, input: Input<'_>) -> Answer {
    let shape = |(name, memory): (String, i64)| {
        let count = processors(&name);
        json!({
            "instanceType": name, "currentGeneration": true, "freeTierEligible": false, "bareMetal": is_metal(&name),
            "hypervisor": if is_metal(&name) { Json::Null } else { json!("nitro") },
            "supportedRootDeviceTypes": ["ebs"], "supportedUsageClasses": ["on-demand", "spot"],
            "supportedVirtualizationTypes": ["hvm"],
            "processorInfo": {"supportedArchitectures": [architecture(&name)]},
            "vCpuInfo": {"defaultVCpus": count}, "memoryInfo": {"sizeInMiB": count * memory * 1024},
            "ebsInfo": {"ebsOptimizedSupport": "default", "encryptionSupport": "supported", "nvmeSupport": "required"},
        })
    };
    shown(TYPES, names().map(shape).collect(), input)
}

const OFFERINGS: Kind = Kind {
    set: "instanceTypeOfferingSet",
    id: "instanceType",
    ids: "",
    missing: super::error::missing,
    filters: &[("instance-type", "instanceType"), ("location", "location")],
};

/// `DescribeInstanceTypeOfferings`: everything that is offered is offered everywhere.
pub(super) fn offerings(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let by = input.text("LocationType").unwrap_or_else(|| "region".to_owned());
    let places = match by.as_str() {
        "region" => vec![at.region.to_owned()],
        "availability-zone" => zones(at.region),
        "availability-zone-id" => zones(at.region).iter().map(|zone| zone_id(zone)).collect(),
        other => return Err(invalid(format!("Value ({other}) for parameter locationType is invalid."))),
    };
    let offering = |place: &String, name: &str| json!({"instanceType": name, "locationType": by, "location": place});
    let all = names().flat_map(|(name, _)| places.iter().map(|place| offering(place, &name)).collect::<Vec<_>>());
    shown(OFFERINGS, all.collect(), input)
}

const ZONES: Kind = Kind {
    set: "availabilityZoneInfo",
    id: "zoneName",
    ids: "ZoneName",
    missing: |id| invalid(format!("Invalid availability zone: [{id}]")),
    filters: &[
        ("zone-name", "zoneName"),
        ("zone-id", "zoneId"),
        ("state", "zoneState"),
        ("region-name", "regionName"),
        ("zone-type", "zoneType"),
        ("opt-in-status", "optInStatus"),
    ],
};

/// `DescribeAvailabilityZones`.
pub(super) fn describe_zones(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let shape = |zone: &String| {
        json!({
            "zoneName": zone, "zoneId": zone_id(zone), "zoneState": "available", "regionName": at.region, "zoneType": "availability-zone",
            "optInStatus": "opt-in-not-required", "groupName": at.region, "networkBorderGroup": at.region, "messageSet": [],
        })
    };
    shown(ZONES, zones(at.region).iter().map(shape).collect(), input)
}

/// The zones of a region: three here.
#[must_use]
pub fn zones(region: &str) -> Vec<String> {
    ["a", "b", "c"].map(|letter| format!("{region}{letter}")).to_vec()
}

/// Such as `euw1-az1` of `eu-west-1a`. In AWS the number differs by account.
#[must_use]
pub fn zone_id(zone: &str) -> String {
    let mut parts = zone.split('-');
    let area = parts.next().unwrap_or_default();
    let side: String = match parts.next().unwrap_or_default() {
        "northeast" => "ne".to_owned(),
        "southeast" => "se".to_owned(),
        "northwest" => "nw".to_owned(),
        "southwest" => "sw".to_owned(),
        other => other.chars().take(1).collect(),
    };
    let last = parts.next().unwrap_or_default();
    let (number, letter) = last.split_at(last.len().saturating_sub(1));
    let index = letter.bytes().next().map_or(0, |letter| letter.wrapping_sub(b'a') + 1);
    format!("{area}{side}{number}-az{index}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        let arm = ["m7g.medium", "c6gd.metal", "t4g.nano", "a1.large", "im4gn.large"];
        let intel = ["m5.large", "c5n.metal", "g4dn.xlarge", "g5.xlarge", "m6i.large", "t3.micro"];
        assert!(arm.iter().all(|kind| architecture(kind) == "arm64"));
        assert!(intel.iter().all(|kind| architecture(kind) == "x86_64"));
        assert!(is_metal("c5n.metal") && is_metal("c7i.metal-24xl") && !is_metal("m5.large"));
        assert_eq!(zone_id("eu-west-1a"), "euw1-az1");
    }
}
