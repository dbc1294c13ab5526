//! E3014, E3020, E3021, E3058: properties that need or exclude one another.
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::walk::{Group, Place};

/// Exactly one.
pub static XOR: Rule = Rule {
    id: "E3014",
    name: "properties-one-of",
    reason: "Exactly one of these properties must be there; the service refuses none and several.",
    fix: "Keep one of the properties that the message names; under `Fn::If` in every branch.",
    good: "Resources:\n  Open:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties:\n      GroupId: sg-0123456789abcdef0\n      \
           IpProtocol: tcp\n      FromPort: 443\n      ToPort: 443\n      CidrIp: 10.0.0.0/8\n",
    bad: "Resources:\n  Open:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties:\n      GroupId: sg-0123456789abcdef0\n      \
          IpProtocol: tcp\n      FromPort: 443\n      ToPort: 443\n",
    check: Check::Group(xor),
};

/// Not both.
pub static EXCLUDED: Rule = Rule {
    id: "E3020",
    name: "properties-excluded",
    reason: "These properties exclude each other; the service refuses both together.",
    fix: "Take one of the two away; under `Fn::If` in every branch.",
    good: "Resources:\n  Net:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: vpc-01234567\n      \
           CidrBlock: 10.0.0.0/24\n",
    bad: "Resources:\n  Net:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: vpc-01234567\n      \
          CidrBlock: 10.0.0.0/24\n      Ipv4IpamPoolId: ipam-pool-0\n      Ipv4NetmaskLength: 24\n",
    check: Check::Group(excluded),
};

/// If one, then the other.
pub static NEEDED: Rule = Rule {
    id: "E3021",
    name: "properties-needed",
    reason: "One of these properties makes no sense to the service without the other.",
    fix: "Add the property that the message names, or take the one away that needs it.",
    good: "Resources:\n  Net:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: vpc-01234567\n      \
           Ipv4IpamPoolId: ipam-pool-0\n      Ipv4NetmaskLength: 24\n",
    bad: "Resources:\n  Net:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: vpc-01234567\n      \
          Ipv4IpamPoolId: ipam-pool-0\n",
    check: Check::Group(needed),
};

/// At least one.
pub static OR: Rule = Rule {
    id: "E3058",
    name: "properties-some-of",
    reason: "At least one of these properties must be there.",
    fix: "Add one of the properties that the message names; under `Fn::If` in every branch.",
    good: "Resources:\n  Net:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: vpc-01234567\n      \
           CidrBlock: 10.0.0.0/24\n",
    bad: "Resources:\n  Net:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: vpc-01234567\n",
    check: Check::Group(or),
};

fn xor(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    for names in place.shape.required_xor.iter().filter(|_| place.is_map()) {
        let there: Vec<_> = names.iter().filter_map(|name| group.get(name)).collect();
        let when = || group.scenario.words();
        if there.is_empty() && !group.open {
            report.at(place.node, || format!("one of {} is missing{}", list(names), when()));
        }
        for node in there.iter().filter(|_| there.len() > 1) {
            report.at(*node, || format!("only one of {} may be there{}", list(names), when()));
        }
    }
}

fn or(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    for names in place.shape.required_or.iter().filter(|_| place.is_map() && !group.open) {
        if !names.iter().any(|name| group.has(name)) {
            let when = || group.scenario.words();
            report.at(place.node, || format!("at least one of {} is missing{}", list(names), when()));
        }
    }
}

fn excluded(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    for (name, others) in place.shape.dependent_excluded.iter().filter(|(name, _)| group.has(name)) {
        for (other, node) in others.iter().filter_map(|other| Some((other, group.get(other)?))) {
            let when = || group.scenario.words();
            report.at(node, || format!("`{other}` must not stand beside `{name}`{}", when()));
        }
    }
}

fn needed(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    for (name, others) in place.shape.dependent_required.iter().filter(|(name, _)| !group.open && group.has(name)) {
        for other in others.iter().filter(|other| !group.has(other)) {
            let when = || group.scenario.words();
            report.at(place.node, || format!("`{name}` needs `{other}`, which is missing{}", when()));
        }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
