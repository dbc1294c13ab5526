//! Instances.
use serde_json::{Value as Json, json};
use stackgen_schema::{Facts, UpdateEffect};

use super::super::{Doing, Effect, Progress, Refusal, Site, generic};
use super::{Behavior, PLAIN, again, call, failed, own_tags, picked, place, text};
use crate::ec2::instance::State;

/// What EC2 changes only while the instance is stopped, so that CloudFormation stops and starts it ("Some interruptions" in
/// *AWS::EC2::Instance*, for instances whose root is a volume, as all are here).
const STOPPED_ONLY: [&str; 3] = ["InstanceType", "UserData", "EbsOptimized"];

pub(super) const INSTANCE: Behavior = Behavior {
    create,
    update,
    delete: |site, id, properties| {
        // The protection of the API holds against CloudFormation too.
        let _ = properties;
        call(site, "TerminateInstances", json!({"InstanceId": [id]})).map(drop)
    },
    progress,
    attributes: |ec2, id, _| {
        let Some(one) = ec2.instances.get(id) else { return json!({}) };
        let private = ec2.primary(id).map(|it| it.private_ip.clone());
        let public = ec2.public_ip(id);
        json!({
            "InstanceId": id, "AvailabilityZone": one.zone, "PrivateIp": private, "PublicIp": public, "VpcId": one.vpc,
            "PrivateDnsName": private.as_ref().map(|ip| crate::ec2::address::private_name(ip, &one.zone)),
            "PublicDnsName": public.as_ref().map_or_else(String::new, |ip| crate::ec2::address::public_name(ip, &one.zone)),
            "State.Code": one.state.shown()["code"].to_string(), "State.Name": one.state.word(),
        })
    },
    effect,
    seen: |ec2, id| {
        let one = ec2.instances.get(id).filter(|it| !matches!(it.state, State::ShuttingDown | State::Terminated))?;
        Some(json!({
            "ImageId": one.image, "InstanceType": one.kind, "SubnetId": one.subnet, "KeyName": one.key, "UserData": one.user_data,
            "AvailabilityZone": one.zone, "DisableApiTermination": one.termination_protection.then_some(true),
        }))
    },
    ..PLAIN
};

fn create(site: &mut Site<'_>, properties: &Json) -> Result<String, Refusal> {
    const SAME: [&str; 10] = [
        "ImageId",
        "InstanceType",
        "SubnetId",
        "KeyName",
        "UserData",
        "DisableApiTermination",
        "EbsOptimized",
        "MetadataOptions",
        "InstanceInitiatedShutdownBehavior",
        "PrivateIpAddress",
    ];
    let mut input = picked(properties, &SAME);
    let lists = [("SecurityGroupIds", "SecurityGroupId"), ("BlockDeviceMappings", "BlockDeviceMapping")];
    for (from, to) in lists {
        if let Some(list) = properties.get(from) {
            input[to] = list.clone();
        }
    }
    if let Some(profile) = properties["IamInstanceProfile"].as_str() {
        input["IamInstanceProfile"] = json!({"Name": profile});
    }
    if let Some(zone) = properties.get("AvailabilityZone") {
        input["Placement"] = json!({"AvailabilityZone": zone});
    }
    if let Some(template) = properties.get("LaunchTemplate") {
        input["LaunchTemplate"] = template.clone();
    }
    if let Some(interfaces) = properties["NetworkInterfaces"].as_array() {
        input["NetworkInterface"] = interfaces
            .iter()
            .map(|it| {
                let mut one = it.clone();
                one["SecurityGroupId"] = it["GroupSet"].clone();
                one
            })
            .collect();
    }
    (input["MinCount"], input["MaxCount"]) = (json!(1), json!(1));
    if let Some(monitoring) = properties.get("Monitoring") {
        input["Monitoring"] = json!({"Enabled": monitoring});
    }
    input["ClientToken"] = json!(site.world.uuid());
    let id = text(&call(site, "RunInstances", input)?["instancesSet"][0]["instanceId"]);
    if properties["SourceDestCheck"] == json!(false) {
        call(site, "ModifyInstanceAttribute", json!({"InstanceId": id, "SourceDestCheck": {"Value": "false"}}))?;
    }
    if properties["PropagateTagsToVolumeOnCreation"] == json!(true) {
        let tags = own_tags(properties).chain(site.stack_tags.clone()).collect::<std::collections::BTreeMap<_, _>>();
        let ec2 = &mut site.world.region(&site.region).ec2;
        let volumes: Vec<String> = ec2.devices(&id).map(|(it, _)| it.id.clone()).collect();
        volumes.iter().for_each(|volume| ec2.tag(volume, tags.clone()));
    }
    Ok(id)
}

