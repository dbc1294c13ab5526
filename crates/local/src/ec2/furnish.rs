//! What every account has in a region from the start: a default network, and public images.
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::network::{gateway, subnet, vpc};
use super::{Image, Place, Snapshot, catalogue, image, security, volume};

/// A maker of images: account, alias, and where its root is.
struct Maker(&'static str, Option<&'static str>, &'static str);

const AMAZON: Maker = Maker("137112412989", Some("amazon"), "/dev/xvda");
const CANONICAL: Maker = Maker("099720109477", None, "/dev/sda1");

/// Families of public images: maker, name (`{day}` and `{architecture}` are filled in), description.
/// Accounts and forms of names: *Find an Ubuntu AMI* of Canonical and *AL2023 on Amazon EC2* of AWS. Days and ids are made up.
const FAMILIES: &[(Maker, &str, &str)] = &[
    (
        AMAZON,
        "al2023-ami-2023.9.{day}.0-kernel-6.1-{architecture}",
        "Amazon Linux 2023 AMI 2023.9.{day}.0 {architecture} HVM kernel-6.1",
    ),
    (
        CANONICAL,
        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-{debian}-server-{day}",
        "Canonical, Ubuntu, 22.04 LTS, {debian} jammy image build on {day}",
    ),
    (
        CANONICAL,
        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{debian}-server-{day}",
        "Canonical, Ubuntu, 24.04 LTS, {debian} noble image build on {day}",
    ),
];

/// How many days before the world's own first day the images were made: one that is current, one before it, one that is
/// deprecated.
const AGES: [i64; 3] = [10, 40, 800];

pub(super) fn furnish(at: &mut Place<'_>) {
    at.ec2().furnished = true;
    default_network(at);
    for (maker, name, description) in FAMILIES {
        for architecture in ["x86_64", "arm64"] {
            for age in AGES {
                let created = at.now().checked_sub((age * 24).hours()).expect("the world is younger than time");
                public(at, maker, architecture, created, [name, description]);
            }
        }
    }
}

/// The default network: 172.31.0.0/16 with a subnet in each zone. Source: *Default VPCs*.
fn default_network(at: &mut Place<'_>) {
    let region = at.region;
    let vpc = fixed("vpc", region, "default");
    vpc::enter(at, &vpc, "172.31.0.0/16", true);
    let gateway = fixed("igw", region, "default");
    gateway::enter(at, &gateway, Some(&vpc));
    let main = at.ec2().route_tables.values_mut().find(|table| table["vpcId"] == json!(vpc));
    if let Some(routes) = main.and_then(|table| table["routeSet"].as_array_mut()) {
        routes.push(json!({"destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway, "state": "active", "origin": "CreateRoute"}));
    }
    for (index, zone) in catalogue::zones(region).into_iter().enumerate() {
        let id = fixed("subnet", region, &zone);
        let block = format!("172.31.{}.0/20", index * 16);
        subnet::enter(at, &id, &vpc, &block, &zone, true);
    }
}

/// A network that somebody made, with a way out.
pub(crate) fn network(at: &mut Place<'_>, id: &str, block: &str) {
    if at.ec2().vpcs.contains_key(id) {
        return;
    }
    vpc::enter(at, id, block, false);
    let gateway = fixed("igw", at.region, id);
    gateway::enter(at, &gateway, Some(id));
}

/// A subnet that somebody made, in a network that is there or comes with it.
pub(crate) fn subnet(at: &mut Place<'_>, (id, vpc): (&str, &str), block: &str, zone: &str) {
    network(at, vpc, "10.0.0.0/8");
    subnet::enter(at, id, vpc, block, zone, false);
}

/// A security group that somebody made, in a network that is there or comes with it. What it lets through is not looked at here.
pub(crate) fn group(at: &mut Place<'_>, (id, vpc): (&str, &str), name: &str) {
    network(at, vpc, "10.0.0.0/8");
    security::enter(at, id, name, "made elsewhere", vpc);
}

/// A snapshot that somebody made, of which nothing is known.
pub(crate) fn snapshot(at: &mut Place<'_>, id: &str) {
    let (owner, now) = (at.account(), at.now());
    let one = Snapshot {
        id: id.to_owned(),
        volume: "vol-ffffffff".to_owned(),
        owner,
        description: "made elsewhere".to_owned(),
        size: 1,
        encrypted: false,
        kms_key: None,
        started: now,
        until: None,
        completed: Some(now),
        content: [].into(),
        booted: [].into(),
    };
    at.ec2().snapshots.entry(id.to_owned()).or_insert(one);
}

/// A key pair that somebody made.
pub(crate) fn key(at: &mut Place<'_>, name: &str) {
    let id = fixed("key", at.region, name);
    let key = json!({"keyPairId": id, "keyName": name, "keyFingerprint": "", "keyType": "rsa"});
    at.ec2().keys.insert(id, key);
}

/// An image that somebody made.
pub(crate) fn image(
    at: &mut Place<'_>,
    id: &str,
    name: &str,
    (architecture, root_device): (&str, &str),
    gib: Option<i64>,
) {
    like_ubuntu(at, id, architecture);
    let Some(one) = at.ec2().images.get_mut(id) else { return };
    name.clone_into(&mut one.name);
    root_device.clone_into(&mut one.root_device);
    if let Some(device) = one.devices.first_mut() {
        device["deviceName"] = json!(root_device);
        device["ebs"]["volumeSize"] = gib.map_or_else(|| device["ebs"]["volumeSize"].clone(), |gib| json!(gib));
    }
    let snapshots: Vec<String> =
        one.devices.iter().filter_map(|it| it["ebs"]["snapshotId"].as_str()).map(str::to_owned).collect();
    for snapshot in snapshots {
        if let (Some(gib), Some(one)) = (gib, at.ec2().snapshots.get_mut(&snapshot)) {
            one.size = gib;
        }
    }
}

/// An image of somebody's that is as Ubuntu's are: with an id that was told, for an architecture.
pub(super) fn like_ubuntu(at: &mut Place<'_>, id: &str, architecture: &str) {
    let name = format!("promised/{id}");
    let created = at.now();
    let texts = [name, format!("As a template names it: {id}")];
    let gib = at.ec2().settings.promised_root;
    enter(at, (id.to_owned(), &CANONICAL), (architecture, gib), created, texts);
}

fn public(at: &mut Place<'_>, maker: &Maker, architecture: &str, created: Timestamp, texts: [&str; 2]) {
    let day = created.strftime("%Y%m%d").to_string();
    let debian = if architecture == "arm64" { "arm64" } else { "amd64" };
    let fill =
        |text: &str| text.replace("{day}", &day).replace("{architecture}", architecture).replace("{debian}", debian);
    let [name, description] = texts.map(fill);
    let id = fixed("ami", at.region, &name);
    enter(at, (id, maker), (architecture, 8), created, [name, description]);
}

fn enter(
    at: &mut Place<'_>,
    (id, maker): (String, &Maker),
    (architecture, gib): (&str, i64),
    created: Timestamp,
    [name, description]: [String; 2],
) {
    let snapshot = fixed("snap", at.region, &name);
    let spec = volume::Spec { size: gib, kind: "gp3".to_owned(), iops: Some(3_000), throughput: Some(125) };
    let devices = vec![image::mapping(maker.2, &snapshot, &spec, false, true)];
    let base = root(snapshot.clone(), maker, (&name, &description), gib, created);
    let one = Image {
        id: id.clone(),
        owner: maker.0.to_owned(),
        owner_alias: maker.1.map(str::to_owned),
        name,
        description,
        architecture: architecture.to_owned(),
        root_device: maker.2.to_owned(),
        devices,
        public: true,
        created,
        until: None,
        deprecated: Some(image::deprecated(created)),
        source_instance: None,
    };
    let ec2 = at.ec2();
    ec2.snapshots.insert(snapshot, base);
    ec2.images.insert(id, one);
}

/// The snapshot of the root of an image.
fn root(id: String, maker: &Maker, (name, description): (&str, &str), size: i64, created: Timestamp) -> Snapshot {
    Snapshot {
        id,
        volume: "vol-ffffffff".to_owned(),
        owner: maker.0.to_owned(),
        description: description.to_owned(),
        size,
        encrypted: false,
        kms_key: None,
        started: created,
        until: None,
        completed: Some(created),
        content: [("/etc/image".to_owned(), name.to_owned())].into(),
        booted: [].into(),
    }
}

/// An id that depends only on where and what it is: FNV-1a.
pub(super) fn fixed(prefix: &str, region: &str, name: &str) -> String {
    let letters = json!([region, name]).to_string();
    let hash = letters
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{prefix}-0{hash:016x}")
}
