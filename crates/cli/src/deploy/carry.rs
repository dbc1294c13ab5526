//! Carrying a plan out: it is shown, somebody says yes, and then it is watched until it ends or somebody leaves.
use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stackgen_deploy::failure::Failure;
use stackgen_deploy::plan::{self, DangerKind, Plan, StackPlan, Verb};
use stackgen_deploy::progress::Progress;
use stackgen_deploy::run::{self, Outcome};
use tokio::time::{MissedTickBehavior, interval};

use super::DeployError;
use super::consent::Given;
use super::ending::Ending;
use super::handing::{self, Handing};
use super::signals::Signals;
use super::view::View;
use super::way::Account;
use crate::error::CliError;
use crate::plan_view;
use crate::shell::TICK;

/// How long a second Ctrl-C is waited for.
const SECOND: Duration = Duration::from_secs(4);

/// How what happens is told.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct Telling {
    /// Print what happens as JSON, one object a line, and ask nothing
    #[arg(long)]
    pub(crate) json: bool,
    /// Show where the time went, and how often AWS was called
    #[arg(long)]
    pub(crate) timings: bool,
}

/// A plan on its way.
pub(crate) struct Carrier<'a> {
    pub(crate) account: &'a Account<'a>,
    pub(crate) telling: Telling,
    pub(crate) given: &'a Given,
    /// Dangers that a switch approves for all stacks.
    pub(crate) allowed: &'a [DangerKind],
    /// The only capabilities that may be used, if any were named.
    pub(crate) capabilities: &'a [String],
    /// Whether the change sets stay if nobody says yes: somebody else made them.
    pub(crate) keeps: bool,
    /// Whether hosts are handed over.
    pub(crate) handing: Handing,
}

impl<'a> Carrier<'a> {
    /// One that nothing was said to but what is approved.
    pub(crate) fn new(account: &'a Account<'a>, telling: Telling, given: &'a Given) -> Self {
        Carrier { account, telling, given, allowed: &[], capabilities: &[], keeps: false, handing: Handing::default() }
    }

    /// Shows a plan, asks, and carries it out.
    pub(crate) fn deploy(&self, plan: &Plan) -> Result<ExitCode, CliError> {
        self.go(plan, false)
    }

    /// The same for a plan that deletes.
    pub(crate) fn destroy(&self, plan: &Plan) -> Result<ExitCode, CliError> {
        self.go(plan, true)
    }

    /// Shows a plan. Answers whether there is anything to do.
    pub(crate) fn show(&self, plan: &Plan) -> Result<bool, CliError> {
        let shell = &self.account.context.shell;
        if self.telling.json {
            let plan: Json = serde_json::from_str(&plan_view::json(plan)).expect("it is JSON");
            shell.data(&format!("{}\n", json!({"event": "plan", "plan": plan})))?;
        }
        let (still, busy): (Vec<&StackPlan>, Vec<&StackPlan>) =
            plan.stacks.iter().partition(|stack| stack.verb == Verb::Nothing);
        let is_wanted = !(self.telling.json || shell.is_quiet() && self.given.yes);
        if is_wanted && !busy.is_empty() {
            let stacks = busy.iter().map(|stack| self.handing.shown(stack)).collect();
            shell.message(&plan_view::text(&Plan { stacks, ..plan.clone() }, shell.width()));
        }
        for stack in &still {
            if !self.telling.json {
                shell.status("No changes", &stack.stack);
                stack.remarks.iter().for_each(|remark| shell.warn(&format!("{}: {remark}", stack.stack)));
            }
        }
        Ok(!busy.is_empty())
    }

    fn go(&self, plan: &Plan, is_destroy: bool) -> Result<ExitCode, CliError> {
        if !self.show(plan)? {
            Ending { account: self.account, telling: self.telling }.nothing()?;
            return Ok(ExitCode::SUCCESS);
        }
        self.account.block_on(async {
            let mut signals = Signals::watch()?;
            let (plan, approvals) = match self.approved(plan, &mut signals).await {
                Ok((chosen, approvals)) => (&chosen.clone(), approvals),
                Err(refusal) => {
                    if !self.keeps {
                        // What cannot be deleted now, the next plan deletes.
                        let _ = plan::discard(&self.account.connection, &self.account.records, plan).await;
                    }
                    return Err(refusal.into());
                }
            };
            let Account { connection, records, .. } = self.account;
            let busy = plan.stacks.iter().filter(|stack| stack.verb != Verb::Nothing);
            let stacks = busy.map(|stack| stack.stack.clone()).collect();
            let follower = Follower { account: self.account, telling: self.telling, stacks };
            if is_destroy {
                let work =
                    async |say: &dyn Fn(Progress)| run::destroy(connection, records, plan, &approvals, say).await;
                follower.outcome(work, &mut signals).await
            } else {
                let work = async |say: &dyn Fn(Progress)| run::deploy(connection, records, plan, &approvals, say).await;
                follower.outcome(work, &mut signals).await
            }
        })
    }

