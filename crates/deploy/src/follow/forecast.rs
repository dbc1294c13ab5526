//! When something is likely to happen next, by what a plan expects and by what runs.
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::plan::{StackPlan, seconds_of};
use crate::progress::ResourceEvent;

/// How long what nobody foretold takes at least.
const SOON: Duration = Duration::from_secs(5);

/// What is expected of an operation, in the time of the other end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forecast {
    total: Duration,
    /// What takes how long, by logical id, as long as it has not ended.
    open: BTreeMap<String, Duration>,
    /// When what runs began.
    running: BTreeMap<String, Timestamp>,
    /// When anything at all was said, first and last.
    told: Option<(Timestamp, Timestamp)>,
}

impl Forecast {
    /// What a plan expects.
    pub(crate) fn of(plan: &StackPlan) -> Forecast {
        let seconds = |change| Duration::from_secs(seconds_of(change));
        let open = plan.changes.iter().map(|change| (change.id.clone(), seconds(change))).collect();
        Forecast { total: Duration::from_secs(plan.seconds), open, ..Forecast::default() }
    }

    /// What is known of something that nobody planned.
    pub(crate) fn about(seconds: u64) -> Forecast {
        Forecast { total: Duration::from_secs(seconds), ..Forecast::default() }
    }

    /// Takes note of what happened. What is in nested stacks shows in them too, as a resource that runs.
    pub(super) fn note(&mut self, event: &ResourceEvent) {
        let (first, last) = self.told.unwrap_or((event.at, event.at));
        self.told = Some((first.min(event.at), last.max(event.at)));
        if !event.path.is_empty() || event.id == event.stack {
            return;
        }
        if event.status.ends_with("_IN_PROGRESS") {
            self.running.entry(event.id.clone()).or_insert(event.at);
        } else {
            self.running.remove(&event.id);
            self.open.remove(&event.id);
        }
    }

    /// How long it is until there is something worth a look, after some time of the operation.
    pub(super) fn left(&self, elapsed: Duration) -> Duration {
        let Some((first, last)) = self.told else {
            // Soon something has begun, and what is small has ended.
            return self.open.values().min().copied().unwrap_or(SOON).saturating_sub(elapsed);
        };
        let passed = |from: Timestamp, to: Timestamp| Duration::try_from(to.duration_since(from)).unwrap_or_default();
        let now = elapsed.max(passed(first, last));
        let until = |(id, began): (&String, &Timestamp)| {
            let takes = self.open.get(id).copied().unwrap_or(SOON);
            (passed(first, *began) + takes).saturating_sub(now)
        };
        let running = self.running.iter().map(until).max().unwrap_or_default();
        let is_all_begun = self.open.keys().all(|id| self.running.contains_key(id));
        if is_all_begun { running } else { running.max(self.total.saturating_sub(now)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::follow::cause::tests::event;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn forecast() -> Forecast {
        let open = [("Role", 12), ("Profile", 126)].map(|(id, count)| (id.to_owned(), seconds(count)));
        Forecast { total: seconds(138), open: open.into(), ..Forecast::default() }
    }

    #[test]
    fn the_first_look_is_when_something_small_has_ended() {
        assert_eq!(forecast().left(Duration::ZERO), seconds(12));
        assert_eq!(Forecast::about(60).left(Duration::ZERO), SOON);
    }

    #[test]
    fn the_whole_counts_as_long_as_something_has_not_begun() {
        let mut forecast = forecast();
        forecast.note(&event("prod", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", None, 100));
        forecast.note(&event("Role", "AWS::IAM::Role", "CREATE_IN_PROGRESS", None, 100));
        assert_eq!(forecast.left(seconds(10)), seconds(128));
        forecast.note(&event("Role", "AWS::IAM::Role", "CREATE_COMPLETE", None, 118));
        // By what it says of itself it is later there than we thought.
        assert_eq!(forecast.left(seconds(10)), seconds(120));
    }

    #[test]
    fn in_the_end_what_runs_counts() {
        let mut forecast = forecast();
        forecast.note(&event("prod", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", None, 100));
        forecast.note(&event("Role", "AWS::IAM::Role", "CREATE_COMPLETE", None, 102));
        forecast.note(&event("Profile", "AWS::IAM::InstanceProfile", "CREATE_IN_PROGRESS", None, 102));
        assert_eq!(forecast.left(seconds(10)), seconds(118));
        assert_eq!(forecast.left(seconds(200)), Duration::ZERO);
    }
}
