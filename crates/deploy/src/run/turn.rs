//! What one stack's turn works with.
use tokio::sync::mpsc::UnboundedSender;

use super::deploy::expected;
use super::outcome::{Ending, StackOutcome};
use super::{Outputs, Shared};
use crate::aws::Connection;
use crate::change_set::{name_of, new_operation, token};
use crate::failure::Failure;
use crate::plan::{Approvals, StackPlan, Verb};
use crate::progress::Progress;
use crate::record::{Phase, RECORD_VERSION, Record, Records};

/// One stack's turn.
pub(crate) struct Turn {
    pub(crate) connection: Connection,
    pub(crate) records: Records,
    pub(crate) approvals: Approvals,
    /// The outputs of stacks that ended before.
    pub(super) outputs: Outputs,
    /// The id from which tokens are made when there is no change set.
    operation: String,
    sender: UnboundedSender<Progress>,
}

impl Turn {
    pub(super) fn new(shared: &Shared, outputs: Outputs, sender: UnboundedSender<Progress>) -> Turn {
        Turn {
            connection: shared.connection.clone(),
            records: shared.records.clone(),
            approvals: shared.approvals.clone(),
            outputs,
            operation: name_of(&new_operation()),
            sender,
        }
    }

    /// The token of a call that has no change set.
    pub(super) fn token(&self, call: &str) -> String {
        token(&self.operation, call)
    }

    /// Notes what is going to be called.
    pub(crate) fn note(&self, phase: Phase, token: &str, plan: &StackPlan) -> Result<(), Failure> {
        let (token, plan) = (token.to_owned(), plan.clone());
        let region = self.connection.region.clone();
        self.records.write(&Record { version: RECORD_VERSION, region, phase, token, plan })
    }

    /// Forgets a stack whose turn came to nothing. The next plan deletes what this one made for it.
    pub(super) fn give_up(&self, stack: &str, failure: &Failure) {
        // A record that cannot be read or written is told by whoever needs it next.
        if failure.is_final() {
            let _ = self.records.give_up(stack);
        }
    }

    pub(crate) fn say(&self, progress: Progress) {
        // Nobody listens any more only when the run was dropped, and this with it.
        let _ = self.sender.send(progress);
    }

    pub(crate) fn step(&self, stack: &str, what: &str) {
        self.say(Progress::Step { stack: stack.to_owned(), what: what.to_owned() });
    }

    pub(crate) fn begins(&self, plan: &StackPlan) {
        let verb = match plan.verb {
            Verb::Nothing => "nothing",
            Verb::Create | Verb::Recreate => "create",
            Verb::Update => "update",
            Verb::Import => "import",
            Verb::Destroy => "destroy",
        };
        let (stack, verb) = (plan.stack.clone(), verb.to_owned());
        self.say(Progress::StackBegins { stack, verb, expected: expected(plan) });
    }

    pub(crate) fn ends(&self, outcome: &StackOutcome) {
        self.say(ends(outcome));
    }
}

/// The end of a stack, as it is told.
pub(super) fn ends(outcome: &StackOutcome) -> Progress {
    Progress::StackEnds {
        stack: outcome.stack.clone(),
        status: outcome.status.clone().unwrap_or_default(),
        good: matches!(outcome.ending, Ending::Done | Ending::DoneWithLeftovers | Ending::Nothing),
        cause: outcome.cause.clone(),
        leftovers: outcome.leftovers.clone(),
    }
}
