//! The ways in which a host gives its place to another image, each tried with the host that the one before has left.
use anyhow::ensure;

use super::Way;
use super::hosts::Image;
use super::story::{Serving, Story};
use crate::boot_test::host::STACK;

/// Those without a program that the boot script needs; the root of the second is as large as that of a host.
const BROKEN: Image = Image { id: "ami-0bbbbbbbbbbbbbbbb", is_renumbered: true, change: "rm /usr/bin/curl" };
const BROKEN_ROOT: Image = Image { id: "ami-0cccccccccccccccc", ..BROKEN };
/// Those that are as they must be. In some PostgreSQL and Redis have each other's numbers.
const SECOND: Image = Image { id: "ami-02222222222222222", is_renumbered: true, change: "true" };
const THIRD: Image = Image { id: "ami-03333333333333333", is_renumbered: false, change: "true" };
const FOURTH: Image = Image { id: "ami-04444444444444444", is_renumbered: true, change: "true" };
/// How large the root of a host is, in GiB. The root of an image that comes in its place is not smaller.
const ROOT: u64 = 10;

const BOOT: &str = "cat /proc/sys/kernel/random/boot_id";
/// Whether a host runs on without its volume: it has neither the disk nor a mount of it, what needs the data is stopped, and what
/// does not need it runs.
const WITHOUT: &str = "
    if findmnt /data || [ \"$(ls -d /sys/block/nvme* | wc -l)\" != 1 ]; then exit 1; fi
    for unit in postgresql@17-main redis-server zmanim-api stackgen-directories amazon-cloudwatch-agent; do
      printf '%s is %s, ' $unit \"$(systemctl is-active $unit)\"
    done | sed 's/, $//' | tee /run/without
    [ \"$(grep -o inactive /run/without | wc -l)\" = 4 ] && grep -q 'agent is active' /run/without";

/// The images that are handed over to.
pub(super) fn images() -> [&'static Image; 5] {
    [&BROKEN, &BROKEN_ROOT, &SECOND, &THIRD, &FOURTH]
}

impl Way {
    /// Tries it, forward and, where that is cheap, back.
    pub(super) fn try_with(self, story: &Story, host: &mut Serving) -> anyhow::Result<()> {
        match self {
            Way::Stop => story.try_stopping(host),
            Way::Unmount => story.try_unmounting(host),
            Way::ReplaceRoot => story.try_another_root(host),
        }
    }

    /// What it has shown when it has been tried.
    pub(super) fn shown(self) -> &'static [&'static str] {
        match self {
            Way::Stop => &[
                "stop: a handover to an image that does not boot ends with the old machine, its disk and its data",
                "stop: a handover to an image that boots ends with the new machine and the same disk",
            ],
            Way::Unmount => &[
                "unmount: the old machine runs on without its disk, and what needs no data runs there",
                "unmount: after a handover to an image that does not boot it has its disk again without a boot, and serves",
                "unmount: a handover to an image that boots ends with the new machine and the same disk",
            ],
            Way::ReplaceRoot => &[
                "replace-root: an instance that does not come up from another root has its own again, with its disk and its data",
                "replace-root: the same instance boots from the root of another image, with its disk and its data",
                "replace-root: cloud-init runs the user-data again on the new root, and nothing is formatted",
            ],
        }
    }
}

impl Story {
    fn try_stopping(&self, host: &mut Serving) -> anyhow::Result<()> {
        self.project.pin(BROKEN.id)?;
        ensure!(!self.hand_over(Way::Stop, |_| Ok(()))?, "a handover to an image without curl succeeds");
        self.is_back(host)?;
        self.project.pin(SECOND.id)?;
        ensure!(self.hand_over(Way::Stop, |_| Ok(()))?, "the handover failed");
        self.has_moved(host, &SECOND)
    }

    fn try_unmounting(&self, host: &mut Serving) -> anyhow::Result<()> {
        let boot = self.asked(host, BOOT)?;
        self.project.pin(BROKEN.id)?;
        ensure!(!self.unmounted(host)?, "a handover to an image without curl succeeds");
        self.is_back(host)?;
        ensure!(self.asked(host, BOOT)? == boot, "{} has booted", host.instance);
        self.say(&format!("{} has not booted in between", host.instance));
        self.project.pin(THIRD.id)?;
        ensure!(self.unmounted(host)?, "the handover failed");
        self.has_moved(host, &THIRD)
    }

    /// Hands over by unmounting. Before the new host is made, the old one runs on without its volume.
    fn unmounted(&self, host: &Serving) -> anyhow::Result<bool> {
        let mut was_seen = false;
        let succeeded = self.hand_over(Way::Unmount, |line| {
            if line.ends_with("making the new host") {
                let units = self.asked(host, WITHOUT)?;
                self.say(&format!("{} runs on without its disk: {units}", host.instance));
                was_seen = true;
            }
            Ok(())
        })?;
        ensure!(was_seen, "nobody has seen {} without its disk", host.instance);
        Ok(succeeded)
    }

    fn try_another_root(&self, host: &mut Serving) -> anyhow::Result<()> {
        let (before, boot) = (host.instance.clone(), self.asked(host, BOOT)?);
        ensure!(!self.rooted(&BROKEN_ROOT)?, "a root without curl comes up");
        self.is_back(host)?;
        ensure!(self.rooted(&FOURTH)?, "the handover failed");
        self.has_moved(host, &FOURTH)?;
        ensure!(host.instance == before, "{before} has become {}", host.instance);
        ensure!(self.asked(host, BOOT)? != boot, "{before} has not booted");
        // It ends with 2 after something that it got over.
        let log = "{ cloud-init status || [ $? -eq 2 ]; } && grep ' stackgen ' /var/log/cloud-init-output.log";
        let log = self.asked(host, log)?;
        self.say(&format!("what cloud-init says on {before}, and the log of the boot script there:"));
        for line in log.lines() {
            println!("{:>14} {line}", "|");
        }
        let is_so = |end: &str| log.lines().any(|line| line.ends_with(end));
        ensure!(is_so("mount: it has its file system") && is_so("end: everything runs"), "it has not run well");
        Ok(())
    }

    /// Pins an image for the machine that is there, and hands over to it.
    fn rooted(&self, image: &Image) -> anyhow::Result<bool> {
        self.engine.promise(image.id, ROOT)?;
        self.project.run(&["ami", "bump", STACK, "--to", image.id, "--in-place", "--local"])?;
        self.hand_over(Way::ReplaceRoot, |_| Ok(()))
    }

    fn asked(&self, host: &Serving, script: &str) -> anyhow::Result<String> {
        let said = self.hosts.with(&host.instance, |machine| machine.run(script))?;
        Ok(said.trim().to_owned())
    }
}
