//! Ctrl-C, and being asked to stop in other ways.
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// While this exists, being asked to stop calls a function instead of ending the process.
pub(crate) struct Interrupts(());

type Listener = Box<dyn FnMut(i32) + Send>;

/// Handlers of signals stay for the whole process, so one thread takes the signals for whoever listens.
static STATE: Mutex<State> = Mutex::new(State { is_installed: false, listener: None });

struct State {
    is_installed: bool,
    listener: Option<Listener>,
}

impl Interrupts {
    pub(crate) fn watch(on_signal: impl FnMut(i32) + Send + 'static) -> io::Result<Self> {
        let mut state = state();
        if !state.is_installed {
            let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
            thread::spawn(move || signals.forever().for_each(deliver));
            state.is_installed = true;
        }
        state.listener = Some(Box::new(on_signal));
        Ok(Interrupts(()))
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        state().listener = None;
    }
}

fn deliver(signal: i32) {
    match &mut state().listener {
        Some(listener) => listener(signal),
        // It fails for signals that cannot be handled, and those do not come here.
        None => drop(emulate_default_handler(signal)),
    }
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}
