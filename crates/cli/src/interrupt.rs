//! Ctrl-C, and being asked to stop in other ways.
use std::io;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

/// While this exists, being asked to stop calls a function instead of ending the process.
pub(crate) struct Interrupts(Handle);

impl Interrupts {
    pub(crate) fn watch(mut on_signal: impl FnMut(i32) + Send + 'static) -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let handle = signals.handle();
        thread::spawn(move || signals.forever().for_each(&mut on_signal));
        Ok(Interrupts(handle))
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.0.close();
    }
}
