//! Handovers that were begun and not ended.
use stackgen_assembly::Assembly;

use super::{Chosen, Direction, Handover, Update, hand_over};
use crate::aws::Connection;
use crate::change_set::needed_capabilities;
use crate::failure::{Failure, Kind};
use crate::lease::{self, Claim, Entry, new_holder};
use crate::plan::{Approvals, Request, StackPlan, Verb};
use crate::progress::Progress;
use crate::record::{Phase, Records};
use crate::run::{self, StackOutcome};
use crate::stack::{self, Move, Wish, next_move};
use crate::template_body::{digest, minified};

/// A handover that was begun.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its plan, with how far it is.
    plan: StackPlan,
    /// The lease, if this machine did not begin it.
    pub lease: Option<Entry>,
}

/// The open handover of a stack: the one that this machine noted, else the one that the lease of the stack tells of.
///
/// # Errors
///
/// If a record cannot be read, or SSM does not say.
pub async fn find(connection: &Connection, records: &Records, stack: &str) -> Result<Option<Open>, Failure> {
    if let Some(record) =
        records.read(stack)?.filter(|it| it.phase == Phase::HandingOver && it.region == connection.region)
    {
        return Ok(Some(Open { plan: record.plan, lease: None }));
    }
    let Some(entry) = lease::held(connection, stack).await? else { return Ok(None) };
    let Ok(handover) = serde_json::from_value::<Handover>(entry.work.clone()) else { return Ok(None) };
    let stack = stack.to_owned();
    let plan = StackPlan { stack, verb: Verb::Update, handover: Some(handover), ..StackPlan::default() };
    Ok(Some(Open { plan, lease: Some(entry) }))
}

/// Goes on with an open handover. To go forward from another machine it takes the same template, from the assembly.
///
/// # Errors
///
/// If it is another's, or AWS does not answer. How the handover goes is told in the outcome.
pub async fn go_on(
    connection: &Connection,
    records: &Records,
    open: Open,
    claim: &Claim,
    direction: Direction,
    assembly: Option<&Assembly>,
    say: &dyn Fn(Progress),
) -> Result<StackOutcome, Failure> {
    let Open { mut plan, lease } = open;
    let name = plan.stack.clone();
    if let Some(entry) = lease {
        adopt(&mut plan, &entry, claim, assembly, direction)?;
    } else if let Some(entry) = lease::held(connection, &name).await? {
        // Somebody may have taken it over while nobody was here.
        let ours = plan.handover.as_ref().and_then(|it| it.journal.as_ref()).map(|journal| &journal.holder);
        if ours != Some(&entry.holder) {
            return Err(lease::refusal(&name, &entry, jiff::Timestamp::now()));
        }
    }
    let Some(handover) = &mut plan.handover else {
        return Err(Failure::new(Kind::Refused, format!("`{name}` has nothing to hand over")));
    };
    let chosen = handover.chosen.get_or_insert_default();
    *chosen = Chosen { claim: claim.clone(), ..chosen.clone() };
    let journal = handover.journal.get_or_insert_default();
    if direction == Direction::Back {
        journal.direction = Direction::Back;
        let takes = journal.attempt.as_ref().is_some_and(|attempt| attempt.update == Update::Take);
        make_way(connection, records, &name, takes, say).await?;
    }
    // What was approved when it began is approved.
    let approvals = Approvals::new(plan.dangers.iter().map(ToString::to_string));
    Ok(run::alone(connection, records, &approvals, say, async |turn| Box::pin(hand_over(turn, plan)).await).await)
}

/// Makes the handover of another machine ours, as far as this one can carry it.
fn adopt(
    plan: &mut StackPlan,
    entry: &Entry,
    claim: &Claim,
    assembly: Option<&Assembly>,
    direction: Direction,
) -> Result<(), Failure> {
    let now = jiff::Timestamp::now();
    if !claim.takes_over || entry.until > now {
        return Err(lease::refusal(&plan.stack, entry, now));
    }
    let Some(handover) = &mut plan.handover else { return Ok(()) };
    if let Some(journal) = &mut handover.journal {
        journal.holder = new_holder();
    }
    let own = assembly.and_then(|assembly| Some((assembly, assembly.stack(&plan.stack)?)));
    let same = own.map(|(assembly, stack)| (stack, minified(assembly.template(stack))));
    let same = same.filter(|(_, template)| digest(template) == handover.digest && handover.given.is_empty());
    match same {
        Some((stack, template)) => {
            let json: serde_json::Value = serde_json::from_str(&template).unwrap_or_default();
            let capabilities = needed_capabilities(&json);
            let (tags, resources) = (stack.tags.clone(), stack.resources.clone());
            plan.request = Request { tags, capabilities, resources, ..Request::default() };
            handover.template = template;
            Ok(())
        }
        None if direction == Direction::Back => Ok(()),
        None => {
            let message = format!(
                "`{stack}` is being handed over to a template that is not the one of this app, so from here it only goes back: \
                 `stackgen rollback {stack} --take-over`",
                stack = plan.stack
            );
            Err(Failure::new(Kind::Refused, message))
        }
    }
}

/// Brings the stack to where a handover can go back: an update that makes the new host is cancelled, a rollback that failed
/// goes on.
async fn make_way(
    connection: &Connection,
    records: &Records,
    name: &str,
    takes: bool,
    say: &dyn Fn(Progress),
) -> Result<(), Failure> {
    let Some(now) = stack::describe(connection, name).await? else { return Ok(()) };
    if takes && now.status.word() == "UPDATE_IN_PROGRESS" {
        return match run::cancel(connection, &now.id).await {
            // It has ended meanwhile.
            Err(failure) if matches!(failure.kind, Kind::Template | Kind::WrongStatus | Kind::Other) => Ok(()),
            other => other,
        };
    }
    if next_move(Some(&now.status), Wish::RollBack) == Move::ContinueRollback {
        let outcome = run::rollback(connection, records, name, &[], say).await?;
        if !outcome.is_good() {
            let message = format!("the rollback of `{name}` failed again; `stackgen events {name}` tells why");
            return Err(Failure::new(Kind::Operation, message));
        }
    }
    Ok(())
}
