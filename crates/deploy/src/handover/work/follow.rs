//! Following what runs in the stack, with the lease kept meanwhile, and the times that are told by it.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::unbounded_channel;

use super::{Work, note_of};
use crate::failure::{Failure, Kind};
use crate::follow::{Followed, Forecast, Operation, follow};
use crate::handover::{Attempt, Journal, Update};
use crate::host::beside;
use crate::lease::TERM;

impl Work<'_> {
    /// Notes the times between which nobody serves.
    pub(super) fn clock(&mut self, attempt: &Attempt, followed: &Followed) {
        let first = followed.events.first().map(|event| event.at);
        match (attempt.update, attempt.begun, first) {
            (Update::Release, Some(begun), Some(first)) => self.journal.released = Some((begun, first)),
            (Update::Take, ..) => {
                let ready: Vec<&String> = self.handover.hosts.iter().flat_map(|host| &host.ready).collect();
                let waited = |id: &String| ready.is_empty() || ready.contains(&id);
                let made =
                    followed.events.iter().filter(|event| event.status == "CREATE_COMPLETE" && waited(&event.id));
                self.journal.ready = made.map(|event| event.at).max();
            }
            _ => {}
        }
    }

    pub(super) fn operation(
        &self,
        stack_id: &str,
        token: Option<String>,
        seen: BTreeMap<String, String>,
        change_set: Option<String>,
    ) -> Operation {
        let (stack, stack_id) = (self.plan.stack.clone(), stack_id.to_owned());
        Operation { stack, stack_id, token, seen, change_set, forecast: Forecast::of(&self.plan) }
    }

    /// Follows what runs in the stack, and keeps the lease meanwhile.
    pub(super) async fn follow(&mut self, operation: Operation) -> Result<Followed, Failure> {
        let (turn, plan) = (self.turn, self.plan.clone());
        let (sender, seen) = unbounded_channel();
        let tell = move |progress| drop(sender.send(progress));
        let say = |progress| turn.say(progress);
        let following = follow(&turn.connection, &operation, &tell);
        let work = beside(&turn.connection, &plan, seen, &say, following);
        self.keeping("following an update", Box::pin(work)).await
    }

    /// Does something that takes its time, and keeps the lease meanwhile.
    pub(super) async fn keeping<T>(
        &mut self,
        phase: &str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let note = note_of(phase, &self.handover, &self.journal);
        // On the heap, since a deploy is deep.
        let mut work = Box::pin(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(TERM.unsigned_abs() / 3) => {
                    // That nobody answers now is no reason to leave; that it is another's is.
                    if let Err(failure) = self.lease.renew(&note).await && failure.kind == Kind::Busy {
                        return Err(failure);
                    }
                }
            }
        }
    }
}

impl Journal {
    /// How long nobody served. Two clocks are read, each only against itself: ours until CloudFormation was told, and its own
    /// from then on. `speed` is how many seconds pass there in one of ours.
    pub(super) fn seconds(&self, is_back: bool, speed: f64) -> Option<u64> {
        let stopped = self.stopped?;
        let speed = if speed.is_finite() { speed } else { 1.0 };
        let ours = |until: Timestamp| until.duration_since(stopped).as_secs_f64() * speed;
        let span = match (is_back, self.well) {
            (true, _) => ours(Timestamp::now()),
            (false, Some(well)) => ours(well),
            (false, None) => {
                let ((begun, first), ready) = (self.released?, self.ready?);
                ours(begun) + ready.duration_since(first).as_secs_f64()
            }
        };
        Some(Duration::try_from_secs_f64(span).ok()?.as_secs())
    }
}
