//! Starting a server that outlives the command.
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use stackgen_local::server::{self, StartError};

use super::{LocalError, PATIENCE, Place, Running, TICK, Wish};

/// Held while a server is being started.
const LOCK: &str = "start.lock";
/// How much of a log is shown.
const LINES: usize = 8;

/// A server that runs.
pub(super) enum Started {
    Before(Running),
    Now(Running),
}

/// Starts a server and waits until it answers, unless one runs.
pub(super) fn in_background(place: &Place, wish: Wish) -> Result<Started, LocalError> {
    prepare(place)?;
    let lock = File::create(place.folder.join(LOCK)).and_then(|lock| lock.lock().map(|()| lock));
    let _lock = lock.map_err(|source| LocalError::Folder { folder: place.folder.clone(), source })?;
    if let Some(running) = place.running()? {
        running.check(wish)?;
        return Ok(Started::Before(running));
    }
    check(place, wish)?;
    answering(place, spawn(place, wish)?).map(Started::Now)
}

fn answering(place: &Place, mut child: Child) -> Result<Running, LocalError> {
    let since = Instant::now();
    loop {
        // An old record may lead to a port where nobody is yet, or somebody else.
        let running = place.running().ok().flatten();
        if let Some(running) = running.filter(|running| running.record.pid == child.id()) {
            return Ok(running);
        }
        if child.try_wait().map_err(LocalError::Spawn)?.is_some() {
            return Err(LocalError::Died { log: place.log(), last: last_lines(place) });
        }
        if since.elapsed() > PATIENCE {
            let _ = child.kill().and_then(|()| child.wait());
            return Err(LocalError::Slow { log: place.log() });
        }
        thread::sleep(TICK);
    }
}

/// The folder, which no repository is to have.
pub(super) fn prepare(place: &Place) -> Result<(), LocalError> {
    let folder = &place.folder;
    let failed = |source| LocalError::Folder { folder: folder.clone(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(folder.join(".gitignore"), "*\n").map_err(failed)
}

/// What would make the server end at once is better told here, where somebody reads it.
fn check(place: &Place, wish: Wish) -> Result<(), LocalError> {
    server::check(&place.folder).map_err(StartError::State)?;
    if let Some(port) = wish.port {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|source| StartError::Port { port, source })?;
    }
    Ok(())
}

fn spawn(place: &Place, wish: Wish) -> Result<Child, LocalError> {
    let log =
        File::create(place.log()).map_err(|source| LocalError::Folder { folder: place.folder.clone(), source })?;
    let same_log = log.try_clone().map_err(LocalError::Spawn)?;
    let mut command = Command::new(std::env::current_exe().map_err(LocalError::Spawn)?);
    command.args(["local", "serve", "--folder"]).arg(&place.folder).current_dir(&place.folder);
    if let Some(port) = wish.port {
        command.arg("--port").arg(port.to_string());
    }
    if let Some(pace) = wish.pace {
        command.arg("--pace").arg(pace.to_string());
    }
    command.stdin(Stdio::null()).stdout(log).stderr(same_log);
    command.spawn().map_err(LocalError::Spawn)
}

fn last_lines(place: &Place) -> String {
    let text = fs::read_to_string(place.log()).unwrap_or_else(|error: io::Error| error.to_string());
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
