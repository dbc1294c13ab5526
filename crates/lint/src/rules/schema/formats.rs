//! E1150 to E1164: ids, names and ARNs of a known form. Also networks, which count as E3002 as in cfn-lint.
//!
//! Only what is written out is compared. What references give is another rule's.
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{properties, words};
use crate::document::ScalarKind;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// A form: the schemas' name for it, its rule, what it looks like, and whether a text has it.
struct Format {
    name: &'static str,
    rule: &'static Rule,
    looks: &'static str,
    fits: fn(&str) -> bool,
}

macro_rules! formats {
    ($($rule:ident $id:literal $name:literal $format:literal $looks:literal $fits:expr, $type:literal $good:literal $bad:literal $check:expr;)*) => {
        $(
            #[doc = concat!("`", $format, "`: ", $looks, ".")]
            pub static $rule: Rule = Rule {
                id: $id,
                name: $name,
                reason: concat!("The service refuses what is not ", $looks, "."),
                fix: concat!("Refer to the resource, or write ", $looks, "."),
                good: concat!("Resources:\n  It:\n    Type: ", $type, "\n    Properties: {", $good, "}\n"),
                bad: concat!("Resources:\n  It:\n    Type: ", $type, "\n    Properties: {", $bad, "}\n"),
                check: $check,
            };
        )*

        const FORMATS: &[Format] = &[$(Format { name: $format, rule: &$rule, looks: $looks, fits: $fits }),*];
    };
}

formats! {
    SECURITY_GROUP "E1150" "security-group-id" "AWS::EC2::SecurityGroup.Id"
        "`sg-` and 8 or 17 hexadecimal digits" |text| id(text, "sg-", hex),
        "AWS::EC2::SecurityGroupEgress"
        "GroupId: sg-0123456789abcdef0, IpProtocol: '-1', CidrIp: 10.0.0.0/8"
        "GroupId: my-group, IpProtocol: '-1', CidrIp: 10.0.0.0/8"
        Check::Value(check);
    VPC "E1151" "vpc-id" "AWS::EC2::VPC.Id"
        "`vpc-` and 8 or 17 hexadecimal digits" |text| id(text, "vpc-", hex),
        "AWS::EC2::EgressOnlyInternetGateway"
        "VpcId: vpc-01234567"
        "VpcId: my-vpc"
        Check::Elsewhere;
    IMAGE "E1152" "image-id" "AWS::EC2::Image.Id"
        "`ami-` and 8 or 17 digits" |text| id(text, "ami-", digit_or_small),
        "AWS::EC2::Instance"
        "ImageId: ami-0123456789abcdef0, InstanceType: t3.micro"
        "ImageId: ubuntu, InstanceType: t3.micro"
        Check::Elsewhere;
    GROUP_NAME "E1153" "security-group-name" "AWS::EC2::SecurityGroup.Name"
        "letters, digits and punctuation" group_name,
        "AWS::ElastiCache::SecurityGroupIngress"
        "CacheSecurityGroupName: cache, EC2SecurityGroupName: web"
        "CacheSecurityGroupName: 'caché', EC2SecurityGroupName: web"
        Check::Elsewhere;
    SUBNET "E1154" "subnet-id" "AWS::EC2::Subnet.Id"
        "`subnet-` and 8 or 17 hexadecimal digits" |text| id(text, "subnet-", hex),
        "AWS::EC2::NatGateway"
        "SubnetId: subnet-0123456789abcdef0, ConnectivityType: private"
        "SubnetId: my-subnet, ConnectivityType: private"
        Check::Elsewhere;
    LOG_GROUP "E1155" "log-group-name" "AWS::Logs::LogGroup.Name"
        "1 to 512 letters, digits and `.-_/#`" log_group,
        "AWS::Logs::LogStream"
        "LogGroupName: /app/web"
        "LogGroupName: app web"
        Check::Elsewhere;
    ROLE "E1156" "role-arn" "AWS::IAM::Role.Arn"
        "`arn:aws:iam::` with 12 digits and `:role/` with a name" |text| arn(text, "iam", false, &["role/"]),
        "AWS::ApiGateway::Account"
        "CloudWatchRoleArn: 'arn:aws:iam::123456789012:role/logs'"
        "CloudWatchRoleArn: logs"
        Check::Elsewhere;
    KEY "E1157" "key-arn" "AWS::KMS::Key.Arn"
        "the ARN of a key or of an alias of KMS" |text| arn(text, "kms", true, &["key/", "alias/"]),
        "AWS::APS::Workspace"
        "KmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1'"
        "KmsKeyArn: key"
        Check::Elsewhere;
    TOPIC "E1158" "topic-arn" "AWS::SNS::Topic.Arn"
        "the ARN of a topic of SNS" |text| arn(text, "sns", true, &[""]),
        "AWS::DMS::EventSubscription"
        "SnsTopicArn: 'arn:aws:sns:us-east-1:123456789012:news'"
        "SnsTopicArn: news"
        Check::Elsewhere;
    CERTIFICATE "E1159" "certificate-arn" "AWS::ACM::Certificate.Arn"
        "the ARN of a certificate of ACM" |text| arn(text, "acm", true, &["certificate/"]),
        "AWS::ApiGateway::DomainName"
        "DomainName: example.com, CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1'"
        "DomainName: example.com, CertificateArn: mine"
        Check::Elsewhere;
    FUNCTION "E1160" "function-arn" "AWS::Lambda::Function.Arn"
        "the ARN of a function of Lambda" |text| arn(text, "lambda", true, &["function:"]),
        "AWS::IoT::CertificateProvider"
        "LambdaFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f', AccountDefaultForOperations: [CreateCertificateFromCsr]"
        "LambdaFunctionArn: f, AccountDefaultForOperations: [CreateCertificateFromCsr]"
        Check::Elsewhere;
    BUCKET "E1161" "bucket-name" "AWS::S3::Bucket.Name"
        "3 to 63 small letters, digits, dots and dashes, with letters or digits around every dot" bucket,
        "AWS::S3::Bucket"
        "BucketName: my-bucket"
        "BucketName: My_Bucket"
        Check::Elsewhere;
    KEY_ID "E1162" "key-id" "AWS::KMS::Key.Id"
        "the id of a key of KMS, or `alias/` with a name" key_id,
        "AWS::SNS::Topic"
        "KmsMasterKeyId: alias/disk"
        "KmsMasterKeyId: aws/sns"
        Check::Elsewhere;
    ALIAS "E1164" "key-alias" "AWS::KMS::Alias.AliasName"
        "`alias/` with a name of letters, digits and `:/_-`" alias,
        "AWS::SNS::Topic"
        "KmsMasterKeyId: alias/disk"
        "KmsMasterKeyId: aws/sns"
        Check::Elsewhere;
}

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    let Some(format) = place.shape.format.as_deref() else { return };
    let Some(text) = place.literal().filter(|it| it.kind == ScalarKind::Text).map(|it| it.text.as_str()) else {
        return;
    };
    let wrong = |looks| format!("{} is not {looks}", words::value(place.node));
    let mut network = |fits: bool, looks: &'static str| {
        if !fits {
            report.as_rule(properties::RULE.id, properties::RULE.fix).at(place.node, || wrong(looks));
        }
    };
    match format {
        "ipv4-network" => network(is_network_v4(text), "a network such as 10.0.0.0/16, with no bits beside its mask"),
        "ipv6-network" => network(is_network_v6(text), "a network such as 2001:db8::/64, with no bits beside its mask"),
        _ => {
            let Some(known) = FORMATS.iter().find(|known| known.name == format) else { return };
            if !(known.fits)(text) && !is_excepted(place, text) {
                report.as_rule(known.rule.id, known.rule.fix).at(place.node, || wrong(known.looks));
            }
        }
    }
}

