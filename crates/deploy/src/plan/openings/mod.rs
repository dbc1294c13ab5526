//! Ways that open and close: through rules of security groups ([`compare`] itself), because something joins or leaves a group
//! ([`members`]), and through network ACLs ([`acl`]).
mod acl;
mod members;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::Opening;
use super::side::{Side, text};
use way::Way;

/// A group and a direction: what one rule of it let through, another one may go on letting through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Gate {
    group: String,
    direction: &'static str,
}

/// Which resource says what of a gate.
type Ways = BTreeMap<Gate, BTreeMap<Way, String>>;

/// The ways that open and close.
pub(super) fn compare(before: &Side<'_>, after: &Side<'_>) -> Vec<Opening> {
    let (old, new) = (ways(before), ways(after));
    let mut openings = rules(&old, &new);
    openings.extend(members::compare((before, &old), (after, &new)));
    openings.extend(acl::compare(before, after));
    openings
}

/// The rules that come and go.
fn rules(before: &Ways, after: &Ways) -> Vec<Opening> {
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

fn group_of(properties: &Json) -> String {
    let name = properties.get("GroupId").or_else(|| properties.get("GroupName")).map(text).unwrap_or_default();
    own(&name).to_owned()
}

/// `${Group}` and `${Group.GroupId}` are the group of this template; `${Vpc.DefaultSecurityGroup}` is another one.
fn own(name: &str) -> &str {
    let Some(inner) = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { return name };
    match inner.split_once('.') {
        None => inner,
        Some((id, "GroupId" | "Id" | "SubnetId")) => id,
        Some(_) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::way::*;
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

    /// Such as `+ in tcp 443 0.0.0.0/0 Group widens`.
    pub(super) fn lines(before: &Json, after: &Json) -> Vec<String> {
        let line = |one: &Opening| {
            let (sign, widens) = (if one.is_added { '+' } else { '-' }, if one.widens { " widens" } else { "" });
            format!("{sign} {} {} {} {}{widens}", one.direction, one.ports, one.peer, one.id)
        };
        compared(before, after).iter().map(line).collect()
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
