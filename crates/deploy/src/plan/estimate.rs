//! About how long changes take.
//!
//! The figures are the historical averages, in seconds, that aws-cloudformation/rain's `forecast` publishes for creation and
//! update (`internal/cmd/forecast/estimate.go`). It has none for deletion; we take that of creation, since both wait for the
//! same service to settle. It has none for a wait condition either: ours is a host that boots on the local engine. They are there to choose how often to look and to show people what is slow, never to give up.
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Action, Change, Consequence, Fate};

/// Type, creation, update. Types that take up to [`OTHERS`] are left out.
const SECONDS: &[(&str, u64, u64)] = &[
    ("AWS::CloudFormation::WaitCondition", 40, 1),
    ("AWS::DocDB::DBCluster", 68, 1),
    ("AWS::DocDB::DBInstance", 298, 2),
    ("AWS::DynamoDB::Table", 15, 10),
    ("AWS::EC2::EIP", 17, 2),
    ("AWS::EC2::Instance", 16, 16),
    ("AWS::EC2::InternetGateway", 17, 16),
    ("AWS::EC2::NatGateway", 106, 5),
    ("AWS::EC2::NetworkInterface", 12, 2),
    ("AWS::EC2::RouteTable", 12, 11),
    ("AWS::EC2::TransitGateway", 53, 2),
    ("AWS::EC2::VPC", 12, 2),
    ("AWS::EC2::VPCEndpoint", 47, 11),
    ("AWS::EC2::VPCGatewayAttachment", 12, 11),
    ("AWS::EC2::VPNConnection", 165, 2),
    ("AWS::EC2::Volume", 7, 7),
    ("AWS::EC2::VolumeAttachment", 7, 1),
    ("AWS::ECS::Service", 119, 71),
    ("AWS::EFS::MountTarget", 93, 1),
    ("AWS::EKS::Cluster", 544, 285),
    ("AWS::EKS::Nodegroup", 160, 671),
    ("AWS::ElastiCache::CacheCluster", 344, 113),
    ("AWS::ElastiCache::ReplicationGroup", 712, 208),
    ("AWS::IAM::Group", 12, 2),
    ("AWS::IAM::InstanceProfile", 126, 1),
    ("AWS::IAM::ManagedPolicy", 16, 1),
    ("AWS::IAM::Policy", 17, 3),
    ("AWS::IAM::Role", 12, 17),
    ("AWS::IAM::RolePolicy", 32, 1),
    ("AWS::IAM::User", 37, 2),
    ("AWS::IAM::UserPolicy", 32, 1),
    ("AWS::KMS::Alias", 62, 13),
    ("AWS::KMS::Key", 122, 71),
];
/// What most of the other types take.
const OTHERS: u64 = 5;

/// About how long one change takes.
pub(crate) fn seconds_of(change: &Change) -> u64 {
    let known = SECONDS.iter().find(|(name, ..)| *name == change.type_name);
    let (create, update) = known.map_or((OTHERS, OTHERS), |&(_, create, update)| (create, update));
    match change.action {
        Action::Remove if change.consequence == Consequence::Removed(Fate::Kept) => 0,
        Action::Add | Action::Remove => create,
        Action::Modify | Action::Import => update,
        Action::Replace | Action::MayReplace => create * 2,
    }
}

/// About how long changes take together: the longest way through what waits for each other.
pub(super) fn seconds(changes: &[Change], template: &Json) -> u64 {
    let own: BTreeMap<&str, u64> = changes.iter().map(|change| (&*change.id, seconds_of(change))).collect();
    let mut done = BTreeMap::new();
    changes.iter().map(|change| until(&change.id, &own, template, &mut done)).max().unwrap_or_default()
}

fn until<'a>(id: &'a str, own: &BTreeMap<&'a str, u64>, template: &'a Json, done: &mut BTreeMap<&'a str, u64>) -> u64 {
    if let Some(&seconds) = done.get(id) {
        return seconds;
    }
    // A circle is nothing that CloudFormation takes; it must not take us either.
    done.insert(id, 0);
    let mut needs = Vec::new();
    if let Some(resource) = template.pointer(&format!("/Resources/{id}")) {
        references(resource, &mut needs);
    }
    let before =
        needs.into_iter().filter(|need| *need != id && template.pointer(&format!("/Resources/{need}")).is_some());
    let before = before.map(|need| until(need, own, template, done)).max().unwrap_or_default();
    let seconds = before + own.get(id).copied().unwrap_or_default();
    done.insert(id, seconds);
    seconds
}

/// The logical ids that something refers to. `Fn::Sub` is read as far as its plain names go.
pub(crate) fn references<'a>(value: &'a Json, found: &mut Vec<&'a str>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                match (&**name, value) {
                    ("Ref", Json::String(id)) => found.push(id),
                    ("Fn::GetAtt", Json::String(path)) => found.extend(path.split('.').next()),
                    ("Fn::GetAtt", Json::Array(path)) => found.extend(path.first().and_then(Json::as_str)),
                    ("Fn::Sub", Json::String(text)) => found.extend(substituted(text)),
                    ("Fn::Sub", Json::Array(parts)) => {
                        found.extend(parts.first().and_then(Json::as_str).into_iter().flat_map(substituted));
                        parts.iter().skip(1).for_each(|part| references(part, found));
                    }
                    ("DependsOn", Json::String(id)) => found.push(id),
                    ("DependsOn", Json::Array(ids)) => found.extend(ids.iter().filter_map(Json::as_str)),
                    (_, value) => references(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn substituted(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    names.filter(|name| !name.starts_with('!')).filter_map(|name| name.split('.').next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn add(id: &str, type_name: &str) -> Change {
        Change {
            id: id.to_owned(),
            type_name: type_name.to_owned(),
            physical_id: None,
            source: None,
            action: Action::Add,
            consequence: Consequence::New,
            meaning: String::new(),
            stateful: false,
            properties: Vec::new(),
        }
    }

    #[test]
    fn what_waits_for_each_other_adds_up_and_the_rest_does_not() {
        let template = json!({"Resources": {
            "Address": {"Type": "AWS::EC2::EIP"},
            "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {"AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}}},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Text": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Fn::Sub": "${Nat}-${!Literal}-${AWS::Region}"}}},
        }});
        let changes = [
            add("Address", "AWS::EC2::EIP"),
            add("Nat", "AWS::EC2::NatGateway"),
            add("Topic", "AWS::SNS::Topic"),
            add("Text", "AWS::SSM::Parameter"),
        ];
        assert_eq!(seconds(&changes, &template), 17 + 106 + OTHERS);
    }
    #[test]
    fn what_stays_takes_no_time() {
        let removed = |fate| Change {
            action: Action::Remove,
            consequence: Consequence::Removed(fate),
            ..add("Table", "AWS::DynamoDB::Table")
        };
        assert_eq!(seconds_of(&removed(Fate::Deleted)), 15);
        assert_eq!(seconds_of(&removed(Fate::Kept)), 0);
    }
}
