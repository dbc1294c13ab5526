//! Ways through security groups that open and close.
use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::Opening;
use super::side::{Side, text};

/// A group and a direction: what one rule of it let through, another one may go on letting through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Gate {
    group: String,
    direction: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    /// A name or number in lower case; `-1` is all.
    protocol: String,
    ports: Ports,
    peer: Peer,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ports {
    All,
    Range(i64, i64),
    /// Type and code; -1 is all.
    Icmp(i64, i64),
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Network(IpNet),
    /// A group or prefix list, or an address that only the deploy knows; with what kind it is.
    Named(&'static str, String),
}

/// Which resource says what of a gate.
type Ways = BTreeMap<Gate, BTreeMap<Way, String>>;

/// The ways that open and close.
pub(super) fn compare(before: &Side<'_>, after: &Side<'_>) -> Vec<Opening> {
    let (before, after) = (ways(before), ways(after));
    let gates: BTreeSet<&Gate> = before.keys().chain(after.keys()).collect();
    let none = BTreeMap::new();
    let mut openings = Vec::new();
    for gate in gates {
        let (was, is) = (before.get(gate).unwrap_or(&none), after.get(gate).unwrap_or(&none));
        let is_open = |way: &Way, ways: &BTreeMap<Way, String>| ways.keys().any(|wide| wide.covers(way));
        let gone: Vec<_> = was.iter().filter(|(way, _)| !is_open(way, is)).collect();
        // What was open before is told only where it is what is left of more.
        let come = is.iter().filter(|(way, _)| !was.contains_key(way) && (!gone.is_empty() || !is_open(way, was)));
        let come = come.map(|(way, id)| opening(gate, way, id, true, !is_open(way, was)));
        openings.extend(gone.iter().map(|(way, id)| opening(gate, way, id, false, false)));
        openings.extend(come);
    }
    openings
}

fn opening(gate: &Gate, way: &Way, id: &str, is_added: bool, widens: bool) -> Opening {
    let direction = gate.direction.to_owned();
    Opening { id: id.to_owned(), is_added, direction, ports: way.ports(), peer: way.peer.shown(), widens }
}

fn ways(side: &Side<'_>) -> Ways {
    let mut ways = Ways::new();
    for (id, type_name, properties) in side.resources() {
        let properties = side.plain(properties).unwrap_or_default();
        let mut add = |group: &str, direction: &'static str, rule: &Json| {
            let gate = Gate { group: group.to_owned(), direction };
            let gate = ways.entry(gate).or_default();
            for way in Way::read(rule, direction) {
                gate.entry(way).or_insert_with(|| id.to_owned());
            }
        };
        match type_name {
            "AWS::EC2::SecurityGroup" => {
                let rules = |name: &str| match properties.get(name) {
                    Some(Json::Array(rules)) => rules.clone(),
                    Some(rule) => vec![rule.clone()],
                    None => Vec::new(),
                };
                rules("SecurityGroupIngress").iter().for_each(|rule| add(id, "in", rule));
                rules("SecurityGroupEgress").iter().for_each(|rule| add(id, "out", rule));
                // A group whose template says nothing of the way out lets everything out (AWS::EC2::SecurityGroup in the
                // CloudFormation Template Reference).
                if properties.get("SecurityGroupEgress").is_none() {
                    add(id, "out", &json!({"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}));
                }
            }
            "AWS::EC2::SecurityGroupIngress" => add(&group_of(&properties), "in", &properties),
            "AWS::EC2::SecurityGroupEgress" => add(&group_of(&properties), "out", &properties),
            _ => {}
        }
    }
    ways
}

/// `${Group}` and `${Group.GroupId}` are the group of this template.
fn group_of(properties: &Json) -> String {
    let name = properties.get("GroupId").or_else(|| properties.get("GroupName")).map(text).unwrap_or_default();
    let inner = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.map_or(name.clone(), |inner| inner.strip_suffix(".GroupId").unwrap_or(inner).to_owned())
}

impl Way {
    /// The ways of one rule: it has one peer, but nobody stops a template from naming several.
    fn read(rule: &Json, direction: &str) -> Vec<Way> {
        let get = |name: &str| rule.get(name).filter(|value| !value.is_null()).map(text);
        let names: [(&'static str, &str); 5] = match direction {
            "in" => [
                ("IPv4", "CidrIp"),
                ("IPv6", "CidrIpv6"),
                ("list", "SourcePrefixListId"),
                ("group", "SourceSecurityGroupId"),
                ("group", "SourceSecurityGroupName"),
            ],
            _ => [
                ("IPv4", "CidrIp"),
                ("IPv6", "CidrIpv6"),
                ("list", "DestinationPrefixListId"),
                ("group", "DestinationSecurityGroupId"),
                ("group", "DestinationSecurityGroupName"),
            ],
        };
        let mut peers: Vec<Peer> = names.iter().filter_map(|(kind, name)| Some(Peer::read(kind, get(name)?))).collect();
        if peers.is_empty() {
            peers.push(Peer::Named("unknown", text(rule)));
        }
        let protocol = protocol(&get("IpProtocol").unwrap_or_else(|| "-1".to_owned()));
        let ports = Ports::read(&protocol, get("FromPort"), get("ToPort"));
        peers.into_iter().map(|peer| Way { protocol: protocol.clone(), ports: ports.clone(), peer }).collect()
    }

    fn covers(&self, narrow: &Way) -> bool {
        let protocol = self.protocol == "-1" || self.protocol == narrow.protocol;
        protocol && self.ports.covers(&narrow.ports) && self.peer.covers(&narrow.peer)
    }

    /// Such as `tcp 443`, `udp 8000-8100`, `all`.
    fn ports(&self) -> String {
        let protocol = if self.protocol == "-1" { "all" } else { &self.protocol };
        match &self.ports {
            Ports::All if self.protocol == "-1" => "all".to_owned(),
            Ports::All => format!("{protocol} all"),
            Ports::Range(from, to) if from == to => format!("{protocol} {from}"),
            Ports::Range(from, to) => format!("{protocol} {from}-{to}"),
            Ports::Icmp(-1, _) => format!("{protocol} all"),
            Ports::Icmp(kind, -1) => format!("{protocol} type {kind}"),
            Ports::Icmp(kind, code) => format!("{protocol} type {kind} code {code}"),
            Ports::Unknown(text) => format!("{protocol} {text}"),
        }
    }
}

/// Names for the numbers that have one in rules.
fn protocol(written: &str) -> String {
    match written.to_ascii_lowercase().as_str() {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        "all" => "-1",
        other => return other.to_owned(),
    }
    .to_owned()
}

impl Ports {
    /// Protocols without ports have all of them (*IpPermission* in the EC2 API Reference).
    fn read(protocol: &str, from: Option<String>, to: Option<String>) -> Ports {
        let number = |text: &Option<String>| text.as_ref().map_or(Some(-1), |text| text.trim().parse::<i64>().ok());
        let (first, last) = (number(&from), number(&to));
        match (protocol, first, last) {
            ("tcp" | "udp" | "icmp" | "icmpv6", None, _) | ("tcp" | "udp" | "icmp" | "icmpv6", _, None) => {
                let [from, to] = [from, to].map(Option::unwrap_or_default);
                Ports::Unknown(if from == to { from } else { format!("{from}-{to}") })
            }
            ("icmp" | "icmpv6", Some(kind), Some(code)) => Ports::Icmp(kind, code),
            ("tcp" | "udp", Some(-1), _) | ("tcp" | "udp", Some(0), Some(65535)) => Ports::All,
            ("tcp" | "udp", Some(first), Some(last)) => Ports::Range(first, last),
            // A protocol that is a function may be one with ports.
            _ => Ports::All,
        }
    }

    fn covers(&self, narrow: &Ports) -> bool {
        match (self, narrow) {
            (Ports::All, _) => true,
            (Ports::Range(first, last), Ports::Range(from, to)) => first <= from && to <= last,
            (Ports::Icmp(kind, code), Ports::Icmp(other, inner)) => {
                *kind == -1 || kind == other && (*code == -1 || code == inner)
            }
            _ => self == narrow,
        }
    }
}

impl Peer {
    fn read(kind: &'static str, written: String) -> Peer {
        written.parse::<IpNet>().map_or(Peer::Named(kind, written), |network| Peer::Network(network.trunc()))
    }

    fn covers(&self, narrow: &Peer) -> bool {
        match (self, narrow) {
            (Peer::Network(wide), Peer::Network(narrow)) => wide.contains(narrow),
            // Whatever the address will be, it is one of all.
            (Peer::Network(IpNet::V4(wide)), Peer::Named("IPv4", _)) => wide.prefix_len() == 0,
            (Peer::Network(IpNet::V6(wide)), Peer::Named("IPv6", _)) => wide.prefix_len() == 0,
            _ => self == narrow,
        }
    }

    fn shown(&self) -> String {
        match self {
            Peer::Network(network) => network.to_string(),
            Peer::Named(_, name) => name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn template(ingress: Json) -> Json {
        json!({"Resources": {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": ingress}}}})
    }

    fn compared(before: &Json, after: &Json) -> Vec<Opening> {
        let parameters = BTreeMap::new();
        let side = |template| Side { template, parameters: &parameters };
        compare(&side(before), &side(after))
    }

    fn told(before: Json, after: Json) -> Vec<String> {
        let line = |one: &Opening| {
            let sign = if one.is_added { '+' } else { '-' };
            format!("{sign} {} {} {}{}", one.direction, one.ports, one.peer, if one.widens { " widens" } else { "" })
        };
        compared(&template(before), &template(after)).iter().map(line).collect()
    }

    fn rule(from: i64, to: i64, cidr: &str) -> Json {
        json!({"IpProtocol": "tcp", "FromPort": from, "ToPort": to, "CidrIp": cidr})
    }

    #[test]
    fn wider_and_narrower() {
        let https = || json!([rule(443, 443, "10.0.0.0/8")]);
        assert_eq!(told(https(), json!([rule(443, 443, "0.0.0.0/0")])), ["+ in tcp 443 0.0.0.0/0 widens"]);
        assert_eq!(
            told(https(), json!([rule(443, 443, "10.1.0.0/16")])),
            ["- in tcp 443 10.0.0.0/8", "+ in tcp 443 10.1.0.0/16"]
        );
        assert_eq!(told(https(), json!([rule(443, 443, "10.0.0.0/8"), rule(22, 22, "10.1.1.1/32")])).len(), 1);
        let unknown =
            json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": {"Fn::GetAtt": "Vpc.CidrBlock"}}]);
        assert_eq!(told(https(), unknown.clone())[1], "+ in tcp 443 ${Vpc.CidrBlock} widens");
        assert_eq!(told(json!([rule(443, 443, "0.0.0.0/0")]), unknown)[1], "+ in tcp 443 ${Vpc.CidrBlock}");
    }

    #[test]
    fn a_rule_that_moves_into_a_resource_of_its_own_opens_nothing() {
        let before = template(json!([rule(443, 443, "10.0.0.0/8")]));
        let mut after = template(json!([]));
        let mut own = rule(443, 443, "10.0.0.0/8");
        own["GroupId"] = json!({"Fn::GetAtt": ["Group", "GroupId"]});
        after["Resources"]["Rule"] = json!({"Type": "AWS::EC2::SecurityGroupIngress", "Properties": own});
        assert_eq!(compared(&before, &after), []);
    }

    #[test]
    fn without_a_word_everything_may_leave() {
        let mut closed = template(json!([]));
        closed["Resources"]["Group"]["Properties"]["SecurityGroupEgress"] = json!([rule(443, 443, "0.0.0.0/0")]);
        let opened = compared(&closed, &template(json!([])));
        assert!(opened.iter().any(|one| one.direction == "out" && one.ports == "all" && one.widens));
        assert!(compared(&template(json!([])), &closed).iter().all(|one| !one.widens));
    }

    fn any_rule() -> impl Strategy<Value = Json> {
        let cidr = prop_oneof![
            (0_u8..3, 0_u8..=32).prop_map(|(first, bits)| json!(format!("{first}.0.0.0/{bits}"))),
            Just(json!({"Ref": "Unknown"})),
        ];
        let protocol = prop_oneof![Just(json!("tcp")), Just(json!(-1)), Just(json!("icmp")), Just(json!({"Ref": "P"}))];
        (protocol, -1_i64..5, -1_i64..5, cidr).prop_map(|(protocol, from, to, cidr)| {
            json!({"IpProtocol": protocol, "FromPort": from, "ToPort": to, "CidrIp": cidr})
        })
    }

    proptest! {
        #[test]
        fn the_same_is_no_change(rules in prop::collection::vec(any_rule(), 0..5)) {
            let template = template(Json::Array(rules));
            prop_assert_eq!(compared(&template, &template), []);
        }

        #[test]
        fn only_one_of_two_that_differ_can_be_the_wider(one in any_rule(), other in any_rule()) {
            let (one, other) = (Way::read(&one, "in").remove(0), Way::read(&other, "in").remove(0));
            prop_assert!(one.covers(&one));
            if one.ports() != other.ports() || one.peer != other.peer {
                prop_assert!(!(one.covers(&other) && other.covers(&one)), "{:?} {:?}", one, other);
            }
        }
    }
}
