//! What is there: the stack, and the old hosts.

use std::collections::BTreeMap;

use super::Work;
use crate::failure::{Failure, Kind};
use crate::handover::next::Seen;
use crate::handover::{Direction, Strategy};
use crate::machines;
use crate::stack::{self, StackNow, Wish, next_move};
use crate::template_body::{digest, minified};

impl Work<'_> {
    pub(super) async fn now(&self) -> Result<StackNow, Failure> {
        let name = self.plan.stack_id.as_ref().unwrap_or(&self.plan.stack);
        let now = stack::describe(&self.turn.connection, name).await?;
        now.ok_or_else(|| Failure::new(Kind::NoStack, format!("there is no stack `{}` any more", self.plan.stack)))
    }

    /// The stack once it is in nobody's hands.
    pub(super) async fn settled(&mut self) -> Result<StackNow, Failure> {
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

    pub(super) async fn look(&self, now: &StackNow) -> Result<Seen, Failure> {
        let old = self.old_instances();
        let found = machines::describe(&self.turn.connection, &old).await?;
        let is_up = |state: &str| matches!(state, "pending" | "running" | "stopping");
        let (is_on, is_stopped) = (self.is_on(now), !found.iter().any(|it| is_up(&it.state)));
        let runs = found.len() == old.len() && found.iter().all(|it| it.state == "running");
        let was_quiet = self.journal.direction == Direction::Back && self.journal.stopped.is_some();
        let (is_quiet, serves) = match self.chosen().strategy {
            // A host that runs has let go what is not there, and what this process has seen it unmount.
            Strategy::Unmount => (is_stopped || !is_on || self.is_unmounted, runs && (!was_quiet || self.is_mounted)),
            // One that was started again is there only when EC2 reaches it.
            _ => (is_stopped, runs && (!was_quiet || machines::answering(&self.turn.connection, &old).await?)),
        };
        Ok(Seen { is_wanted: self.is_wanted(now).await?, is_on, is_quiet, serves })
    }

    pub(super) fn old_instances(&self) -> Vec<String> {
        self.journal.old.iter().map(|old| old.instance.clone()).collect()
    }

    pub(super) fn is_on(&self, now: &StackNow) -> bool {
        // A template that no longer has the parameter has the volumes where it puts them.
        self.handover.switches.iter().all(|it| now.parameters.get(&it.parameter).is_none_or(|value| *value == it.on))
    }

    pub(super) async fn is_wanted(&self, now: &StackNow) -> Result<bool, Failure> {
        let text = stack::template(&self.turn.connection, &now.id).await?.unwrap_or_default();
        Ok(digest(&minified(&text)) == self.handover.digest)
    }
}
