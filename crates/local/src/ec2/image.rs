//! Images.
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::error::{invalid, missing};
use super::instance::State;
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Ec2, Input, Place, snapshot, time};
use crate::wire::ApiError;

/// An image.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of the API")]
pub struct Image {
    pub id: String,
    pub owner: String,
    /// Such as `amazon`, for images of AWS.
    pub owner_alias: Option<String>,
    pub name: String,
    pub description: String,
    pub architecture: String,
    pub root_device: String,
    /// Its devices, as answers show them.
    pub devices: Vec<Json>,
    pub public: bool,
    pub created: Timestamp,
    pub until: Option<Timestamp>,
    pub deprecated: Option<Timestamp>,
    /// The instance that it was made from.
    pub source_instance: Option<String>,
}

impl Image {
    /// Whether a snapshot belongs to it.
    #[must_use]
    pub fn uses(&self, snapshot: &str) -> bool {
        self.devices.iter().any(|device| device["ebs"]["snapshotId"] == json!(snapshot))
    }

    fn shown(&self, ec2: &Ec2) -> Json {
        json!({
            "imageId": self.id, "imageState": if self.until.is_some() { "pending" } else { "available" }, "imageOwnerId": self.owner,
            "imageOwnerAlias": self.owner_alias, "imageLocation": format!("{}/{}", self.owner_alias.as_deref().unwrap_or(&self.owner), self.name),
            "isPublic": self.public, "architecture": self.architecture, "imageType": "machine", "name": self.name,
            "description": self.description, "rootDeviceType": "ebs", "rootDeviceName": self.root_device,
            "virtualizationType": "hvm", "hypervisor": "xen", "enaSupport": true, "sriovNetSupport": "simple",
            "platformDetails": "Linux/UNIX", "usageOperation": "RunInstances", "creationDate": time(self.created),
            "deprecationTime": self.deprecated.map(time), "sourceInstanceId": self.source_instance,
            "bootMode": if self.architecture == "arm64" { "uefi" } else { "uefi-preferred" }, "imdsSupport": "v2.0",
            "blockDeviceMapping": self.devices, "tagSet": ec2.tag_set(&self.id),
        })
    }
}

/// What `DescribeImages` and `RunInstances` say of an image that there is not.
fn named(ec2: &Ec2, id: &str) -> Result<Image, ApiError> {
    if !id.starts_with("ami-") {
        return Err(ApiError::new("InvalidAMIID.Malformed", format!("Invalid id: \"{id}\" (expecting \"ami-...\")")));
    }
    ec2.images.get(id).cloned().ok_or_else(|| missing(id))
}

/// An image that an instance can be made from.
///
/// # Errors
///
/// If there is none or it is not there yet.
pub fn usable(ec2: &Ec2, id: &str) -> Result<Image, ApiError> {
    let image = named(ec2, id)?;
    if image.until.is_some() {
        return Err(ApiError::new("InvalidAMIID.Unavailable", format!("The image ID '{id}' is not available")));
    }
    Ok(image)
}

