//! Doing it with the machines kept: other roots for them, and back.
use std::time::Duration;

use jiff::Timestamp;

use super::Work;
use crate::aws::Connection;
use crate::failure::{Failure, Kind};
use crate::handover::swap::{self, At, Seen, Step, next};
use crate::handover::{Direction, Old, Update};
use crate::machines;
use crate::pace::Pace;
use crate::run::StackOutcome;
use crate::stack::StackNow;

/// How long EC2 takes for another root, about.
const SWAPPING: Duration = Duration::from_secs(60);
/// How long it may take: until it has ended, nobody can do anything.
const PATIENCE: Duration = Duration::from_secs(3600);
/// How long a host may take until its agent answers.
const WAKING: Duration = Duration::from_secs(600);
/// How long its first boot may take then.
const BOOTING: Duration = Duration::from_secs(1800);

impl Work<'_> {
    pub(super) async fn go_in_place(mut self) -> Result<StackOutcome, Failure> {
        loop {
            self.attempted().await?;
            let now = self.settled().await?;
            let seen = self.look_at_roots(&now).await?;
            let done = match next(&self.journal, self.chosen().snapshot, seen) {
                Step::Quiet => self.quiet().await,
                Step::Snapshot => self.snapshot().await,
                Step::Swap => self.swap().await,
                Step::Wait => self.wait_for_roots().await,
                Step::Fail => Err(Failure::new(Kind::Operation, "EC2 left a host without a root")),
                Step::Await => self.wake().await,
                Step::Tell => self.tell(&now).await,
                Step::Stop => self.stop().await,
                Step::Detach => self.take_off().await,
                Step::Attach => self.put_back().await,
                Step::Start => self.serve().await,
                Step::Done => return self.tidied(now, false).await,
                Step::Back => return self.tidied(now, true).await,
            };
            if let Err(failure) = done {
                self.turn_back(failure).await?;
            }
        }
    }

    async fn look_at_roots(&self, now: &StackNow) -> Result<Seen, Failure> {
        let (connection, ids) = (&self.turn.connection, self.old_instances());
        let found = swap::describe(connection, &ids).await?;
        let root = |old: &Old| found.iter().find(|host| host.instance == old.instance).and_then(|it| it.root.clone());
        let was = |old: &Old| old.root.as_ref().map(|root| root.volume.clone());
        let roots: Vec<_> = self.journal.old.iter().map(|old| (root(old), was(old))).collect();
        let old = roots.iter().filter(|(root, was)| root == was).count();
        // Of several hosts, all have to get there.
        let is_old = if self.journal.direction == Direction::Forward { old > 0 } else { old == roots.len() };
        let at = if swap::is_swapping(connection, &ids).await? {
            At::Between
        } else if roots.iter().any(|(root, _)| root.is_none()) {
            At::Without
        } else if is_old {
            At::Old
        } else {
            At::New
        };
        let is_stopped = found.iter().all(|host| matches!(host.state.as_str(), "stopped" | "terminated"));
        let runs = found.len() == ids.len() && found.iter().all(|host| host.state == "running");
        // What was unmounted is mounted again by a command, or by a boot.
        let is_mounted = self.journal.stopped.is_none() || !self.is_heard() || self.is_mounted;
        let serves = runs && is_mounted && machines::answering(connection, &ids).await?;
        let is_quiet = self.is_unmounted || !self.is_heard();
        Ok(Seen { is_wanted: self.is_wanted(now).await?, at, is_quiet, is_stopped, serves })
    }

    /// Asks for the other roots. Of several hosts, one that has its own already is left alone.
    async fn swap(&mut self) -> Result<(), Failure> {
        self.journal.stopped.get_or_insert_with(Timestamp::now);
        self.note("putting in another root").await?;
        let hosts = self.handover.hosts.clone();
        for (old, passing) in self.journal.old.clone().iter().zip(hosts) {
            let image = passing.image.unwrap_or_default();
            self.step(&format!("putting a root from {image} into {}", old.instance));
            let token = format!("{}-{}", self.journal.holder, passing.from);
            swap::replace(&self.turn.connection, &old.instance, &image, &token[token.len().saturating_sub(64)..])
                .await?;
        }
        self.wait_for_roots().await
    }

    async fn wait_for_roots(&mut self) -> Result<(), Failure> {
        let (turn, ids) = (self.turn, self.old_instances());
        self.keeping("another root comes in", async {
            let pace = Pace::short(&turn.connection, SWAPPING);
            while swap::is_swapping(&turn.connection, &ids).await? {
                if pace.elapsed() > PATIENCE {
                    return Err(Failure::new(Kind::Unknown, "EC2 does not come to an end with the roots"));
                }
                pace.wait().await;
            }
            Ok(())
        })
        .await
    }

    /// The hosts come up from their new roots. One whose agent answered before is asked how its first boot went.
    async fn wake(&mut self) -> Result<(), Failure> {
        let (turn, ids) = (self.turn, self.old_instances());
        self.step(&format!("waiting until {} boots from its new root", ids.join(" and ")));
        let asked: Vec<String> =
            self.journal.old.iter().filter(|old| old.has_agent).map(|old| old.instance.clone()).collect();
        self.keeping("the host boots from another root", async {
            machines::reached(&turn.connection, &ids).await?;
            for id in &asked {
                came_up(&turn.connection, id).await?;
            }
            Ok(())
        })
        .await?;
        self.journal.well = Some(Timestamp::now());
        self.note("the host is well").await
    }

    /// Tells CloudFormation. That it cannot be told changes nothing for the hosts.
    async fn tell(&mut self, now: &StackNow) -> Result<(), Failure> {
        match self.update(Update::Tell, now).await {
            Err(failure) if !failure.is_passing() && failure.kind != Kind::Busy => {
                self.journal.untold = Some(failure.message);
                self.note("CloudFormation was not told").await
            }
            told => told,
        }
    }

    async fn take_off(&mut self) -> Result<(), Failure> {
        let hosts = swap::describe(&self.turn.connection, &self.old_instances()).await?;
        let is_old = |volume: &String| {
            self.journal.old.iter().any(|old| old.root.as_ref().is_some_and(|root| root.volume == *volume))
        };
        let new: Vec<String> = hosts.into_iter().filter_map(|host| host.root).filter(|it| !is_old(it)).collect();
        // Once it is off, nothing tells whose it was.
        self.journal.spare.extend(new.iter().cloned());
        self.note("taking the new root off").await?;
        for volume in &new {
            self.step(&format!("taking the new root {volume} off"));
            swap::detach(&self.turn.connection, volume).await?;
        }
        Ok(())
    }

    async fn put_back(&mut self) -> Result<(), Failure> {
        self.note("putting the old root back").await?;
        for old in self.journal.old.clone() {
            let Some(root) = &old.root else { continue };
            self.step(&format!("putting the old root {} back", root.volume));
            swap::attach(&self.turn.connection, &old.instance, root).await?;
        }
        Ok(())
    }

    /// The end: roots that nobody boots from any more go.
    async fn tidied(self, now: StackNow, is_back: bool) -> Result<StackOutcome, Failure> {
        let olds = self.journal.old.iter().filter_map(|old| old.root.as_ref()).map(|root| root.volume.clone());
        let spare: Vec<String> = if is_back { self.journal.spare.clone() } else { olds.collect() };
        for volume in &spare {
            self.step(&format!("deleting the root {volume}, which nobody boots from any more"));
            if let Err(failure) = swap::delete(&self.turn.connection, volume).await {
                self.step(&format!("{volume} stays, and costs: {}", failure.message));
            }
        }
        self.done(now, is_back).await
    }
}

/// Waits until the first boot of a host has ended.
async fn came_up(connection: &Connection, id: &str) -> Result<(), Failure> {
    let pace = Pace::short(connection, SWAPPING);
    while !connection.has_agent(id).await? {
        if pace.elapsed() > WAKING {
            let message = format!("the agent of {id} answered before, and does not from its new root");
            return Err(Failure::new(Kind::Operation, message));
        }
        pace.wait().await;
    }
    let ran = connection.run_script(id, "stackgen: wait for the boot", swap::READY, BOOTING).await?;
    if ran.code == 0 {
        return Ok(());
    }
    Err(Failure::new(Kind::Operation, format!("{id} did not come up from its new root: {}", ran.output.trim())))
}
