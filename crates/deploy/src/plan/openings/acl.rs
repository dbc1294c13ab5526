//! Network ACLs: lists of entries that allow and deny, of which the first that fits decides.
//!
//! So what a list lets through is what its allowing entries say, each without what lower numbers deny (*Network ACL rules* in the
//! VPC User Guide). An entry opens nothing if an older one let as much through and nothing that was denied to that one is allowed
//! to it now.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::super::side::{Side, text};
use super::way::Way;
use super::{Gate, Opening, opening, own};

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    /// Nothing if only the deploy knows it.
    number: Option<i64>,
    allows: bool,
    way: Way,
}

/// The entries of lists, by list and direction.
type Lists = BTreeMap<Gate, Vec<Entry>>;

/// The ways that open and close.
pub(super) fn compare(before: &Side<'_>, after: &Side<'_>) -> Vec<Opening> {
    let (old, new) = (entries(before), entries(after));
    let (there, comes) = (lists(before), lists(after));
    let gates: BTreeSet<&Gate> = old.keys().chain(new.keys()).collect();
    let mut openings = Vec::new();
    // A list that comes or goes counts by the subnets that take it or leave it.
    for gate in gates.into_iter().filter(|gate| there.contains(&gate.group) == comes.contains(&gate.group)) {
        let of = |lists: &Lists| lists.get(gate).cloned().unwrap_or_default();
        openings.extend(changes(gate, &of(&old), &of(&new)));
    }
    let (was, is) = (associations(before), associations(after));
    let subnets: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    for subnet in subnets {
        let (was, is) = (was.get(subnet), is.get(subnet));
        // With a subnet that is new, all is new.
        let is_new = after.has(subnet) && !before.has(subnet);
        if was == is || is_new || before.has(subnet) && !after.has(subnet) {
            continue;
        }
        for direction in ["in", "out"] {
            let through = |list: Option<&String>| {
                let Some(list) = list else { return everything() };
                let gate = Gate { group: list.clone(), direction };
                match (comes.contains(list), there.contains(list)) {
                    (true, _) => new.get(&gate).cloned().unwrap_or_default(),
                    (false, true) => old.get(&gate).cloned().unwrap_or_default(),
                    (false, false) => vec![allowed(Way::unknown(format!("whoever {list} lets through")))],
                }
            };
            let gate = Gate { group: subnet.clone(), direction };
            let moved = changes(&gate, &through(was), &through(is));
            openings.extend(moved.into_iter().map(|one| Opening { id: subnet.clone(), ..one }));
        }
    }
    openings
}

/// What opens and closes between two forms of a list.
fn changes(gate: &Gate, before: &[Entry], after: &[Entry]) -> Vec<Opening> {
    let mut openings = Vec::new();
    for one in after.iter().filter(|entry| entry.allows) {
        let wide: Vec<&Entry> = before.iter().filter(|old| old.allows && old.way.covers(&one.way)).collect();
        let ends = |old: &&Entry| freed(old, before, one, after);
        match wide.iter().map(ends).min_by_key(Vec::len) {
            None => openings.push(opening(gate, &one.way, &one.id, true, true)),
            Some(freed) if freed.is_empty() && before.iter().any(|old| old.allows && old.way == one.way) => {}
            Some(freed) if freed.is_empty() => openings.push(opening(gate, &one.way, &one.id, true, false)),
            Some(freed) => openings.extend(freed.into_iter().map(|denied| {
                let narrow = if one.way.covers(&denied.way) { &denied.way } else { &one.way };
                opening(gate, narrow, &denied.id, true, true)
            })),
        }
    }
    let closes =
        |list: &[Entry], allows: bool, way: &Way| list.iter().any(|it| it.allows == allows && it.way.covers(way));
    let gone = before.iter().filter(|old| old.allows && !closes(after, true, &old.way));
    let denied = after.iter().filter(|new| !new.allows && !closes(before, false, &new.way));
    openings.extend(gone.chain(denied).map(|entry| opening(gate, &entry.way, &entry.id, false, false)));
    openings.dedup();
    openings
}

/// What was denied to an entry and no longer is to the one that takes its place.
fn freed<'a>(old: &Entry, before: &'a [Entry], new: &Entry, after: &[Entry]) -> Vec<&'a Entry> {
    // On both sides the numbers that nobody knows are those that make it worse.
    let denied_before =
        before.iter().filter(|it| !it.allows && !matches!((it.number, old.number), (Some(a), Some(b)) if a > b));
    let denied: Vec<&Entry> = after
        .iter()
        .filter(|it| !it.allows && matches!((it.number, new.number), (Some(a), Some(b)) if a < b))
        .collect();
    let is_free = |it: &&Entry| !it.way.is_apart(&new.way) && !denied.iter().any(|still| still.way.covers(&it.way));
    denied_before.filter(is_free).collect()
}

fn allowed(way: Way) -> Entry {
    Entry { id: String::new(), number: Some(100), allows: true, way }
}

/// What a subnet without a list of its own has: the default list lets everything through (*Default network ACL*).
fn everything() -> Vec<Entry> {
    let rule = json!({"IpProtocol": "-1", "CidrIp": "0.0.0.0/0", "CidrIpv6": "::/0"});
    Way::read(&rule, "in").into_iter().map(allowed).collect()
}

fn lists(side: &Side<'_>) -> BTreeSet<String> {
    let lists = side.resources().filter(|(_, type_name, _)| *type_name == "AWS::EC2::NetworkAcl");
    lists.map(|(id, ..)| id.to_owned()).collect()
}

