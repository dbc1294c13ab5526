//! Tasks and services of ECS: E3042, E3048, E3052, E3053 and E3054.
use crate::context::Context;
use crate::document::Node;
use crate::report::Report;
use crate::rule::{Check, Rule};
use crate::rules::reading::asked;
use crate::template::{Resource, call};
use crate::walk::{Group, Place};

const TASK: &str = "AWS::ECS::TaskDefinition";

/// Source: *essential* of `ContainerDefinition` in the ECS API reference.
pub static ESSENTIAL: Rule = Rule {
    id: "E3042",
    name: "task-without-essential-container",
    reason: "ECS refuses a task in which no container is essential, since it would never know that the task has ended.",
    fix: "Leave `Essential: false` away from one container at least, under every condition.",
    good: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions: [{Name: app, Image: \
           nginx, Memory: 128}]\n",
    bad: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions: [{Name: app, Image: \
          nginx, Memory: 128, Essential: false}]\n",
    check: Check::Group(essential),
};

/// Source: *Amazon ECS task definition differences for Fargate* in the ECS developer guide.
pub static FARGATE: Rule = Rule {
    id: "E3048",
    name: "fargate-task",
    reason: "Fargate gives a task a network card, and cuts a machine to its size: it wants `NetworkMode: awsvpc`, `Cpu` and \
             `Memory` of the task, and knows no `PlacementConstraints`.",
    fix: "Write what the message names, or take FARGATE out of `RequiresCompatibilities`.",
    good: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      RequiresCompatibilities: [FARGATE]\n      \
           NetworkMode: awsvpc\n      Cpu: '256'\n      Memory: '512'\n      ContainerDefinitions: [{Name: app, Image: nginx}]\n",
    bad: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      RequiresCompatibilities: [FARGATE]\n      \
          NetworkMode: bridge\n      Cpu: '256'\n      Memory: '512'\n      ContainerDefinitions: [{Name: app, Image: nginx}]\n",
    check: Check::Group(fargate),
};

/// Source: *hostPort* of `PortMapping` in the ECS API reference.
pub static PORTS: Rule = Rule {
    id: "E3053",
    name: "task-host-port",
    reason: "With `NetworkMode: awsvpc` the task has a network card of its own, so a port is the same outside and inside.",
    fix: "Take `HostPort` away, or write the same number as in `ContainerPort`.",
    good: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      NetworkMode: awsvpc\n      \
           ContainerDefinitions: [{Name: app, Image: nginx, Memory: 128, PortMappings: [{ContainerPort: 80}]}]\n",
    bad: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      NetworkMode: awsvpc\n      \
          ContainerDefinitions: [{Name: app, Image: nginx, Memory: 128, PortMappings: [{ContainerPort: 80, HostPort: 8080}]}]\n",
    check: Check::Group(ports),
};

/// Source: *networkConfiguration* of `CreateService` in the ECS API reference.
pub static NETWORK: Rule = Rule {
    id: "E3052",
    name: "service-without-network",
    reason: "A task with `NetworkMode: awsvpc` gets a network card, and the service must say in which subnets.",
    fix: "Write `NetworkConfiguration` with the subnets and security groups.",
    good: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions: [{Name: app, Image: \
           nginx, Memory: 128}]\n  App:\n    Type: AWS::ECS::Service\n    Properties: {TaskDefinition: !Ref Task}\n",
    bad: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      NetworkMode: awsvpc\n      \
          ContainerDefinitions: [{Name: app, Image: nginx, Memory: 128}]\n  App:\n    Type: AWS::ECS::Service\n    Properties: \
          {TaskDefinition: !Ref Task}\n",
    check: Check::Template(network),
};

/// Source: *requiresCompatibilities* of `RegisterTaskDefinition` in the ECS API reference.
pub static LAUNCH: Rule = Rule {
    id: "E3054",
    name: "fargate-service",
    reason: "A service runs on Fargate only tasks that are checked for it.",
    fix: "Add FARGATE to `RequiresCompatibilities` of the task.",
    good: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      RequiresCompatibilities: [EC2]\n      \
           ContainerDefinitions: [{Name: app, Image: nginx, Memory: 128}]\n  App:\n    Type: AWS::ECS::Service\n    Properties: \
           {TaskDefinition: !Ref Task, LaunchType: EC2}\n",
    bad: "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      RequiresCompatibilities: [EC2]\n      \
          ContainerDefinitions: [{Name: app, Image: nginx, Memory: 128}]\n  App:\n    Type: AWS::ECS::Service\n    Properties: \
          {TaskDefinition: !Ref Task, LaunchType: FARGATE}\n",
    check: Check::Template(launch),
};

fn essential(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if place.resource.type_name != TASK || group.open || !place.node.is_list() {
        return;
    }
    let side = |item: &Node<'_>| {
        let text = item.get("Essential").and_then(Node::any_text);
        text.is_some_and(|text| text.eq_ignore_ascii_case("false"))
    };
    if place.property_path() == "/ContainerDefinitions" && group.items.iter().all(side) {
        report.at(place.node, || format!("no container of the task is essential{}", group.scenario.words()));
    }
}

