//! What comes next in a handover: a table of what is there.
use super::{Direction, Journal};

/// What is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Whether the wanted template is in force.
    pub(super) is_wanted: bool,
    /// Whether the switches are on, so that the volumes are where the template in force puts them.
    pub(super) is_on: bool,
    /// Whether no old host can write to its volumes: it is stopped, or gone, or has unmounted them.
    pub(super) is_quiet: bool,
    /// Whether all old hosts run, and have what they need.
    pub(super) serves: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// The old hosts stop writing to their volumes.
    Quiet,
    /// Their volumes are copied.
    Snapshot,
    /// They let their volumes go.
    Release,
    /// The new hosts take them.
    Take,
    /// The old hosts get them back.
    GiveBack,
    /// The old hosts serve again.
    Serve,
    /// The new hosts are in place.
    Done,
    /// The old hosts are in place again.
    Back,
}

/// Decides. What is there counts; the journal says where it leads, and whether snapshots are there.
pub(super) fn next(journal: &Journal, wants_snapshot: bool, seen: Seen) -> Move {
    let Seen { is_wanted, is_on, is_quiet, serves } = seen;
    match journal.direction {
        // The second update is done; nothing leads back from there but another handover.
        _ if is_wanted && is_on => Move::Done,
        Direction::Forward if !is_quiet => Move::Quiet,
        Direction::Forward if wants_snapshot && journal.snapshots.is_empty() => Move::Snapshot,
        Direction::Forward if is_on => Move::Release,
        Direction::Forward => Move::Take,
        // A host mounts its volume when it boots, so one that was started meanwhile has to boot again.
        Direction::Back if !is_on && !is_quiet => Move::Quiet,
        Direction::Back if !is_on => Move::GiveBack,
        Direction::Back if !serves => Move::Serve,
        Direction::Back => Move::Back,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_decides() {
        let (forward, back) = (Direction::Forward, Direction::Back);
        let (running, stopped, between) = ((false, true), (true, false), (false, false));
        for (direction, is_wanted, is_on, (is_quiet, serves), expected) in [
            (forward, false, true, running, Move::Quiet),
            (forward, false, true, between, Move::Quiet),
            (forward, false, true, stopped, Move::Release),
            (forward, false, false, stopped, Move::Take),
            // Somebody started it meanwhile: it has no volume, and must not write to its own empty folder.
            (forward, false, false, running, Move::Quiet),
            (forward, true, true, stopped, Move::Done),
            (forward, true, true, running, Move::Done),
            (back, false, true, running, Move::Back),
            (back, false, true, stopped, Move::Serve),
            (back, false, true, between, Move::Serve),
            (back, false, false, stopped, Move::GiveBack),
            (back, false, false, running, Move::Quiet),
            (back, true, true, stopped, Move::Done),
        ] {
            let journal = Journal { direction, ..Journal::default() };
            let seen = Seen { is_wanted, is_on, is_quiet, serves };
            assert_eq!(next(&journal, false, seen), expected, "{direction:?} {seen:?}");
        }
    }

    #[test]
    fn a_snapshot_is_taken_once_and_only_of_what_nobody_writes_to() {
        let mut journal = Journal::default();
        let seen = |is_quiet| Seen { is_wanted: false, is_on: true, is_quiet, serves: !is_quiet };
        assert_eq!(next(&journal, true, seen(false)), Move::Quiet);
        assert_eq!(next(&journal, true, seen(true)), Move::Snapshot);
        journal.snapshots.push("snap-1".to_owned());
        assert_eq!(next(&journal, true, seen(true)), Move::Release);
    }
}
