//! What is done to the old hosts and their volumes.

use jiff::Timestamp;

use super::Work;
use crate::failure::Failure;
use crate::handover::disks;
use crate::machines;

impl Work<'_> {
    pub(super) async fn quiet(&mut self) -> Result<(), Failure> {
        let old = self.old_instances();
        self.journal.stopped.get_or_insert_with(Timestamp::now);
        self.note("stopping the old host").await?;
        self.step(&format!("stopping {}", old.join(" and ")));
        machines::stop(&self.turn.connection, &old).await
    }

    pub(super) async fn serve(&mut self) -> Result<(), Failure> {
        let old = self.old_instances();
        self.note("starting the old host").await?;
        self.step(&format!("starting {} again", old.join(" and ")));
        machines::start(&self.turn.connection, &old).await
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
