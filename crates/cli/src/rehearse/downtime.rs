//! How long a host does not serve: from its stop, or the loss of its data or its address, until a host of its stack is up again
//! with all of it.
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use stackgen_local::adopt::scene::Host;

/// How long a host did not serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Downtime {
    pub(crate) stack: String,
    /// The logical id that it had at first.
    pub(crate) host: String,
    /// From when until when, each time; without an end it was not back when all was over.
    pub(crate) gaps: Vec<Gap>,
}

/// A time without service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Gap {
    pub(crate) from: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Timestamp>,
}

impl Downtime {
    /// In seconds; what has no end counts up to the end of the rehearsal.
    pub(crate) fn seconds(&self, end: Timestamp) -> i64 {
        self.gaps.iter().map(|gap| crate::time::between(gap.from, gap.to.unwrap_or(end))).sum()
    }

    /// Whether it served again in the end.
    pub(crate) fn is_over(&self) -> bool {
        self.gaps.iter().all(|gap| gap.to.is_some())
    }
}

/// The downtimes of the hosts that were up at first. `there` are the volumes and addresses that are there in the end: what is
/// deleted on purpose is not waited for.
pub(super) fn of(scenes: &[(Timestamp, Vec<Host>)], there: &BTreeSet<String>) -> Vec<Downtime> {
    let Some((_, first)) = scenes.first() else { return Vec::new() };
    let one = |host: &Host| {
        let needs: BTreeSet<&String> =
            host.volumes.iter().chain(&host.addresses).filter(|id| there.contains(*id)).collect();
        let serves = |other: &Host| {
            let is_heir = other.stack == host.stack && (other.logical_id == host.logical_id || !needs.is_empty());
            is_heir
                && other.is_up
                && needs.iter().all(|id| other.volumes.contains(*id) || other.addresses.contains(*id))
        };
        let gaps = gaps(scenes.iter().map(|(at, hosts)| (*at, hosts.iter().any(serves))));
        Downtime { stack: host.stack.clone(), host: host.logical_id.clone(), gaps }
    };
    first.iter().filter(|host| host.is_up).map(one).collect()
}

fn gaps(states: impl Iterator<Item = (Timestamp, bool)>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for (at, serves) in states {
        let open = gaps.last_mut().filter(|gap| gap.to.is_none());
        match (open, serves) {
            (Some(gap), true) => gap.to = Some(at),
            (None, false) => gaps.push(Gap { from: at, to: None }),
            _ => {}
        }
    }
    // Nothing happened in a gap without a length.
    gaps.retain(|gap| gap.to != Some(gap.from));
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn host(id: &str, logical_id: &str, is_up: bool, volume: &str) -> Host {
        Host {
            stack: "s".into(),
            logical_id: logical_id.into(),
            instance: id.into(),
            state: "running",
            is_up,
            volumes: Some(volume).filter(|it| !it.is_empty()).map(str::to_owned).into_iter().collect(),
            addresses: BTreeSet::new(),
        }
    }

    #[test]
    fn a_host_is_down_until_its_heir_has_its_volume() {
        let scenes = [
            (at(0), vec![host("i-1", "Old", true, "vol-1")]),
            (at(5), vec![host("i-1", "Old", true, "vol-1"), host("i-2", "New", true, "")]),
            (at(10), vec![host("i-1", "Old", false, ""), host("i-2", "New", true, "")]),
            (at(40), vec![host("i-2", "New", true, "vol-1")]),
        ];
        let there = BTreeSet::from(["vol-1".to_owned()]);
        let all = of(&scenes, &there);
        assert_eq!(all[0].gaps, [Gap { from: at(10), to: Some(at(40)) }]);
        assert_eq!((all.len(), all[0].seconds(at(99)), all[0].is_over()), (1, 30, true));
        let never = of(&scenes[..3], &there);
        assert_eq!((never[0].seconds(at(99)), never[0].is_over()), (89, false));
        let deleted = of(&scenes[..1], &BTreeSet::new());
        assert!(deleted[0].gaps.is_empty());
    }
}
