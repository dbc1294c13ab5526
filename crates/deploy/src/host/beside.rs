//! What a deploy does for hosts while CloudFormation works.
use std::future::Future;

use tokio::sync::mpsc::UnboundedReceiver;

use super::record;
use crate::aws::Connection;
use crate::failure::Failure;
use crate::follow::STACK;
use crate::machines;
use crate::plan::StackPlan;
use crate::progress::{Progress, ResourceEvent};

/// Follows an operation, and does for hosts what its events ask for. `seen` hears what `work` tells.
///
/// # Errors
///
/// As the work fails.
pub(crate) async fn beside<T>(
    connection: &Connection,
    plan: &StackPlan,
    mut seen: UnboundedReceiver<Progress>,
    say: &(dyn Fn(Progress) + Send + Sync),
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut attendant = Attendant { connection, plan, say, new: Vec::new() };
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            Some(progress) = seen.recv() => attendant.hear(progress).await,
            done = &mut work => {
                while let Ok(progress) = seen.try_recv() {
                    attendant.hear(progress).await;
                }
                return done;
            }
        }
    }
}

struct Attendant<'a> {
    connection: &'a Connection,
    plan: &'a StackPlan,
    say: &'a (dyn Fn(Progress) + Send + Sync),
    /// The hosts with volumes that this operation made.
    new: Vec<String>,
}

impl Attendant<'_> {
    async fn hear(&mut self, progress: Progress) {
        (self.say)(progress.clone());
        let Progress::Resource(event) = progress else { return };
        record::note(self.connection, self.plan, &event, self.say).await;
        if event.path.is_empty() {
            self.remember(&event);
            self.let_go(&event).await;
        }
    }

    fn remember(&mut self, event: &ResourceEvent) {
        let has_volumes = self.plan.hosts.iter().any(|host| host.instance == event.id && !host.attachments.is_empty());
        let machine = event.physical_id.as_ref().filter(|id| id.starts_with("i-"));
        if let (true, true, Some(machine)) = (has_volumes, event.status.starts_with("CREATE_"), machine)
            && !self.new.contains(machine)
        {
            self.new.push(machine.clone());
        }
    }

    /// Stops new hosts when their stack rolls back. CloudFormation takes their volumes off before it terminates them, which of
    /// a volume that a running host has mounted does not end (*Detach an Amazon EBS volume*).
    async fn let_go(&mut self, event: &ResourceEvent) {
        let rolls_back = matches!(event.status.as_str(), "ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_IN_PROGRESS");
        if !rolls_back || event.type_name != STACK || event.id != self.plan.stack || self.new.is_empty() {
            return;
        }
        let machines = std::mem::take(&mut self.new);
        let step = |what: String| (self.say)(Progress::Step { stack: self.plan.stack.clone(), what });
        step(format!("stopping {}, so that its volumes come off", machines.join(" and ")));
        if let Err(failure) = machines::begin_to_stop(self.connection, &machines).await {
            step(format!("cannot stop {}: {failure}", machines.join(" and ")));
        }
    }
}
