//! Handovers on the command line: whether one is wanted, and going on with one that was begun.
use std::io::{self, IsTerminal as _};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use stackgen_assembly::Assembly;
use stackgen_deploy::failure::Failure;
use stackgen_deploy::handover::{self, Chosen, Direction, Handover, Strategy};
use stackgen_deploy::lease::Claim;
use stackgen_deploy::plan::{Approvals, Plan, StackPlan};
use stackgen_deploy::progress::Progress;
use stackgen_deploy::record::{Phase, Records};
use stackgen_deploy::run::StackOutcome;

use super::DeployError;
use super::consent;
use super::signals::Signals;
use super::way::Account;

/// Whether and how a host that has volumes gives its place to another one.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Handover options")]
pub(crate) struct Wish {
    /// Hand hosts over that cannot be replaced in one update: stop the old host, let its volumes go, make the new one
    #[arg(long)]
    handover: bool,
    /// What becomes of the old host meanwhile
    #[arg(long, value_name = "WAY", default_value = "stop", value_parser = strategy())]
    strategy: Strategy,
}

impl Wish {
    /// The way, if hosts are to be handed over.
    pub(crate) fn strategy(self) -> Option<Strategy> {
        self.handover.then_some(self.strategy)
    }
}

/// How a host that has volumes gives its place to another one.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Handover options")]
pub(crate) struct Handing {
    #[command(flatten)]
    wish: Wish,
    /// Take a snapshot of each volume while nobody writes to it
    #[arg(long)]
    snapshot: bool,
    #[command(flatten)]
    pub(crate) taking: Taking,
}

fn strategy() -> impl clap::builder::TypedValueParser<Value = Strategy> {
    let all = [
        (Strategy::Stop, "It stops, which unmounts everything"),
        (Strategy::Unmount, "It runs on and unmounts its volumes by a command, for which it needs the SSM agent"),
        (Strategy::ReplaceRoot, "It keeps its machine and gets the root of the new image (experimental)"),
    ];
    let words = PossibleValuesParser::new(all.map(|(one, help)| PossibleValue::new(one.word()).help(help)));
    words.map(move |word| all.into_iter().map(|(one, _)| one).find(|one| one.word() == word).unwrap_or_default())
}

/// Whether what another machine began may be taken over.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct Taking {
    /// Take over from somebody whose lease has run out
    #[arg(long)]
    pub(crate) take_over: bool,
}

impl Taking {
    /// Who we are, for leases.
    pub(crate) fn claim(self, account: &Account<'_>, command: &str) -> Claim {
        let (owner, takes_over) = (account.context.settings.owner.clone(), self.take_over);
        Claim { owner, command: format!("stackgen {command}"), takes_over }
    }
}

impl Handing {
    /// A plan as it is shown: what a handover that is wanted solves needs no approval.
    /// That the way is not open for it is told when it is chosen.
    pub(crate) fn shown(&self, stack: &StackPlan) -> StackPlan {
        let mut shown = stack.clone();
        if self.wish.handover {
            let chosen = Chosen { strategy: self.wish.strategy, ..Chosen::default() };
            return shown.choose_handover(chosen).map_or_else(|_| stack.clone(), |()| shown);
        }
        shown
    }

    /// Chooses the handovers that a plan proposes. Answers whether somebody was asked and said yes.
    pub(crate) async fn choose(
        &self,
        account: &Account<'_>,
        plan: &mut Plan,
        granted: &Approvals,
        is_asking: bool,
        signals: &mut Signals,
    ) -> Result<bool, DeployError> {
        // Whoever approved the collision itself wants to see it happen.
        let is_open = |stack: &StackPlan| {
            let is_way = |way: &Handover| self.wish.handover || way.ways.contains(&self.wish.strategy);
            let known = stack.handover.as_ref().is_some_and(|way| way.chosen.is_none() && is_way(way));
            known && {
                let mut collisions = stack.dangers.iter().filter(|danger| danger.kind.name() == "collision");
                !collisions.all(|danger| granted.cover(&stack.stack, danger))
            }
        };
        let names: Vec<String> = plan.stacks.iter().filter(|it| is_open(it)).map(|it| it.stack.clone()).collect();
        if names.is_empty() {
            return Ok(false);
        }
        let mut was_asked = false;
        if !self.wish.handover {
            let can_ask = is_asking && io::stdin().is_terminal() && io::stderr().is_terminal();
            if !can_ask {
                return Err(DeployError::NeedsHandover { stacks: names });
            }
            let question = format!("Hand over {} in {}", names.join(" and "), account.connection.region);
            consent::yes(account, &question, signals).await?;
            was_asked = true;
        }
        let claim = self.taking.claim(account, &format!("deploy {} --handover", names.join(" ")));
        for stack in plan.stacks.iter_mut().filter(|stack| names.contains(&stack.stack)) {
            let (snapshot, strategy) = (self.snapshot, self.wish.strategy);
            let chosen = Chosen { claim: claim.clone(), snapshot, strategy };
            stack.choose_handover(chosen).map_err(|failure| DeployError::NoSuchWay { told: failure.message })?;
        }
        Ok(was_asked)
    }
}

/// Goes on with the handover of a stack, if one is open.
pub(crate) async fn go_on(
    account: &Account<'_>,
    stack: &str,
    claim: &Claim,
    direction: Direction,
    assembly: Option<&Assembly>,
    say: &dyn Fn(Progress),
) -> Result<Option<StackOutcome>, Failure> {
    let Account { connection, records, .. } = account;
    let Some(open) = handover::find(connection, records, stack).await? else { return Ok(None) };
    handover::go_on(connection, records, open, claim, direction, assembly, say).await.map(Some)
}

/// Whether a handover of a stack was begun here and not ended.
pub(crate) fn is_open(records: &Records, stack: &str) -> bool {
    records.read(stack).is_ok_and(|record| record.is_some_and(|record| record.phase == Phase::HandingOver))
}