/// Whether it has the form of an image's id: eight or seventeen hexadecimal digits (*Resource IDs*).
#[must_use]
pub fn is_id(id: &str) -> bool {
    let digits = id.strip_prefix("ami-").unwrap_or_default();
    matches!(digits.len(), 8 | 17) && digits.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Promises images: of what a template names from another account nothing is known but the id.
pub fn promise(at: &mut Place<'_>, ids: impl IntoIterator<Item = String>) {
    let ec2 = at.ec2();
    for id in ids {
        if !ec2.images.contains_key(&id) {
            ec2.promised.insert(id);
        }
    }
}

/// Lets a promised image appear. Its architecture is that of the first instance that is made from it; who only looks sees it
/// for that of the newest instance until then, since whoever promises images knows them for the hosts that are there.
pub(super) fn keep_promise(at: &mut Place<'_>, id: &str, kind: Option<&str>) {
    if !at.ec2().promised.contains(id) {
        return;
    }
    let newest = at.ec2().instances.values().next_back().map(|one| one.architecture.clone());
    let architecture = kind.map(|kind| super::catalogue::architecture(kind).to_owned()).or(newest);
    super::furnish::like_ubuntu(at, id, architecture.as_deref().unwrap_or("x86_64"));
    if kind.is_some() {
        at.ec2().promised.remove(id);
    }
}

fn checked_name(at: &mut Place<'_>, input: Input<'_>) -> Result<String, ApiError> {
    let name = input.required("Name")?;
    if !(3..=128).contains(&name.len()) {
        return Err(ApiError::new("InvalidAMIName.Malformed", "AMI names must be between 3 and 128 characters long"));
    }
    let account = at.account();
    if let Some(other) = at.ec2().images.values().find(|it| it.name == name && it.owner == account) {
        let text = format!("AMI name {name} is already in use by AMI {}", other.id);
        return Err(ApiError::new("InvalidAMIName.Duplicate", text));
    }
    Ok(name)
}

struct Draft {
    name: String,
    architecture: String,
    root_device: String,
    devices: Vec<Json>,
    source_instance: Option<String>,
    seconds: i64,
}

/// Own images are deprecated after two years at most, unless told otherwise never; only public ones are by themselves
/// (*Deprecate an Amazon EC2 AMI*).
fn enter(at: &mut Place<'_>, input: Input<'_>, draft: Draft) -> String {
    let id = at.world.id("ami");
    let until = (draft.seconds > 0).then(|| at.wake(draft.seconds, &id));
    let image = Image {
        id: id.clone(),
        owner: at.account(),
        owner_alias: None,
        name: draft.name,
        description: input.text("Description").unwrap_or_default(),
        architecture: draft.architecture,
        root_device: draft.root_device,
        devices: draft.devices,
        public: false,
        created: at.now(),
        until,
        deprecated: None,
        source_instance: draft.source_instance,
    };
    at.ec2().images.insert(id.clone(), image);
    at.ec2().tag(&id, tags_for(input, "image"));
    id
}

/// `CreateImage`. Unless `NoReboot`, the instance is rebooted first.
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (instance, name) = (input.required("InstanceId")?, checked_name(at, input)?);
    let host = at.ec2().instances.get(&instance).ok_or_else(|| missing(&instance))?.clone();
    if !matches!(host.state, State::Running | State::Stopping | State::Stopped) {
        let text = format!("Instance {instance} is not in the 'running' or 'stopped' state.");
        return Err(ApiError::new("IncorrectState", text));
    }
    if input.flag("NoReboot") != Some(true) && host.state == State::Running {
        super::boot::begin(at, &instance);
    }
    let on: Vec<(String, String, bool)> = at
        .ec2()
        .devices(&instance)
        .map(|(it, on)| (it.id.clone(), on.device.clone(), on.delete_on_termination))
        .collect();
    let mut devices = Vec::new();
    for (volume, device, goes) in on {
        let snapshot = snapshot::make(at, &volume, &format!("Created by CreateImage({instance})"))?;
        at.ec2().tag(&snapshot, tags_for(input, "snapshot"));
        let one = &at.ec2().volumes[&volume];
        devices.push(mapping(&device, &snapshot, &one.spec, one.encrypted, goes));
    }
    let seconds = at.ec2().settings.image;
    let draft = Draft {
        name,
        architecture: host.architecture,
        root_device: host.root_device,
        devices,
        source_instance: Some(instance),
        seconds,
    };
    let id = enter(at, input, draft);
    Ok(json!({"imageId": id}))
}

pub(super) fn mapping(device: &str, snapshot: &str, spec: &super::volume::Spec, encrypted: bool, goes: bool) -> Json {
    json!({"deviceName": device, "ebs": {
        "snapshotId": snapshot, "volumeSize": spec.size, "volumeType": spec.kind, "iops": spec.iops, "throughput": spec.throughput,
        "encrypted": encrypted, "deleteOnTermination": goes,
    }})
}

/// `RegisterImage`, from snapshots.
pub(super) fn register(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let name = checked_name(at, input)?;
    let root_device = input.text("RootDeviceName").unwrap_or_else(|| "/dev/sda1".to_owned());
    let mut devices = Vec::new();
    for one in input.list("BlockDeviceMapping") {
        let (device, Some(ebs)) = (one.required("DeviceName")?, one.part("Ebs")) else { continue };
        let snapshot = ebs.text("SnapshotId").unwrap_or_default();
        let from = at.ec2().snapshots.get(&snapshot).ok_or_else(|| missing(&snapshot))?.clone();
        let spec = super::volume::Spec {
            size: ebs.number("VolumeSize").unwrap_or(from.size),
            kind: ebs.text("VolumeType").unwrap_or_else(|| "gp2".to_owned()),
            iops: ebs.number("Iops"),
            throughput: ebs.number("Throughput"),
        };
        devices.push(mapping(
            &device,
            &snapshot,
            &spec,
            from.encrypted,
            ebs.flag("DeleteOnTermination").unwrap_or(true),
        ));
    }
    if !devices.iter().any(|device| device["deviceName"] == json!(root_device)) {
        let text = format!("No snapshot is given for the root device {root_device}");
        return Err(ApiError::new("InvalidBlockDeviceMapping", text));
    }
    let architecture = input.text("Architecture").unwrap_or_else(|| "i386".to_owned());
    let draft = Draft { name, architecture, root_device, devices, source_instance: None, seconds: 0 };
    let id = enter(at, input, draft);
    Ok(json!({"imageId": id}))
}

