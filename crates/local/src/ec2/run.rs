//! `RunInstances`.
use serde_json::{Value as Json, json};

use super::boot::Boot;
use super::error::{invalid, missing};
use super::instance::{Instance, State, set_metadata};
use super::shown::tags_for;
use super::{Answer, Image, Input, Place, address, attachment, catalogue, image, key, template, volume};
use crate::wire::ApiError;

/// `RunInstances`. The same client token with the same request gives the same instances; with another one it is refused.
/// Source: *Ensuring idempotency in Amazon EC2 API requests*.
pub(super) fn run(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let Some(token) = input.text("ClientToken") else { return start(at, input) };
    if let Some((asked, given)) = at.ec2().tokens.get(&token) {
        if asked != input.0 {
            let text =
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
            return Err(ApiError::new("IdempotentParameterMismatch", text));
        }
        let ids: Vec<String> =
            given.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
        return Ok(reservation(at, &ids));
    }
    let answer = start(at, input)?;
    let ids: Json =
        answer["instancesSet"].as_array().into_iter().flatten().map(|it| it["instanceId"].clone()).collect();
    at.ec2().tokens.insert(token, (input.0.clone(), ids));
    Ok(answer)
}

fn reservation(at: &mut Place<'_>, ids: &[String]) -> Json {
    let account = at.account();
    let ec2 = at.ec2();
    let instances: Vec<&Instance> = ids.iter().filter_map(|id| ec2.instances.get(id)).collect();
    json!({
        "reservationId": instances.first().map(|it| it.reservation.clone()), "ownerId": account, "groupSet": [],
        "instancesSet": instances.iter().map(|it| it.shown(ec2, &account)).collect::<Vec<_>>(),
    })
}

/// What is decided before anything is made.
struct Decided {
    image: Image,
    kind: String,
    subnet: String,
    vpc: String,
    zone: String,
    assigns_public: bool,
    groups: Vec<String>,
    interface: Option<String>,
}

fn start(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let whole = template::completed(at, input)?;
    let input = Input(&whole);
    let decided = decide(at, input)?;
    let (least, most) = (input.number("MinCount").unwrap_or(1), input.number("MaxCount").unwrap_or(1));
    if least < 1 || most < least {
        return Err(invalid(format!("Value ({least}) for parameter minCount is invalid.")));
    }
    room(at, &decided.kind, &decided.zone, most)?;
    let reservation_id = at.world.id("r");
    let mut ids = Vec::new();
    for index in 0..most {
        // If one cannot be made, none is: the first fails before anything is entered, and the rest are like it.
        ids.push(make(at, input, &decided, &reservation_id, index)?);
    }
    Ok(reservation(at, &ids))
}

