//! What is around the stacks: exports of others, stored values, images and networks that no stack of ours made; and in what the
//! machines differ from what templates say.
use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde_json::{Map, json};

use super::{Account, Disk, Machine};
use crate::cloudformation::stack::{Output, Source, Stack, Status};
use crate::cloudformation::template::Template;
use crate::ec2::attachment::{Attachment, Phase};
use crate::ec2::instance::State;
use crate::ec2::volume::{self, Modification, Spec};
use crate::ec2::{Input, Place, furnish, image};
use crate::ssm::{Parameter, Version};
use crate::world::World;

/// Beginnings of ids of what can be furnished.
const KNOWN: [&str; 6] = ["ami-", "vpc-", "subnet-", "sg-", "vol-", "snap-"];
/// Of what cannot.
const STRANGE: [&str; 10] = ["rtb-", "igw-", "nat-", "eni-", "lt-", "acl-", "vpce-", "tgw-", "eipalloc-", "pl-"];
/// The network of things of which nothing is known but the id.
const SOMEWHERE: &str = "vpc-00000000000000000";

/// Puts up what has to be there before the stacks are.
pub(super) fn furnish(world: &mut World, account: &Account, pending: &[String]) {
    exports(world, account);
    store(world, account);
    for machine in &account.instances {
        world.learn(&machine.id, attributes(machine));
    }
    let named = named(account, pending);
    let at = &mut Place::new(world, &account.region);
    for one in &account.images {
        furnish::image(at, &one.id, &one.name, (&one.architecture, &one.root_device), one.size);
    }
    image::promise(at, named.iter().filter(|id| image::is_id(id)).cloned());
    networks(at, account, &named);
    for disk in account.volumes.iter().filter(|disk| named.contains(&disk.id)) {
        put_disk(at, &Disk { instance: None, device: None, ..disk.clone() });
    }
    for id in named.iter().filter(|id| id.starts_with("snap-")) {
        furnish::snapshot(at, id);
    }
    for name in keys(account, pending) {
        furnish::key(at, &name);
    }
}

/// The names of key pairs that templates name.
fn keys(account: &Account, pending: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for text in account.stacks.iter().map(|stack| &stack.template).chain(pending) {
        let Ok(template) = Template::parse(text) else { continue };
        for (name, parameter) in template.section("Parameters") {
            if parameter["Type"] == json!("AWS::EC2::KeyPair::KeyName") {
                let given = account.stacks.iter().filter_map(|stack| stack.parameters.get(name)).cloned();
                names.extend(given.chain(parameter["Default"].as_str().map(str::to_owned)));
            }
        }
        let properties = template.section("Resources").values().map(|resource| &resource["Properties"]);
        names.extend(properties.filter_map(|it| it["KeyName"].as_str()).map(str::to_owned));
    }
    names
}

fn attributes(machine: &Machine) -> Map<String, serde_json::Value> {
    let named = [
        ("PrivateIp", &machine.private_ip),
        ("PublicIp", &machine.public_ip),
        ("PrivateDnsName", &machine.private_name),
        ("PublicDnsName", &machine.public_name),
    ];
    named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?)))).collect()
}

/// Stacks that nobody read stand for their exports, and for what they import.
fn exports(world: &mut World, account: &Account) {
    let now = world.now();
    let is_read = |id: &str| account.stacks.iter().any(|stack| stack.id == id);
    let stacks = &mut world.region(&account.region).stacks;
    for export in account.exports.iter().filter(|export| !is_read(&export.stack)) {
        let name = export.stack.split('/').nth(1).unwrap_or(&export.stack).to_owned();
        let stub = stacks.entry(export.stack.clone()).or_insert_with(|| stub(&export.stack, name, now));
        let output = Output { value: export.value.clone(), description: None, export: Some(export.name.clone()) };
        stub.outputs.insert(format!("Export{}", stub.outputs.len()), output);
    }
    for export in &account.exports {
        for importer in &export.importers {
            if account.stacks.iter().any(|stack| stack.name == *importer) {
                continue;
            }
            let found = stacks.values().find(|stack| stack.name == *importer).map(|stack| stack.id.clone());
            let id = found.unwrap_or_else(|| {
                format!("arn:aws:cloudformation:{}:{}:stack/{importer}/seen", account.region, account.account)
            });
            let stub = stacks.entry(id.clone()).or_insert_with(|| stub(&id, importer.clone(), now));
            import(stub, &export.name);
        }
    }
}