fn is_task(place: &Place<'_, '_>) -> bool {
    place.resource.type_name == TASK && place.property_path().is_empty()
}

fn fargate(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    let wanted = |node: Node<'_>| node.items().any(|item| item.text() == Some("FARGATE"));
    if group.open || !is_task(place) || !group.get("RequiresCompatibilities").is_some_and(wanted) {
        return;
    }
    for name in ["NetworkMode", "Cpu", "Memory"].into_iter().filter(|name| !group.has(name)) {
        report.at(place.node, || format!("Fargate wants `{name}`{}", group.scenario.words()));
    }
    if let Some(mode) = group.get("NetworkMode").filter(|mode| mode.text().is_some_and(|text| text != "awsvpc")) {
        report.at(mode, || "Fargate knows only the mode `awsvpc`".to_owned());
    }
    if let Some(node) = group.get("PlacementConstraints") {
        report.at(node, || "Fargate places its tasks by itself; there is nothing to say about it".to_owned());
    }
    if let Some(size) = group.get("Cpu").filter(|size| size.any_text().is_some_and(|text| !is_size(text))) {
        report.at(size, || "Fargate has 256, 512, 1024, 2048, 4096, 8192, 16384 and 32768 units".to_owned());
    }
    let containers = group.get("ContainerDefinitions").into_iter().flat_map(Node::items);
    for driver in containers.filter_map(|it| it.get("LogConfiguration")?.get("LogDriver")) {
        if driver.text().is_some_and(|text| !matches!(text, "awslogs" | "splunk" | "awsfirelens")) {
            report.at(driver, || "Fargate knows the drivers awslogs, splunk and awsfirelens".to_owned());
        }
    }
}

/// 1024 units are one processor; both can be written.
fn is_size(text: &str) -> bool {
    const UNITS: [&str; 8] = ["256", "512", "1024", "2048", "4096", "8192", "16384", "32768"];
    const PROCESSORS: [&str; 8] = [".25", ".5", "1", "2", "4", "8", "16", "32"];
    let lower = text.to_ascii_lowercase();
    UNITS.contains(&text) || lower.strip_suffix("vcpu").is_some_and(|it| PROCESSORS.contains(&it.trim_end()))
}

fn ports(place: &Place<'_, '_>, group: &Group<'_>, report: &mut Report<'_>) {
    if !is_task(place) || group.get("NetworkMode").and_then(Node::text) != Some("awsvpc") {
        return;
    }
    let containers = group.get("ContainerDefinitions").into_iter().flat_map(Node::items);
    let mappings = containers.filter_map(|it| it.get("PortMappings")).flat_map(Node::items);
    for (outside, inside) in mappings.filter_map(|it| it.get("HostPort").zip(it.get("ContainerPort"))) {
        if let Some((host, port)) = outside.any_text().zip(inside.any_text()).filter(|(host, port)| host != port) {
            report.at(outside, || format!("the port is {port} inside and {host} outside"));
        }
    }
}

/// The services with the tasks that they run.
fn services<'c, 't>(context: &'c Context<'t>) -> impl Iterator<Item = (&'c Resource<'t>, &'c Resource<'t>)> {
    let services = context.template.resources.iter().filter(|it| it.type_name == "AWS::ECS::Service");
    services.filter_map(|service| {
        let task = context.template.resource(asked(service.property("TaskDefinition")?)?)?;
        (task.type_name == TASK).then_some((service, task))
    })
}

fn network(context: &Context<'_>, report: &mut Report<'_>) {
    for (service, task) in services(context) {
        let card = task.property("NetworkMode").and_then(Node::text) == Some("awsvpc");
        let open = service.property("Fn::Transform").is_some();
        if card && !open && service.property("NetworkConfiguration").is_none() {
            let node = service.properties.unwrap_or(service.node);
            report.at(node, || format!("the task `{}` needs `NetworkConfiguration`", task.name));
        }
    }
}

fn launch(context: &Context<'_>, report: &mut Report<'_>) {
    for (service, task) in services(context) {
        let fargate = service.property("LaunchType").and_then(Node::text) == Some("FARGATE");
        let mode = task.property("NetworkMode");
        let other = mode.is_none_or(|mode| mode.text().is_some_and(|text| text != "awsvpc"));
        if !fargate || !other {
            continue;
        }
        let kinds = task.property("RequiresCompatibilities");
        let sound = |kinds: Node<'_>| {
            call(kinds).is_some()
                || kinds.items().any(|item| call(item).is_some() || item.any_text() == Some("FARGATE"))
        };
        if !kinds.is_some_and(sound) {
            let node = kinds.or(task.properties).unwrap_or(task.node);
            report.at(node, || format!("`{}` runs this task on Fargate, for which it is not made", service.name));
        }
    }
}
