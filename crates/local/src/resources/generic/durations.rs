//! How long things take until they are ready: estimates that nobody measured, so that a rehearsal has rough proportions.
use jiff::SignedDuration;

/// Type or service, seconds of a creation, of an update, of a deletion. The first that fits stands.
const SECONDS: [(&str, [i64; 3]); 22] = [
    ("AWS::RDS::DBInstance", [300, 120, 180]),
    ("AWS::RDS::DBCluster", [120, 60, 90]),
    ("AWS::RDS::", [15, 15, 10]),
    ("AWS::ElastiCache::ReplicationGroup", [420, 120, 240]),
    ("AWS::ElastiCache::CacheCluster", [300, 120, 180]),
    ("AWS::OpenSearchService::Domain", [900, 600, 300]),
    ("AWS::Redshift::Cluster", [300, 120, 180]),
    ("AWS::EKS::Cluster", [540, 300, 180]),
    ("AWS::EKS::Nodegroup", [150, 150, 180]),
    ("AWS::ECS::Service", [60, 60, 60]),
    ("AWS::CloudFront::Distribution", [240, 180, 240]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", [150, 15, 30]),
    ("AWS::EC2::NatGateway", [100, 10, 60]),
    ("AWS::EC2::", [5, 5, 5]),
    ("AWS::AutoScaling::AutoScalingGroup", [30, 15, 60]),
    ("AWS::CertificateManager::Certificate", [120, 10, 5]),
    ("AWS::Route53::RecordSet", [35, 35, 35]),
    ("AWS::KMS::Key", [20, 5, 3]),
    ("AWS::DynamoDB::", [10, 10, 10]),
    ("AWS::SQS::Queue", [60, 60, 60]),
    ("AWS::Events::Rule", [60, 10, 10]),
    ("AWS::SNS::", [10, 5, 5]),
];

const DEFAULT: [i64; 3] = [5, 5, 3];

fn seconds(type_name: &str, which: usize) -> SignedDuration {
    let fits = |name: &str| if name.ends_with("::") { type_name.starts_with(name) } else { type_name == name };
    let known = SECONDS.iter().find(|(name, _)| fits(name)).map_or(DEFAULT, |(_, seconds)| *seconds);
    SignedDuration::from_secs(known[which])
}

pub(super) fn create(type_name: &str) -> SignedDuration {
    seconds(type_name, 0)
}

pub(super) fn update(type_name: &str) -> SignedDuration {
    seconds(type_name, 1)
}

pub(super) fn delete(type_name: &str) -> SignedDuration {
    seconds(type_name, 2)
}
