//! The engine on a port of this machine, for anything that speaks to AWS.
//!
//! Only `127.0.0.1` is listened on, and whoever reaches it may do everything: it is for one person's machine. The world is behind
//! one lock; a call lets the time pass ([`Pace`]), meets the faults of the script ([`Script`]), is answered by its service and
//! written into the journal ([`Entry`]). What else a server can be told is in [`control`].

mod client;
mod clock;
pub mod control;
mod dispatch;
mod engine;
mod faults;
mod http;
mod inside;
mod journal;
mod store;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::wire::{Call, Reply};
use crate::world::World;
use engine::{Engine, Outcome};
use http::Shared;
use store::Store;

pub use client::ask;
pub use clock::Pace;
pub use faults::{Fault, Script, Then, When};
pub use inside::{Answered, Inside};
pub use journal::Entry;
pub use store::{FILE, FORMAT, StateError, check, is_in_use};

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// How time passes.
    pub pace: Pace,
    /// When a new world begins.
    pub start: Timestamp,
    /// The number of a new world's account.
    pub account: String,
    /// The region of calls that say none.
    pub region: String,
    /// The folder where the world is kept; nothing keeps it in memory only.
    pub state: Option<PathBuf>,
    /// Told of what goes wrong while nobody asks.
    pub on_error: fn(&StateError),
}

/// For tests: a free port, leaps, nothing on disk, the same start every time.
impl Default for Options {
    fn default() -> Self {
        Options {
            port: 0,
            pace: Pace::Leap,
            start: Timestamp::from_second(1_767_225_600).expect("a time in 2026"),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            state: None,
            on_error: |_| {},
        }
    }
}

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The port is not to be had.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Port {
        /// Which.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// The saved world is not to be had.
    #[error(transparent)]
    State(#[from] StateError),
    /// No thread is to be had.
    #[error("cannot start a thread for the server")]
    Thread(#[source] io::Error),
}

/// A server.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Starts one on a thread of its own.
    ///
    /// # Errors
    ///
    /// If port, folder or thread are not to be had, or the saved world cannot be read.
    pub fn start(options: Options) -> Result<Handle, StartError> {
        let store = options.state.as_deref().map(Store::open).transpose()?;
        let saved = store.as_ref().map(Store::read).transpose()?.flatten();
        let world = saved.unwrap_or_else(|| World::new(&options.account, options.start));
        let mut engine = Engine::new(world, options.pace, &options.region, dispatch::dispatch);
        let port = |source| StartError::Port { port: options.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(port)?;
        let address = listener.local_addr().map_err(port)?;
        engine.world.endpoint = Some(format!("http://{address}"));
        let shared = Arc::new(Shared::new(engine, store));
        let served = Arc::clone(&shared);
        let thread = thread::Builder::new().name("stackgen-local".to_owned());
        let thread =
            thread.spawn(move || http::serve(listener, &served, options.on_error)).map_err(StartError::Thread)?;
        Ok(Handle { address, shared, thread: Some(thread) })
    }
}

/// A server that runs. It ends with this value.
pub struct Handle {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<io::Result<Result<(), StateError>>>>,
}

/// Tells a server to end, from any thread.
#[derive(Clone)]
pub struct Stopper(Arc<Shared>);

impl Stopper {
    /// Tells it.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl Handle {
    /// What `AWS_ENDPOINT_URL` must be.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Looks at the world, or changes it behind the back of its services. No call is answered meanwhile.
    pub fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        let mut engine = self.shared.engine();
        engine.is_changed = true;
        with(&mut engine.world)
    }

    /// Lets time pass; if nothing is said, until the next thing is due.
    pub fn advance(&self, by: Option<SignedDuration>) {
        let engine = &mut *self.shared.engine();
        engine.is_changed = true;
        engine.clock.jump(&mut engine.world, by);
    }

    /// Plays a script of faults from its beginning.
    pub fn faults(&self, script: Script) {
        self.shared.engine().play(script);
    }

    /// Answers a call as if it came over the network: nothing if the connection is dropped, and how late.
    #[must_use]
    pub fn answer(&self, call: Call) -> (Option<Reply>, Duration) {
        let Outcome { reply, stall } = self.shared.engine().take(call);
        (reply, stall)
    }

    /// The calls after a number; after 0 all.
    #[must_use]
    pub fn journal(&self, since: u64) -> Vec<Entry> {
        self.shared.engine().journal.since(since)
    }

    /// What tells it to end.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.shared))
    }

    /// Waits until it was told to end, by [`Stopper::stop`] or over the wire, and has.
    ///
    /// # Errors
    ///
    /// If the world could not be saved.
    pub fn wait(mut self) -> Result<(), StateError> {
        self.join()
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// If the world could not be saved.
    pub fn stop(mut self) -> Result<(), StateError> {
        self.shared.stop();
        self.join()
    }

    fn join(&mut self) -> Result<(), StateError> {
        let ended = self.thread.take().map(JoinHandle::join);
        match ended {
            Some(Ok(Ok(saved))) => saved,
            // Without a runtime it never served, and after a panic there is nothing to save.
            Some(Ok(Err(_)) | Err(_)) | None => Ok(()),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.stop();
        let _ = self.join();
    }
}
