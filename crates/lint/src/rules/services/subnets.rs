//! Subnets: E3022 and E3060.
use std::net::IpAddr;

use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::asked;
use crate::template::{Resource, Scenario, call};

/// Source: *AWS::EC2::SubnetRouteTableAssociation* in the CloudFormation guide.
pub static ROUTES: Rule = Rule {
    id: "E3022",
    name: "subnet-with-two-route-tables",
    reason: "A subnet has one route table; the second association fails, or takes the place of the first one.",
    fix: "Keep one association of the subnet, or give the two conditions that exclude each other.",
    good: "Parameters:\n  Part: {Type: String}\n  Table: {Type: String}\nResources:\n  One:\n    Type: \
           AWS::EC2::SubnetRouteTableAssociation\n    Properties:\n      SubnetId: !Ref Part\n      RouteTableId: !Ref Table\n",
    bad: "Parameters:\n  Part: {Type: String}\n  Table: {Type: String}\nResources:\n  One:\n    Type: \
          AWS::EC2::SubnetRouteTableAssociation\n    Properties:\n      SubnetId: !Ref Part\n      RouteTableId: !Ref Table\n  \
          Two:\n    Type: AWS::EC2::SubnetRouteTableAssociation\n    Properties:\n      SubnetId: !Ref Part\n      \
          RouteTableId: !Ref Table\n",
    check: Check::Template(routes),
};

/// Source: *Subnet sizing* in the VPC user guide.
pub static OVERLAP: Rule = Rule {
    id: "E3060",
    name: "subnets-overlap",
    reason: "EC2 refuses a subnet whose addresses another subnet of the same VPC already has.",
    fix: "Give every subnet a block of its own.",
    good: "Parameters:\n  Net: {Type: String}\nResources:\n  One:\n    Type: AWS::EC2::Subnet\n    Properties: {VpcId: !Ref Net, \
           CidrBlock: 10.0.0.0/24}\n  Two:\n    Type: AWS::EC2::Subnet\n    Properties: {VpcId: !Ref Net, CidrBlock: 10.0.1.0/24}\n",
    bad: "Parameters:\n  Net: {Type: String}\nResources:\n  One:\n    Type: AWS::EC2::Subnet\n    Properties: {VpcId: !Ref Net, \
          CidrBlock: 10.0.0.0/16}\n  Two:\n    Type: AWS::EC2::Subnet\n    Properties: {VpcId: !Ref Net, CidrBlock: 10.0.1.0/24}\n",
    check: Check::Template(overlap),
};

/// What is said of a subnet or a network, and when.
type Said<'t> = (Scenario<'t>, String, Node<'t>);

/// Every value of a property with what must hold for it; the condition of the resource is part of that.
fn said<'t>(context: &Context<'t>, resource: &Resource<'t>, name: &str) -> Vec<Said<'t>> {
    let start = resource.condition.and_then(|name| Scenario::default().with(name, true)).unwrap_or_default();
    let branches = resource.property(name).map(|node| context.template.branches(node, &start)).unwrap_or_default();
    branches.into_iter().filter_map(|branch| Some((branch.scenario, meant(branch.node)?, branch.node))).collect()
}

/// What stands for a subnet or a network: its id, or the resource or parameter whose it is.
fn meant(node: Node<'_>) -> Option<String> {
    if let Some(attribute) = call(node).and_then(|call| call.attribute()) {
        return Some(format!("{}.{}", attribute.0, attribute.1));
    }
    asked(node).or(node.text()).map(str::to_owned)
}

fn together<'t>(context: &Context<'t>, one: &Scenario<'t>, other: &Scenario<'t>) -> bool {
    one.and(other).is_some_and(|both| context.template.conditions.possible(&both))
}

fn routes(context: &Context<'_>, report: &mut Report<'_>) {
    let resources = &context.template.resources;
    let ours = resources.iter().filter(|it| it.type_name == "AWS::EC2::SubnetRouteTableAssociation");
    let all: Vec<_> =
        ours.flat_map(|it| said(context, it, "SubnetId").into_iter().map(move |said| (it, said))).collect();
    for (resource, (scenario, subnet, _)) in &all {
        let other = all.iter().find(|(other, (when, same, _))| {
            other.name != resource.name && same == subnet && (when == scenario || when.is_empty())
        });
        if let Some((other, _)) = other {
            let node = resource.property("SubnetId").unwrap_or(resource.node);
            report.at(node, || format!("`{}` gives the same subnet a route table", other.name));
        }
    }
}

fn overlap(context: &Context<'_>, report: &mut Report<'_>) {
    let mut known: Vec<(String, Block, Scenario<'_>, &str)> = Vec::new();
    for resource in context.template.resources.iter().filter(|it| it.type_name == "AWS::EC2::Subnet") {
        let nets = said(context, resource, "VpcId");
        for (when, net, _) in &nets {
            let net = net.split('.').next().unwrap_or_default();
            for name in ["CidrBlock", "Ipv6CidrBlock"] {
                for (scenario, text, node) in said(context, resource, name) {
                    let block = node.text().and_then(|_| Block::new(&text));
                    let Some((block, scenario)) = block.zip(scenario.and(when)) else { continue };
                    let other = known
                        .iter()
                        .find(|it| it.0 == net && it.1.overlaps(block) && together(context, &it.2, &scenario));
                    if let Some((_, _, _, other)) = other {
                        let at = resource.properties.unwrap_or(resource.node);
                        report.at(at, || format!("the subnet `{other}` already has addresses of {text}"));
                    }
                    known.push((net.to_owned(), block, scenario, resource.name));
                }
            }
        }
    }
}

/// A block of addresses.
#[derive(Clone, Copy)]
struct Block {
    old: bool,
    first: u128,
    last: u128,
}

impl Block {
    fn new(text: &str) -> Option<Block> {
        let (address, size) = text.split_once('/')?;
        let (old, first) = match address.parse().ok()? {
            IpAddr::V4(address) => (true, u128::from(address.to_bits())),
            IpAddr::V6(address) => (false, address.to_bits()),
        };
        let free = (if old { 32u32 } else { 128 }).checked_sub(size.parse().ok()?)?;
        let inner = if free == 128 { u128::MAX } else { (1 << free) - 1 };
        (first & inner == 0).then_some(Block { old, first, last: first | inner })
    }

    fn overlaps(self, other: Block) -> bool {
        self.old == other.old && self.first <= other.last && other.first <= self.last
    }
}