    /// The plan with the handovers that were chosen, and what was approved.
    async fn approved(&self, plan: &Plan, signals: &mut Signals) -> Result<(Plan, plan::Approvals), DeployError> {
        for stack in plan.stacks.iter().filter(|_| !self.capabilities.is_empty()) {
            if let Some(capability) = stack.capabilities.iter().find(|needed| !self.capabilities.contains(needed)) {
                let (stack, capability) = (stack.stack.clone(), capability.clone());
                return Err(DeployError::Capability { stack, capability });
            }
        }
        let (mut plan, is_asking) = (plan.clone(), !self.telling.json);
        let granted = self.given.approvals();
        let was_asked = self.handing.choose(self.account, &mut plan, &granted, is_asking, signals).await?;
        let given = if was_asked { self.given.with_yes() } else { self.given.clone() };
        let approvals = given.complete(self.account, &plan, self.allowed, is_asking, signals).await?;
        Ok((plan, approvals))
    }
}

/// Somebody who watches what happens until it ends, and may leave.
pub(crate) struct Follower<'a> {
    pub(crate) account: &'a Account<'a>,
    pub(crate) telling: Telling,
    /// The stacks that are watched.
    pub(crate) stacks: Vec<String>,
}

impl Follower<'_> {
    /// Follows work of this process, and tells how it ended.
    pub(crate) async fn outcome<Work>(&self, work: Work, signals: &mut Signals) -> Result<ExitCode, CliError>
    where
        Work: AsyncFnOnce(&dyn Fn(Progress)) -> Result<Outcome, Failure>,
    {
        let view = View::new(&self.account.context.shell, self.stacks.len() > 1, self.telling.json, self.account.speed);
        let ending = Ending { account: self.account, telling: self.telling };
        let say = |progress| view.say(progress);
        match drawn(&view, work(&say), signals).await {
            Some(outcome) => {
                self.account.context.shell.calm();
                ending.tell(&outcome.map_err(|failure| self.account.explain(failure))?)
            }
            None => Err(self.detach(&view, signals).await.into()),
        }
    }

    /// Leaves. What CloudFormation does goes on; an update can be cancelled, which a second Ctrl-C does.
    async fn detach(&self, view: &View<'_>, signals: &mut Signals) -> DeployError {
        let Account { context, connection, words, .. } = self.account;
        let running = view.running();
        let stacks: Vec<String> = running.iter().map(|(stack, _)| stack.clone()).collect();
        let mut updating: Vec<String> =
            running.into_iter().filter(|(_, updates)| *updates).map(|(stack, _)| stack).collect();
        context.shell.calm();
        let mut is_cancelled = false;
        if !updating.is_empty() && io::stderr().is_terminal() {
            let names = updating.join(" and ");
            context
                .shell
                .warn(&format!("detaching; Ctrl-C within {} s cancels the update of {names}", SECOND.as_secs()));
            tokio::select! {
                () = signals.next() => is_cancelled = true,
                () = tokio::time::sleep(SECOND) => {}
            }
        }
        if is_cancelled {
            for stack in std::mem::take(&mut updating) {
                match run::cancel(connection, &stack).await {
                    Ok(()) => context.shell.status("Cancelled", &format!("{stack}, which rolls back now")),
                    Err(failure) => context.shell.warn(&format!("{stack} is not cancelled: {failure}")),
                }
            }
        }
        for stack in self.stacks.iter().filter(|stack| handing::is_open(&self.account.records, stack)) {
            context.shell.warn(&format!(
                "the handover of {stack} stops after what runs now, perhaps with no host running; `stackgen resume \
                 {stack}{words}` goes on, `stackgen rollback {stack}{words}` goes back"
            ));
        }
        let left = self.stacks.iter().filter(|stack| !view.has_begun(stack)).cloned().collect();
        DeployError::Detached { stacks, updating, left, words: words.clone() }
    }
}

/// Work with its view redrawn; nothing if somebody leaves.
async fn drawn<T>(view: &View<'_>, work: impl Future<Output = T>, signals: &mut Signals) -> Option<T> {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            () = signals.next() => return None,
            done = &mut work => return Some(done),
            _ = ticks.tick() => view.draw(),
        }
    }
}
