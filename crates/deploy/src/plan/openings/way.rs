//! One way: a protocol with ports, and who is at the other end.
use ipnet::IpNet;
use serde_json::Value as Json;

use super::super::side::text;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// A name or number in lower case; `-1` is all.
    pub(super) protocol: String,
    pub(super) ports: Ports,
    pub(super) peer: Peer,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ports {
    All,
    Range(i64, i64),
    /// Type and code; -1 is all.
    Icmp(i64, i64),
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    Network(IpNet),
    /// A group or prefix list, or an address that only the deploy knows; with what kind it is.
    Named(&'static str, String),
}

impl Way {
    /// The ways of one rule: it has one peer, but nobody stops a template from naming several.
    pub(super) fn read(rule: &Json, direction: &str) -> Vec<Way> {
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

    pub(super) fn covers(&self, narrow: &Way) -> bool {
        let protocol = self.protocol == "-1" || self.protocol == narrow.protocol;
        protocol && self.ports.covers(&narrow.ports) && self.peer.covers(&narrow.peer)
    }

    /// Everything that somebody else decides about.
    pub(super) fn unknown(who: String) -> Way {
        Way { protocol: "-1".to_owned(), ports: Ports::All, peer: Peer::Named("unknown", who) }
    }

    /// Whether two ways have nothing in common. Sound: a yes is certain.
    pub(super) fn is_apart(&self, other: &Way) -> bool {
        let one_way = |one: &Way, other: &Way| match (&one.ports, &other.ports) {
            (Ports::Range(_, to), Ports::Range(from, _)) => to < from,
            _ => false,
        };
        let is_any = |way: &Way| way.protocol == "-1" || way.protocol.contains("${");
        let ports = one_way(self, other) || one_way(other, self);
        let protocols = self.protocol != other.protocol && !is_any(self) && !is_any(other);
        let peers = match (&self.peer, &other.peer) {
            (Peer::Network(one), Peer::Network(other)) => !one.contains(other) && !other.contains(one),
            _ => false,
        };
        protocols || self.protocol == other.protocol && ports || peers
    }

    /// Such as `tcp 443`, `udp 8000-8100`, `all`.
    pub(super) fn ports(&self) -> String {
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

    pub(super) fn shown(&self) -> String {
        match self {
            Peer::Network(network) => network.to_string(),
            Peer::Named(_, name) => name.clone(),
        }
    }
}
