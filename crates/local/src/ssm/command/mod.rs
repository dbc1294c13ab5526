//! Run Command: what is sent to instances, and how far it is.
//!
//! Sources: the API reference of Systems Manager, *Understanding command statuses* and *Understanding command timeout values*. A
//! command is delivered when the agent is there, at most `TimeoutSeconds` after it was sent, and then runs for at most
//! `executionTimeout` seconds, a parameter of the document. What a script does on a machine that the engine makes up is in
//! `machine`; the scripts of a driver's machines are run by the driver.
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::agent;
use crate::ec2::Place;
use crate::ec2::machines::Run;
use crate::world::{Due, World};

mod machine;
mod send;
mod shown;
#[cfg(test)]
mod tests;

pub(super) use send::send;
pub(super) use shown::{invocation, list, page};

/// Seconds from one step of a command to the next: an estimate.
const STEP: SignedDuration = SignedDuration::from_secs(1);

/// What the agent's shell ends with when its time is over: 128, and SIGKILL (aws/amazon-ssm-agent,
/// `CommandStoppedPreemptivelyExitCode`).
const KILLED: i64 = 137;

/// A script that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Command {
    /// A UUID.
    pub id: String,
    /// What its sender says of it.
    pub comment: String,
    /// As they were given.
    pub parameters: Json,
    /// The lines of `commands`.
    pub script: String,
    /// For how many seconds it may wait for its agent.
    pub delivery: i64,
    /// For how many seconds it may run.
    pub execution: i64,
    /// When it was sent.
    pub requested: Timestamp,
    /// How it goes, by instance.
    pub invocations: IndexMap<String, Invocation>,
}

/// How a command goes on an instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invocation {
    /// How it stands.
    pub status: Status,
    /// When it began to run.
    pub started: Option<Timestamp>,
    /// In which boot of the instance.
    pub boot: u64,
    /// Whether it has done what it does, and only waits for the end of the boot.
    pub has_acted: bool,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// What it ended with; -1 before.
    pub code: i64,
    /// What it wrote.
    pub output: String,
    /// What it wrote of errors.
    pub error: String,
}

/// How an invocation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "AWS's words")]
pub enum Status {
    Pending,
    InProgress,
    Success,
    Failed,
    DeliveryTimedOut,
    ExecutionTimedOut,
}

impl Status {
    fn is_over(self) -> bool {
        !matches!(self, Status::Pending | Status::InProgress)
    }
}

impl Invocation {
    fn new() -> Invocation {
        Invocation {
            status: Status::Pending,
            started: None,
            boot: 0,
            has_acted: false,
            ended: None,
            code: -1,
            output: String::new(),
            error: String::new(),
        }
    }

    /// It has ended with a code. The agent appends a line to what a failed script wrote (the tests of gruntwork-io/terratest).
    fn end(&mut self, now: Timestamp, code: i64, output: String, error: &str) {
        let separator = if error.is_empty() || error.ends_with('\n') { "" } else { "\n" };
        (self.status, self.code, self.output) = (Status::Success, code, output);
        error.clone_into(&mut self.error);
        if code != 0 {
            self.status = Status::Failed;
            self.error = format!("{error}{separator}failed to run commands: exit status {code}");
        }
        self.ended = Some(now);
    }

    fn time_out(&mut self, now: Timestamp, status: Status) {
        (self.status, self.ended) = (status, Some(now));
        if status == Status::ExecutionTimedOut {
            self.code = KILLED;
        }
    }
}

fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).expect("no wait reaches the end of time")
}

/// Goes on with a command whose time has come.
pub fn look(world: &mut World, region: &str, id: &str) {
    let Some(command) = world.region(region).ssm.commands.get(id) else { return };
    for instance in command.invocations.keys().cloned().collect::<Vec<_>>() {
        step(world, region, id, &instance);
    }
}