/// The list of each subnet that has one of its own.
fn associations(side: &Side<'_>) -> BTreeMap<String, String> {
    let all = side.resources().filter(|(_, type_name, _)| *type_name == "AWS::EC2::SubnetNetworkAclAssociation");
    all.map(|(_, _, properties)| {
        let name = |key: &str| side.text(properties.get(key).unwrap_or(&Json::Null));
        (own(&name("SubnetId")).to_owned(), own(&name("NetworkAclId")).to_owned())
    })
    .collect()
}

fn entries(side: &Side<'_>) -> Lists {
    let mut lists = Lists::new();
    for (id, type_name, properties) in side.resources() {
        if type_name != "AWS::EC2::NetworkAclEntry" {
            continue;
        }
        let properties = side.plain(properties).unwrap_or_default();
        let get = |name: &str| properties.get(name).map(text).unwrap_or_default();
        let direction = if get("Egress") == "true" { "out" } else { "in" };
        let gate = Gate { group: own(&get("NetworkAclId")).to_owned(), direction };
        for way in Way::read(&as_rule(&properties), direction) {
            let (number, allows) = (get("RuleNumber").parse().ok(), get("RuleAction") != "deny");
            lists.entry(gate.clone()).or_default().push(Entry { id: id.to_owned(), number, allows, way });
        }
    }
    lists
}

/// An entry in the words of a security group's rule.
fn as_rule(entry: &Json) -> Json {
    let part = |pointer: &str, other: &str| entry.pointer(pointer).or_else(|| entry.pointer(other)).cloned();
    let mut rule = json!({
        "IpProtocol": entry.get("Protocol"),
        "FromPort": part("/PortRange/From", "/Icmp/Type"), "ToPort": part("/PortRange/To", "/Icmp/Code"),
    });
    for (name, of) in [("CidrIp", "CidrBlock"), ("CidrIpv6", "Ipv6CidrBlock")] {
        if let Some(value) = entry.get(of) {
            rule[name] = value.clone();
        }
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use serde_json::{Value as Json, json};

    fn entry(number: i64, action: &str, ports: (i64, i64), cidr: &str) -> Json {
        json!({"Type": "AWS::EC2::NetworkAclEntry", "Properties": {
            "NetworkAclId": {"Ref": "Acl"}, "RuleNumber": number, "Protocol": 6, "RuleAction": action,
            "CidrBlock": cidr, "PortRange": {"From": ports.0, "To": ports.1}}})
    }

    fn template(entries: &[(&str, Json)]) -> Json {
        let mut template =
            json!({"Resources": {"Acl": {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": "vpc-1"}}}});
        for (id, entry) in entries {
            template["Resources"][id] = entry.clone();
        }
        template
    }

    const WORLD: &str = "0.0.0.0/0";

    #[test]
    fn an_entry_that_allows_more() {
        let inner = template(&[("Web", entry(100, "allow", (443, 443), "10.0.0.0/8"))]);
        let world = template(&[("Web", entry(100, "allow", (443, 443), WORLD))]);
        assert_eq!(lines(&inner, &world), ["+ in tcp 443 0.0.0.0/0 Web widens"]);
        assert_eq!(lines(&world, &inner), ["+ in tcp 443 10.0.0.0/8 Web", "- in tcp 443 0.0.0.0/0 Web"]);
        assert_eq!(lines(&world, &world), [""; 0]);
    }

    #[test]
    fn a_ban_that_goes_or_comes_too_late() {
        let all = || ("All", entry(200, "allow", (0, 65535), WORLD));
        let banned = template(&[("Ban", entry(100, "deny", (22, 22), WORLD)), all()]);
        let told = ["+ in tcp 22 0.0.0.0/0 Ban widens"];
        assert_eq!(lines(&banned, &template(&[all()])), told);
        assert_eq!(lines(&banned, &template(&[("Ban", entry(300, "deny", (22, 22), WORLD)), all()])), told);
        assert_eq!(
            lines(&banned, &template(&[("Ban", entry(50, "deny", (20, 25), WORLD)), all()])),
            ["- in tcp 20-25 0.0.0.0/0 Ban"]
        );
        let web = |number| ("Web", entry(number, "allow", (443, 443), WORLD));
        let first = template(&[("Ban", entry(100, "deny", (22, 22), WORLD)), web(200)]);
        let last = template(&[("Ban", entry(100, "deny", (22, 22), WORLD)), web(50)]);
        assert_eq!(lines(&first, &last), [""; 0], "it is about other ports");
    }

    #[test]
    fn a_subnet_that_takes_another_list() {
        let subnet = |list: Option<&str>| {
            let mut template = template(&[("Web", entry(100, "allow", (443, 443), WORLD))]);
            template["Resources"]["Subnet"] = json!({"Type": "AWS::EC2::Subnet", "Properties": {}});
            if let Some(list) = list {
                template["Resources"]["Link"] = json!({"Type": "AWS::EC2::SubnetNetworkAclAssociation",
                    "Properties": {"SubnetId": {"Ref": "Subnet"}, "NetworkAclId": list}});
            }
            template
        };
        let own = subnet(Some("${Acl}"));
        assert!(lines(&own, &subnet(None)).contains(&"+ in all 0.0.0.0/0 Subnet widens".to_owned()));
        assert!(lines(&subnet(None), &own).iter().all(|line| !line.contains("widens")));
        assert!(
            lines(&own, &subnet(Some("acl-1")))
                .contains(&"+ in all whoever acl-1 lets through Subnet widens".to_owned())
        );
    }
}
