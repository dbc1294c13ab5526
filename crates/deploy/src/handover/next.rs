//! What comes next in a handover: a table of what is there.
use super::{Direction, Journal};

/// What is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Whether the wanted template is in force.
    pub(super) is_wanted: bool,
    /// Whether the switches are on, so that the volumes are where the template in force puts them.
    pub(super) is_on: bool,
    /// Whether all old hosts are stopped, or gone.
    pub(super) is_stopped: bool,
    /// Whether all old hosts run.
    pub(super) is_running: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// The old hosts stop.
    Stop,
    /// Their volumes are copied.
    Snapshot,
    /// They let their volumes go.
    Release,
    /// The new hosts take them.
    Take,
    /// The old hosts get them back.
    GiveBack,
    /// The old hosts start.
    Start,
    /// The new hosts are in place.
    Done,
    /// The old hosts are in place again.
    Back,
}

/// Decides. What is there counts; the journal says where it leads, and whether snapshots are there.
pub(super) fn next(journal: &Journal, wants_snapshot: bool, seen: Seen) -> Move {
    let Seen { is_wanted, is_on, is_stopped, is_running } = seen;
    match journal.direction {
        // The second update is done; nothing leads back from there but another handover.
        _ if is_wanted && is_on => Move::Done,
        Direction::Forward if !is_stopped => Move::Stop,
        Direction::Forward if wants_snapshot && journal.snapshots.is_empty() => Move::Snapshot,
        Direction::Forward if is_on => Move::Release,
        Direction::Forward => Move::Take,
        // A host mounts its volume when it boots, so one that was started meanwhile has to boot again.
        Direction::Back if !is_on && !is_stopped => Move::Stop,
        Direction::Back if !is_on => Move::GiveBack,
        Direction::Back if !is_running => Move::Start,
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
        for (direction, is_wanted, is_on, (is_stopped, is_running), expected) in [
            (forward, false, true, running, Move::Stop),
            (forward, false, true, between, Move::Stop),
            (forward, false, true, stopped, Move::Release),
            (forward, false, false, stopped, Move::Take),
            // Somebody started it meanwhile: it has no volume, and must not write to its own empty folder.
            (forward, false, false, running, Move::Stop),
            (forward, true, true, stopped, Move::Done),
            (forward, true, true, running, Move::Done),
            (back, false, true, running, Move::Back),
            (back, false, true, stopped, Move::Start),
            (back, false, true, between, Move::Start),
            (back, false, false, stopped, Move::GiveBack),
            (back, false, false, running, Move::Stop),
            (back, true, true, stopped, Move::Done),
        ] {
            let journal = Journal { direction, ..Journal::default() };
            let seen = Seen { is_wanted, is_on, is_stopped, is_running };
            assert_eq!(next(&journal, false, seen), expected, "{direction:?} {seen:?}");
        }
    }

    #[test]
    fn a_snapshot_is_taken_once_and_only_of_what_nobody_writes_to() {
        let mut journal = Journal::default();
        let seen = |is_stopped| Seen { is_wanted: false, is_on: true, is_stopped, is_running: !is_stopped };
        assert_eq!(next(&journal, true, seen(false)), Move::Stop);
        assert_eq!(next(&journal, true, seen(true)), Move::Snapshot);
        journal.snapshots.push("snap-1".to_owned());
        assert_eq!(next(&journal, true, seen(true)), Move::Release);
    }
}
