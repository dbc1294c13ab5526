//! Attending to a running program: passing on what it says, showing progress while it is silent, and stopping it.
use std::io::{self, IsTerminal as _, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::AppError;
use crate::interrupt::Interrupts;
use crate::shell::{Progress, Shell, TICK};

/// How long a program that was asked to stop may take.
const GRACE: Duration = Duration::from_secs(2);
/// How long its output may lag behind its end. A daemon that it started could keep the pipes open for ever.
const LAG: Duration = Duration::from_secs(1);

/// How a program ended and what was seen of it.
pub(super) struct Outcome {
    pub(super) status: ExitStatus,
    pub(super) said_something: bool,
    pub(super) panicked: bool,
}

enum Event {
    Said(Vec<u8>),
    Silent,
    Stop(i32),
    Ended(io::Result<ExitStatus>),
}

/// A running program.
pub(super) struct Running {
    child: Child,
    /// Whether it leads a group: itself and all that it starts.
    leads_group: bool,
}

impl Running {
    /// Starts a program. It gets a group of its own, so that all of it can be stopped, but not at a terminal: Ctrl-C reaches
    /// all of it there, and only the terminal's own group may ask for a password.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let leads_group = !io::stdin().is_terminal();
        if leads_group {
            command.process_group(0);
        }
        Ok(Running { child: command.spawn()?, leads_group })
    }
}

/// Waits for the end of a program whose output is piped.
pub(super) fn attend(running: Running, shell: &Shell, progress: &mut Progress<'_>) -> Result<Outcome, AppError> {
    let Running { mut child, leads_group } = running;
    let (events, inbox) = mpsc::channel();
    let signals = events.clone();
    let interrupts =
        Interrupts::watch(move |signal| drop(signals.send(Event::Stop(signal)))).map_err(AppError::Wait)?;
    let pid = Pid::from_child(&child);
    let pipes = [child.stdout.take().map(boxed), child.stderr.take().map(boxed)].into_iter().flatten();
    let open_pipes = pipes.map(|pipe| listen(pipe, events.clone())).count();
    thread::spawn(move || events.send(Event::Ended(child.wait())));

    let mut watch = Watch::of(pid, leads_group, open_pipes);
    while !watch.is_over() {
        match inbox.recv_timeout(TICK) {
            Ok(Event::Said(bytes)) => {
                shell.relay(&bytes);
                watch.seen.hear(&bytes);
            }
            Ok(event) => watch.notice(event)?,
            Err(RecvTimeoutError::Timeout) => progress.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    drop(interrupts);
    watch.is_stopped |= inbox.try_iter().any(|event| matches!(event, Event::Stop(_)));
    let Seen { something, panic, .. } = watch.seen;
    match watch.status {
        Some(status) if !watch.is_stopped => Ok(Outcome { status, said_something: something, panicked: panic }),
        _ => Err(AppError::Interrupted),
    }
}

/// What is known about the program so far.
struct Watch {
    pid: Pid,
    leads_group: bool,
    open_pipes: usize,
    status: Option<ExitStatus>,
    /// When patience ends: with a program that was asked to stop, or with output after the end.
    deadline: Option<Instant>,
    is_stopped: bool,
    seen: Seen,
}

impl Watch {
    fn of(pid: Pid, leads_group: bool, open_pipes: usize) -> Self {
        let seen = Seen::default();
        Watch { pid, leads_group, open_pipes, status: None, deadline: None, is_stopped: false, seen }
    }

    fn notice(&mut self, event: Event) -> Result<(), AppError> {
        match event {
            Event::Said(_) => {}
            Event::Silent => self.open_pipes -= 1,
            Event::Stop(signal) => {
                // Whoever asks twice is out of patience.
                let patience = if self.is_stopped { Duration::ZERO } else { GRACE };
                self.is_stopped = true;
                self.deadline = Some(Instant::now() + patience);
                // From a terminal it has the signal already; from `kill` it has not.
                if self.status.is_none() {
                    self.send(Signal::from_named_raw(signal).unwrap_or(Signal::TERM));
                }
            }
            Event::Ended(status) => {
                self.status = Some(status.map_err(AppError::Wait)?);
                let patience = if self.is_stopped { Duration::ZERO } else { LAG };
                self.deadline = Some(Instant::now() + patience);
            }
        }
        Ok(())
    }

    /// It may have ended already.
    fn send(&self, signal: Signal) {
        let _ = if self.leads_group { kill_process_group(self.pid, signal) } else { kill_process(self.pid, signal) };
    }

    fn is_over(&self) -> bool {
        let is_late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if is_late && self.status.is_none() {
            self.send(Signal::KILL);
        }
        self.status.is_some() && (is_late || self.open_pipes == 0)
    }
}

fn boxed(pipe: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(pipe)
}

fn listen(mut pipe: Box<dyn Read + Send>, events: Sender<Event>) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            if events.send(Event::Said(buffer[..length].to_vec())).is_err() {
                return;
            }
        }
        let _ = events.send(Event::Silent);
    });
}

/// What its output tells about the end of a program: a compiler that finds errors and a program that panics both end with 101.
#[derive(Default)]
struct Seen {
    something: bool,
    panic: bool,
    line: Vec<u8>,
}

impl Seen {
    fn hear(&mut self, bytes: &[u8]) {
        self.something = true;
        for &byte in bytes {
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = String::from_utf8_lossy(&self.line);
            self.panic |=
                line.starts_with("thread '") && !line.starts_with("thread 'rustc'") && line.contains(" panicked at ");
            self.line.clear();
        }
    }
}
