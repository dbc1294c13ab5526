//! The server's own process.
use std::io::{self, Write as _};
use std::path::Path;

use jiff::Timestamp;
use stackgen_local::server::{Handle, Options, Pace, Server, StartError, StateError};

use super::{LocalError, Place, REGION, Record, Wish, start};
use crate::Context;
use crate::error::CliError;
use crate::interrupt::Interrupts;

/// Asked for first, so that what a shell exported stays right when a server is started again.
const USUAL_PORT: u16 = 4599;
/// The account of every new world.
const ACCOUNT: &str = "123456789012";

/// A server that is written down.
pub(crate) struct Serving {
    handle: Handle,
    record: Record,
    place: Place,
}

impl Serving {
    /// Starts a server in this process.
    pub(crate) fn start(context: &Context, folder: &Path, wish: Wish) -> Result<Serving, CliError> {
        let place = Place { folder: folder.to_owned() };
        start::prepare(&place)?;
        let pace = wish.pace.unwrap_or_default();
        let handle = listen(context, &place, wish.port, pace).map_err(LocalError::from)?;
        let started = context.settings.now.to_string();
        let record = Record { pid: std::process::id(), port: handle.port(), pace: pace.to_string(), started };
        record.write(folder)?;
        Ok(Serving { handle, record, place })
    }

    pub(crate) fn endpoint(&self) -> super::Endpoint {
        super::Endpoint::of(self.record.port)
    }

    /// Serves until it is told to end, by a signal or over the wire.
    pub(crate) fn wait(self) -> Result<(), CliError> {
        let stopper = self.handle.stopper();
        let interrupts = Interrupts::watch(move |_| stopper.stop()).map_err(LocalError::Spawn)?;
        let saved = self.handle.wait();
        drop(interrupts);
        let removed = self.record.remove(&self.place.folder);
        saved.map_err(|error| LocalError::Start(StartError::State(error)))?;
        Ok(removed.map_err(|source| LocalError::Folder { folder: self.place.folder, source })?)
    }
}

fn listen(context: &Context, place: &Place, port: Option<u16>, pace: Pace) -> Result<Handle, StartError> {
    let options = |port| Options {
        port,
        pace,
        start: Timestamp::from_second(context.settings.now.as_second()).unwrap_or_default(),
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        state: Some(place.folder.clone()),
        on_error: tell,
    };
    match Server::start(options(port.unwrap_or(USUAL_PORT))) {
        Err(StartError::Port { .. }) if port.is_none() => Server::start(options(0)),
        other => other,
    }
}

/// Into the log.
fn tell(error: &StateError) {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let _ = writeln!(io::stderr(), "warning: {error}{cause}");
}
