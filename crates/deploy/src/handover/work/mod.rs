//! Doing it: look, decide, note, do, again until nothing is left.
mod follow;
mod hosts;
mod look;
mod swap;
mod updates;

use super::next::{Move, next};
use super::{Attempt, Chosen, Direction, Handed, Handover, Journal, Strategy, Update, check, update};
use crate::change_set;
use crate::failure::{Failure, Kind};
use crate::follow::Followed;
use crate::host::record;
use crate::lease::{Lease, Note, new_holder};
use crate::plan::StackPlan;
use crate::progress::Cause;
use crate::record::Phase;
use crate::run::{Ending, StackOutcome, Turn, deploy, ending};
use crate::stack::StackNow;

/// Hands over as a plan says.
pub(crate) async fn hand_over(turn: &Turn, mut plan: StackPlan) -> StackOutcome {
    let (stack, verb) = (plan.stack.clone(), plan.verb);
    if let Some(handover) = &mut plan.handover {
        handover.journal.get_or_insert_with(|| Journal { holder: new_holder(), ..Journal::default() });
    }
    match Box::pin(Work::begin(turn, plan)).await {
        Ok(outcome) => outcome,
        Err(failure) => ending::of_failure(&stack, verb, &failure),
    }
}

/// Goes on with a handover that was begun, here or elsewhere: its journal is in the plan.
pub(crate) async fn resume(turn: &Turn, plan: StackPlan) -> StackOutcome {
    hand_over(turn, plan).await
}

struct Work<'a> {
    turn: &'a Turn,
    plan: StackPlan,
    handover: Handover,
    journal: Journal,
    lease: Lease,
    last: Option<Followed>,
    /// Whether this process knows that the noted update was not begun.
    is_fresh: bool,
    /// Whether this process has seen the old hosts let their volumes go, and run on.
    is_unmounted: bool,
    /// Whether this process has seen the old hosts serve again.
    is_mounted: bool,
}

impl<'a> Work<'a> {
    async fn begin(turn: &'a Turn, mut plan: StackPlan) -> Result<StackOutcome, Failure> {
        let Some(handover) = plan.handover.clone() else {
            return Err(Failure::new(Kind::Refused, format!("`{}` has nothing to hand over", plan.stack)));
        };
        let journal = handover.journal.clone().unwrap_or_default();
        let claim = handover.chosen.clone().unwrap_or_default().claim;
        let proposed = plan.change_set.take();
        turn.note(Phase::HandingOver, &journal.holder, &plan)?;
        turn.step(&plan.stack, "taking the lease");
        let first = note_of("begins", &handover, &journal);
        let lease = Lease::take(&turn.connection, &plan.stack, &claim, &journal.holder, &first).await;
        let lease = match lease {
            Ok(lease) => lease,
            Err(failure) => {
                // Nothing was touched, and what nobody answered may have been taken.
                if !journal.is_checked && !failure.is_passing() {
                    turn.records.clear(&plan.stack)?;
                }
                return Err(failure);
            }
        };
        if let Some(id) = proposed {
            change_set::forget(&turn.connection, &id).await?;
        }
        let mut work = Work {
            turn,
            plan,
            handover,
            journal,
            lease,
            last: None,
            is_fresh: false,
            is_unmounted: false,
            is_mounted: false,
        };
        // What another machine began tells only the name.
        if work.plan.stack_id.is_none() {
            work.plan.stack_id = Some(work.now().await?.id);
        }
        if !work.journal.is_checked
            && let Err(failure) = work.check().await
        {
            if !failure.is_passing() {
                work.lease.release().await?;
                turn.records.clear(&work.plan.stack)?;
            }
            return Err(failure);
        }
        match work.chosen().strategy {
            Strategy::ReplaceRoot => Box::pin(work.go_in_place()).await,
            Strategy::Stop | Strategy::Unmount => Box::pin(work.go()).await,
        }
    }

    async fn check(&mut self) -> Result<(), Failure> {
        self.step("checking the hosts and their volumes");
        let now = self.now().await?;
        let is_in_place = self.chosen().strategy == Strategy::ReplaceRoot;
        let connection = &self.turn.connection;
        self.journal.old = if is_in_place {
            super::swap::check(connection, &now, &self.handover).await?
        } else {
            check::check(connection, &now, &self.handover).await?
        };
        // The first update is made before the old host stops: what it would do beside is known while all is well.
        if self.journal.direction == Direction::Forward && !is_in_place {
            let id = update::turned(&self.turn.connection, &now, &self.handover, Update::Release).await?;
            self.journal.attempt =
                Some(Attempt { update: Update::Release, change_set: id, begun: None, seen: now.seen() });
            self.is_fresh = true;
        }
        self.journal.is_checked = true;
        self.plan.stack_id = Some(now.id);
        self.note("checked").await
    }