/// `CopyImage`. Regions are apart here: only an image of the same region can be copied.
pub(super) fn copy(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (source, from) = (input.required("SourceImageId")?, input.required("SourceRegion")?);
    let name = checked_name(at, input)?;
    let image = named(Place::new(at.world, &from).ec2(), &source)?;
    let mut devices = image.devices.clone();
    for device in &mut devices {
        let Some(old) = device["ebs"]["snapshotId"].as_str().map(str::to_owned) else { continue };
        let Some(mut snapshot) = Place::new(at.world, &from).ec2().snapshots.get(&old).cloned() else { continue };
        snapshot.id = at.world.id("snap");
        snapshot.owner = at.account();
        snapshot.encrypted |= input.flag("Encrypted") == Some(true);
        let seconds = at.ec2().settings.snapshot;
        (snapshot.started, snapshot.completed) = (at.now(), None);
        snapshot.until = Some(at.wake(seconds, &snapshot.id));
        device["ebs"]["snapshotId"] = json!(snapshot.id);
        device["ebs"]["encrypted"] = json!(snapshot.encrypted);
        at.ec2().snapshots.insert(snapshot.id.clone(), snapshot);
    }
    let seconds = at.ec2().settings.image;
    let draft = Draft {
        name,
        architecture: image.architecture,
        root_device: image.root_device,
        devices,
        source_instance: None,
        seconds,
    };
    let id = enter(at, input, draft);
    if input.flag("CopyImageTags") == Some(true) {
        let tags = Place::new(at.world, &from).ec2().tags.get(&source).cloned().unwrap_or_default();
        at.ec2().tag(&id, tags);
    }
    Ok(json!({"imageId": id}))
}

/// `DeregisterImage`. Its snapshots stay unless `DeleteAssociatedSnapshots`.
pub(super) fn deregister(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("ImageId")?;
    let account = at.account();
    let ec2 = at.ec2();
    let image = named(ec2, &id)?;
    if image.owner != account {
        return Err(ApiError::new("AuthFailure", format!("Not authorized for image:{id}")));
    }
    ec2.images.shift_remove(&id);
    ec2.tags.remove(&id);
    let snapshots = image.devices.iter().filter_map(|device| device["ebs"]["snapshotId"].as_str());
    if input.flag("DeleteAssociatedSnapshots") != Some(true) {
        return Ok(json!({"return": true}));
    }
    let mut results = Vec::new();
    for snapshot in snapshots {
        let is_used = ec2.images.values().any(|other| other.uses(snapshot));
        if !is_used {
            ec2.snapshots.shift_remove(snapshot);
        }
        results.push(json!({"snapshotId": snapshot, "returnCode": if is_used { "skipped" } else { "success" }}));
    }
    Ok(json!({"return": true, "deleteSnapshotResultSet": results}))
}

/// `EnableImageDeprecation`.
pub(super) fn deprecate(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (id, text) = (input.required("ImageId")?, input.required("DeprecateAt")?);
    let when = text.parse::<Timestamp>().map_err(|_| invalid(format!("Invalid value '{text}' for deprecateAt.")))?;
    at.ec2().images.get_mut(&id).ok_or_else(|| missing(&id))?.deprecated = Some(when);
    Ok(json!({"return": true}))
}

const IMAGES: Kind = Kind {
    set: "imagesSet",
    id: "imageId",
    ids: "ImageId",
    missing,
    filters: &[
        ("architecture", "architecture"),
        ("block-device-mapping.snapshot-id", "blockDeviceMapping/ebs/snapshotId"),
        ("creation-date", "creationDate"),
        ("description", "description"),
        ("image-id", "imageId"),
        ("image-type", "imageType"),
        ("is-public", "isPublic"),
        ("name", "name"),
        ("owner-alias", "imageOwnerAlias"),
        ("owner-id", "imageOwnerId"),
        ("root-device-name", "rootDeviceName"),
        ("root-device-type", "rootDeviceType"),
        ("source-instance-id", "sourceInstanceId"),
        ("state", "imageState"),
        ("virtualization-type", "virtualizationType"),
    ],
};

/// `DescribeImages`. Deprecated images of others are not shown unless asked for.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    for id in input.texts("ImageId") {
        keep_promise(at, &id, None);
    }
    let (account, owners, now) = (at.account(), input.texts("Owner"), at.now());
    let (old_too, by_id) = (input.flag("IncludeDeprecated") == Some(true), !input.texts("ImageId").is_empty());
    let owned = |it: &Image| {
        let is = |owner: &String| {
            *owner == it.owner || it.owner_alias.as_ref() == Some(owner) || owner == "self" && it.owner == account
        };
        owners.is_empty() || owners.iter().any(is)
    };
    let is_old = |it: &Image| it.deprecated.is_some_and(|when| when <= now);
    let ec2 = at.ec2();
    let wanted = ec2.images.values().filter(|it| owned(it) && (old_too || by_id || it.owner == account || !is_old(it)));
    shown(IMAGES, wanted.map(|it| it.shown(ec2)).collect(), input)
}

/// Goes on with an image whose time has come.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let now = at.now();
    if let Some(image) = at.ec2().images.get_mut(id).filter(|it| it.until.is_some_and(|until| until <= now)) {
        image.until = None;
    }
}

/// When a public image is deprecated: two years after it was made.
pub(super) fn deprecated(created: Timestamp) -> Timestamp {
    created.checked_add((2 * 365 * 24).hours()).expect("no image lives to the end of time")
}
