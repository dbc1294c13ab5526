//! Who may do several operations on a stack that belong together, one after the other.
//!
//! CloudFormation lets one operation at a time into a stack, and between two of them anybody in. A lease is an SSM parameter
//! beside the stack, `/stackgen/<stack>/lease`, that says who is at work, since when, with what, and until when nobody else is
//! to begin. It also says how far the work is, so that another machine can go on or go back.
//!
//! SSM writes a parameter that is not there only once, and overwrites one that is there for everybody. So that two who
//! overwrite at the same time do not both believe that it is theirs, each value names the value that it takes over, and the
//! history of the parameter decides: `chain` says how.
mod chain;

use std::hash::{BuildHasher, RandomState};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use chain::Entry;

use crate::aws::Connection;
use crate::failure::{Failure, Kind};

/// How long a lease is good without a sign of life. Whoever works renews it long before; whoever was killed makes others wait
/// for so long at most.
pub const TERM: SignedDuration = SignedDuration::from_mins(10);
/// How often the history is read again until it has what was just written.
const RE_READS: u32 = 5;

/// Who asks for a lease, and what for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who: `user@machine`.
    pub owner: String,
    /// What was typed.
    pub command: String,
    /// Whether a lease that has run out may be taken over.
    pub takes_over: bool,
}

/// What is written with a lease.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Note {
    /// What is going on, in a few words.
    pub(crate) phase: String,
    /// What another machine needs to go on.
    pub(crate) work: Json,
}

/// A lease that is ours.
#[derive(Debug)]
pub(crate) struct Lease {
    connection: Connection,
    stack: String,
    last: Entry,
    version: u64,
}

/// The SSM parameter of a stack's lease.
#[must_use]
pub fn parameter_of(stack: &str) -> String {
    format!("/stackgen/{stack}/lease")
}

/// The lease of a stack as it stands, if somebody has one; it may have run out.
///
/// # Errors
///
/// If SSM does not say.
pub async fn held(connection: &Connection, stack: &str) -> Result<Option<Entry>, Failure> {
    let Some(found) = connection.parameter(&parameter_of(stack)).await? else { return Ok(None) };
    // The newest value is nearly always the one that counts; only if nobody has the lease there is nothing to decide.
    let newest: Option<Entry> = serde_json::from_str(&found.value).ok();
    if newest.as_ref().is_some_and(|newest| newest.is_free) && found.version == 1 {
        return Ok(None);
    }
    Ok(standing(connection, stack).await?.map(|(entry, _)| entry).filter(|entry| !entry.is_free))
}

