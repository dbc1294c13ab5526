//! E3013: the names under which a distribution of CloudFront answers.
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::Place;

/// Source: *Requirements for using alternate domain names* in the CloudFront developer guide.
pub static RULE: Rule = Rule {
    id: "E3013",
    name: "distribution-alias",
    reason: "CloudFront answers under domain names in small letters; a `*` may only stand for the whole first part.",
    fix: "Write a domain name such as `www.example.com` or `*.example.com`.",
    good: "Resources:\n  Site:\n    Type: AWS::CloudFront::Distribution\n    Properties:\n      DistributionConfig:\n        \
           Enabled: true\n        Aliases: ['*.example.com']\n        DefaultCacheBehavior: {TargetOriginId: one, \
           ViewerProtocolPolicy: https-only, CachePolicyId: mine}\n        Origins: [{Id: one, DomainName: origin.example.com, \
           CustomOriginConfig: {OriginProtocolPolicy: https-only}}]\n",
    bad: "Resources:\n  Site:\n    Type: AWS::CloudFront::Distribution\n    Properties:\n      DistributionConfig:\n        \
          Enabled: true\n        Aliases: ['https://example.com']\n",
    check: Check::Value(check),
};

fn check(place: &Place<'_, '_>, report: &mut Report<'_>) {
    if place.resource.type_name != "AWS::CloudFront::Distribution" {
        return;
    }
    let Some(text) = place.node.text() else { return };
    if text.contains("{{resolve:") || place.property_path() != "/DistributionConfig/Aliases/*" || is_alias(text) {
        return;
    }
    report.at(place.node, || format!("`{text}` is no domain name under which CloudFront could answer"));
}

fn is_alias(text: &str) -> bool {
    let sound = |label: &str| {
        let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let ends = label.bytes().next().zip(label.bytes().last());
        ends.is_some_and(|(first, last)| small(first) && small(last))
            && label.len() <= 63
            && label.bytes().all(|byte| small(byte) || byte == b'-')
    };
    let Some((names, last)) = text.rsplit_once('.') else { return false };
    let first = names.split('.').next().is_some_and(|label| label == "*" || starred(label, sound));
    first && names.split('.').skip(1).all(sound) && last.len() >= 2 && sound(last)
}

/// A first part that may begin with `*`.
fn starred(label: &str, sound: impl Fn(&str) -> bool) -> bool {
    sound(label.strip_prefix('*').unwrap_or(label))
}
