//! Trying a boot script: it runs for real in throw-away roots of this machine, once for each thing that can happen to it.
mod image;
mod scenarios;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use stackgen_boot::user_data::{Part, evaluate, parts};
use stackgen_boot::{Boot, Disk, Host, Outcome, Start, World};
use thiserror::Error;

use crate::boot_script::BootScript;
pub(crate) use image::{ImageError, ImageFile};

/// Enough for xfs, which wants 300 MiB; the file behind it is sparse.
const DISK_MIB: u64 = 320;
/// A script that asks for more parameters than this asks in a circle.
const MOST_PARAMETERS: usize = 50;

/// Why a script cannot be tried.
#[derive(Debug, Error)]
pub(crate) enum TrialError {
    #[error("boot scripts cannot run here: {0}")]
    Machine(String),
    #[error("the user data of {host} cannot be put together")]
    UserData { host: String, source: anyhow::Error },
    #[error("{failed} of {tried} scenarios failed")]
    Failed { failed: usize, tried: usize },
    #[error("no scenario fits `{pattern}`")]
    NoScenario { pattern: String, known: Vec<String> },
}

/// A script under trial, and what it meets.
pub(crate) struct Trial {
    parts: Vec<Part>,
    /// The script that people read.
    text: String,
    sections: Vec<String>,
    image: ImageFile,
    /// Ids of volumes that the script names.
    volumes: Vec<String>,
    /// Where a deploy says whether a volume is new.
    record: String,
    /// What it asks for, found by its first boot.
    world: World,
    asked: Vec<Asked>,
    /// Whether it tells its stack how it ended.
    reports: bool,
}

/// How one scenario went.
pub(crate) struct Verdict {
    pub(crate) name: String,
    pub(crate) took: Duration,
    /// What was not as it must be.
    pub(crate) fault: Option<String>,
    /// What the script printed, if it is to be seen.
    pub(crate) log: String,
}

/// What one run of a script gave.
struct Run {
    /// Its root lives as long as this.
    _host: Host,
    boot: Boot,
    outcome: Outcome,
}

