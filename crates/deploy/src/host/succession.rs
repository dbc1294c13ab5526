//! Which host takes the place of which.
use super::Host;

/// A host and the one that takes its place. Both may be the same instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Succession<'a> {
    pub(crate) from: &'a Host,
    pub(crate) to: &'a Host,
}

/// Pairs hosts of the template in force with those of another: by the name of the instance, else by a volume or an address that
/// goes from one to the other. Ids that carry a hash change with each image and each script.
pub(crate) fn successions<'a>(before: &'a [Host], after: &'a [Host]) -> Vec<Succession<'a>> {
    let mut pairs = Vec::new();
    for from in before {
        let same = after.iter().find(|to| to.instance == from.instance);
        let is_free = |to: &&Host| !before.iter().any(|other| other.instance == to.instance);
        let heir = || after.iter().filter(is_free).find(|to| shares(from, to));
        pairs.extend(same.or_else(heir).map(|to| Succession { from, to }));
    }
    pairs
}

fn shares(from: &Host, to: &Host) -> bool {
    let volumes = |host: &Host| host.attachments.iter().map(|one| one.volume.clone()).collect::<Vec<_>>();
    let (old, new) = (volumes(from), volumes(to));
    old.iter().any(|volume| new.contains(volume)) || from.associations.iter().any(|id| to.associations.contains(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{hosts, samples};
    use super::*;
    use crate::plan::Side;

    #[test]
    fn a_new_id_takes_the_place_of_the_one_whose_volume_it_gets() {
        let parameters = BTreeMap::new();
        let found =
            |id, image| hosts(&Side { template: &samples::host(id, image, "one"), parameters: &parameters }, "prod");
        let (before, after) = (found("A", "ami-1"), found("B", "ami-2"));
        let pairs = successions(&before, &after);
        assert_eq!(
            pairs.iter().map(|it| (&*it.from.instance, &*it.to.instance)).collect::<Vec<_>>(),
            [("HostA", "HostB")]
        );
        let same = successions(&before, &before);
        assert_eq!((&*same[0].from.instance, &*same[0].to.instance), ("HostA", "HostA"));
        assert!(successions(&before, &[]).is_empty());
    }
}
