//! Instances: what they are, and how answers show them.
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::boot::Boot;
use super::error::{invalid, missing, no_instance};
use super::shown::{Kind, chosen, shown};
use super::{Answer, Ec2, Input, Place, address, catalogue, security, time};
use crate::wire::ApiError;

/// An instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Instance {
    pub id: String,
    pub reservation: String,
    pub index: i64,
    pub image: String,
    pub kind: String,
    pub zone: String,
    pub subnet: String,
    pub vpc: String,
    pub key: Option<String>,
    /// The ARN of its instance profile.
    pub profile: Option<String>,
    /// As it was given: base64.
    pub user_data: Option<String>,
    pub token: Option<String>,
    pub launched: Timestamp,
    pub state: State,
    /// When it gets to the next state.
    pub until: Option<Timestamp>,
    /// Why it is in its state: code and message.
    pub reason: Option<(String, String)>,
    pub root_device: String,
    pub architecture: String,
    pub metadata: Json,
    pub termination_protection: bool,
    pub stop_protection: bool,
    pub shutdown_behavior: String,
    pub monitoring: bool,
    pub ebs_optimized: bool,
    /// `spot`, or nothing.
    pub market: Option<String>,
    /// Since when it runs.
    pub running_since: Option<Timestamp>,
    /// Whether a change that waits for the stop is followed by a start.
    pub starts_after_change: bool,
    pub boot: Boot,
    /// Volumes that were its root before.
    #[serde(default)]
    pub former_roots: BTreeSet<String>,
}

/// The state of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "AWS's words")]
pub enum State {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

impl State {
    /// AWS's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        ["pending", "running", "shutting-down", "terminated", "stopping", "stopped"][self as usize]
    }

    /// The state with its number, as answers show it.
    #[must_use]
    pub fn shown(self) -> Json {
        let code = [0, 16, 32, 48, 64, 80][self as usize];
        json!({"code": code, "name": self.word()})
    }
}

impl Ec2 {
    /// An instance.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn instance(&mut self, id: &str) -> Result<&mut Instance, ApiError> {
        self.instances.get_mut(id).ok_or_else(|| no_instance(id))
    }
}

impl Instance {
    pub(super) fn shown(&self, ec2: &Ec2, account: &str) -> Json {
        let interface = ec2.primary(&self.id);
        let public = ec2.public_ip(&self.id);
        let private = interface.map(|it| it.private_ip.clone());
        let groups = security::group_set(ec2, interface.map_or(&[], |it| &it.groups));
        let devices: Vec<Json> = ec2
            .devices(&self.id)
            .map(|(volume, it)| {
                let mut ebs = it.shown(&volume.id);
                ebs.as_object_mut().map(|ebs| (ebs.shift_remove("instanceId"), ebs.shift_remove("device")));
                json!({"deviceName": it.device, "ebs": ebs})
            })
            .collect();
        let attached = ec2.interfaces.values().filter(|it| it.attached.as_ref().is_some_and(|(on, ..)| *on == self.id));
        let interfaces: Vec<Json> = attached.map(|it| it.shown(ec2, account)).collect();
        json!({
            "instanceId": self.id, "imageId": self.image, "instanceState": self.state.shown(), "instanceType": self.kind,
            "privateDnsName": private.as_ref().map(|ip| address::private_name(ip, &self.zone)).unwrap_or_default(),
            "dnsName": public.as_ref().map(|ip| address::public_name(ip, &self.zone)).unwrap_or_default(),
            "privateIpAddress": private, "ipAddress": public, "reason": self.reason.as_ref().map(|it| it.1.clone()).unwrap_or_default(),
            "stateReason": self.reason.as_ref().map(|(code, message)| json!({"code": code, "message": message})),
            "keyName": self.key, "amiLaunchIndex": self.index, "launchTime": time(self.launched),
            "placement": {"availabilityZone": self.zone, "groupName": "", "tenancy": "default"},
            "monitoring": {"state": if self.monitoring { "enabled" } else { "disabled" }},
            "subnetId": (self.state != State::Terminated).then_some(&self.subnet), "vpcId": (self.state != State::Terminated).then_some(&self.vpc),
            "architecture": self.architecture, "rootDeviceType": "ebs", "rootDeviceName": self.root_device, "blockDeviceMapping": devices,
            "virtualizationType": "hvm", "clientToken": self.token.clone().unwrap_or_default(), "ebsOptimized": self.ebs_optimized,
            "enaSupport": true, "hypervisor": "xen", "instanceLifecycle": self.market, "networkInterfaceSet": interfaces, "groupSet": groups,
            "iamInstanceProfile": self.profile.as_ref().map(|arn| json!({"arn": arn, "id": "AIPAEXAMPLEEXAMPLE000"})),
            "sourceDestCheck": interface.is_none_or(|it| it.source_dest_check), "metadataOptions": self.metadata,
            "platformDetails": "Linux/UNIX", "usageOperation": "RunInstances", "tagSet": ec2.tag_set(&self.id),
        })
    }

