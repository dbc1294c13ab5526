//! Availability zones: a volume and its instance must share one, and it must be of the stack's region.
use crate::app::App;
use crate::node::{Name, Node, Object, Reference};
use crate::problem::Problem;
use crate::resource::Resource;
use crate::stack::Stack;

pub(super) fn check(app: &App, stack: &Stack, problems: &mut Vec<Problem>) {
    for resource in &stack.resources {
        in_region(stack, resource, problems);
        if resource.type_name() == "AWS::EC2::VolumeAttachment" {
            same_zone(app, stack, resource, problems);
        }
    }
}

fn in_region(stack: &Stack, resource: &Resource, problems: &mut Vec<Problem>) {
    let zone = with_properties(resource, |properties| literal(properties, "AvailabilityZone"));
    let (Some(region), Some(zone)) = (&stack.region, zone) else { return };
    if !zone.starts_with(region.as_str()) {
        let message = format!("zone `{zone}` is not in the stack's region {region}");
        let problem = Problem::of_stack(&stack.name, message).on(resource.logical_id());
        problems.push(problem.in_path("/Properties/AvailabilityZone").at(resource.source()));
    }
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

/// The literal zone of a volume or subnet, or of the subnet that an instance is in.
fn zone(app: &App, home: &Name, target: &Reference) -> Option<String> {
    let home = target.stack.as_ref().unwrap_or(home);
    let stack = app.stacks.iter().find(|stack| stack.name == *home)?;
    let resource = stack.resource(&target.id)?;
    with_properties(resource, |properties| literal(properties, "AvailabilityZone")).or_else(|| {
        let subnet = with_properties(resource, |properties| reference(properties, "SubnetId"))?;
        zone(app, home, &subnet)
    })
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
