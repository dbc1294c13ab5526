//! Whether a handover is the way around what a plan runs into.
use serde_json::Value as Json;

use super::{Handover, Passing};
use crate::collision::Collision;
use crate::host::{Host, Succession, successions};
use crate::plan::{Action, Change, Side, StackPlan, seconds_of};
use crate::template_body::digest;

/// The handover that solves all collisions of a plan which fail, if there is one.
pub(crate) fn proposed(
    plan: &StackPlan,
    hosts: (&[Host], &[Host]),
    after: &Side<'_>,
    template: &str,
) -> Option<Handover> {
    let fails: Vec<&Collision> = plan.collisions.iter().filter(|one| one.fails).collect();
    if fails.is_empty() || fails.iter().any(|one| !one.is_handover) {
        return None;
    }
    let held = |pair: &Succession<'_>| {
        pair.from.attachments.iter().any(|one| fails.iter().any(|fail| fail.ids.contains(&one.id)))
    };
    let pairs: Vec<Succession<'_>> = successions(hosts.0, hosts.1).into_iter().filter(held).collect();
    let attachments = || pairs.iter().flat_map(|pair| pair.from.attachments.iter().filter(|one| one.is_held));
    let mut switches: Vec<_> = attachments().filter_map(|one| one.switch.clone()).collect();
    switches.sort();
    switches.dedup();
    // Each volume of a host that stops has to be let go, or the next host meets it.
    if pairs.is_empty() || attachments().any(|one| one.switch.is_none()) {
        return None;
    }
    let hosts: Vec<Passing> = pairs.iter().map(|pair| passing(pair, after)).collect();
    let seconds = seconds(plan, &hosts);
    Some(Handover {
        hosts,
        switches,
        seconds,
        digest: digest(template),
        template: template.to_owned(),
        ..Handover::default()
    })
}

fn passing(pair: &Succession<'_>, after: &Side<'_>) -> Passing {
    let held = || pair.from.attachments.iter().filter(|one| one.is_held);
    let known = |name: &str| {
        let value = after.template.pointer(&format!("/Resources/{}/Properties/{name}", pair.to.instance));
        value.map(|value: &Json| after.text(value)).filter(|text| !text.is_empty() && !text.contains("${"))
    };
    Passing {
        from: pair.from.instance.clone(),
        to: pair.to.instance.clone(),
        attachments: held().map(|one| one.id.clone()).collect(),
        volumes: held().map(|one| one.volume.clone()).collect(),
        ready: pair.to.ready.clone(),
        image: known("ImageId"),
        subnet: known("SubnetId"),
        zone: known("AvailabilityZone"),
    }
}

/// About how long nobody serves: the old machine stops, lets its volumes go, and then the changes come one after the other.
/// Stopping has no figure of its own and counts as the making of a machine does.
fn seconds(plan: &StackPlan, hosts: &[Passing]) -> u64 {
    let taken = |id: &String, type_name: &str| {
        let known = plan.changes.iter().find(|change| change.id == *id);
        let change = Change {
            id: id.clone(),
            type_name: type_name.to_owned(),
            action: Action::Remove,
            properties: Vec::new(),
            ..known.cloned()?
        };
        Some(seconds_of(&change))
    };
    let stop = hosts.iter().filter_map(|host| taken(&host.from, "AWS::EC2::Instance")).max().unwrap_or_default();
    let attachments = hosts.iter().flat_map(|host| &host.attachments);
    let release = attachments.filter_map(|id| taken(id, "AWS::EC2::VolumeAttachment")).max().unwrap_or_default();
    stop + release + plan.seconds
}
