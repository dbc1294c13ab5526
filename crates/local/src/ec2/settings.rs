//! How fast things are, and what goes wrong: what tests and demonstrations set.
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Durations in seconds, scripts of boots, and shortages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// Of virtual machines.
    pub machine: Durations,
    /// Of whole servers. Source for their slowness: *Amazon EC2 instance state changes* and users' measurements: tens of minutes.
    pub metal: Durations,
    /// Until status checks pass, from running on.
    pub checks: i64,
    /// Until a new volume is available.
    pub volume: i64,
    /// Until an attachment is made or undone.
    pub attachment: i64,
    /// Until a snapshot is complete.
    pub snapshot: i64,
    /// Until an image is available.
    pub image: i64,
    /// Until a changed volume has its new properties; optimizing takes as long again.
    pub modification: i64,
    /// Until a root volume is replaced.
    pub root: i64,
    /// How boots go.
    pub boot: Script,
    /// How boots from a root of an image go.
    pub boot_of_image: BTreeMap<String, Script>,
    /// How boots of an instance go.
    pub boot_of_instance: BTreeMap<String, Script>,
    /// Pairs of type and zone that have no room.
    pub full: BTreeSet<(String, String)>,
    /// How many virtual processors may run at once; nothing is no limit.
    pub processors: Option<i64>,
    /// Commands that will fail.
    #[serde(default)]
    pub commands: Vec<FailingCommand>,
    /// How large the root of an image is, in GiB, that is promised by its id and appears.
    #[serde(default = "of_ubuntu")]
    pub promised_root: i64,
    /// Replacements of root volumes that will fail.
    #[serde(default)]
    pub root_tasks: Vec<FailingRoot>,
}

/// Replacements of root volumes (`CreateReplaceRootVolumeTask`) that fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailingRoot {
    /// The id of the image, the snapshot, the new volume or the instance.
    pub of: String,
    /// Whether the instance has no root then: `failed-detached`. Otherwise it is `failed`, and boots from the old one.
    #[serde(default)]
    pub is_detached: bool,
    /// How often they fail before they work.
    pub times: u32,
}

/// Commands (`SendCommand`) that have a word in their script fail before they do anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailingCommand {
    /// The word, or words with one blank between them, such as `umount` or `docker stop`.
    pub word: String,
    /// What they end with.
    pub code: i64,
    /// What they write of errors.
    pub text: String,
    /// How often they fail before they work.
    pub times: u32,
}

/// How long an instance takes from state to state.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Durations {
    /// From pending to running.
    pub start: i64,
    /// From stopping to stopped.
    pub stop: i64,
    /// From shutting down to terminated.
    pub terminate: i64,
}

/// How a boot goes, from running on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Script {
    /// It succeeds after some seconds, or when the volumes that its user data names are there.
    Succeeds(i64),
    /// It fails after some seconds.
    Fails(i64),
    /// It fails after it has mounted its volumes: not before the seconds are over and they are there.
    FailsMounted(i64),
    /// It never ends.
    NeverEnds,
}

/// As large as the roots of Ubuntu's images.
fn of_ubuntu() -> i64 {
    8
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            machine: Durations { start: 15, stop: 30, terminate: 30 },
            metal: Durations { start: 20 * 60, stop: 19 * 60, terminate: 19 * 60 },
            checks: 120,
            volume: 2,
            attachment: 2,
            snapshot: 60,
            image: 120,
            modification: 20,
            root: 60,
            boot: Script::Succeeds(40),
            boot_of_image: BTreeMap::new(),
            boot_of_instance: BTreeMap::new(),
            full: BTreeSet::new(),
            processors: None,
            commands: Vec::new(),
            promised_root: of_ubuntu(),
            root_tasks: Vec::new(),
        }
    }
}

impl Settings {
    /// How a command fails, if the first of those that fit has it fail; that counts.
    pub(crate) fn strike(&mut self, is_in_script: impl Fn(&str) -> bool) -> Option<(i64, String)> {
        let failing = self.commands.iter_mut().find(|it| it.times > 0 && is_in_script(&it.word))?;
        failing.times -= 1;
        Some((failing.code, failing.text.clone()))
    }

    /// In which state the replacement of a root volume ends that fails; that counts.
    pub(crate) fn strike_root(&mut self, about: &[&str]) -> Option<&'static str> {
        let failing = self.root_tasks.iter_mut().find(|it| it.times > 0 && about.contains(&it.of.as_str()))?;
        failing.times -= 1;
        Some(if failing.is_detached { "failed-detached" } else { "failed" })
    }

    /// How an instance boots from the root that is made of an image.
    pub(crate) fn script(&self, instance: &str, image: &str) -> Script {
        let of_one = self.boot_of_instance.get(instance).or_else(|| self.boot_of_image.get(image));
        *of_one.unwrap_or(&self.boot)
    }

    /// The durations of a type of instance.
    #[must_use]
    pub fn durations(&self, kind: &str) -> Durations {
        if super::catalogue::is_metal(kind) { self.metal } else { self.machine }
    }
}
