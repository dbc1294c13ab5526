//! Where a rehearsal takes place: the engine behind the client, the clock that both have, and notes of what is seen.
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use stackgen_deploy::aws::{Asked, Heard, Stage as Line};
use stackgen_local::World;
use stackgen_local::adopt::scene::{self, Host};
use stackgen_local::server::Inside;
use stackgen_local::wire::Call;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::fail;

/// A place with a world in it. Its time is that of the runtime that it was made in.
pub(super) struct Stage {
    inside: Inside,
    region: String,
    start: Timestamp,
    began: Instant,
    notes: Mutex<Notes>,
    /// Told when the client dies.
    pub(super) killed: Notify,
}

#[derive(Debug, Default)]
struct Notes {
    changes: Vec<ChangeCall>,
    kill_at: Option<usize>,
    hosts: Vec<(Timestamp, Vec<Host>)>,
    /// Whose change sets there are, by their ids.
    change_sets: BTreeMap<String, String>,
}

/// A call that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChangeCall {
    /// From one.
    pub(crate) number: usize,
    /// When it was made.
    pub(crate) at: Timestamp,
    /// Such as `cloudformation`.
    pub(crate) service: String,
    /// Such as `ExecuteChangeSet`.
    pub(crate) operation: String,
    /// What it is about, if the call says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<String>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stage").field("region", &self.region).finish_non_exhaustive()
    }
}

impl Stage {
    pub(super) fn new(world: World, region: &str, kill_at: Option<usize>) -> Stage {
        let stage = Stage {
            start: world.now(),
            inside: Inside::new(world, region),
            region: region.to_owned(),
            began: Instant::now(),
            notes: Mutex::new(Notes { kill_at, ..Notes::default() }),
            killed: Notify::new(),
        };
        stage.world(|world| stage.note(world));
        stage
    }

    pub(super) fn start(&self) -> Timestamp {
        self.start
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        self.inside.world(with)
    }

    /// Lets the world go on for a while after the last call.
    pub(super) fn linger(&self, more: Duration) {
        let more = SignedDuration::try_from(more).unwrap_or_default();
        self.advance(self.now().checked_add(more).unwrap_or(Timestamp::MAX));
    }

    pub(super) fn changes(&self) -> Vec<ChangeCall> {
        self.notes().changes.clone()
    }

    /// How hosts were, from each time on.
    pub(super) fn hosts(&self) -> Vec<(Timestamp, Vec<Host>)> {
        self.notes().hosts.clone()
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, until: Timestamp) {
        self.inside.advance(until, |world| self.note(world));
    }

    fn note(&self, world: &mut World) {
        fail::forget_others(&mut world.mishaps);
        let hosts = scene::hosts(world, &self.region);
        let mut notes = self.notes();
        if notes.hosts.last().is_none_or(|(_, last)| *last != hosts) {
            notes.hosts.push((world.now(), hosts));
        }
    }

    /// Writes down a call that changes something. Answers whether the client dies of it.
    fn count(&self, entry: &stackgen_local::server::Entry) -> bool {
        let sets = self.world(|world| change_sets(world, &self.region));
        let mut notes = self.notes();
        notes.change_sets.extend(sets);
        let about = ["StackName", "ChangeSetName", "InstanceId", "VolumeId", "Name"].iter().find_map(|name| {
            let value = &entry.input[*name];
            let text = value.as_str().or_else(|| value[0].as_str())?;
            Some(notes.change_sets.get(text).cloned().unwrap_or_else(|| short(text)))
        });
        let number = notes.changes.len() + 1;
        notes.changes.push(ChangeCall {
            number,
            at: entry.at,
            service: entry.service.clone(),
            operation: entry.operation.clone(),
            about,
        });
        notes.kill_at == Some(number)
    }
}

/// Whose change sets there are.
fn change_sets(world: &World, region: &str) -> Vec<(String, String)> {
    let stacks = world.regions.get(region).into_iter().flat_map(|region| region.stacks.values());
    let of_stack = |stack: &stackgen_local::cloudformation::Stack| {
        stack.change_sets.iter().map(|set| (set.id.clone(), stack.name.clone())).collect::<Vec<_>>()
    };
    stacks.flat_map(of_stack).collect()
}

/// Of an ARN the name in it.
fn short(text: &str) -> String {
    let is_arn = text.starts_with("arn:");
    text.split('/').nth(1).filter(|_| is_arn).unwrap_or(text).to_owned()
}

impl Line for Stage {
    fn take(&self, asked: Asked) -> Heard {
        self.advance(self.now());
        let Asked { method, path, query, headers, body } = asked;
        let answered = self.inside.answer(Call { method, path, query, headers, body });
        if answered.is_change {
            self.world(|world| self.note(world));
            if self.count(&answered.entry) {
                self.killed.notify_one();
                return Heard::Nothing;
            }
        }
        match answered.reply {
            Some(reply) => Heard::Answer(reply.status, reply.headers, reply.body),
            None => Heard::Broken,
        }
    }
}
