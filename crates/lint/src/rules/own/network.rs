//! Who can reach an instance, and by which way.
use std::collections::HashSet;

use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::{known_text, leaves, names_in};
use crate::template::Resource;

/// Ports that people log in at.
const LOGIN: [(i64, &str); 2] = [(22, "SSH"), (3389, "RDP")];

/// The rule.
pub static LOGIN_OPEN: Rule = Rule {
    id: "S3006",
    name: "login-open-to-all",
    reason: "A port for logging in that the whole internet reaches is tried with passwords and new exploits within minutes.",
    fix: "Take the rule away and log in with Session Manager, or name the addresses that may (`203.0.113.7/32`).",
    good: "Resources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: Web\n      \
           SecurityGroupIngress:\n      - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}\n",
    bad: "Resources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: Web\n      \
          SecurityGroupIngress:\n      - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}\n",
    check: Check::Template(login_open),
};

fn login_open(context: &Context<'_>, report: &mut Report<'_>) {
    for resource in &context.template.resources {
        let Some(properties) = resource.properties else { continue };
        match resource.type_name {
            "AWS::EC2::SecurityGroupIngress" => open_rule(context, properties, report),
            "AWS::EC2::SecurityGroup" => {
                let rules = properties.get("SecurityGroupIngress").map(|node| leaves(context, node));
                rules.into_iter().flatten().for_each(|rule| open_rule(context, rule, report));
            }
            _ => {}
        }
    }
}

fn open_rule<'t>(context: &Context<'t>, rule: Node<'t>, report: &mut Report<'_>) {
    let known = |name: &str| rule.get(name).and_then(|node| known_text(context, node));
    let protocol = known("IpProtocol").unwrap_or_default();
    let port = |name: &str| known(name).and_then(|text| text.parse::<i64>().ok());
    let everything = matches!(protocol, "-1" | "all");
    let (from, to) = if everything { (Some(0), Some(65535)) } else { (port("FromPort"), port("ToPort")) };
    let (Some(from), Some(to)) = (from, to) else { return };
    let open =
        ["CidrIp", "CidrIpv6"].into_iter().filter_map(|name| rule.get(name)).flat_map(|node| leaves(context, node));
    let all = |node: &Node<'t>| matches!(known_text(context, *node), Some("0.0.0.0/0" | "::/0"));
    let login =
        LOGIN.iter().find(|(port, _)| (from..=to).contains(port) || (from, to) == (-1, -1) && protocol == "tcp");
    let Some((port, name)) = login.filter(|_| everything || matches!(protocol, "tcp" | "6")) else { return };
    for node in open.filter(all) {
        let cidr = known_text(context, node).unwrap_or_default();
        let default = if node.any_text().is_none() { ", the parameter's default" } else { "" };
        report.at(node, || format!("{name} (port {port}) is open to `{cidr}`{default}: to everybody"));
    }
}

/// Source: *DependsOn attribute* in the CloudFormation User Guide, "When a DependsOn attribute is required".
pub static GATEWAY: Rule = Rule {
    id: "S3031",
    name: "address-before-gateway",
    reason: "An Elastic IP address in a VPC works once the internet gateway is attached. When both are made in one stack, nothing \
             else says which comes first, and the deploy fails now and then.",
    fix: "Write `DependsOn` with the logical id of the `AWS::EC2::VPCGatewayAttachment`.",
    good: "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n  Gateway:\n    Type: \
           AWS::EC2::InternetGateway\n  Attached:\n    Type: AWS::EC2::VPCGatewayAttachment\n    Properties:\n      VpcId: !Ref Vpc\n      \
           InternetGatewayId: !Ref Gateway\n  Address:\n    Type: AWS::EC2::EIP\n    DependsOn: Attached\n    Properties:\n      \
           Domain: vpc\n",
    bad: "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n  Gateway:\n    Type: \
          AWS::EC2::InternetGateway\n  Attached:\n    Type: AWS::EC2::VPCGatewayAttachment\n    Properties:\n      VpcId: !Ref Vpc\n      \
          InternetGatewayId: !Ref Gateway\n  Address:\n    Type: AWS::EC2::EIP\n    Properties:\n      Domain: vpc\n",
    check: Check::Template(gateway),
};

fn gateway(context: &Context<'_>, report: &mut Report<'_>) {
    let of_type = |name: &'static str| context.template.resources.iter().filter(move |it| it.type_name == name);
    let attachments: Vec<&str> = of_type("AWS::EC2::VPCGatewayAttachment")
        .filter(|it| it.property("InternetGatewayId").is_some())
        .map(|it| it.name)
        .collect();
    let Some(first) = attachments.first() else { return };
    for address in of_type("AWS::EC2::EIP").chain(of_type("AWS::EC2::EIPAssociation")) {
        let elastic = address.type_name == "AWS::EC2::EIP";
        // An association waits for its address, and an address of EC2-Classic needs no gateway.
        let vpc = address.property("Domain").and_then(Node::any_text) == Some("vpc");
        let alone = if elastic { vpc || address.property("InstanceId").is_some() } else { true };
        let before = needed(context, address);
        if alone && !attachments.iter().any(|it| before.contains(it)) {
            report.at(address.node, || {
                format!("nothing makes `{}` wait for the internet gateway (`{first}`)", address.name)
            });
        }
    }
}

/// The names of everything that must be there before a resource.
fn needed<'t>(context: &Context<'t>, resource: &Resource<'t>) -> HashSet<&'t str> {
    let mut seen = HashSet::new();
    let mut open = vec![resource.name];
    while let Some(resource) = open.pop().and_then(|name| context.template.resource(name)) {
        let named = resource.depends_on.iter().filter_map(|node| node.text());
        let asked = resource.properties.map(names_in).unwrap_or_default().into_iter().map(|(name, _)| name);
        let next: Vec<&str> = named.chain(asked).filter(|name| context.template.resource(name).is_some()).collect();
        open.extend(next.into_iter().filter(|name| seen.insert(*name)));
    }
    seen
}
