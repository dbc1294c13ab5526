//! Taking one of the ways that a plan leaves open.
use super::{Chosen, Handover, Strategy};
use crate::failure::{Failure, Kind};
use crate::plan::{Action, Change, Consequence, DangerKind, StackPlan, seconds_of};

impl StackPlan {
    /// Chooses the handover that the plan proposes: what it solves needs nobody's word any more. Without a proposal nothing
    /// changes.
    ///
    /// # Errors
    ///
    /// If the way is not open for this change.
    pub fn choose_handover(&mut self, chosen: Chosen) -> Result<(), Failure> {
        let Some(handover) = &mut self.handover else { return Ok(()) };
        if !handover.ways.contains(&chosen.strategy) {
            return Err(closed(&self.stack, handover, chosen.strategy));
        }
        let solved: Vec<&String> =
            self.collisions.iter().filter(|one| one.fails).filter_map(|one| one.ids.first()).collect();
        self.dangers.retain(|danger| danger.kind != DangerKind::Collision || !solved.contains(&&danger.id));
        if chosen.strategy == Strategy::ReplaceRoot {
            self.changes = self.changes.iter().filter_map(|change| swapped(change, handover)).collect();
            // They all come from another machine.
            self.collisions.clear();
            self.seconds = self.changes.iter().map(seconds_of).sum();
        }
        handover.chosen = Some(chosen);
        Ok(())
    }
}

fn closed(stack: &str, handover: &Handover, strategy: Strategy) -> Failure {
    let why = match strategy {
        Strategy::ReplaceRoot => handover.against_swap.clone(),
        _ => "no parameter lets its volumes go; the plan says what to deploy first".to_owned(),
    };
    let others: Vec<String> = handover.ways.iter().map(|way| format!("`--strategy {}`", way.word())).collect();
    let message =
        format!("`{stack}` cannot be handed over by {}: {why}; {} is open", strategy.word(), others.join(" or "));
    Failure::new(Kind::Refused, message)
}

/// What a change becomes when the machine stays: what only followed it does not change.
fn swapped(change: &Change, handover: &Handover) -> Option<Change> {
    let is_host = handover.hosts.iter().any(|host| host.from == change.id);
    is_host.then(|| Change {
        action: Action::Modify,
        consequence: Consequence::Restart,
        meaning: "stays, and gets another root volume".to_owned(),
        ..change.clone()
    })
}
