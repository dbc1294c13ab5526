//! Trying a boot script: it runs for real in throw-away roots of this machine, once for each thing that can happen to it.
mod asked;
mod hints;
mod image;
mod scenarios;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use stackgen_boot::user_data::{EvaluateError, Part, evaluate, parts};
use stackgen_boot::{Boot, Disk, Host, Outcome, Start, World};
use thiserror::Error;

use crate::boot_script::BootScript;
use crate::shell::{Shell, TICK};
use asked::{Asked, asked};
pub(crate) use image::{ImageError, ImageFile};
pub(crate) use scenarios::FIRST;

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
    #[error("{} of {tried} scenarios failed", failed.len())]
    Failed { failed: Vec<String>, tried: usize },
    #[error("no scenario fits `{pattern}`")]
    NoScenario { pattern: String, known: Vec<String>, is_all: bool },
    #[error("the script has no value `{name}`")]
    NoValue { name: String, known: Vec<String> },
    #[error("the script does not ask for {}", quoted(names))]
    NotAsked { names: Vec<String>, asked: Vec<String> },
}

/// What somebody says of a trial.
pub(crate) struct Wishes<'a> {
    /// Values that only a deploy knows.
    pub(crate) values: &'a BTreeMap<String, String>,
    /// Values of parameters and secrets that the script asks for.
    pub(crate) parameters: &'a BTreeMap<String, String>,
    /// How long one boot may take.
    pub(crate) limit: Duration,
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
    parameters: BTreeMap<String, String>,
    limit: Duration,
    /// What it asks for, found by its first boot.
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
    pub(crate) hints: Vec<String>,
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
        wishes: &Wishes<'_>,
    ) -> Result<Self, TrialError> {
        let (stack, entry) = (script.stack, script.entry);
        let is_volume = |name: &&String| template["Resources"][name.as_str()]["Type"] == "AWS::EC2::Volume";
        let volume = |(at, name): (usize, &String)| {
            let id = wishes.values.get(name).cloned().unwrap_or_else(|| format!("vol-{at:017x}"));
            (name.clone(), id)
        };
        let volumes: Vec<(String, String)> = entry.values.iter().filter(is_volume).enumerate().map(volume).collect();
        let sections = entry.sections.iter().map(|section| section.name.clone());
        Ok(Trial {
            parts: sent(script, template, wishes, &volumes)?,
            text: script.text.to_owned(),
            sections: sections.filter(|name| name != "start" && name != "end").collect(),
            image,
            volumes: volumes.into_iter().map(|(_, id)| id).collect(),
            record: format!("/stackgen/{}/data-volume", stack.name),
            parameters: wishes.parameters.clone(),
            limit: wishes.limit,
            asked: Vec::new(),
            reports: false,
        })
    }

    /// Boots it for the first time, as often as it takes to learn what it asks for.
    pub(crate) fn first(&mut self, shell: &Shell) -> Result<Verdict, TrialError> {
        if let Some(missing) = stackgen_boot::missing().into_iter().next() {
            return Err(TrialError::Machine(missing));
        }
        let began = Instant::now();
        let limit = self.limit;
        let first = ticking(shell, FIRST, limit, || self.learn());
        let fault = first.as_ref().map_or_else(|fault| Some(fault.clone()), |run| scenarios::first_fault(self, run));
        let log = first.as_ref().map(|run| run.outcome.log.clone()).unwrap_or_default();
        self.reports = first.is_ok_and(|run| !run.outcome.signals().is_empty());
        let mut verdict = self.verdict(FIRST, began, fault, log);
        if let Err(error) = self.all_are_asked() {
            if verdict.fault.is_none() {
                return Err(error);
            }
            // It may have failed for want of the right name, and also before it asked.
            let asked: Vec<String> = self.asked.iter().map(|asked| asked.name.clone()).collect();
            let asked = if asked.is_empty() { "nothing".to_owned() } else { quoted(&asked) };
            verdict.hints.push(format!("{error}; it asks for {asked}"));
        }
        for short in self.asked.iter().filter(|asked| asked.is_secret() && !asked.can_be_found()) {
            shell.warn(&format!(
                "the value of `{}` is too short to be looked for in logs and files; give it {} letters or more",
                short.name,
                asked::FINDABLE
            ));
        }
        Ok(verdict)
    }

    fn verdict(&self, name: &str, began: Instant, fault: Option<String>, log: String) -> Verdict {
        let hints = if fault.is_some() { hints::of(&log, self.image.path.as_deref()) } else { Vec::new() };
        Verdict { name: name.to_owned(), took: began.elapsed(), fault, hints, log }
    }

    /// A value for something else would change nothing, and nobody would notice.
    fn all_are_asked(&self) -> Result<(), TrialError> {
        let names = self.parameters.keys().filter(|name| !self.asked.iter().any(|asked| asked.name == **name));
        let names: Vec<String> = names.cloned().collect();
        let asked = || self.asked.iter().map(|asked| asked.name.clone()).collect();
        if names.is_empty() { Ok(()) } else { Err(TrialError::NotAsked { names, asked: asked() }) }
    }

    /// Whatever the script asks for is made up or given, until it asks for nothing more.
    fn learn(&mut self) -> Result<Run, String> {
        loop {
            let run = self.boot(&self.new_volumes(), &self.disks()?, &self.start())?;
            let new: Vec<_> = asked(&run.outcome).into_iter().filter(|(name, _)| !self.knows(name)).collect();
            if new.is_empty() || self.asked.len() > MOST_PARAMETERS {
                return Ok(run);
            }
            for (name, kind) in new.into_iter().collect::<BTreeMap<_, _>>() {
                // Nothing else has this by chance, so that it is found wherever it leaks.
                let made_up = || format!("made-up-{:08x}", 0x5eed_0000 + self.asked.len());
                let value = self.parameters.get(&name).cloned().unwrap_or_else(made_up);
                self.asked.push(Asked { name, kind, value });
            }
        }
    }

    fn knows(&self, name: &str) -> bool {
        name == self.record || self.asked.iter().any(|asked| asked.name == name)
    }

    fn start(&self) -> Start {
        Start { limit: self.limit, ..Start::default() }
    }

    fn new_volumes(&self) -> World {
        self.with_record("new")
    }

    fn with_record(&self, state: &str) -> World {
        let world = self.asked.iter().fold(World::new(), |world, asked| asked.given(world, &asked.value));
        match self.volumes.first() {
            Some(volume) => world.parameter(&self.record, &format!("{state}:{volume}")),
            None => world,
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
    fn disk_name(&self, at: usize) -> String {
        format!("nvme{}n1", at + 1)
    }

    fn attach(&self, boot: &Boot, disks: &[Disk]) -> Result<(), String> {
        for (at, (volume, disk)) in self.volumes.iter().zip(disks).enumerate() {
            boot.attach(&self.disk_name(at), &volume.replace('-', ""), disk).map_err(told)?;
        }
        Ok(())
    }
}

/// What cloud-init would run, with the values of a deploy: given, of a volume, or what every stack has.
fn sent(
    script: &BootScript<'_>,
    template: &Json,
    wishes: &Wishes<'_>,
    volumes: &[(String, String)],
) -> Result<Vec<Part>, TrialError> {
    let (stack, entry) = (script.stack, script.entry);
    let wanted = RefCell::new(BTreeSet::new());
    let known = |name: &str| {
        wanted.borrow_mut().insert(name.to_owned());
        let volume = volumes.iter().find(|(volume, _)| volume == name).map(|(_, id)| id);
        let given = wishes.values.get(name).or(volume).cloned();
        given.or_else(|| pseudo(name, &stack.name, stack.region.as_deref()))
    };
    let text = evaluate(template, &entry.id, known);
    let wanted = wanted.into_inner();
    // With a function that is not known here, not every name was come by.
    let is_whole = matches!(text, Ok(_) | Err(EvaluateError::Unknown(_)));
    if let Some(name) = wishes.values.keys().find(|name| is_whole && !wanted.contains(*name)) {
        return Err(TrialError::NoValue { name: name.clone(), known: wanted.into_iter().collect() });
    }
    let wrong = |source: anyhow::Error| TrialError::UserData { host: entry.id.clone(), source };
    let text = text.map_err(|error| wrong(error.into()))?;
    parts(text.as_bytes()).map_err(|error| wrong(error.into()))
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

/// Does something that may take long, and says so.
fn ticking<T>(shell: &Shell, name: &str, limit: Duration, work: impl FnOnce() -> T) -> T {
    let object = format!("{name}, {} s at most", limit.as_secs());
    let (working, ended) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let ended = ended;
            let mut progress = shell.progress("Running", &object);
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                progress.tick();
            }
        });
        let _working = working;
        work()
    })
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