fn stub(id: &str, name: String, now: jiff::Timestamp) -> Stack {
    let mut stack = Stack::new(id.to_owned(), name, now);
    stack.status = Status::CreateComplete;
    let body = json!({"Resources": {"Unread": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}).to_string();
    stack.source = Source { body, ..Source::default() };
    stack
}

/// A template that imports a value more.
fn import(stack: &mut Stack, export: &str) {
    let mut template: serde_json::Value = serde_json::from_str(&stack.source.body).unwrap_or_default();
    let number = template["Outputs"].as_object().map_or(0, Map::len);
    template["Outputs"][format!("Import{number}")] = json!({"Value": {"Fn::ImportValue": export}});
    stack.source.body = template.to_string();
}

fn store(world: &mut World, account: &Account) {
    let modified = world.now();
    let made_here = |name: &str| {
        account
            .stacks
            .iter()
            .flat_map(|stack| &stack.resources)
            .any(|it| it.type_name == "AWS::SSM::Parameter" && it.physical_id.as_deref() == Some(name))
    };
    // What nobody could see is taken for what it was when a stack last read it.
    let last = account.stacks.iter().flat_map(|stack| {
        stack.resolved.iter().filter_map(|(parameter, value)| Some((stack.parameters.get(parameter)?, value)))
    });
    let mut known: BTreeMap<&String, &String> = last.collect();
    known.extend(&account.stored);
    let store = &mut world.region(&account.region).ssm;
    for (name, value) in known.into_iter().filter(|(name, _)| !made_here(name)) {
        let version = Version {
            number: 1,
            value: value.clone(),
            kind: "String".to_owned(),
            data_type: "text".to_owned(),
            tier: "Standard".to_owned(),
            description: None,
            pattern: None,
            modified,
            labels: Vec::new(),
        };
        let parameter = Parameter { name: name.clone(), versions: vec![version], tags: Default::default() };
        store.parameters.insert(name.clone(), parameter);
    }
}

/// Ids that templates and parameters name.
fn named(account: &Account, pending: &[String]) -> BTreeSet<String> {
    let own: BTreeSet<&str> = account
        .stacks
        .iter()
        .flat_map(|stack| stack.resources.iter().filter_map(|it| it.physical_id.as_deref()))
        .collect();
    let values = account.stacks.iter().flat_map(|stack| stack.parameters.values().chain(stack.resolved.values()));
    let texts = account.stacks.iter().map(|stack| &stack.template).chain(pending).chain(values);
    let texts = texts.chain(account.stored.values());
    let is_id = |word: &&str| {
        KNOWN.iter().chain(&STRANGE).any(|prefix| {
            word.strip_prefix(prefix)
                .is_some_and(|rest| matches!(rest.len(), 8 | 17) && rest.bytes().all(|it| it.is_ascii_hexdigit()))
        })
    };
    let words = texts.flat_map(|text| text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-'));
    words.filter(is_id).filter(|word| !own.contains(word)).map(str::to_owned).collect()
}

fn networks(at: &mut Place<'_>, account: &Account, named: &BTreeSet<String>) {
    let own: BTreeSet<&str> = account
        .stacks
        .iter()
        .flat_map(|stack| stack.resources.iter().filter_map(|it| it.physical_id.as_deref()))
        .collect();
    let is_new = |id: &str| !own.contains(id);
    for one in account.networks.iter().filter(|one| is_new(&one.id)) {
        furnish::network(at, &one.id, &one.block);
    }
    for one in account.subnets.iter().filter(|one| is_new(&one.id) && is_new(&one.network)) {
        furnish::subnet(at, (&one.id, &one.network), &one.block, &one.zone);
    }
    for one in account.groups.iter().filter(|one| is_new(&one.id) && is_new(&one.network)) {
        furnish::group(at, (&one.id, &one.network), &one.name);
    }
    let zone = format!("{}a", account.region);
    for (index, id) in named.iter().enumerate() {
        let known = |it: &crate::ec2::Ec2| {
            it.vpcs.contains_key(id) || it.subnets.contains_key(id) || it.security_groups.contains_key(id)
        };
        if image::is_id(id) || known(at.ec2()) {
            continue;
        }
        if STRANGE.iter().chain(&["vol-", "snap-"]).any(|prefix| id.starts_with(prefix)) {
            let is_strange = !id.starts_with("vol-") && !id.starts_with("snap-");
            if let (true, Some(adoption)) = (is_strange, &mut at.world.adoption) {
                adoption.note(format!("{id}, which a template names, is not here: what needs it seems to fail"));
            }
            continue;
        }
        match id.split('-').next() {
            Some("vpc") => furnish::network(at, id, "10.0.0.0/8"),
            Some("subnet") => furnish::subnet(at, (id, SOMEWHERE), &format!("10.{}.0.0/16", index % 250), &zone),
            _ => furnish::group(at, (id, SOMEWHERE), id),
        }
        if let Some(adoption) = &mut at.world.adoption {
            adoption.note(format!("nothing is known of {id} but its id; it is taken for one that fits"));
        }
    }
}

/// Brings machines and disks to how they are.
pub(super) fn put_right(world: &mut World, account: &Account) {
    let at = &mut Place::new(world, &account.region);
    for disk in &account.volumes {
        put_disk(at, disk);
    }
    for machine in account.instances.iter().filter(|it| matches!(it.state.as_str(), "stopped" | "stopping")) {
        let ec2 = at.ec2();
        if let Some(one) = ec2.instances.get_mut(&machine.id) {
            (one.state, one.until, one.running_since) = (State::Stopped, None, None);
            one.boot.off();
        }
        let on_it = ec2.volumes.values_mut().flat_map(|it| &mut it.attachments).filter(|it| it.instance == machine.id);
        on_it.for_each(|it| it.mounted = false);
    }
}

fn put_disk(at: &mut Place<'_>, disk: &Disk) {
    let now = at.now();
    let spec = Spec { size: disk.size, kind: disk.kind.clone(), iops: disk.iops, throughput: disk.throughput };
    if !at.ec2().volumes.contains_key(&disk.id) && !make_disk(at, disk) {
        return;
    }
    let ec2 = at.ec2();
    let is_running = |id: &str| ec2.instances.get(id).is_some_and(|it| it.state == State::Running);
    let mounted = disk.instance.as_deref().is_some_and(is_running);
    let Some(volume) = ec2.volumes.get_mut(&disk.id) else { return };
    volume.modification = disk.modified.map(|started| {
        // How far it is, nobody tells; one that goes on is taken to go on for long.
        let end = if disk.is_modifying { now + SignedDuration::from_hours(1) } else { started };
        Modification { from: spec.clone(), to: spec.clone(), started, optimizing_from: started, completed_at: end }
    });
    volume.spec = spec;
    volume.attachments.retain(|it| Some(&it.instance) == disk.instance.as_ref());
    if let (Some(instance), true) = (&disk.instance, volume.attachments.is_empty()) {
        volume.attachments.push(Attachment {
            instance: instance.clone(),
            device: disk.device.clone().unwrap_or_default(),
            phase: Phase::Attached,
            until: None,
            since: now,
            delete_on_termination: false,
            leaving_since: None,
            is_forced: false,
            mounted,
        });
    }
}

/// Makes a disk under its own id. Whether it could be made.
fn make_disk(at: &mut Place<'_>, disk: &Disk) -> bool {
    let input = json!({
        "Size": disk.size, "VolumeType": disk.kind, "Iops": disk.iops, "Throughput": disk.throughput,
        "Encrypted": disk.encrypted,
    });
    let Ok(made) = volume::make(at, &disk.zone, Input(&input), 0) else { return false };
    let Some(mut one) = at.ec2().volumes.shift_remove(&made) else { return false };
    one.id.clone_from(&disk.id);
    at.ec2().volumes.insert(disk.id.clone(), one);
    true
}
