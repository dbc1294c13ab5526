//! Records of Route 53: E3023 and E3029.
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::document::Node;
use crate::patterns;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::template::{Function, call};
use crate::walk::{Group, Place};

/// What the values of a record are.
/// Source: *Supported DNS record types* in the Route 53 developer guide.
pub static FORM: Rule = Rule {
    id: "E3023",
    name: "record-form",
    reason: "Route 53 refuses a record whose values do not have the form of its type: an address, a name, a text in quotes.",
    fix: "Write the values as the type of the record wants them, or correct the type.",
    good: "Resources:\n  Home:\n    Type: AWS::Route53::RecordSet\n    Properties:\n      HostedZoneName: example.com.\n      \
           Name: example.com.\n      Type: A\n      TTL: '300'\n      ResourceRecords: [192.0.2.1]\n",
    bad: "Resources:\n  Home:\n    Type: AWS::Route53::RecordSet\n    Properties:\n      HostedZoneName: example.com.\n      \
          Name: example.com.\n      Type: A\n      TTL: '300'\n      ResourceRecords: [www.example.com]\n",
    check: Check::Group(form),
};

/// An alias with a time to live.
pub static ALIAS: Rule = Rule {
    id: "E3029",
    name: "record-alias-with-ttl",
    reason: "An alias lives as long as what it points at, so Route 53 refuses a `TTL` beside `AliasTarget`.",
    fix: "Take `TTL` away.",
    good: "Resources:\n  Home:\n    Type: AWS::Route53::RecordSet\n    Properties:\n      HostedZoneName: example.com.\n      \
           Name: example.com.\n      Type: A\n      AliasTarget: {DNSName: lb.example.com, HostedZoneId: Z123}\n",
    bad: "Resources:\n  Home:\n    Type: AWS::Route53::RecordSet\n    Properties:\n      HostedZoneName: example.com.\n      \
          Name: example.com.\n      Type: A\n      TTL: '300'\n      AliasTarget: {DNSName: lb.example.com, HostedZoneId: Z123}\n",
    check: Check::Group(alias),
};

fn is_record(place: &Place<'_, '_>) -> bool {
    match place.resource.type_name {
        "AWS::Route53::RecordSet" => place.property_path().is_empty(),
        "AWS::Route53::RecordSetGroup" => place.property_path() == "/RecordSets/*",
        _ => false,
    }
}

fn form(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !is_record(place) {
        return;
    }
    let Some((kind, records)) = group.get("Type").and_then(Node::text).zip(group.get("ResourceRecords")) else {
        return;
    };
    if matches!(kind, "CNAME" | "SOA") && records.items().filter(|item| call(*item).is_none()).count() > 1 {
        report.at(place.node.get("ResourceRecords").unwrap_or(records), || {
            format!("a record of type {kind} has one value, and this one has several")
        });
    }
    for node in records.items().flat_map(|item| branches(item)) {
        let Some(text) = node.text().filter(|text| !text.contains("{{resolve:")) else { continue };
        if let Some(wanted) = wrong(kind, text) {
            report.at(node, || format!("a value of a record of type {kind} is {wanted}; `{text}` is none"));
        }
    }
}

/// Every value that `Fn::If` leaves.
fn branches(node: Node<'_>) -> Vec<Node<'_>> {
    match call(node) {
        Some(call) if call.function == Function::If => call.argument.items().skip(1).flat_map(branches).collect(),
        _ => vec![node],
    }
}

/// What is wanted, if the value is something else.
fn wrong(kind: &str, text: &str) -> Option<&'static str> {
    let (fits, wanted) = match kind {
        "A" => (text.parse::<Ipv4Addr>().is_ok(), "an address such as 192.0.2.1"),
        "AAAA" => (text.parse::<Ipv6Addr>().is_ok(), "an address such as 2001:db8::1"),
        "CAA" => (is_authority(text), "a flag, a tag and a value in quotes, such as `0 issue \"ca.example.com\"`"),
        "CNAME" => (is_name(text) || text.ends_with(".acm-validations.aws."), "a domain name"),
        "NS" | "PTR" => (is_name(text), "a domain name"),
        "MX" => (is_exchange(text), "a number to 65535 and a domain name, such as `10 mail.example.com`"),
        "TXT" => (
            patterns::matches("^(\"[^\"]{1,255}\" *)*\"[^\"]{1,255}\"$", text),
            "texts of up to 255 characters, each in quotes",
        ),
        _ => return None,
    };
    (!fits).then_some(wanted)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_authority(text: &str) -> bool {
    let mut parts = text.splitn(3, ' ');
    let (flag, tag, value) = (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    matches!(flag, Some("0" | "128"))
        && !tag.is_empty()
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && value.len() > 2
        && value.starts_with('"')
        && value.ends_with('"')
}

fn is_exchange(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok();
    text.split_once(' ').is_some_and(|(priority, name)| digits(priority) && is_name(name))
}

fn alias(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    let both = group.get("AliasTarget").zip(group.get("TTL"));
    if let Some((_, ttl)) = both.filter(|_| is_record(place)) {
        report.at(ttl, || "an alias has no `TTL` of its own".to_owned());
    }
}
