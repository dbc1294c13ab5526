//! What becomes reachable because a thing joins another security group, and what no longer is.
//!
//! Rules that change at the same time are told by their groups, so both sides are looked at with the rules as they will be. A
//! thing that is new is not told: it is its group that says who reaches it.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::super::side::{Side, texts};
use super::way::Way;
use super::{Gate, Opening, Ways, opening, own};

/// Properties in which things name their groups.
const LISTS: &[&str] = &[
    "SecurityGroupIds",
    "SecurityGroups",
    "GroupSet",
    "VPCSecurityGroups",
    "VpcSecurityGroupIds",
    "SecurityGroupIdList",
];
/// In which group something is that names none (*Default security groups* in the VPC User Guide).
const DEFAULT: &str = "the default group of the VPC";

type Members = BTreeMap<String, BTreeSet<String>>;

/// The ways that open and close.
pub(super) fn compare(before: (&Side<'_>, &Ways), after: (&Side<'_>, &Ways)) -> Vec<Opening> {
    let (old, new) = (members(before.0), members(after.0));
    let default = BTreeSet::from([DEFAULT.to_owned()]);
    let named = |groups: &BTreeSet<String>| if groups.is_empty() { default.clone() } else { groups.clone() };
    let mut openings = Vec::new();
    for (id, is) in &new {
        let Some(was) = old.get(id).filter(|was| *was != is) else { continue };
        for direction in ["in", "out"] {
            let ways = |groups: &BTreeSet<String>| {
                let of = |group: &String| through(group, direction, before, after);
                named(groups).iter().flat_map(of).collect::<BTreeSet<Way>>()
            };
            let (was, is) = (ways(was), ways(is));
            let gate = Gate { group: id.clone(), direction };
            let is_open = |way: &Way, ways: &BTreeSet<Way>| ways.iter().any(|wide| wide.covers(way));
            openings
                .extend(was.iter().filter(|way| !is_open(way, &is)).map(|way| opening(&gate, way, id, false, false)));
            openings.extend(is.iter().filter(|way| !is_open(way, &was)).map(|way| opening(&gate, way, id, true, true)));
        }
    }
    openings
}

/// What a group lets through. Of a group of others only they know.
fn through(group: &str, direction: &'static str, before: (&Side<'_>, &Ways), after: (&Side<'_>, &Ways)) -> Vec<Way> {
    let gate = Gate { group: group.to_owned(), direction };
    let side = [after, before].into_iter().find(|(side, _)| side.has(group));
    match side {
        Some((_, ways)) => ways.get(&gate).into_iter().flat_map(|ways| ways.keys().cloned()).collect(),
        None if direction == "in" => vec![Way::unknown(format!("whoever {group} lets in"))],
        None => vec![Way::unknown(format!("whatever {group} lets out to"))],
    }
}

/// Things that are there, with their groups. What has none is a member of none here.
fn members(side: &Side<'_>) -> Members {
    let mut members = Members::new();
    for (id, type_name, properties) in side.resources() {
        if !type_name.starts_with("AWS::IAM::") {
            let groups = members.entry(id.to_owned()).or_default();
            named("", &side.plain(properties).unwrap_or_default(), groups);
        }
    }
    members
}

fn named(parent: &str, value: &Json, groups: &mut BTreeSet<String>) {
    match value {
        Json::Object(object) => {
            for (key, inner) in object {
                // Only a launch template calls them so.
                let is_list = LISTS.contains(&key.as_str()) || key == "Groups" && parent == "NetworkInterfaces";
                if is_list {
                    groups.extend(texts(inner).iter().map(|name| own(name).to_owned()));
                } else {
                    named(key, inner, groups);
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| named(parent, item, groups)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use serde_json::{Value as Json, json};

    fn host(groups: Json) -> Json {
        let rule =
            |port: u16, cidr: &str| json!([{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": cidr}]);
        let group =
            |ingress: Json| json!({"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": ingress}});
        json!({"Resources": {
            "Host": {"Type": "AWS::EC2::Instance", "Properties": {"SecurityGroupIds": groups}},
            "Inner": group(rule(22, "10.0.0.0/8")), "Web": group(rule(443, "0.0.0.0/0")),
            "Office": group(rule(22, "10.1.0.0/16")),
        }})
    }

    fn id(group: &str) -> Json {
        json!({"Fn::GetAtt": [group, "GroupId"]})
    }

    #[test]
    fn a_host_that_moves_to_another_group_is_reachable_by_others() {
        let inner = host(json!([id("Inner")]));
        let both = lines(&inner, &host(json!([id("Inner"), id("Web")])));
        assert_eq!(both, ["+ in tcp 443 0.0.0.0/0 Host widens"]);
        assert_eq!(lines(&inner, &host(json!([{"Ref": "Office"}]))), ["- in tcp 22 10.0.0.0/8 Host"]);
        let default = lines(&inner, &host(json!([{"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}])));
        assert_eq!(default[1], "+ in all whoever ${Vpc.DefaultSecurityGroup} lets in Host widens");
        assert_eq!(lines(&inner, &host(json!(["sg-1"])))[1], "+ in all whoever sg-1 lets in Host widens");
        assert_eq!(
            lines(&inner, &host(json!([])))[1],
            "+ in all whoever the default group of the VPC lets in Host widens"
        );
    }

    #[test]
    fn what_is_written_otherwise_or_new_is_not_told() {
        assert_eq!(lines(&host(json!([id("Web")])), &host(json!([{"Ref": "Web"}]))), [""; 0]);
        let mut before = host(json!([id("Web")]));
        before["Resources"].as_object_mut().expect("it is one").remove("Host");
        assert_eq!(lines(&before, &host(json!([id("Web")]))), [""; 0]);
    }

    #[test]
    fn a_rule_that_changes_meanwhile_is_told_by_its_group() {
        let mut after = host(json!([id("Inner"), id("Office")]));
        after["Resources"]["Inner"]["Properties"]["SecurityGroupIngress"][0]["ToPort"] = json!(23);
        let told = lines(&host(json!([id("Inner")])), &after);
        assert!(told.iter().all(|line| line.contains(" Inner")), "{told:?}");
    }
}
