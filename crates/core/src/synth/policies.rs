//! Policies of resources: only on types that have them, and with durations that CloudFormation reads.
//!
//! What a module is made of is not known here, so its policies are not judged.
use crate::node::{Node, Object};
use crate::policy::{self, DeletionPolicy, UpdateReplacePolicy};
use crate::problem::Problem;
use crate::resource::Resource;
use crate::stack::Stack;

/// Durations in seconds: the longest wait for signals, and the longest pause of a rolling update.
const SIGNAL_TIMEOUT: u32 = 12 * 3600;
const PAUSE_TIME: u32 = 3600;

pub(super) fn check(stack: &Stack, resource: &Resource, problems: &mut Vec<Problem>) {
    if resource.type_name().ends_with("::MODULE") {
        return;
    }
    let mut report = |path: &str, message: String, hint: &str| {
        let problem = Problem::of_stack(&stack.name, message).on(resource.logical_id()).in_path(path);
        problems.push(problem.at(resource.source()).hint(hint));
    };
    let (type_name, body) = (resource.type_name(), resource.body());
    kept(type_name, &body.attributes, &mut report);
    for (name, known) in
        [("CreationPolicy", policy::of_creation(type_name)), ("UpdatePolicy", policy::of_update(type_name))]
    {
        let Some(Node::Object(said)) = body.attributes.get(name) else { continue };
        for (key, _) in said.iter().filter(|(key, _)| !known.contains(&&***key)) {
            let message = format!("the {name} of {type_name} has no `{key}`");
            let hint =
                if known.is_empty() { "leave it out".to_owned() } else { format!("it has {}", known.join(", ")) };
            report(&format!("/{name}/{key}"), message, &hint);
        }
    }
    durations(&body.attributes, &mut report);
    percents(&body.attributes, &mut report);
}

/// What happens to the real thing afterwards.
fn kept(type_name: &str, attributes: &Object, report: &mut impl FnMut(&str, String, &str)) {
    let deletion = [DeletionPolicy::Delete, DeletionPolicy::Retain, DeletionPolicy::RetainExceptOnCreate];
    let replacement = [UpdateReplacePolicy::Delete, UpdateReplacePolicy::Retain];
    let choices = [
        ("DeletionPolicy", deletion.map(DeletionPolicy::name).to_vec()),
        ("UpdateReplacePolicy", replacement.map(UpdateReplacePolicy::name).to_vec()),
    ];
    for (name, known) in choices {
        let has_snapshots = policy::WITH_SNAPSHOTS.contains(&type_name);
        let Some(said) = attributes.get(name).and_then(Node::as_text) else { continue };
        if said == DeletionPolicy::Snapshot.name() && !has_snapshots {
            report(
                &format!("/{name}"),
                format!("{type_name} has no snapshots"),
                "call `.retain()` to keep what is in it",
            );
        } else if said != DeletionPolicy::Snapshot.name() && !known.contains(&said) {
            report(
                &format!("/{name}"),
                format!("`{said}` is no {name}"),
                &format!("it is one of {}", known.join(", ")),
            );
        }
    }
}

fn durations(attributes: &Object, report: &mut impl FnMut(&str, String, &str)) {
    let waits = [
        (["CreationPolicy", "ResourceSignal", "Timeout"], SIGNAL_TIMEOUT, "PT12H"),
        (["UpdatePolicy", "AutoScalingRollingUpdate", "PauseTime"], PAUSE_TIME, "PT1H"),
    ];
    for (path, limit, longest) in waits {
        let Some(text) = at(attributes, path).and_then(Node::as_text) else { continue };
        let hint = format!("write hours, minutes and seconds as in `PT1H30M`, up to `{longest}`");
        match seconds(text) {
            None => report(&format!("/{}", path.join("/")), format!("`{text}` is no ISO 8601 duration"), &hint),
            Some(seconds) if seconds > limit => {
                report(&format!("/{}", path.join("/")), format!("`{text}` is longer than {longest}"), &hint);
            }
            Some(_) => {}
        }
    }
}

fn percents(attributes: &Object, report: &mut impl FnMut(&str, String, &str)) {
    let shares = [
        ["CreationPolicy", "AutoScalingCreationPolicy", "MinSuccessfulInstancesPercent"],
        ["UpdatePolicy", "AutoScalingRollingUpdate", "MinSuccessfulInstancesPercent"],
        ["UpdatePolicy", "AutoScalingRollingUpdate", "MinActiveInstancesPercent"],
    ];
    for path in shares {
        match at(attributes, path) {
            Some(Node::Integer(0..=100)) | None => {}
            Some(Node::Integer(percent)) => {
                report(&format!("/{}", path.join("/")), format!("{percent} is no share in percent"), "use 0 to 100");
            }
            Some(_) => {}
        }
    }
}

fn at<'a>(attributes: &'a Object, path: [&str; 3]) -> Option<&'a Node> {
    attributes.get(path[0])?.as_object()?.get(path[1])?.as_object()?.get(path[2])
}

/// The seconds of `PT#H#M#S`, the only form that CloudFormation documents.
fn seconds(duration: &str) -> Option<u32> {
    let mut rest = duration.strip_prefix("PT").filter(|rest| !rest.is_empty())?;
    let mut sum: u32 = 0;
    for (unit, factor) in [('H', 3600), ('M', 60), ('S', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            let is_number = number.chars().all(|digit| digit.is_ascii_digit());
            let number: u32 = number.parse().ok().filter(|_| is_number)?;
            sum = sum.checked_add(number.checked_mul(factor)?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(sum)
}