/// An image may be a parameter of Systems Manager in a launch template (`ImageId` of *RequestLaunchTemplateData*, EC2's
/// API reference); a bucket without a name gets one.
fn is_excepted(place: &Place<'_, '_>, text: &str) -> bool {
    match place.resource.type_name {
        "AWS::EC2::LaunchTemplate" => text.starts_with("resolve:ssm"),
        "AWS::S3::Bucket" => text.is_empty() && place.property_path() == "/BucketName",
        _ => false,
    }
}

fn hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

fn digit_or_small(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_lowercase()
}

fn id(text: &str, prefix: &str, digit: fn(u8) -> bool) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| matches!(rest.len(), 8 | 17) && rest.bytes().all(digit))
}

fn made_of(text: &str, punctuation: &[u8]) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(&byte))
}

fn group_name(text: &str) -> bool {
    made_of(text, b" ._-:/()#,@[]+=&;{}!$*")
}

fn log_group(text: &str) -> bool {
    made_of(text, b".-_/#") && text.len() <= 512
}

fn alias(text: &str) -> bool {
    text.strip_prefix("alias/").is_some_and(|name| made_of(name, b":/_-"))
}

fn key_id(text: &str) -> bool {
    let small_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    (lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| small_hex(group)))
        || text.strip_prefix("mrk-").is_some_and(|rest| rest.len() == 32 && small_hex(rest))
        || text.strip_prefix("alias/").is_some_and(|name| made_of(name, b"/_-"))
}

/// Source: *General purpose buckets naming rules* in the guide of S3.
fn bucket(text: &str) -> bool {
    let letter = |byte: u8| digit_or_small(byte) || byte == b'-';
    (3..=63).contains(&text.len())
        && text.split('.').all(|part| {
            let around = !part.starts_with('-') && !part.ends_with('-');
            !part.is_empty() && part.bytes().all(letter) && around
        })
}

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:` and something that begins with one of `resources`.
fn arn(text: &str, service: &str, regional: bool, resources: &[&str]) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [scheme, partition, given, region, account, resource] = parts[..] else { return false };
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    scheme == "arn"
        && partition.strip_prefix("aws").is_some_and(letters)
        && given == service
        && (regional != region.is_empty())
        && region.bytes().all(|byte| digit_or_small(byte) || byte == b'-')
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && resources.iter().any(|start| resource.strip_prefix(start).is_some_and(|rest| !rest.is_empty()))
}

fn is_network_v4(text: &str) -> bool {
    let (address, mask) = text.split_once('/').unwrap_or((text, "32"));
    let Ok(address) = address.parse::<Ipv4Addr>().map(u32::from) else { return false };
    let bits = if mask.contains('.') {
        mask.parse::<Ipv4Addr>().ok().map(|mask| u32::from(mask).leading_ones())
    } else {
        plain_number(mask)
    };
    bits.filter(|bits| *bits <= 32).is_some_and(|bits| address.checked_shl(bits).unwrap_or(0) == 0)
}

fn is_network_v6(text: &str) -> bool {
    let (address, mask) = text.split_once('/').unwrap_or((text, "128"));
    let Ok(address) = address.parse::<Ipv6Addr>().map(u128::from) else { return false };
    let bits = plain_number(mask).filter(|bits| *bits <= 128);
    bits.is_some_and(|bits| address.checked_shl(bits).unwrap_or(0) == 0)
}

fn plain_number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