/// An instance has begun to boot, or its boot is over: what waited for that goes on.
pub(crate) fn stir(world: &mut World, region: &str, instance: &str) {
    let commands = world.region(region).ssm.commands.values();
    let waits = |it: &&Command| it.invocations.get(instance).is_some_and(|it| !it.status.is_over());
    let waiting: Vec<String> = commands.filter(waits).map(|it| it.id.clone()).collect();
    for id in waiting {
        world.after(SignedDuration::ZERO, region, Due::Command(id));
    }
}

fn step(world: &mut World, region: &str, id: &str, instance: &str) {
    let now = world.now();
    let Some(command) = world.region(region).ssm.commands.get(id) else { return };
    let Some(one) = command.invocations.get(instance).cloned() else { return };
    let (undelivered, execution) = (after(command.requested, command.delivery), command.execution);
    let is_young = after(command.requested, STEP.as_secs()) > now;
    match one.status {
        Status::Pending if undelivered <= now => {
            change(world, region, id, instance, |it| it.time_out(now, Status::DeliveryTimedOut));
        }
        Status::Pending if !is_young && agent::is_online(world, region, instance) => {
            begin(world, region, id, instance, execution);
        }
        Status::InProgress if one.started.is_some_and(|started| after(started, execution) <= now) => {
            change(world, region, id, instance, |it| it.time_out(now, Status::ExecutionTimedOut));
            forget(world, region, id, instance);
        }
        Status::InProgress if one.started.is_some_and(|started| after(started, STEP.as_secs()) <= now) => {
            machine::run(world, region, id, instance);
        }
        _ => {}
    }
}

/// It is there, and runs.
fn begin(world: &mut World, region: &str, id: &str, instance: &str, execution: i64) {
    let now = world.now();
    let boot = world.region(region).ec2.instances.get(instance).map_or(0, |one| one.boot.number);
    change(world, region, id, instance, |it| {
        (it.status, it.started, it.boot) = (Status::InProgress, Some(now), boot);
    });
    let script = world.region(region).ssm.commands[id].script.clone();
    let run = Run { command: id.to_owned(), instance: instance.to_owned(), script };
    if let Some(driver) = &mut world.region(region).ec2.driver {
        driver.runs.push(run);
    } else {
        world.after(STEP, region, Due::Command(id.to_owned()));
    }
    world.after(SignedDuration::from_secs(execution), region, Due::Command(id.to_owned()));
}

/// Changes how it goes. What is over everywhere is not looked at again.
fn change(world: &mut World, region: &str, id: &str, instance: &str, how: impl FnOnce(&mut Invocation)) {
    let Some(command) = world.region(region).ssm.commands.get_mut(id) else { return };
    command.invocations.get_mut(instance).map(how);
    if command.invocations.values().all(|it| it.status.is_over()) {
        world.strike_out(region, &Due::Command(id.to_owned()));
    }
}

/// A driver need not run it any more.
fn forget(world: &mut World, region: &str, id: &str, instance: &str) {
    if let Some(driver) = &mut world.region(region).ec2.driver {
        driver.runs.retain(|run| run.command != id || run.instance != instance);
    }
}

/// A driver's machine has run a command. What came too late is nobody's any more.
///
/// # Errors
///
/// If the instance was sent no such command.
pub(crate) fn ran(at: &mut Place<'_>, id: &str, instance: &str, code: i64, output: &str) -> Result<(), String> {
    let now = at.now();
    let command = at.world.region(at.region).ssm.commands.get(id);
    let one = command.and_then(|command| command.invocations.get(instance));
    let status = one.ok_or_else(|| format!("{instance} was sent no command {id}"))?.status;
    if status == Status::Pending {
        return Err(format!("{instance} was not to run {id} yet"));
    }
    if status == Status::InProgress {
        change(at.world, at.region, id, instance, |it| it.end(now, code, output.to_owned(), ""));
    }
    forget(at.world, at.region, id, instance);
    Ok(())
}
