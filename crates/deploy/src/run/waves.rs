//! Several stacks: each when those before it have ended well, some at a time.
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::outcome::{Ending, Outcome, StackOutcome};
use super::{Outputs, Turn};
use crate::aws::Connection;
use crate::plan::{Approvals, StackPlan};
use crate::progress::Progress;
use crate::record::Records;

/// How many stacks at a time. Their calls share one limiter, so that more would only wait for each other.
const AT_ONCE: usize = 4;

/// What all turns share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) records: Records,
    pub(super) approvals: Approvals,
}

/// Gives each stack its turn. If the caller drops this, nothing more is called; what runs in AWS runs on.
pub(super) async fn run<Job, Done>(shared: &Shared, stacks: &[StackPlan], say: &dyn Fn(Progress), job: Job) -> Outcome
where
    Job: Fn(Arc<Turn>, StackPlan) -> Done,
    Done: Future<Output = StackOutcome> + Send + 'static,
{
    let (sender, mut news) = unbounded_channel();
    let mut waves = Waves { stacks, done: stacks.iter().map(|_| None).collect(), begun: BTreeSet::new() };
    let mut running = JoinSet::new();
    loop {
        for stack in waves.skip() {
            // As of a turn that came to nothing.
            let _ = shared.records.give_up(&stack);
        }
        while running.len() < AT_ONCE
            && let Some(index) = waves.next()
        {
            let turn = Arc::new(waves.turn(shared, &sender));
            let done = job(turn, stacks[index].clone());
            running.spawn(async move { (index, done.await) });
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            Some(progress) = news.recv() => say(progress),
            Some(ended) = running.join_next() => {
                let (index, outcome) = ended.expect("no task is cancelled, and a panic is a bug");
                waves.done[index] = Some(outcome);
            }
        }
    }
    while let Ok(progress) = news.try_recv() {
        say(progress);
    }
    Outcome { stacks: waves.done.into_iter().flatten().collect() }
}

struct Waves<'a> {
    stacks: &'a [StackPlan],
    done: Vec<Option<StackOutcome>>,
    begun: BTreeSet<usize>,
}

impl Waves<'_> {
    /// A stack whose turn has come.
    fn next(&mut self) -> Option<usize> {
        let is_ready = |index: &usize| {
            let open = |name: &String| self.place(name).is_some_and(|before| self.done[before].is_none());
            !self.begun.contains(index) && !needs(&self.stacks[*index]).any(open)
        };
        let index = (0..self.stacks.len()).find(is_ready)?;
        self.begun.insert(index);
        Some(index)
    }

    /// Gives up stacks that depend on one that did not end well, and tells which.
    fn skip(&mut self) -> Vec<String> {
        let mut skipped = Vec::new();
        let mut is_settled = false;
        while !is_settled {
            is_settled = true;
            for index in 0..self.stacks.len() {
                if self.begun.contains(&index) {
                    continue;
                }
                let failed = |name: &&String| {
                    let before = self.place(name).and_then(|before| self.done[before].as_ref());
                    before.is_some_and(|outcome| !outcome.is_good())
                };
                if let Some(name) = needs(&self.stacks[index]).find(failed) {
                    let stack = &self.stacks[index];
                    let ending = Ending::Skipped(format!("`{name}` comes first and did not end well"));
                    self.done[index] = Some(StackOutcome::short(&stack.stack, stack.verb, ending));
                    self.begun.insert(index);
                    skipped.push(stack.stack.clone());
                    is_settled = false;
                }
            }
        }
        skipped
    }

    fn turn(&self, shared: &Shared, sender: &UnboundedSender<Progress>) -> Turn {
        let ended = self.done.iter().flatten().filter(|outcome| !outcome.outputs.is_empty());
        let outputs: Outputs = ended.map(|outcome| (outcome.stack.clone(), outcome.outputs.clone())).collect();
        Turn::new(shared, outputs, sender.clone())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.stacks.iter().position(|stack| stack.stack == name)
    }
}

fn needs(plan: &StackPlan) -> impl Iterator<Item = &String> {
    plan.request.after.iter().chain(&plan.waits_for)
}
