//! Doing it: look, decide, note, do, again until nothing is left.
use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio::sync::mpsc::unbounded_channel;

use super::next::{Move, Seen, next};
use super::{Attempt, Direction, Handed, Handover, Journal, Update, check, disks, update};
use crate::aws::Retry;
use crate::change_set::{self, token};
use crate::failure::{Failure, Kind};
use crate::follow::{self, Followed, Forecast, Operation, follow};
use crate::host::{beside, record};
use crate::lease::{Lease, Note, TERM, new_holder};
use crate::machines;
use crate::plan::{Change, StackPlan};
use crate::progress::Cause;
use crate::record::Phase;
use crate::run::{Ending, StackOutcome, Turn, deploy, ending};
use crate::stack::status::Sentiment;
use crate::stack::{self, StackNow, Wish, next_move};
use crate::template_body::{digest, minified};

/// Hands over as a plan says.
pub(crate) async fn hand_over(turn: &Turn, mut plan: StackPlan) -> StackOutcome {
    let (stack, verb) = (plan.stack.clone(), plan.verb);
    if let Some(handover) = &mut plan.handover {
        handover.journal.get_or_insert_with(|| Journal { holder: new_holder(), ..Journal::default() });
    }
    match Work::begin(turn, plan).await {
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
        let mut work = Work { turn, plan, handover, journal, lease, last: None, is_fresh: false };
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
        Box::pin(work.go()).await
    }

    async fn check(&mut self) -> Result<(), Failure> {
        self.step("checking the hosts and their volumes");
        let now = self.now().await?;
        self.journal.old = check::check(&self.turn.connection, &now, &self.handover).await?;
        // The first update is made before the old host stops: what it would do beside is known while all is well.
        if self.journal.direction == Direction::Forward {
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
            let snapshot = self.handover.chosen.as_ref().is_some_and(|chosen| chosen.snapshot);
            let done = match next(&self.journal, snapshot, seen) {
                Move::Stop => self.stop().await,
                Move::Snapshot => self.snapshot().await,
                Move::Release => self.update(Update::Release, &now).await,
                Move::Take => self.update(Update::Take, &now).await,
                Move::GiveBack => self.update(Update::GiveBack, &now).await,
                Move::Start => self.start().await,
                Move::Done => return self.done(now, false).await,
                Move::Back => return self.done(now, true).await,
            };
            if let Err(failure) = done {
                self.turn_back(failure).await?;
            }
        }
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

    async fn now(&self) -> Result<StackNow, Failure> {
        let name = self.plan.stack_id.as_ref().unwrap_or(&self.plan.stack);
        let now = stack::describe(&self.turn.connection, name).await?;
        now.ok_or_else(|| Failure::new(Kind::NoStack, format!("there is no stack `{}` any more", self.plan.stack)))
    }

    /// The stack once it is in nobody's hands.
    async fn settled(&mut self) -> Result<StackNow, Failure> {
        let mut now = self.now().await?;
        if !now.status.is_settled() {
            self.step("waiting for what runs in the stack");
            let operation = self.operation(&now.id, None, BTreeMap::new(), None);
            self.follow(operation).await?;
            now = self.now().await?;
        }
        if next_move(Some(&now.status), Wish::Deploy) == stack::Move::Update {
            return Ok(now);
        }
        let (stack, status) = (&now.name, &now.status);
        let message = format!(
            "`{stack}` is in {status} in the middle of a handover: `stackgen rollback {stack}` lets its rollback go on, and \
             brings the old host back"
        );
        Err(Failure::new(Kind::WrongStatus, message))
    }

    async fn look(&self, now: &StackNow) -> Result<Seen, Failure> {
        let old: Vec<String> = self.journal.old.iter().map(|old| old.instance.clone()).collect();
        let found = machines::describe(&self.turn.connection, &old).await?;
        let is_up = |state: &str| matches!(state, "pending" | "running" | "stopping");
        let is_stopped = !found.iter().any(|it| is_up(&it.state));
        let mut is_running = found.len() == old.len() && found.iter().all(|it| it.state == "running");
        // One that was started again is there only when EC2 reaches it.
        if is_running && self.journal.direction == Direction::Back && self.journal.stopped.is_some() {
            is_running = machines::answering(&self.turn.connection, &old).await?;
        }
        Ok(Seen { is_wanted: self.is_wanted(now).await?, is_on: self.is_on(now), is_stopped, is_running })
    }

    fn is_on(&self, now: &StackNow) -> bool {
        // A template that no longer has the parameter has the volumes where it puts them.
        self.handover.switches.iter().all(|it| now.parameters.get(&it.parameter).is_none_or(|value| *value == it.on))
    }

    async fn is_wanted(&self, now: &StackNow) -> Result<bool, Failure> {
        let text = stack::template(&self.turn.connection, &now.id).await?.unwrap_or_default();
        Ok(digest(&minified(&text)) == self.handover.digest)
    }

    async fn stop(&mut self) -> Result<(), Failure> {
        let old: Vec<String> = self.journal.old.iter().map(|old| old.instance.clone()).collect();
        self.journal.stopped.get_or_insert_with(Timestamp::now);
        self.note("stopping the old host").await?;
        self.step(&format!("stopping {}", old.join(" and ")));
        machines::stop(&self.turn.connection, &old).await
    }

    async fn start(&mut self) -> Result<(), Failure> {
        let old: Vec<String> = self.journal.old.iter().map(|old| old.instance.clone()).collect();
        self.note("starting the old host").await?;
        self.step(&format!("starting {} again", old.join(" and ")));
        machines::start(&self.turn.connection, &old).await
    }

    async fn snapshot(&mut self) -> Result<(), Failure> {
        self.note("taking snapshots").await?;
        let description = format!("stackgen handover of {} {}", self.plan.stack, self.journal.holder);
        let mut taken = Vec::new();
        for volume in self.journal.old.iter().flat_map(|old| &old.volumes) {
            self.step(&format!("taking a snapshot of {volume}"));
            taken.push(disks::snapshot(&self.turn.connection, volume, &description).await?);
        }
        self.journal.snapshots = taken;
        self.note("snapshots taken").await
    }

    /// Makes the change set of an update, unless there is one, and carries it out.
    async fn update(&mut self, kind: Update, now: &StackNow) -> Result<(), Failure> {
        let known = self.journal.attempt.take().filter(|attempt| attempt.update == kind);
        let attempt = match known {
            Some(attempt) => attempt,
            None => {
                self.step(&format!("making the change set: {}", word(kind)));
                let change_set = match kind {
                    Update::Take => self.wanted(now).await?,
                    _ => update::turned(&self.turn.connection, now, &self.handover, kind).await?,
                };
                Attempt { update: kind, change_set, begun: None, seen: now.seen() }
            }
        };
        let attempt = Attempt { begun: Some(Timestamp::now()), ..attempt };
        self.journal.attempt = Some(attempt.clone());
        self.is_fresh = true;
        self.note(word(kind)).await?;
        let token = token(&attempt.change_set, "execute");
        if let Err(failure) = self.execute(&attempt, &token).await {
            if !failure.is_passing() {
                self.journal.attempt = None;
            }
            return Err(failure);
        }
        self.judge(attempt, token).await
    }

    /// The change set of the wanted template, unless it holds what nobody approved.
    async fn wanted(&mut self, now: &StackNow) -> Result<String, Failure> {
        if self.handover.template.is_empty() {
            let message = format!(
                "the template that `{0}` is to have is on another machine: `stackgen resume {0}` there goes on, `stackgen \
                 rollback {0}` goes back",
                self.plan.stack
            );
            return Err(Failure::new(Kind::Busy, message));
        }
        let Turn { connection, records, .. } = self.turn;
        let asked = Box::pin(update::wanted(connection, records, now, &self.plan, &self.handover));
        let plan = asked.await?;
        let missing = self.turn.approvals.missing(&plan.stack, &plan.dangers);
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        match plan.change_set {
            Some(id) if names.is_empty() => Ok(id),
            Some(id) => {
                change_set::forget(connection, &id).await?;
                let message = format!("its change set shows what nobody approved: {}", names.join(", "));
                Err(Failure::new(Kind::Refused, message))
            }
            None => Err(Failure::new(Kind::Refused, "the wanted template changes nothing")),
        }
    }

    /// Ends the update that another process began: follows it, and judges. One that nobody began is left for its turn.
    async fn attempted(&mut self) -> Result<(), Failure> {
        let Some(attempt) = self.journal.attempt.clone().filter(|_| !self.is_fresh) else { return Ok(()) };
        let mut plan = self.plan.clone();
        plan.change_set = Some(attempt.change_set.clone());
        let token = token(&attempt.change_set, "execute");
        let execution = change_set::execution(&self.turn.connection, &attempt.change_set).await?;
        let is_begun = execution.as_deref().is_some_and(|word| word.starts_with("EXECUTE_"))
            || deploy::was_taken(self.turn, &plan, &attempt.change_set, &token).await?;
        if is_begun {
            let judged = self.judge(attempt, token).await;
            let is_back = self.journal.direction == Direction::Back;
            return match judged {
                // It leads back already, or others have gone on since; what is there says what is left.
                Err(failure) if is_back && failure.kind == Kind::Operation => Ok(()),
                Err(failure) => self.turn_back(failure).await,
                Ok(()) => Ok(()),
            };
        }
        if execution.as_deref() != Some("AVAILABLE") {
            self.journal.attempt = None;
        }
        self.is_fresh = true;
        Ok(())
    }

    async fn execute(&self, attempt: &Attempt, token: &str) -> Result<(), Failure> {
        let connection = &self.turn.connection;
        if let (Update::Take, Some(policy)) = (attempt.update, &self.plan.request.policy_meanwhile) {
            deploy::set_policy(self.turn, &self.plan, policy).await?;
        }
        self.turn.begins(&StackPlan { changes: self.expected(attempt.update), ..self.plan.clone() });
        let send = || {
            let call = connection.cloudformation.execute_change_set().change_set_name(&attempt.change_set);
            // What is new goes with a failure, whatever its deletion policy: nobody has put data into it.
            call.client_request_token(token).disable_rollback(false).retain_except_on_create(true).send()
        };
        match connection.call("ExecuteChangeSet", Retry::Safe, send).await {
            Err(failure) if failure.kind != Kind::AlreadyStarted => {
                let mut plan = self.plan.clone();
                plan.change_set = Some(attempt.change_set.clone());
                let was_taken = deploy::was_taken(self.turn, &plan, &attempt.change_set, token).await?;
                if was_taken { Ok(()) } else { Err(failure) }
            }
            _ => Ok(()),
        }
    }

    /// The resources that an update is going to change.
    fn expected(&self, update: Update) -> Vec<Change> {
        let attachments: Vec<&String> = self.handover.hosts.iter().flat_map(|host| &host.attachments).collect();
        let changes = self.plan.changes.iter().filter(|change| match update {
            Update::Take => true,
            _ => attachments.contains(&&change.id),
        });
        changes.cloned().collect()
    }

    /// Follows an update to its end, and says whether it did what it was to do.
    async fn judge(&mut self, attempt: Attempt, token: String) -> Result<(), Failure> {
        let stack_id = self.plan.stack_id.clone().unwrap_or_default();
        let change_set = Some(attempt.change_set.clone());
        let operation = self.operation(&stack_id, Some(token), attempt.seen.clone(), change_set);
        let followed = self.follow(operation).await?;
        let now = self.now().await?;
        let is_done = match attempt.update {
            Update::Release => !self.is_on(&now),
            Update::Take => self.is_on(&now) && self.is_wanted(&now).await?,
            Update::GiveBack => self.is_on(&now),
        };
        self.journal.attempt = None;
        self.clock(&attempt, &followed);
        let good = is_done && now.status.sentiment() == Sentiment::Good;
        let cause = (!good).then(|| follow::root(&followed.events, &self.plan.request.resources)).flatten();
        self.last = Some(followed);
        if good {
            return self.note(&format!("{}: done", word(attempt.update))).await;
        }
        if attempt.update == Update::Take {
            deploy::lock_again(self.turn, &self.plan).await?;
        }
        let reason = cause.as_ref().map(|cause| format!("{}: {}", cause.id, cause.reason));
        let reason = reason.or(now.reason).unwrap_or_else(|| now.status.word().to_owned());
        if attempt.update != Update::GiveBack && self.journal.why.is_none() {
            self.journal.why = cause;
        }
        Err(Failure::new(Kind::Operation, format!("{} failed: {reason}", word(attempt.update))))
    }

    /// Notes the times between which nobody serves.
    fn clock(&mut self, attempt: &Attempt, followed: &Followed) {
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

    fn operation(
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
    async fn follow(&mut self, operation: Operation) -> Result<Followed, Failure> {
        let (turn, plan) = (self.turn, self.plan.clone());
        let (sender, seen) = unbounded_channel();
        let tell = move |progress| drop(sender.send(progress));
        let say = |progress| turn.say(progress);
        let following = follow(&turn.connection, &operation, &tell);
        let work = beside(&turn.connection, &plan, seen, &say, following);
        tokio::pin!(work);
        let note = note_of("following an update", &self.handover, &self.journal);
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
        let seconds = self.journal.seconds(is_back);
        let snapshots = self.journal.snapshots.clone();
        if let Some(why) = self.journal.why.clone().filter(|_| is_back) {
            let untouched = self.journal.stopped.is_none();
            let told = if untouched { "nothing was touched" } else { "the old host runs again, and nothing is lost" };
            outcome.ending = Ending::Failed(format!("{told}: {}", why.reason));
            outcome.cause = Some(why);
        }
        outcome.handed = Some(Handed { is_back, seconds, snapshots });
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

impl Journal {
    /// How long nobody served. Two clocks are read, each only against itself: ours until CloudFormation was told, and its own
    /// from then on.
    fn seconds(&self, is_back: bool) -> Option<u64> {
        let stopped = self.stopped?;
        let span = if is_back {
            Timestamp::now().duration_since(stopped)
        } else {
            let ((begun, first), ready) = (self.released?, self.ready?);
            begun.duration_since(stopped) + ready.duration_since(first)
        };
        u64::try_from(span.as_secs()).ok()
    }
}

fn word(update: Update) -> &'static str {
    match update {
        Update::Release => "letting the volumes go",
        Update::Take => "making the new host",
        Update::GiveBack => "giving the volumes back",
    }
}

/// What the lease says: all but the template, and no more of a reason than fits.
fn note_of(phase: &str, handover: &Handover, journal: &Journal) -> Note {
    let mut journal = journal.clone();
    if let Some(why) = &mut journal.why {
        why.reason = why.reason.chars().take(400).collect();
        (why.source, why.hint) = (None, None);
    }
    let told = Handover { template: String::new(), journal: Some(journal), ..handover.clone() };
    Note { phase: phase.to_owned(), work: serde_json::to_value(told).unwrap_or_default() }
}
