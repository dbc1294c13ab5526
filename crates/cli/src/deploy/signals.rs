//! Ctrl-C, for tasks that wait.
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::DeployError;
use crate::interrupt::Interrupts;

/// While this exists, being asked to stop wakes whoever waits for it instead of ending the process.
pub(crate) struct Signals {
    received: UnboundedReceiver<()>,
    _interrupts: Interrupts,
}

impl Signals {
    pub(crate) fn watch() -> Result<Signals, DeployError> {
        let (send, received) = mpsc::unbounded_channel();
        let interrupts = Interrupts::watch(move |_| _ = send.send(())).map_err(DeployError::Runtime)?;
        Ok(Signals { received, _interrupts: interrupts })
    }

    /// The next time that somebody asks to stop.
    pub(crate) async fn next(&mut self) {
        if self.received.recv().await.is_none() {
            // The sender lives as long as this does.
            std::future::pending::<()>().await;
        }
    }
}
