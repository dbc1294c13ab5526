//! What is done to the old hosts and their volumes.
use std::time::Duration;

use jiff::Timestamp;

use super::Work;
use crate::failure::{Failure, Kind};
use crate::handover::{Old, Strategy, disks};
use crate::host::volumes;
use crate::machines;

/// How long a script on a host may take. systemd gives each service a minute and a half to stop.
const PATIENCE: Duration = Duration::from_secs(600);

impl Work<'_> {
    /// Nobody writes to the volumes any more.
    pub(super) async fn quiet(&mut self) -> Result<(), Failure> {
        self.journal.stopped.get_or_insert_with(Timestamp::now);
        if self.is_heard() { Box::pin(self.unmount()).await } else { self.stop().await }
    }

    pub(super) async fn stop(&mut self) -> Result<(), Failure> {
        let (turn, old) = (self.turn, self.old_instances());
        self.note("stopping the old host").await?;
        self.step(&format!("stopping {}", old.join(" and ")));
        self.keeping("stopping the old host", machines::stop(&turn.connection, &old)).await
    }

    /// The old hosts run on without their volumes. Done again by whoever goes on from here, which changes nothing.
    async fn unmount(&mut self) -> Result<(), Failure> {
        self.note("unmounting the volumes of the old host").await?;
        let running = machines::running(&self.turn.connection, &self.old_instances()).await?;
        for old in self.journal.old.clone().iter().filter(|old| running.contains(&old.instance)) {
            self.step(&format!("unmounting {} on {}", old.volumes.join(" and "), old.instance));
            self.has(old, "let its volumes go", &volumes::let_go(&old.volumes)).await?;
        }
        self.is_unmounted = true;
        Ok(())
    }

    /// The old hosts serve again: those that run mount what is back, all others boot.
    pub(super) async fn serve(&mut self) -> Result<(), Failure> {
        let (connection, old) = (&self.turn.connection, self.old_instances());
        self.note("starting the old host").await?;
        if self.is_heard() {
            let running = machines::running(connection, &old).await?;
            match Box::pin(self.mount(&running)).await {
                Err(failure) if failure.is_final() && failure.kind != Kind::Busy => {
                    self.step(&format!("{failure}; so it boots, which mounts, too"));
                    if !running.is_empty() {
                        machines::stop(connection, &running).await?;
                    }
                }
                // Done, or nobody knows whether it is.
                done => return done,
            }
        }
        self.step(&format!("starting {} again", old.join(" and ")));
        machines::start(connection, &old).await?;
        self.is_mounted = true;
        Ok(())
    }

    async fn mount(&mut self, running: &[String]) -> Result<(), Failure> {
        for old in &self.journal.old.clone() {
            if !running.contains(&old.instance) {
                return Err(Failure::new(Kind::Other, format!("{} does not run", old.instance)));
            }
            if !self.turn.connection.has_agent(&old.instance).await? {
                return Err(Failure::new(Kind::Other, format!("Systems Manager does not reach {}", old.instance)));
            }
            self.step(&format!("mounting {} on {} again", old.volumes.join(" and "), old.instance));
            self.has(old, "take its volumes again", &volumes::take(&old.volumes)).await?;
        }
        self.is_mounted = true;
        Ok(())
    }

    /// Has an old host run a script that has to go well.
    async fn has(&mut self, old: &Old, what: &str, script: &str) -> Result<(), Failure> {
        let (turn, comment) = (self.turn, format!("stackgen handover: {what}"));
        let ran = self.keeping(what, turn.connection.run_script(&old.instance, &comment, script, PATIENCE)).await?;
        if ran.code == 0 {
            return Ok(());
        }
        Err(Failure::new(Kind::Other, format!("{} does not {what}: {}", old.instance, ran.output)))
    }

    /// Whether the hosts are told what to do by commands, and not by stopping them.
    pub(super) fn is_heard(&self) -> bool {
        match self.chosen().strategy {
            Strategy::Stop => false,
            Strategy::Unmount => true,
            Strategy::ReplaceRoot => self.journal.old.iter().all(|old| old.has_agent),
        }
    }

    pub(super) async fn snapshot(&mut self) -> Result<(), Failure> {
        self.note("taking snapshots").await?;
        let description = format!("stackgen handover of {} {}", self.plan.stack, self.journal.holder);
        let mut taken = Vec::new();
        for volume in self.journal.old.iter().flat_map(|old| &old.volumes) {
            self.step(&format!("taking a snapshot of {volume}"));
            taken.push(disks::snapshot(&self.turn.connection, volume, &description).await?);
        }
        self.journal.snapshots = taken;
        self.note("snapshots taken").await
    }
}