/// Refuses if somebody else is at work on a stack. Whoever may not read parameters is not stopped: the lease is a help, and
/// CloudFormation's own order stays.
///
/// # Errors
///
/// If somebody is, or AWS does not answer.
pub(crate) async fn refuse_if_held(connection: &Connection, stack: &str) -> Result<(), Failure> {
    match held(connection, stack).await {
        Ok(Some(entry)) => Err(refusal(stack, &entry, Timestamp::now())),
        Ok(None) => Ok(()),
        Err(failure) if failure.kind == Kind::Denied => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// Who is at work, since when and on what, and how to go on.
pub(crate) fn refusal(stack: &str, entry: &Entry, now: Timestamp) -> Failure {
    let Entry { owner, command, phase, since, until, .. } = entry;
    let way = if *until <= now {
        format!(
            "its lease ran out at {until:.0}: `stackgen resume {stack} --take-over` goes on, `stackgen rollback {stack} \
             --take-over` goes back"
        )
    } else {
        format!("`stackgen resume {stack}` there goes on; elsewhere only after {until:.0}, with `--take-over`")
    };
    let message = format!("{owner} is at work on `{stack}` since {since:.0} with `{command}` ({phase}); {way}");
    Failure::new(Kind::Busy, message)
}

impl Lease {
    /// Takes the lease of a stack: a free one, one of the same holder from before, or one that has run out if the claim says so.
    /// A holder is noted on disk before it takes anything, so that the next process of the same work knows it again.
    ///
    /// # Errors
    ///
    /// If somebody else has it, by name.
    pub(crate) async fn take(
        connection: &Connection,
        stack: &str,
        claim: &Claim,
        holder: &str,
        note: &Note,
    ) -> Result<Lease, Failure> {
        let now = Timestamp::now();
        let first = entry(claim, holder, note, now);
        let name = parameter_of(stack);
        let made = connection.put_parameter(&name, &text(&first), false).await;
        let mut lease = Lease { connection: connection.clone(), stack: stack.to_owned(), last: first, version: 0 };
        match made {
            Ok(version) => {
                lease.version = version;
                return Ok(lease);
            }
            Err(failure) if failure.kind == Kind::AlreadyExists || failure.is_passing() => {}
            Err(failure) => return Err(failure),
        }
        let Some((standing, version)) = standing(connection, stack).await? else {
            return Err(Failure::new(Kind::Unknown, format!("the lease {name} cannot be read")));
        };
        if standing.write == lease.last.write {
            lease.version = version;
            return Ok(lease);
        }
        let is_ours = standing.holder == holder;
        if !(standing.is_free || is_ours || claim.takes_over && standing.until <= now) {
            return Err(refusal(stack, &standing, now));
        }
        let since = if is_ours { standing.since } else { now };
        (lease.last, lease.version) = (Entry { over: standing.write.clone(), since, ..lease.last }, version);
        lease.write().await?;
        Ok(lease)
    }

    /// Says what goes on, and that somebody is still there.
    ///
    /// # Errors
    ///
    /// If the lease is another's now, or SSM does not answer.
    pub(crate) async fn renew(&mut self, note: &Note) -> Result<(), Failure> {
        let now = Timestamp::now();
        let over = std::mem::replace(&mut self.last.write, nonce());
        let until = now.checked_add(TERM).unwrap_or(now);
        self.last = Entry { over, until, phase: note.phase.clone(), work: note.work.clone(), ..self.last.clone() };
        self.write().await
    }

    /// Gives the lease back. The parameter stays and says that it is free: deleting it could delete another's.
    ///
    /// # Errors
    ///
    /// As of [`Lease::renew`].
    pub(crate) async fn release(mut self) -> Result<(), Failure> {
        self.last.is_free = true;
        self.renew(&Note { phase: "free".to_owned(), work: Json::Null }).await
    }

    /// Writes, and makes sure that it counts.
    async fn write(&mut self) -> Result<(), Failure> {
        let name = parameter_of(&self.stack);
        let version = self.connection.put_parameter(&name, &text(&self.last), true).await?;
        // Nobody wrote in between, so nobody else can have taken over the same value before.
        let is_next = version == self.version + 1;
        self.version = version;
        if is_next {
            return Ok(());
        }
        for _ in 0..RE_READS {
            let history = history(&self.connection, &self.stack).await?;
            if history.iter().all(|(number, _)| *number < version) {
                continue;
            }
            return match chain::standing(&history) {
                Some((entry, _)) if entry.write == self.last.write => Ok(()),
                Some((entry, _)) => Err(refusal(&self.stack, entry, Timestamp::now())),
                None => Err(Failure::new(Kind::Unknown, format!("the lease {name} cannot be read"))),
            };
        }
        Err(Failure::new(Kind::Unknown, format!("the lease {name} does not show what was written")))
    }
}

async fn standing(connection: &Connection, stack: &str) -> Result<Option<(Entry, u64)>, Failure> {
    let history = history(connection, stack).await?;
    let newest = history.iter().map(|(number, _)| *number).max().unwrap_or_default();
    Ok(chain::standing(&history).map(|(entry, _)| (entry.clone(), newest)))
}

/// All values that are still known, by version. What is no lease is left out.
async fn history(connection: &Connection, stack: &str) -> Result<Vec<(u64, Entry)>, Failure> {
    let all = connection.parameter_history(&parameter_of(stack)).await?;
    Ok(all.into_iter().filter_map(|it| Some((it.version, serde_json::from_str(&it.value).ok()?))).collect())
}

/// A name for a holder that nobody else has.
pub(crate) fn new_holder() -> String {
    nonce()
}

fn entry(claim: &Claim, holder: &str, note: &Note, now: Timestamp) -> Entry {
    Entry {
        write: nonce(),
        over: String::new(),
        holder: holder.to_owned(),
        owner: claim.owner.clone(),
        command: claim.command.clone(),
        phase: note.phase.clone(),
        since: now,
        until: now.checked_add(TERM).unwrap_or(now),
        is_free: false,
        work: note.work.clone(),
    }
}

fn text(entry: &Entry) -> String {
    serde_json::to_string(entry).expect("it has text keys")
}

/// A word that nobody else writes.
fn nonce() -> String {
    // Every process hashes with keys of its own.
    let chance = || RandomState::new().hash_one(Timestamp::now().as_nanosecond());
    format!("{:016x}{:016x}", chance(), chance())
}
