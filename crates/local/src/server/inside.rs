//! The engine without a port: for whoever is in the same process. Nothing that is asked here can go anywhere else.
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::clock::Pace;
use super::dispatch::{dispatch, only_reads};
use super::engine::Engine;
use super::journal::Entry;
use crate::wire::{Call, Reply};
use crate::world::World;

/// A world that answers, and in which time passes only when somebody says so.
pub struct Inside {
    engine: Mutex<Engine>,
}

/// What became of a call.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub reply: Option<Reply>,
    /// The call, as the journal has it.
    pub entry: Entry,
    /// Whether it could change something.
    pub is_change: bool,
}

impl Inside {
    /// Puts a world up. Calls that name no region are for `region`.
    #[must_use]
    pub fn new(world: World, region: &str) -> Inside {
        Inside { engine: Mutex::new(Engine::new(world, Pace::Manual, region, dispatch)) }
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a call.
    pub fn answer(&self, call: Call) -> Answered {
        let mut engine = self.engine();
        let before = engine.journal.total();
        let reply = engine.take(call).reply;
        let entry = engine.journal.since(before).pop().expect("every call is written down");
        let is_change = entry.service != "sts" && !only_reads(&entry.operation);
        Answered { reply, entry, is_change }
    }

    /// Looks at the world, or changes it.
    pub fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        with(&mut self.engine().world)
    }

    /// Lets time pass until then, and shows the world whenever something happened in it.
    pub fn advance(&self, until: Timestamp, mut show: impl FnMut(&mut World)) {
        let mut engine = self.engine();
        while let Some(next) = engine.world.next().filter(|next| *next <= until) {
            engine.world.advance(next);
            show(&mut engine.world);
        }
        engine.world.advance(until);
    }
}
