//! Which instances have an agent that talks to Systems Manager.
//!
//! Sources: *Configure instance permissions required for Systems Manager* (the role of the instance allows
//! `ssm:UpdateInstanceInformation`, as the managed policy AmazonSSMManagedInstanceCore does) and `DescribeInstanceInformation`
//! ("does not return information for nodes that are either Stopped or Terminated"). All images are taken to have the agent, as
//! those of Ubuntu and Amazon Linux do, and it registers as soon as a boot begins.
use serde_json::{Value as Json, json};

use super::seconds;
use crate::ec2::Instance;
use crate::ec2::boot::BootPhase;
use crate::ec2::instance::State;
use crate::iam::{Holder, Iam};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// Managed policies of AWS with which the agent works.
const MANAGED: [&str; 4] = [
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMManagedEC2InstanceDefaultPolicy",
    "AmazonEC2RoleforSSM",
    "AdministratorAccess",
];

/// What the agent calls to register.
const REGISTERS: &str = "ssm:UpdateInstanceInformation";

/// Whether Systems Manager reaches an instance.
pub(super) fn is_online(world: &World, region: &str, instance: &str) -> bool {
    let one = world.regions.get(region).and_then(|region| region.ec2.instances.get(instance));
    one.is_some_and(|one| is_up(one) && may_register(&world.iam, one))
}

fn is_up(one: &Instance) -> bool {
    one.state == State::Running && one.boot.phase != BootPhase::Off
}

/// Of a profile that IAM does not have here, nobody knows what it allows.
fn may_register(iam: &Iam, one: &Instance) -> bool {
    let Some(arn) = &one.profile else { return false };
    let name = arn.rsplit('/').next().unwrap_or_default();
    match iam.profiles.get(name) {
        None => true,
        Some(profile) => {
            profile.role.as_ref().and_then(|role| iam.roles.get(role)).is_some_and(|role| is_allowed(iam, role))
        }
    }
}

fn is_allowed(iam: &Iam, role: &Holder) -> bool {
    let is_managed = |arn: &String| MANAGED.iter().any(|name| arn.ends_with(&format!(":aws:policy/{name}")));
    let own = role.attached.iter().filter_map(|arn| iam.policies.get(arn));
    let own = own.filter_map(|policy| policy.versions.get(&policy.default).map(|(text, _)| text));
    role.attached.iter().any(is_managed) || role.inline.values().chain(own).any(|text| lets_register(text))
}

fn lets_register(document: &str) -> bool {
    let document: Json = serde_json::from_str(document).unwrap_or_default();
    several(&document["Statement"]).any(|statement| {
        let mut actions = several(&statement["Action"]).filter_map(Json::as_str);
        statement["Effect"] == "Allow" && actions.any(covers)
    })
}

fn covers(action: &str) -> bool {
    let (action, wanted) = (action.to_ascii_lowercase(), REGISTERS.to_ascii_lowercase());
    action.strip_suffix('*').map_or(action == wanted, |start| wanted.starts_with(start))
}

/// The items of a list, or what stands there instead of a list of one.
fn several(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// `DescribeInstanceInformation`. An instance that is asked for and has no agent is not listed.
pub(super) fn describe(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let filters = filters(request)?;
    let region = &request.region;
    let mut ids: Vec<String> = world.region(region).ec2.instances.keys().cloned().collect();
    ids.retain(|id| is_online(world, region, id));
    let mut fitting: Vec<Json> = Vec::new();
    for id in ids {
        let one = shown(world, region, &id);
        if fits(world, region, &one, &filters) {
            fitting.push(one);
        }
    }
    Ok(super::command::page(fitting, request, 10, "InstanceInformationList"))
}

/// The filters in both forms of the call, by key.
fn filters(request: &Request) -> Result<Vec<(String, Vec<String>)>, ApiError> {
    let old = request.list("InstanceInformationFilterList").iter().map(|it| (&it["key"], &it["valueSet"]));
    let all = request.list("Filters").iter().map(|it| (&it["Key"], &it["Values"])).chain(old);
    let text = |it: &Json| it.as_str().unwrap_or_default().to_owned();
    let read = |(key, values): (&Json, &Json)| {
        let key = text(key);
        let is_known = member(&key).is_some() || key == "tag-key" || key.starts_with("tag:");
        let unknown = || ApiError::new("InvalidFilterKey", format!("The filter key '{key}' isn't valid."));
        is_known.then(|| (key.clone(), several(values).map(text).collect())).ok_or_else(unknown)
    };
    all.map(read).collect()
}

fn member(key: &str) -> Option<&'static str> {
    Some(match key {
        "InstanceIds" => "InstanceId",
        "PingStatus" => "PingStatus",
        "PlatformTypes" => "PlatformType",
        "ResourceType" => "ResourceType",
        _ => return None,
    })
}

fn fits(world: &mut World, region: &str, one: &Json, filters: &[(String, Vec<String>)]) -> bool {
    let id = one["InstanceId"].as_str().unwrap_or_default();
    let tags = world.region(region).ec2.tags.get(id);
    filters.iter().all(|(key, wanted)| match (member(key), key.strip_prefix("tag:")) {
        (Some(member), _) => wanted.iter().any(|it| one[member] == json!(it)),
        (_, Some(name)) => tags.and_then(|tags| tags.get(name)).is_some_and(|value| wanted.contains(value)),
        _ => tags.is_some_and(|tags| wanted.iter().any(|it| tags.contains_key(it))),
    })
}

fn shown(world: &mut World, region: &str, id: &str) -> Json {
    let now = seconds(world.now());
    let ec2 = &world.region(region).ec2;
    let address = ec2.primary(id).map(|it| it.private_ip.clone()).unwrap_or_default();
    let since = ec2.instances.get(id).map_or_else(|| now.clone(), |one| seconds(one.launched));
    json!({
        "InstanceId": id, "PingStatus": "Online", "LastPingDateTime": now, "IsLatestVersion": true, "PlatformType": "Linux",
        "RegistrationDate": since, "ResourceType": "EC2Instance", "IPAddress": address,
        "ComputerName": format!("ip-{}", address.replace('.', "-")), "SourceId": id, "SourceType": "AWS::EC2::Instance",
    })
}