    /// How its checks stand.
    fn checks(&self, now: Timestamp, seconds: i64) -> Json {
        let Some(since) = self.running_since.filter(|_| self.state == State::Running) else {
            return json!({"status": "not-applicable", "details": []});
        };
        let passed = now.duration_since(since).as_secs() >= seconds;
        let (status, detail) = if passed { ("ok", "passed") } else { ("initializing", "initializing") };
        json!({"status": status, "details": [{"name": "reachability", "status": detail}]})
    }
}

const INSTANCES: Kind = Kind {
    set: "instancesSet",
    id: "instanceId",
    ids: "InstanceId",
    missing: no_instance,
    filters: &[
        ("architecture", "architecture"),
        ("availability-zone", "placement/availabilityZone"),
        ("block-device-mapping.volume-id", "blockDeviceMapping/ebs/volumeId"),
        ("client-token", "clientToken"),
        ("dns-name", "dnsName"),
        ("iam-instance-profile.arn", "iamInstanceProfile/arn"),
        ("image-id", "imageId"),
        ("instance-id", "instanceId"),
        ("instance-lifecycle", "instanceLifecycle"),
        ("instance-state-code", "instanceState/code"),
        ("instance-state-name", "instanceState/name"),
        ("instance-type", "instanceType"),
        ("instance.group-id", "groupSet/groupId"),
        ("ip-address", "ipAddress"),
        ("key-name", "keyName"),
        ("launch-time", "launchTime"),
        ("network-interface.network-interface-id", "networkInterfaceSet/networkInterfaceId"),
        ("private-ip-address", "privateIpAddress"),
        ("root-device-name", "rootDeviceName"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

/// `DescribeInstances`. Instances that were launched together are shown together.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    if !input.texts("InstanceId").is_empty() && input.text("MaxResults").is_some() {
        let text = "The parameter instancesSet cannot be used with the parameter maxResults";
        return Err(ApiError::new("InvalidParameterCombination", text));
    }
    let account = at.account();
    let ec2 = at.ec2();
    let page = shown(INSTANCES, ec2.instances.values().map(|it| it.shown(ec2, &account)).collect(), input)?;
    let mut reservations: Vec<Json> = Vec::new();
    for one in page["instancesSet"].as_array().into_iter().flatten() {
        let reservation = &ec2.instances[one["instanceId"].as_str().unwrap_or_default()].reservation;
        match reservations.iter_mut().find(|it| it["reservationId"] == json!(reservation)) {
            Some(same) => same["instancesSet"].as_array_mut().expect("a list").push(one.clone()),
            None => reservations
                .push(json!({"reservationId": reservation, "ownerId": account, "groupSet": [], "instancesSet": [one]})),
        }
    }
    let mut answer = json!({"reservationSet": reservations});
    if let Some(token) = page.get("nextToken") {
        answer["nextToken"] = token.clone();
    }
    Ok(answer)
}

const STATUSES: Kind = Kind {
    set: "instanceStatusSet",
    id: "instanceId",
    ids: "InstanceId",
    missing: no_instance,
    filters: &[
        ("availability-zone", "availabilityZone"),
        ("instance-state-name", "instanceState/name"),
        ("instance-status.status", "instanceStatus/status"),
        ("system-status.status", "systemStatus/status"),
    ],
};

/// `DescribeInstanceStatus`: only of running instances, unless asked for all.
pub(super) fn statuses(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let now = at.now();
    let ec2 = at.ec2();
    let shape = |it: &Instance| {
        let checks = it.checks(now, ec2.settings.checks);
        json!({
            "instanceId": it.id, "availabilityZone": it.zone, "instanceState": it.state.shown(), "eventsSet": [],
            "instanceStatus": checks, "systemStatus": checks, "attachedEbsStatus": checks,
        })
    };
    if let Some(unknown) = input.texts("InstanceId").iter().find(|id| !ec2.instances.contains_key(*id)) {
        return Err(no_instance(unknown));
    }
    let all = ec2.instances.values().map(shape).collect();
    let mut wanted = chosen(STATUSES, all, input)?;
    wanted.retain(|it| {
        input.flag("IncludeAllInstances") == Some(true) || it["instanceState"]["name"] == json!("running")
    });
    shown(Kind { ids: "", filters: STATUSES.filters, ..STATUSES }, wanted, input)
}

/// `DescribeInstanceAttribute`.
pub(super) fn attribute(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, name) = (input.required("InstanceId")?, input.required("Attribute")?);
    let account = at.account();
    let ec2 = at.ec2();
    let one = ec2.instances.get(&id).ok_or_else(|| no_instance(&id))?;
    let whole = one.shown(ec2, &account);
    let value = match name.as_str() {
        "instanceType" => json!({"value": one.kind}),
        "userData" => one.user_data.as_ref().map_or(json!({}), |text| json!({"value": text})),
        "disableApiTermination" => json!({"value": one.termination_protection}),
        "disableApiStop" => json!({"value": one.stop_protection}),
        "instanceInitiatedShutdownBehavior" => json!({"value": one.shutdown_behavior}),
        "rootDeviceName" => json!({"value": one.root_device}),
        "ebsOptimized" => json!({"value": one.ebs_optimized}),
        "sourceDestCheck" => json!({"value": whole["sourceDestCheck"]}),
        "enaSupport" => json!({"value": true}),
        "blockDeviceMapping" => whole["blockDeviceMapping"].clone(),
        "groupSet" => whole["groupSet"].clone(),
        other => {
            return Err(invalid(format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.")));
        }
    };
    Ok(json!({"instanceId": id, name: value}))
}

/// `ModifyInstanceAttribute`. Type and user data change only on a stopped instance.
pub(super) fn modify(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("InstanceId")?;
    let named = input.text("Attribute");
    let given = |name: &str| {
        let lower: String = name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect();
        input.value(name).or_else(|| input.text("Value").filter(|_| named.as_ref() == Some(&lower)))
    };
    let ec2 = at.ec2();
    let one = ec2.instance(&id)?;
    let stopped_only = ["InstanceType", "UserData", "EbsOptimized"].iter().any(|name| given(name).is_some());
    if stopped_only && one.state != State::Stopped {
        let text = format!("The instance '{id}' is not in the 'stopped' state.");
        return Err(ApiError::new("IncorrectInstanceState", text));
    }
    if let Some(kind) = given("InstanceType") {
        catalogue::check(&kind)?;
        super::run::check_architecture(&kind, &one.architecture)?;
        one.kind = kind;
    }
    if let Some(text) = given("UserData") {
        one.user_data = Some(text);
    }
    if let Some(flag) = given("DisableApiTermination") {
        one.termination_protection = flag == "true";
    }
    if let Some(flag) = given("DisableApiStop") {
        one.stop_protection = flag == "true";
    }
    if let Some(behavior) = given("InstanceInitiatedShutdownBehavior") {
        one.shutdown_behavior = behavior;
    }
    if let Some(flag) = given("EbsOptimized") {
        one.ebs_optimized = flag == "true";
    }
    modify_around(at, &id, input)?;
    Ok(json!({"return": true}))
}

/// What belongs to the interface and to the volumes.
fn modify_around(at: &mut Place<'_>, id: &str, input: Input<'_>) -> Result<(), ApiError> {
    let groups = input.texts("GroupId");
    let ec2 = at.ec2();
    if let Some(unknown) = groups.iter().find(|it| !ec2.security_groups.contains_key(*it)) {
        return Err(missing(unknown));
    }
    let primary = ec2.primary(id).map(|it| it.id.clone());
    if let Some(interface) = primary.and_then(|primary| ec2.interfaces.get_mut(&primary)) {
        if !groups.is_empty() {
            interface.groups = groups;
        }
        if let Some(flag) = input.value("SourceDestCheck") {
            interface.source_dest_check = flag == "true";
        }
    }
    for change in input.list("BlockDeviceMapping") {
        let (device, ebs) = (change.text("DeviceName"), change.part("Ebs"));
        let Some(goes) = ebs.and_then(|ebs| ebs.flag("DeleteOnTermination")) else { continue };
        let mut attachments = ec2.volumes.values_mut().flat_map(|it| &mut it.attachments);
        if let Some(on) = attachments.find(|it| it.instance == id && Some(&it.device) == device.as_ref()) {
            on.delete_on_termination = goes;
        }
    }
    Ok(())
}

/// `ModifyInstanceMetadataOptions`.
pub(super) fn modify_metadata(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("InstanceId")?;
    let one = at.ec2().instance(&id)?;
    set_metadata(&mut one.metadata, input);
    Ok(json!({"instanceId": id, "instanceMetadataOptions": one.metadata}))
}

/// Takes over metadata options that are given.
pub(super) fn set_metadata(metadata: &mut Json, input: Input<'_>) {
    for (given, kept) in [
        ("HttpTokens", "httpTokens"),
        ("HttpEndpoint", "httpEndpoint"),
        ("HttpProtocolIpv6", "httpProtocolIpv6"),
        ("InstanceMetadataTags", "instanceMetadataTags"),
    ] {
        if let Some(text) = input.text(given) {
            metadata[kept] = json!(text);
        }
    }
    if let Some(hops) = input.number("HttpPutResponseHopLimit") {
        metadata["httpPutResponseHopLimit"] = json!(hops);
    }
}

/// `DescribeIamInstanceProfileAssociations`.
pub(super) fn profiles(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    const PROFILES: Kind = Kind {
        set: "iamInstanceProfileAssociationSet",
        id: "associationId",
        ids: "AssociationId",
        missing,
        filters: &[("instance-id", "instanceId"), ("state", "state")],
    };
    let shape = |it: &Instance| {
        let arn = it.profile.as_ref()?;
        Some(json!({
            "associationId": format!("iip-assoc-{}", &it.id[2..]), "instanceId": it.id, "state": "associated",
            "iamInstanceProfile": {"arn": arn, "id": "AIPAEXAMPLEEXAMPLE000"},
        }))
    };
    shown(PROFILES, at.ec2().instances.values().filter_map(shape).collect(), input)
}
