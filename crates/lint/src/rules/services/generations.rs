//! I3100: instances of an old kind.
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// Source: *Previous generation instances* on AWS's pages about EC2.
pub(super) static RULE: Rule = Rule {
    id: "I3100",
    name: "instance-type-old",
    reason: "Newer generations of instances do more for less money, and old ones become scarce.",
    fix: "Write the newest generation of the family that the region has, such as `m7g` for `m3`.",
    good: "Resources:\n  Host:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      \
           InstanceType: m7g.large\n      MetadataOptions:\n        HttpTokens: required\n",
    bad: "Resources:\n  Host:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      \
          InstanceType: m3.large\n      MetadataOptions:\n        HttpTokens: required\n",
    check: Check::Value(check),
};

const OLD: [&str; 17] =
    ["c1", "c2", "c3", "cc2", "cg1", "cr1", "g2", "hi1", "hs1", "i2", "m1", "m2", "m3", "r1", "r2", "r3", "t1"];

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let name = place.property.map_or("", |property| property.name.as_str());
    if !matches!(name, "InstanceType" | "DBInstanceClass" | "CacheNodeType") {
        return;
    }
    let Some(text) = place.node.text().filter(|text| text.split('.').any(|part| OLD.contains(&part))) else { return };
    if has_instances(place.resource.type_name, &place.property_path()) {
        report.at(place.node, || format!("`{text}` is of a generation that newer ones have replaced"));
    }
}

fn has_instances(type_name: &str, path: &str) -> bool {
    matches!(
        (type_name, path),
        ("AWS::AutoScaling::LaunchConfiguration", "/InstanceType")
            | ("AWS::EC2::CapacityReservation", "/InstanceType")
            | ("AWS::EC2::Host", "/InstanceType")
            | ("AWS::EC2::Instance", "/InstanceType")
            | ("AWS::EC2::LaunchTemplate", "/LaunchTemplateData/InstanceType")
            | ("AWS::ElastiCache::CacheCluster", "/CacheNodeType")
            | ("AWS::ElastiCache::GlobalReplicationGroup", "/CacheNodeType")
            | ("AWS::ElastiCache::ReplicationGroup", "/CacheNodeType")
            | ("AWS::Elasticsearch::Domain", "/ElasticsearchClusterConfig/InstanceType")
            | ("AWS::OpenSearchService::Domain", "/ClusterConfig/InstanceType")
            | ("AWS::RDS::DBInstance", "/DBInstanceClass")
    )
}