    async fn go(mut self) -> Result<StackOutcome, Failure> {
        loop {
            self.attempted().await?;
            let now = self.settled().await?;
            let seen = self.look(&now).await?;
            let done = match next(&self.journal, self.chosen().snapshot, seen) {
                Move::Quiet => self.quiet().await,
                Move::Snapshot => self.snapshot().await,
                Move::Release => self.update(Update::Release, &now).await,
                Move::Take => self.update(Update::Take, &now).await,
                Move::GiveBack => self.update(Update::GiveBack, &now).await,
                Move::Serve => self.serve().await,
                Move::Done => return self.done(now, false).await,
                Move::Back => return self.done(now, true).await,
            };
            if let Err(failure) = done {
                self.turn_back(failure).await?;
            }
        }
    }

    fn chosen(&self) -> Chosen {
        self.handover.chosen.clone().unwrap_or_default()
    }

    /// What cannot go forward goes back, unless nobody knows what happened, or it is another's now.
    async fn turn_back(&mut self, failure: Failure) -> Result<(), Failure> {
        let is_open = failure.is_passing() || matches!(failure.kind, Kind::Credentials | Kind::Expired | Kind::Busy);
        if is_open || self.journal.direction == Direction::Back {
            return Err(failure);
        }
        self.journal.why.get_or_insert_with(|| Cause {
            id: self.plan.stack.clone(),
            type_name: "AWS::CloudFormation::Stack".to_owned(),
            reason: failure.message,
            source: None,
            hint: None,
        });
        self.journal.direction = Direction::Back;
        self.note("going back").await
    }

    /// The end: the new hosts are in place, or the old ones again.
    async fn done(mut self, now: StackNow, is_back: bool) -> Result<StackOutcome, Failure> {
        let (turn, holder) = (self.turn, self.journal.holder.clone());
        if !is_back {
            record::settle(&turn.connection, &self.plan).await?;
        }
        let outcome = self.outcome(now, is_back);
        self.lease.release().await?;
        if is_back {
            deploy::lock_again(turn, &self.plan).await?;
        } else {
            deploy::settle(turn, &self.plan, &holder).await?;
        }
        turn.records.clear(&self.plan.stack)?;
        turn.ends(&outcome);
        Ok(outcome)
    }

    fn outcome(&mut self, now: StackNow, is_back: bool) -> StackOutcome {
        let mut outcome = match self.last.take() {
            Some(followed) if !is_back => ending::of_deploy(&self.plan, &followed),
            _ => StackOutcome::short(&self.plan.stack, self.plan.verb, Ending::Done),
        };
        (outcome.status, outcome.stack_id) = (Some(now.status.word().to_owned()), Some(now.id));
        outcome.outputs = now.outputs;
        let seconds = self.journal.seconds(is_back, self.turn.connection.speed);
        let snapshots = self.journal.snapshots.clone();
        if let Some(why) = self.journal.why.clone().filter(|_| is_back) {
            let untouched = self.journal.stopped.is_none();
            let told = if untouched { "nothing was touched" } else { "the old host runs again, and nothing is lost" };
            outcome.ending = Ending::Failed(format!("{told}: {}", why.reason));
            outcome.cause = Some(why);
        }
        outcome.handed = Some(Handed { is_back, seconds, snapshots, untold: self.journal.untold.clone() });
        outcome
    }

    fn step(&self, what: &str) {
        self.turn.step(&self.plan.stack, what);
    }

    /// Notes how far it is, on disk and in the lease, and makes sure that the lease is still ours.
    async fn note(&mut self, phase: &str) -> Result<(), Failure> {
        self.handover.journal = Some(self.journal.clone());
        self.plan.handover = Some(self.handover.clone());
        self.turn.note(Phase::HandingOver, &self.journal.holder, &self.plan)?;
        self.lease.renew(&note_of(phase, &self.handover, &self.journal)).await
    }
}

/// What the lease says: all but the template, and no more of a reason than fits.
fn note_of(phase: &str, handover: &Handover, journal: &Journal) -> Note {
    let mut journal = journal.clone();
    let short = |text: &str| text.chars().take(400).collect::<String>();
    if let Some(why) = &mut journal.why {
        why.reason = short(&why.reason);
        (why.source, why.hint) = (None, None);
    }
    journal.untold = journal.untold.as_deref().map(short);
    let told = Handover { template: String::new(), journal: Some(journal), ..handover.clone() };
    Note { phase: phase.to_owned(), work: serde_json::to_value(told).unwrap_or_default() }
}
