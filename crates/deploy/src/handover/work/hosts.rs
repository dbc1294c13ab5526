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
        if self.is_heard() { self.unmount().await } else { self.stop().await }
    }

    pub(super) async fn stop(&mut self) -> Result<(), Failure> {
        let (turn, old) = (self.turn, self.machines());
        self.note("stopping the old host").await?;
        self.step(&format!("stopping {}", old.join(" and ")));
        self.keeping("stopping the old host", machines::stop(&turn.connection, &old)).await
    }

    /// The old hosts run on without their volumes. Done again by whoever goes on from here, which changes nothing.
    async fn unmount(&mut self) -> Result<(), Failure> {
        self.note("unmounting the volumes of the old host").await?;
        let running = machines::running(&self.turn.connection, &self.machines()).await?;
        for old in self.journal.old.iter().filter(|old| running.contains(&old.instance)) {
            self.step(&format!("unmounting {} on {}", old.volumes.join(" and "), old.instance));
            self.has(old, "let volumes go", &volumes::let_go(&old.volumes)).await?;
        }
        self.is_unmounted = true;
        Ok(())
    }

    /// The old hosts serve again: those that run mount what is back, all others boot.
    pub(super) async fn serve(&mut self) -> Result<(), Failure> {
        let old = self.machines();
        self.note("starting the old host").await?;
        let connection = &self.turn.connection;
        if self.is_heard() {
            let running = machines::running(connection, &old).await?;
            let Err(failure) = self.mount(&running).await else { return Ok(()) };
            if !leads_to_a_boot(&failure) {
                return Err(failure);
            }
            if !running.is_empty() {
                self.step(&format!("stopping {}, since a boot mounts, too: {failure}", running.join(" and ")));
                machines::stop(connection, &running).await?;
            }
        }
        self.step(&format!("starting {} again", old.join(" and ")));
        machines::start(connection, &old).await?;
        self.is_mounted = true;
        Ok(())
    }

    async fn mount(&mut self, running: &[String]) -> Result<(), Failure> {
        for old in &self.journal.old {
            if !running.contains(&old.instance) {
                return Err(Failure::new(Kind::Other, format!("{} does not run", old.instance)));
            }
            if !self.turn.connection.has_agent(&old.instance).await? {
                return Err(Failure::new(Kind::Other, format!("Systems Manager does not reach {}", old.instance)));
            }
            self.step(&format!("mounting {} on {} again", old.volumes.join(" and "), old.instance));
            self.has(old, "take volumes again", &volumes::take(&old.volumes)).await?;
        }
        self.is_mounted = true;
        Ok(())
    }

    /// Has an old host run a script that has to go well.
    async fn has(&self, old: &Old, what: &str, script: &str) -> Result<(), Failure> {
        let comment = format!("stackgen handover: {what}");
        let ran = self.turn.connection.run_script(&old.instance, &comment, script, PATIENCE).await?;
        if ran.code == 0 {
            return Ok(());
        }
        Err(Failure::new(Kind::Other, format!("{} does not {what}: {}", old.instance, ran.output)))
    }

    /// Whether the hosts are told what to do by commands, and not by stopping them.
    pub(super) fn is_heard(&self) -> bool {
        match self.strategy() {
            Strategy::Stop => false,
            Strategy::Unmount => true,
            Strategy::ReplaceRoot => self.journal.old.iter().all(|old| old.has_agent),
        }
    }

    pub(super) fn machines(&self) -> Vec<String> {
        self.journal.old.iter().map(|old| old.instance.clone()).collect()
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

/// Whether it is the machine that cannot do it, and not that nobody hears or may ask.
fn leads_to_a_boot(failure: &Failure) -> bool {
    failure.is_final() && failure.kind != Kind::Busy
}