fn decide(at: &mut Place<'_>, input: Input<'_>) -> Result<Decided, ApiError> {
    let kind = input.text("InstanceType").unwrap_or_else(|| "m1.small".to_owned());
    catalogue::check(&kind)?;
    let id = input.required("ImageId")?;
    image::keep_promise(at, &id, Some(&kind));
    let ec2 = at.ec2();
    let image = image::usable(ec2, &id)?;
    check_architecture(&kind, &image.architecture)?;
    if let Some(name) = input.text("KeyName") {
        key::check(ec2, &name)?;
    }
    let first = input.list("NetworkInterface").find(|it| it.number("DeviceIndex").unwrap_or(0) == 0);
    let interface = first.and_then(|it| it.text("NetworkInterfaceId"));
    let existing = match &interface {
        Some(id) => Some(ec2.interfaces.get(id).ok_or_else(|| missing(id))?.subnet.clone()),
        None => None,
    };
    let zone = input.part("Placement").and_then(|it| it.text("AvailabilityZone"));
    let default = || {
        let fits = |it: &&Json| {
            it["defaultForAz"] == json!(true) && zone.as_ref().is_none_or(|zone| it["availabilityZone"] == json!(zone))
        };
        ec2.subnets.values().find(fits).and_then(|it| it["subnetId"].as_str()).map(str::to_owned)
    };
    let subnet = existing
        .or_else(|| first.and_then(|it| it.text("SubnetId")))
        .or_else(|| input.text("SubnetId"))
        .or_else(default);
    let subnet = subnet.ok_or_else(|| {
        ApiError::new("MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
    })?;
    let net = ec2.subnets.get(&subnet).ok_or_else(|| missing(&subnet))?;
    let text = |name: &str| net[name].as_str().unwrap_or_default().to_owned();
    let assigns_public =
        first.and_then(|it| it.flag("AssociatePublicIpAddress")).unwrap_or(net["mapPublicIpOnLaunch"] == json!(true));
    let mut groups = first.map(|it| it.texts("SecurityGroupId")).unwrap_or_default();
    if groups.is_empty() {
        groups = input.texts("SecurityGroupId");
    }
    if let Some(unknown) = groups.iter().find(|id| !ec2.security_groups.contains_key(*id)) {
        return Err(missing(unknown));
    }
    let (vpc, zone) = (text("vpcId"), text("availabilityZone"));
    Ok(Decided { image, kind, vpc, zone, subnet, assigns_public, groups, interface })
}

/// Refuses an image of another architecture than the type.
///
/// # Errors
///
/// `InvalidParameterValue`.
pub(super) fn check_architecture(kind: &str, architecture: &str) -> Result<(), ApiError> {
    let own = catalogue::architecture(kind);
    if own == architecture {
        return Ok(());
    }
    Err(invalid(format!(
        "The architecture '{own}' of the specified instance type does not match the architecture '{architecture}' of the specified AMI. \
         Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or \
         'describe-images' to discover the architecture of the instance type or AMI."
    )))
}

/// Refuses what there is no room for: by the table of shortages, and by the quota of virtual processors.
///
/// # Errors
///
/// `InsufficientInstanceCapacity` (an error of the server's) or `VcpuLimitExceeded`.
pub(super) fn room(at: &mut Place<'_>, kind: &str, zone: &str, count: i64) -> Result<(), ApiError> {
    let region = at.region;
    let ec2 = at.ec2();
    let is_full = |zone: &str| ec2.settings.full.contains(&(kind.to_owned(), zone.to_owned()));
    if is_full(zone) {
        let others: Vec<String> = catalogue::zones(region).into_iter().filter(|other| !is_full(other)).collect();
        let advice = if others.is_empty() {
            String::new()
        } else {
            format!(
                " You can currently get {kind} capacity by not specifying an Availability Zone in your request or choosing {}.",
                others.join(", ")
            )
        };
        let mut error = ApiError::new(
            "InsufficientInstanceCapacity",
            format!(
                "We currently do not have sufficient {kind} capacity in the Availability Zone you requested ({zone}). \
             Our system will be working on provisioning additional capacity.{advice}"
            ),
        );
        error.status = 500;
        return Err(error);
    }
    let Some(limit) = ec2.settings.processors else { return Ok(()) };
    let running = ec2.instances.values().filter(|it| matches!(it.state, State::Pending | State::Running));
    let used: i64 = running.map(|it| catalogue::processors(&it.kind)).sum();
    if used + count * catalogue::processors(kind) > limit {
        return Err(ApiError::new(
            "VcpuLimitExceeded",
            format!(
                "You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance bucket that the specified instance type belongs to. \
             Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
            ),
        ));
    }
    Ok(())
}

fn make(
    at: &mut Place<'_>,
    input: Input<'_>,
    decided: &Decided,
    reservation: &str,
    index: i64,
) -> Result<String, ApiError> {
    let id = at.world.id("i");
    let interface = match &decided.interface {
        Some(interface) => interface.clone(),
        None => address::make(at, &decided.subnet, decided.groups.clone(), input.text("PrivateIpAddress"))?,
    };
    let volumes = match devices(at, input, decided) {
        Ok(volumes) => volumes,
        Err(error) => {
            if decided.interface.is_none() {
                address::remove_interface(at.ec2(), &interface);
            }
            return Err(error);
        }
    };
    for (device, volume, goes) in volumes {
        attachment::put(at, &volume, &id, &device, goes, 0);
        at.ec2().tag(&volume, tags_for(input, "volume"));
    }
    let public_ip = decided.assigns_public.then(|| address::new_public_ip(at));
    if let Some(one) = at.ec2().interfaces.get_mut(&interface) {
        one.attached = Some((id.clone(), 0, decided.interface.is_none()));
        one.public_ip = public_ip.or(one.public_ip.take());
    }
    at.ec2().tag(&interface, tags_for(input, "network-interface"));
    let seconds = at.ec2().settings.durations(&decided.kind).start;
    let until = Some(at.wake(seconds, &id));
    let instance = described(at, input, decided, &id, (reservation, index), until);
    at.ec2().instances.insert(id.clone(), instance);
    at.ec2().tag(&id, tags_for(input, "instance"));
    Ok(id)
}

fn described(
    at: &Place<'_>,
    input: Input<'_>,
    decided: &Decided,
    id: &str,
    (reservation, index): (&str, i64),
    until: Option<jiff::Timestamp>,
) -> Instance {
    let flag = |name: &str| input.flag(name) == Some(true);
    let mut metadata = json!({"state": "applied", "httpTokens": "optional", "httpPutResponseHopLimit": 1, "httpEndpoint": "enabled", "httpProtocolIpv6": "disabled", "instanceMetadataTags": "disabled"});
    if let Some(options) = input.part("MetadataOptions") {
        set_metadata(&mut metadata, options);
    }
    let profile = input.part("IamInstanceProfile").and_then(|it| {
        let arn = |name: String| format!("arn:aws:iam::{}:instance-profile/{name}", at.world.account);
        it.text("Arn").or_else(|| it.text("Name").map(arn))
    });
    Instance {
        id: id.to_owned(),
        reservation: reservation.to_owned(),
        index,
        image: decided.image.id.clone(),
        kind: decided.kind.clone(),
        zone: decided.zone.clone(),
        subnet: decided.subnet.clone(),
        vpc: decided.vpc.clone(),
        key: input.text("KeyName"),
        profile,
        user_data: input.text("UserData"),
        token: input.text("ClientToken"),
        launched: at.now(),
        state: State::Pending,
        until,
        reason: Some(("pending".to_owned(), "pending".to_owned())),
        root_device: decided.image.root_device.clone(),
        architecture: decided.image.architecture.clone(),
        metadata,
        termination_protection: flag("DisableApiTermination"),
        stop_protection: flag("DisableApiStop"),
        monitoring: input.part("Monitoring").and_then(|it| it.flag("Enabled")) == Some(true),
        shutdown_behavior: input.text("InstanceInitiatedShutdownBehavior").unwrap_or_else(|| "stop".to_owned()),
        ebs_optimized: flag("EbsOptimized"),
        market: input.part("InstanceMarketOptions").and_then(|it| it.text("MarketType")),
        running_since: None,
        starts_after_change: false,
        boot: Boot::default(),
        former_roots: [].into(),
    }
}

/// Volumes from the mappings of the image, as the request changes and extends them.
fn devices(at: &mut Place<'_>, input: Input<'_>, decided: &Decided) -> Result<Vec<(String, String, bool)>, ApiError> {
    const NAMES: [(&str, &str); 8] = [
        ("snapshotId", "SnapshotId"),
        ("volumeSize", "VolumeSize"),
        ("volumeType", "VolumeType"),
        ("iops", "Iops"),
        ("throughput", "Throughput"),
        ("encrypted", "Encrypted"),
        ("kmsKeyId", "KmsKeyId"),
        ("deleteOnTermination", "DeleteOnTermination"),
    ];
    let mut wanted: Vec<(String, Json)> = Vec::new();
    for device in &decided.image.devices {
        let ebs: serde_json::Map<String, Json> = NAMES
            .iter()
            .filter_map(|(kept, given)| {
                device["ebs"].get(*kept).filter(|it| !it.is_null()).map(|it| ((*given).to_owned(), it.clone()))
            })
            .collect();
        wanted.push((device["deviceName"].as_str().unwrap_or_default().to_owned(), Json::Object(ebs)));
    }
    for change in input.list("BlockDeviceMapping") {
        let device = change.required("DeviceName")?;
        let of_image = wanted.iter().position(|(name, _)| *name == device);
        if change.0.get("NoDevice").is_some() {
            of_image.map(|index| wanted.remove(index));
            continue;
        }
        let Some(ebs) = change.part("Ebs").and_then(|it| it.0.as_object()) else { continue };
        let index = of_image.unwrap_or_else(|| {
            wanted.push((device, json!({})));
            wanted.len() - 1
        });
        let whole = wanted[index].1.as_object_mut().expect("an object");
        // Another type has other IOPS and throughput than the image's.
        if ebs.get("VolumeType").is_some_and(|kind| whole.get("VolumeType") != Some(kind)) {
            whole.retain(|name, _| name != "Iops" && name != "Throughput");
        }
        whole.extend(ebs.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    let mut made: Vec<(String, String, bool)> = Vec::new();
    for (device, ebs) in wanted {
        match volume::make(at, &decided.zone, Input(&ebs), 0) {
            Ok(id) => made.push((device, id, Input(&ebs).flag("DeleteOnTermination").unwrap_or(true))),
            Err(error) => {
                made.iter().for_each(|(_, id, _)| drop(at.ec2().volumes.shift_remove(id)));
                return Err(error);
            }
        }
    }
    Ok(made)
}