impl Trial {
    pub(crate) fn new(
        script: &BootScript<'_>,
        template: &Json,
        image: ImageFile,
        values: &BTreeMap<String, String>,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Self, TrialError> {
        if let Some(missing) = stackgen_boot::missing().into_iter().next() {
            return Err(TrialError::Machine(missing));
        }
        let (stack, entry) = (script.stack, script.entry);
        let is_volume = |name: &str| template["Resources"][name]["Type"] == "AWS::EC2::Volume";
        let volumes: Vec<&String> = entry.values.iter().filter(|name| is_volume(name)).collect();
        let volume = |at: usize| format!("vol-{at:017x}");
        let known = |name: &str| {
            let at = volumes.iter().position(|volume| *volume == name);
            values
                .get(name)
                .cloned()
                .or_else(|| at.map(volume))
                .or_else(|| pseudo(name, &stack.name, stack.region.as_deref()))
        };
        let host = || entry.id.clone();
        let wrong = |source: anyhow::Error| TrialError::UserData { host: host(), source };
        let sent = evaluate(template, &entry.id, known).map_err(|error| wrong(error.into()))?;
        let parts = parts(sent.as_bytes()).map_err(|error| wrong(error.into()))?;
        let record = format!("/stackgen/{}/data-volume", stack.name);
        let world = parameters.iter().fold(World::new(), |world, (name, value)| world.secure_parameter(name, value));
        let sections = entry.sections.iter().map(|section| section.name.clone());
        Ok(Trial {
            parts,
            text: script.text.to_owned(),
            sections: sections.filter(|name| name != "start" && name != "end").collect(),
            image,
            volumes: (0..volumes.len()).map(volume).collect(),
            record,
            world,
            asked: Vec::new(),
            reports: false,
        })
    }

    /// Boots it for the first time, as often as it takes to learn what it asks for, and then in every other way.
    pub(crate) fn run(mut self, only: Option<&str>, mut tell: impl FnMut(Verdict)) -> Result<usize, TrialError> {
        let began = Instant::now();
        let first = self.learn();
        let fault = first.as_ref().map_or_else(Clone::clone, |run| scenarios::first_fault(&self, run));
        let log = first.as_ref().map(|run| run.outcome.log.clone()).unwrap_or_default();
        self.reports = first.as_ref().is_ok_and(|run| !run.outcome.signals().is_empty());
        drop(first);
        let failed = usize::from(!fault.is_empty());
        let name = scenarios::FIRST.to_owned();
        tell(Verdict { name, took: began.elapsed(), fault: (failed > 0).then_some(fault), log });
        if failed > 0 {
            return Err(TrialError::Failed { failed, tried: 1 });
        }
        scenarios::run(&self, only, tell)
    }

    /// Whatever the script asks for is made up, until it asks for nothing more.
    fn learn(&mut self) -> Result<Run, String> {
        loop {
            let run = self.boot(&self.new_volumes(), &self.disks()?, &Start::default())?;
            let new: Vec<Asked> = asked(&run.outcome).into_iter().filter(|asked| !self.knows(&asked.name)).collect();
            if new.is_empty() || self.asked.len() > MOST_PARAMETERS {
                return Ok(run);
            }
            for asked in new {
                // Nothing else has this by chance, so that it is found wherever it leaks.
                let value = format!("made-up-{:08x}", 0x5eed_0000 + self.asked.len());
                self.world = asked.given(std::mem::take(&mut self.world), &value);
                self.asked.push(asked);
            }
        }
    }

    fn knows(&self, name: &str) -> bool {
        name == self.record || self.asked.iter().any(|asked| asked.name == name)
    }

    fn new_volumes(&self) -> World {
        self.with_record("new")
    }

    fn with_record(&self, state: &str) -> World {
        match self.volumes.first() {
            Some(volume) => self.world.clone().parameter(&self.record, &format!("{state}:{volume}")),
            None => self.world.clone(),
        }
    }

    /// A blank disk for each volume.
    fn disks(&self) -> Result<Vec<Disk>, String> {
        self.volumes.iter().map(|_| Disk::blank(DISK_MIB).map_err(told)).collect()
    }

    fn boot(&self, world: &World, disks: &[Disk], start: &Start) -> Result<Run, String> {
        let host = Host::new(&self.image.image()).map_err(told)?;
        let boot = host.boot(world, &[]).map_err(told)?;
        self.attach(&boot, disks)?;
        let outcome = boot.run(&self.parts, start).map_err(told)?;
        Ok(Run { _host: host, boot, outcome })
    }

    /// The root volume has the first name on most hosts; the others follow.
    fn attach(&self, boot: &Boot, disks: &[Disk]) -> Result<(), String> {
        for (at, (volume, disk)) in self.volumes.iter().zip(disks).enumerate() {
            boot.attach(&format!("nvme{}n1", at + 1), &volume.replace('-', ""), disk).map_err(told)?;
        }
        Ok(())
    }
}

/// A parameter or secret.
struct Asked {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Secure,
    Secret,
}

impl Asked {
    /// A world that has it.
    fn given(&self, world: World, value: &str) -> World {
        match self.kind {
            Kind::Plain => world.parameter(&self.name, value),
            Kind::Secure => world.secure_parameter(&self.name, value),
            Kind::Secret => world.secret(&self.name, value),
        }
    }
}

/// What a script asked AWS for.
fn asked(outcome: &Outcome) -> Vec<Asked> {
    let calls = outcome.calls.iter().filter(|call| call.program == "aws");
    calls
        .filter_map(|call| {
            let has = |word: &str| call.arguments.iter().any(|argument| argument == word);
            let behind = |option: &str| {
                let at = call.arguments.iter().position(|argument| argument == option)?;
                call.arguments.get(at + 1).cloned()
            };
            let (name, kind) = match () {
                () if has("get-parameter") && has("--with-decryption") => (behind("--name")?, Kind::Secure),
                () if has("get-parameter") => (behind("--name")?, Kind::Plain),
                () if has("get-secret-value") => (behind("--secret-id")?, Kind::Secret),
                () => return None,
            };
            Some(Asked { name, kind })
        })
        .collect()
}

/// What CloudFormation knows of every stack.
fn pseudo(name: &str, stack: &str, region: Option<&str>) -> Option<String> {
    let region = region.unwrap_or("us-east-1");
    Some(match name {
        "AWS::Region" => region.to_owned(),
        "AWS::StackName" => stack.to_owned(),
        "AWS::Partition" => "aws".to_owned(),
        "AWS::URLSuffix" => "amazonaws.com".to_owned(),
        "AWS::AccountId" => "123456789012".to_owned(),
        "AWS::StackId" => {
            format!("arn:aws:cloudformation:{region}:123456789012:stack/{stack}/00000000-0000-0000-0000-000000000000")
        }
        _ => return None,
    })
}

fn told(error: stackgen_boot::BootError) -> String {
    format!("{:#}", anyhow::Error::new(error))
}
