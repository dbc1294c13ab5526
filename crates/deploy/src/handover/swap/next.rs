//! What comes next while roots are swapped: a table of what is there.
use crate::handover::{Direction, Journal};

/// Which roots the hosts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::handover) enum At {
    /// Their own.
    Old,
    /// EC2 is at work.
    Between,
    /// Others.
    New,
    /// One of them has none.
    Without,
}

/// What is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::handover) struct Seen {
    /// Whether the wanted template is in force.
    pub(in crate::handover) is_wanted: bool,
    /// Which roots the hosts have.
    pub(in crate::handover) at: At,
    /// Whether all hosts have unmounted their volumes, as far as they can be told to.
    pub(in crate::handover) is_quiet: bool,
    /// Whether all hosts are stopped.
    pub(in crate::handover) is_stopped: bool,
    /// Whether all hosts run, and EC2 reaches them.
    pub(in crate::handover) serves: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::handover) enum Step {
    /// The hosts unmount their volumes: nobody says that EC2 shuts a machine down before it takes its root.
    Quiet,
    /// The data volumes are copied.
    Snapshot,
    /// EC2 puts other roots in.
    Swap,
    /// EC2 is left to end it.
    Wait,
    /// It cannot go forward.
    Fail,
    /// The hosts have to come up from their new roots.
    Await,
    /// CloudFormation is told.
    Tell,
    /// The hosts stop, so that their roots come off.
    Stop,
    /// The new roots come off.
    Detach,
    /// The old roots go back to their places.
    Attach,
    /// The hosts start.
    Start,
    /// The hosts have their new roots.
    Done,
    /// The hosts have their old roots again.
    Back,
}

/// Decides. What is there counts; the journal says where it leads, and what cannot be seen.
pub(in crate::handover) fn next(journal: &Journal, wants_snapshot: bool, seen: Seen) -> Step {
    let is_told = seen.is_wanted || journal.untold.is_some();
    match (seen.at, journal.direction) {
        (At::Between, _) => Step::Wait,
        // Nothing leads back from there but another handover.
        (At::New, _) if is_told => Step::Done,
        (At::Old, Direction::Forward) if !seen.is_quiet => Step::Quiet,
        (At::Old, Direction::Forward) if wants_snapshot && journal.snapshots.is_empty() => Step::Snapshot,
        (At::Old, Direction::Forward) => Step::Swap,
        (At::New, Direction::Forward) if journal.well.is_some() => Step::Tell,
        (At::New, Direction::Forward) => Step::Await,
        (At::Without, Direction::Forward) => Step::Fail,
        (At::Old, Direction::Back) if seen.serves => Step::Back,
        (At::Old, Direction::Back) => Step::Start,
        (At::New | At::Without, Direction::Back) if !seen.is_stopped => Step::Stop,
        (At::New, Direction::Back) => Step::Detach,
        (At::Without, Direction::Back) => Step::Attach,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_decides() {
        let (forward, back) = (Direction::Forward, Direction::Back);
        let (running, stopped, between) = ((false, true), (true, false), (false, false));
        for (direction, at, is_wanted, is_well, (is_stopped, serves), expected) in [
            (forward, At::Old, false, false, running, Step::Swap),
            (forward, At::Between, false, false, between, Step::Wait),
            (forward, At::New, false, false, running, Step::Await),
            (forward, At::New, false, true, running, Step::Tell),
            (forward, At::New, true, true, running, Step::Done),
            (forward, At::Without, false, false, between, Step::Fail),
            // EC2 ends what it began before anything leads back.
            (back, At::Between, false, false, between, Step::Wait),
            (back, At::New, false, false, running, Step::Stop),
            (back, At::New, false, false, stopped, Step::Detach),
            (back, At::Without, false, false, running, Step::Stop),
            (back, At::Without, false, false, stopped, Step::Attach),
            (back, At::Old, false, false, stopped, Step::Start),
            (back, At::Old, false, false, between, Step::Start),
            (back, At::Old, false, false, running, Step::Back),
            (back, At::New, true, true, running, Step::Done),
        ] {
            let well = is_well.then_some(jiff::Timestamp::UNIX_EPOCH);
            let journal = Journal { direction, well, ..Journal::default() };
            let seen = Seen { is_wanted, at, is_quiet: true, is_stopped, serves };
            assert_eq!(next(&journal, false, seen), expected, "{direction:?} {seen:?}");
        }
        let untold = Journal { untold: Some("it would replace the host".to_owned()), ..Journal::default() };
        let seen = Seen { is_wanted: false, at: At::New, is_quiet: false, is_stopped: false, serves: true };
        assert_eq!(next(&untold, false, seen), Step::Done);
        let seen = Seen { at: At::Old, ..seen };
        assert_eq!(next(&Journal::default(), true, seen), Step::Quiet);
        assert_eq!(next(&Journal::default(), true, Seen { is_quiet: true, ..seen }), Step::Snapshot);
    }
}
