//! Whether a handover is the way around what a plan runs into.
use serde_json::Value as Json;

use super::{Handover, Passing, Strategy, swap};
use crate::collision::Collision;
use crate::host::{Host, Succession, Switch, successions};
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
    let held = |pair: &Succession<'_>| {
        pair.from.attachments.iter().any(|one| fails.iter().any(|fail| fail.ids.contains(&one.id)))
    };
    let pairs: Vec<Succession<'_>> = successions(hosts.0, hosts.1).into_iter().filter(held).collect();
    if pairs.is_empty() {
        return None;
    }
    let hosts: Vec<Passing> = pairs.iter().map(|pair| passing(pair, after)).collect();
    let switches = if fails.iter().all(|one| one.is_handover) { switches(&pairs) } else { None };
    let against_swap = swap::against(plan, &fails, &pairs, &hosts).unwrap_or_default();
    let passes = switches.as_ref().map_or(&[][..], |_| &[Strategy::Stop, Strategy::Unmount]);
    let stays = against_swap.is_empty().then_some(Strategy::ReplaceRoot);
    let ways: Vec<Strategy> = passes.iter().copied().chain(stays).collect();
    if ways.is_empty() {
        return None;
    }
    let seconds = seconds(plan, &hosts);
    Some(Handover {
        hosts,
        switches: switches.unwrap_or_default(),
        ways,
        against_swap,
        seconds,
        digest: digest(template),
        template: template.to_owned(),
        ..Handover::default()
    })
}

/// The parameters that let all volumes of the old hosts go. Each volume of a host that stops has to be let go, or the next
/// host meets it.
fn switches(pairs: &[Succession<'_>]) -> Option<Vec<Switch>> {
    let attachments = pairs.iter().flat_map(|pair| pair.from.attachments.iter().filter(|one| one.is_held));
    let mut switches: Vec<Switch> = attachments.map(|one| one.switch.clone()).collect::<Option<_>>()?;
    switches.sort();
    switches.dedup();
    Some(switches)
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