/// Changes at once what can be, and stops the instance for the rest; [`progress`] goes on.
fn update(site: &mut Site<'_>, id: &str, before: &Json, after: &Json) -> Result<(), Refusal> {
    let changed = |name: &str| before.get(name) != after.get(name);
    let mut input = json!({"InstanceId": id});
    for name in ["DisableApiTermination", "SourceDestCheck", "InstanceInitiatedShutdownBehavior"] {
        if changed(name) {
            let default = json!(name == "SourceDestCheck");
            input[name] = json!({"Value": after.get(name).unwrap_or(&default)});
        }
    }
    if changed("SecurityGroupIds") {
        input["GroupId"] = after["SecurityGroupIds"].clone();
    }
    call(site, "ModifyInstanceAttribute", input)?;
    if changed("MetadataOptions") {
        let mut options = after.get("MetadataOptions").cloned().unwrap_or_else(|| json!({}));
        options["InstanceId"] = json!(id);
        call(site, "ModifyInstanceMetadataOptions", options)?;
    }
    if changed("IamInstanceProfile") {
        let name = after["IamInstanceProfile"].as_str();
        let profile = name.map(|name| format!("arn:aws:iam::{}:instance-profile/{name}", site.world.account));
        if let Some(one) = place(site).ec2().instances.get_mut(id) {
            one.profile = profile;
        }
    }
    let state = place(site).ec2().instances.get(id).map(|it| it.state);
    if STOPPED_ONLY.iter().any(|name| changed(name)) && state == Some(State::Running) {
        call(site, "StopInstances", json!({"InstanceId": [id]}))?;
        if let Some(one) = place(site).ec2().instances.get_mut(id) {
            one.starts_after_change = true;
        }
    }
    if state == Some(State::Stopped) {
        call(site, "ModifyInstanceAttribute", stopped_only(id, after))?;
    }
    Ok(())
}

fn stopped_only(id: &str, properties: &Json) -> Json {
    let mut input = json!({"InstanceId": id});
    for name in STOPPED_ONLY {
        if let Some(value) = properties.get(name) {
            input[name] = json!({"Value": value});
        }
    }
    input
}

fn progress(site: &mut Site<'_>, id: &str, doing: Doing) -> Result<Progress, Refusal> {
    let Some(one) = place(site).ec2().instances.get(id).cloned() else { return Ok(Progress::Done) };
    match (doing, one.state) {
        (Doing::Delete, State::Terminated) | (Doing::Create | Doing::Update, State::Running) => Ok(Progress::Done),
        (Doing::Create, State::ShuttingDown | State::Terminated) => {
            let reason = one.reason.map(|(_, message)| message).unwrap_or_default();
            let text =
                format!("Instance {id} failed to stabilize. Current state: {}. Reason: {reason}", one.state.word());
            Err(failed(site, &text, "NotStabilized"))
        }
        (Doing::Update, State::Stopped) if one.starts_after_change => {
            let wanted = site
                .world
                .region(&site.region)
                .others
                .get(&site.type_name)
                .and_then(|all| all.get(id))
                .map(|it| it.properties.clone());
            call(site, "ModifyInstanceAttribute", stopped_only(id, &wanted.unwrap_or_default()))?;
            call(site, "StartInstances", json!({"InstanceId": [id]}))?;
            if let Some(one) = place(site).ec2().instances.get_mut(id) {
                one.starts_after_change = false;
            }
            Ok(again(5))
        }
        (Doing::Update | Doing::Create, State::Stopped) | (Doing::Update, State::Terminated) => Ok(Progress::Done),
        _ => Ok(again(5)),
    }
}

/// What the facts leave open: with a root that is a volume, type and user data change in place; a device is replaced with its
/// instance unless only `DeleteOnTermination` differs (*AWS::EC2::Instance BlockDeviceMapping*).
fn effect(type_name: &str, before: &Json, after: &Json) -> Effect {
    let Some(facts) = Facts::embedded().resource(type_name) else { return Effect::InPlace };
    let replaces = |path: &String| match facts.update_effect(path) {
        _ if path.starts_with("/BlockDeviceMappings") => without_fate(before) != without_fate(after),
        UpdateEffect::Replaces => true,
        UpdateEffect::MayReplace => {
            !STOPPED_ONLY.iter().any(|name| path.strip_prefix('/') == Some(*name)) && !IN_PLACE.contains(&path.as_str())
        }
        UpdateEffect::InPlace | UpdateEffect::Refused => false,
    };
    if generic::changed_paths(before, after).iter().any(replaces) { Effect::Replace } else { Effect::InPlace }
}

/// Other properties that replace only an instance without a volume as its root, or outside a VPC.
const IN_PLACE: [&str; 6] =
    ["/KernelId", "/RamdiskId", "/SecurityGroupIds", "/Affinity", "/Tenancy", "/AdditionalInfo"];

fn without_fate(properties: &Json) -> Json {
    let mut devices = properties["BlockDeviceMappings"].clone();
    for device in devices.as_array_mut().into_iter().flatten() {
        if let Some(ebs) = device["Ebs"].as_object_mut() {
            ebs.shift_remove("DeleteOnTermination");
        }
    }
    devices
}
