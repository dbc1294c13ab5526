//! The updates of the stack: made, carried out, followed and judged.

use jiff::Timestamp;

use super::Work;
use crate::aws::Retry;
use crate::change_set::{self, token};
use crate::failure::{Failure, Kind};
use crate::follow;
use crate::handover::{Attempt, Direction, Update, update};
use crate::plan::{Change, StackPlan};
use crate::run::{Turn, deploy};
use crate::stack::StackNow;
use crate::stack::status::Sentiment;

impl Work<'_> {
    /// Makes the change set of an update, unless there is one, and carries it out.
    pub(super) async fn update(&mut self, kind: Update, now: &StackNow) -> Result<(), Failure> {
        let known = self.journal.attempt.take().filter(|attempt| attempt.update == kind);
        let attempt = match known {
            Some(attempt) => attempt,
            None => {
                self.step(&format!("making the change set: {}", word(kind)));
                let change_set = match kind {
                    Update::Take => self.wanted(now).await?,
                    Update::Tell => update::told(&self.turn.connection, now, &self.plan, &self.handover).await?,
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
    pub(super) async fn wanted(&mut self, now: &StackNow) -> Result<String, Failure> {
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
    pub(super) async fn attempted(&mut self) -> Result<(), Failure> {
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

    pub(super) async fn execute(&self, attempt: &Attempt, token: &str) -> Result<(), Failure> {
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
    pub(super) fn expected(&self, update: Update) -> Vec<Change> {
        let attachments: Vec<&String> = self.handover.hosts.iter().flat_map(|host| &host.attachments).collect();
        let changes = self.plan.changes.iter().filter(|change| match update {
            Update::Take | Update::Tell => true,
            _ => attachments.contains(&&change.id),
        });
        changes.cloned().collect()
    }

    /// Follows an update to its end, and says whether it did what it was to do.
    pub(super) async fn judge(&mut self, attempt: Attempt, token: String) -> Result<(), Failure> {
        let stack_id = self.plan.stack_id.clone().unwrap_or_default();
        let change_set = Some(attempt.change_set.clone());
        let operation = self.operation(&stack_id, Some(token), attempt.seen.clone(), change_set);
        let followed = self.follow(operation).await?;
        let now = self.now().await?;
        let is_done = match attempt.update {
            Update::Release => !self.is_on(&now),
            Update::Take => self.is_on(&now) && self.is_wanted(&now).await?,
            Update::GiveBack => self.is_on(&now),
            Update::Tell => self.is_wanted(&now).await?,
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
        // An update is rolled back for a failure or for nobody's fault.
        let cancelled = || format!("somebody cancelled it, and it is in {}", now.status.word());
        let reason = reason.or_else(|| now.reason.clone()).unwrap_or_else(cancelled);
        if attempt.update != Update::GiveBack && self.journal.why.is_none() {
            self.journal.why = cause;
        }
        Err(Failure::new(Kind::Operation, format!("{} failed: {reason}", word(attempt.update))))
    }
}

fn word(update: Update) -> &'static str {
    match update {
        Update::Release => "letting the volumes go",
        Update::Take => "making the new host",
        Update::GiveBack => "giving the volumes back",
        Update::Tell => "telling CloudFormation",
    }
}
