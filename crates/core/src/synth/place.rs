//! Regions and availability zones: a region must be one, a zone must be of the stack's region, and what is attached to an
//! instance must be in its zone.
use stackgen_schema::{Facts, nearest};

use crate::app::App;
use crate::node::{Name, Node, Object, Reference};
use crate::problem::Problem;
use crate::resource::Resource;
use crate::stack::Stack;

pub(super) fn check(app: &App, stack: &Stack, problems: &mut Vec<Problem>) {
    if let Some(region) = stack.region.as_deref().filter(|region| !is_region(region)) {
        let problem = Problem::of_stack(&stack.name, format!("`{region}` is no region")).at(stack.source);
        let near = nearest(region, Facts::embedded().regions().iter().map(String::as_str));
        problems.push(Problem { hint: near.map(|near| format!("did you mean `{near}`?")), ..problem });
        return;
    }
    for resource in &stack.resources {
        in_region(stack, resource, problems);
        match resource.type_name() {
            "AWS::EC2::VolumeAttachment" => same_zone(app, stack, resource, problems),
            "AWS::EC2::Instance" => zone_of_subnet(app, stack, resource, problems),
            _ => {}
        }
    }
}

/// A region that the facts name, or a name that could be one: AWS opens regions faster than the facts are renewed, and they
/// leave out whole partitions, such as `us-iso-east-1` and `eusc-de-east-1`. A misspelled direction is found all the same.
fn is_region(name: &str) -> bool {
    let known = || Facts::embedded().regions().iter().any(|region| region == name);
    let parts: Vec<&str> = name.split('-').collect();
    let (area, direction, number) = match parts.as_slice() {
        [area, direction, number] | [area, _, direction, number] => (*area, *direction, *number),
        _ => return known(),
    };
    let is_word = |word: &&str| word.len() >= 2 && word.chars().all(|letter| letter.is_ascii_lowercase());
    let spelled = (2..=4).contains(&area.len()) && parts[..parts.len() - 1].iter().all(is_word);
    let counted = matches!(number.as_bytes(), [b'1'..=b'9']);
    known() || spelled && counted && DIRECTIONS.contains(&direction)
}

const DIRECTIONS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

fn in_region(stack: &Stack, resource: &Resource, problems: &mut Vec<Problem>) {
    let Some(region) = &stack.region else { return };
    let zones = with_properties(resource, |properties| {
        let single =
            literal(properties, "AvailabilityZone").map(|zone| ("/Properties/AvailabilityZone".to_owned(), zone));
        Some(single.into_iter().chain(listed(properties)).collect::<Vec<_>>())
    });
    for (path, zone) in zones.unwrap_or_default() {
        if !is_zone_of(&zone, region) {
            let message = format!("zone `{zone}` is not in the stack's region {region}");
            let problem = Problem::of_stack(&stack.name, message).on(resource.logical_id()).in_path(path);
            problems.push(problem.at(resource.source()).hint(format!("zones there are named like `{region}a`")));
        }
    }
}

/// The literal zones of an auto scaling group or load balancer.
fn listed(properties: &Object) -> Vec<(String, String)> {
    let Some(Node::List(zones)) = properties.get("AvailabilityZones") else { return Vec::new() };
    let texts = zones.iter().enumerate().filter_map(|(index, zone)| Some((index, zone.as_text()?)));
    texts.map(|(index, zone)| (format!("/Properties/AvailabilityZones/{index}"), zone.to_owned())).collect()
}

/// A zone is the region and a letter; local and wavelength zones have a suffix of their own, as in `us-east-1-bos-1a`.
fn is_zone_of(zone: &str, region: &str) -> bool {
    let Some(rest) = zone.strip_prefix(region) else { return false };
    let place = |suffix: &str| suffix.contains('-') && suffix.len() > 3;
    matches!(rest.as_bytes(), [b'a'..=b'z']) || rest.strip_prefix('-').is_some_and(place)
}

fn same_zone(app: &App, stack: &Stack, attachment: &Resource, problems: &mut Vec<Problem>) {
    let zone_behind = |property: &str| {
        let target = with_properties(attachment, |properties| reference(properties, property))?;
        zone(app, &stack.name, &target)
    };
    let (Some(volume), Some(instance)) = (zone_behind("VolumeId"), zone_behind("InstanceId")) else { return };
    if volume != instance {
        let message = format!("the volume is in zone `{volume}` and the instance in `{instance}`");
        let problem = Problem::of_stack(&stack.name, message).on(attachment.logical_id()).at(attachment.source());
        problems.push(problem.hint("take the volume's zone from the subnet of the instance"));
    }
}

fn zone_of_subnet(app: &App, stack: &Stack, instance: &Resource, problems: &mut Vec<Problem>) {
    let own = with_properties(instance, |properties| literal(properties, "AvailabilityZone"));
    let subnet = with_properties(instance, |properties| reference(properties, "SubnetId"));
    let theirs = subnet.and_then(|subnet| own_zone(find(app, &stack.name, &subnet)?));
    let (Some(own), Some(theirs)) = (own, theirs) else { return };
    if own != theirs {
        let message = format!("the instance is to be in zone `{own}`, and its subnet is in `{theirs}`");
        let problem = Problem::of_stack(&stack.name, message).on(instance.logical_id()).at(instance.source());
        problems
            .push(problem.in_path("/Properties/AvailabilityZone").hint("leave the zone out; the subnet decides it"));
    }
}

/// The literal zone of a volume, or of an instance or the subnet that it is in. One step is as deep as it goes: a subnet is
/// in no other, and a resource that names itself must not lead in circles.
fn zone(app: &App, home: &Name, target: &Reference) -> Option<String> {
    let resource = find(app, home, target)?;
    own_zone(resource).or_else(|| {
        let subnet = with_properties(resource, |properties| reference(properties, "SubnetId"))?;
        own_zone(find(app, target.stack.as_ref().unwrap_or(home), &subnet)?)
    })
}

fn find<'a>(app: &'a App, home: &Name, target: &Reference) -> Option<&'a Resource> {
    let home = target.stack.as_ref().unwrap_or(home);
    app.stacks.iter().find(|stack| stack.name == *home)?.resource(&target.id)
}

fn own_zone(resource: &Resource) -> Option<String> {
    with_properties(resource, |properties| literal(properties, "AvailabilityZone"))
}

fn with_properties<T>(resource: &Resource, read: impl FnOnce(&Object) -> Option<T>) -> Option<T> {
    resource.body().attributes.get("Properties").and_then(Node::as_object).and_then(read)
}

fn literal(properties: &Object, name: &str) -> Option<String> {
    properties.get(name).and_then(Node::as_text).map(str::to_owned)
}

fn reference(properties: &Object, name: &str) -> Option<Reference> {
    match properties.get(name)? {
        Node::Reference(reference) => Some((**reference).clone()),
        _ => None,
    }
}
