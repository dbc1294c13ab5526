//! Machines that somebody else runs.
//!
//! In a region that is driven, instances are machines of a driver: the engine says what it wants of them ([`wanted`]) and goes
//! on when it is told what is so ([`told`]). Only then an instance runs or has stopped, and a volume is on it or off. The engine
//! invents no boot and sends no signals for it: the machine's own user data does. What is wanted of an instance that is off
//! needs nobody, and goes on as ever.
//!
//! If nobody tells: an instance that is not started within the driver's patience ends, or is stopped again if it has run
//! before, for a `Server.InternalError` (*StateReason* in the API reference: "An internal error caused the instance to terminate
//! during launch"). What does not stop stays `stopping` (*Troubleshoot Amazon EC2 instance stop issues*), and what is not
//! attached or let go stays `attaching` or `busy`: the callers give up.
use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::attachment::Phase;
use super::instance::{Instance, State};
use super::{Ec2, Place, Volume, life, root};
use crate::ssm::command;

/// How long an instance may be pending if the driver does not say: EC2's own figure is not published.
const PATIENCE: i64 = 600;

/// What is known of a driver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Driver {
    /// For how many seconds an instance may be pending.
    pub patience: i64,
    /// Instances that are to reboot.
    pub reboots: BTreeSet<String>,
    /// Commands that are to run.
    #[serde(default)]
    pub runs: Vec<Run>,
}

/// A script that an instance is to run as root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The id of the command.
    pub command: String,
    /// The instance.
    pub instance: String,
    /// The script, a program by its first line.
    pub script: String,
}

/// What is so.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Told {
    /// The machine has started.
    Running { instance: String },
    /// The machine is off, because that was wanted or by itself.
    Stopped { instance: String },
    /// The machine is off and gone for good.
    Terminated { instance: String },
    /// The machine starts again.
    Rebooted { instance: String },
    /// The disk is there.
    Attached { volume: String, instance: String },
    /// The machine uses the disk and does not let it go.
    Busy { volume: String, instance: String },
    /// The disk is gone from the machine.
    Released { volume: String, instance: String },
    /// The machine is off, has another root in place of its own, and starts again.
    RootReplaced { instance: String, volume: String },
    /// The machine has run a script, with this code, and this is what it wrote.
    Ran { command: String, instance: String, code: i64, output: String },
}

/// Puts a driver in charge, or nobody.
///
/// # Errors
///
/// If there are instances: those of the engine are no machines of a driver, and those of a driver nothing without it.
pub fn drive(at: &mut Place<'_>, is_driven: bool, patience: Option<i64>) -> Result<(), String> {
    let mut present = at.things().instances.values().filter(|it| it.state != State::Terminated);
    if let Some(one) = present.next() {
        return Err(format!("{} is there; who runs the machines is said before the first one", one.id));
    }
    let patience = patience.unwrap_or(PATIENCE);
    at.ec2().driver = is_driven.then(|| Driver { patience, reboots: BTreeSet::new(), runs: Vec::new() });
    Ok(())
}

/// What is wanted of the driver, in the order of the instances.
#[must_use]
pub fn wanted(ec2: &Ec2) -> Vec<Json> {
    let Some(driver) = &ec2.driver else { return Vec::new() };
    ec2.instances.values().flat_map(|one| wanted_of(ec2, driver, one)).collect()
}

fn wanted_of(ec2: &Ec2, driver: &Driver, one: &Instance) -> Vec<Json> {
    let id = &one.id;
    match one.state {
        State::Pending => vec![start(ec2, one, root::of(ec2, one))],
        State::Stopping => vec![json!({"want": "stop", "instance": id})],
        State::ShuttingDown => vec![json!({"want": "terminate", "instance": id})],
        State::Running => {
            // All else waits until the machine is back.
            if let Some(root) = root::wanted(ec2, one) {
                return vec![replace_root(ec2, one, root)];
            }
            let reboot = driver.reboots.contains(id).then(|| json!({"want": "reboot", "instance": id}));
            let moves = ec2.devices(id).filter(|(_, on)| on.until.is_none()).filter_map(|(volume, on)| {
                let want = match on.phase {
                    Phase::Attaching => "attach",
                    Phase::Detaching | Phase::Busy => "detach",
                    Phase::Attached => return None,
                };
                Some(json!({
                    "want": want, "instance": id, "volume": volume.id, "device": on.device, "gib": volume.spec.size,
                    "is_forced": on.is_forced,
                }))
            });
            let runs = driver.runs.iter().filter(|run| run.instance == *id);
            let runs =
                runs.map(|run| json!({"want": "run", "instance": id, "command": run.command, "script": run.script}));
            reboot.into_iter().chain(moves).chain(runs).collect()
        }
        State::Stopped | State::Terminated => Vec::new(),
    }
}

/// Everything that makes a machine of an instance, with a volume as its root.
fn start(ec2: &Ec2, one: &Instance, root: Option<&Volume>) -> Json {
    let shown = |volume: &Volume, device: &str, is_root: bool| json!({"volume": volume.id, "device": device, "gib": volume.spec.size, "is_root": is_root});
    let data = ec2.devices(&one.id).filter(|(_, on)| on.device != one.root_device);
    let data = data.map(|(volume, on)| shown(volume, &on.device, false));
    let volumes = root.map(|root| shown(root, &one.root_device, true)).into_iter().chain(data);
    json!({
        "want": "start", "instance": one.id, "image": root::image_of_root(ec2, one, root), "type": one.kind,
        "architecture": one.architecture, "zone": one.zone, "vpc": one.vpc,
        "private_ip": ec2.primary(&one.id).map(|it| &it.private_ip), "user_data": one.user_data, "volumes": volumes.collect::<Vec<_>>(),
    })
}

/// The same for a machine that runs and is to start again with another root.
fn replace_root(ec2: &Ec2, one: &Instance, root: &Volume) -> Json {
    let mut wanted = start(ec2, one, Some(root));
    (wanted["want"], wanted["volume"]) = (json!("replace-root"), json!(root.id));
    wanted
}

/// Takes what is so. Saying the same again changes nothing.
///
/// # Errors
///
/// If it cannot be so: nobody wanted it.
pub fn told(at: &mut Place<'_>, told: &Told) -> Result<(), String> {
    if at.ec2().driver.is_none() {
        return Err(format!("nobody drives the machines of {}; say so with PUT first", at.region));
    }
    match told {
        Told::Attached { volume, instance } => moved(at, volume, instance, Phase::Attached),
        Told::Busy { volume, instance } => moved(at, volume, instance, Phase::Busy),
        Told::Released { volume, instance } => released(at, volume, instance),
        Told::Running { instance } => told_of_instance(at, instance, State::Running),
        Told::Stopped { instance } => told_of_instance(at, instance, State::Stopped),
        Told::Terminated { instance } => told_of_instance(at, instance, State::Terminated),
        Told::RootReplaced { instance, volume } => root::replaced(at, instance, volume),
        Told::Ran { command, instance, code, output } => command::ran(at, command, instance, *code, output),
        Told::Rebooted { instance } => {
            at.ec2().driver.as_mut().map(|driver| driver.reboots.remove(instance));
            Ok(())
        }
    }
}

fn told_of_instance(at: &mut Place<'_>, id: &str, so: State) -> Result<(), String> {
    let before = at.ec2().instance(id).map_err(|error| error.message)?.state;
    match (before, so) {
        _ if before == so => {}
        (State::Pending, State::Running) => life::runs(at, id),
        (State::Stopping, State::Stopped) => life::stops(at, id),
        (State::ShuttingDown, State::Terminated) => life::end(at, id),
        (State::Running, State::Stopped) => life::went_off(at, id),
        _ => return Err(format!("{id} is {} and was not to become {}", before.word(), so.word())),
    }
    if let Some(driver) = at.ec2().driver.as_mut().filter(|_| so != State::Running) {
        driver.reboots.remove(id);
        // What it ran is over with it, and nobody hears how.
        driver.runs.retain(|run| run.instance != id);
    }
    Ok(())
}

fn moved(at: &mut Place<'_>, volume: &str, instance: &str, so: Phase) -> Result<(), String> {
    let one = at.ec2().volume(volume).map_err(|error| error.message)?;
    let on = one.attachments.iter_mut().find(|it| it.instance == instance && it.until.is_none());
    let on = on.ok_or_else(|| format!("{volume} was not to be on {instance}"))?;
    match (on.phase, so) {
        (Phase::Attaching, Phase::Attached) => on.phase = Phase::Attached,
        (Phase::Detaching, Phase::Busy) if !on.is_forced => on.phase = Phase::Busy,
        (before, so) if before == so => {}
        _ => return Err(format!("{volume} was not to be so on {instance}")),
    }
    Ok(())
}

fn released(at: &mut Place<'_>, volume: &str, instance: &str) -> Result<(), String> {
    let one = at.ec2().volume(volume).map_err(|error| error.message)?;
    let is_it = |it: &super::attachment::Attachment| it.instance == instance;
    if one.attachments.iter().any(|it| is_it(it) && !matches!(it.phase, Phase::Detaching | Phase::Busy)) {
        return Err(format!("{volume} is to be on {instance}"));
    }
    one.attachments.retain(|it| !is_it(it));
    Ok(())
}

/// Whether a driver, and nobody else, moves what is on an instance.
pub(super) fn is_up(ec2: &Ec2, instance: &str) -> bool {
    let is_on = |it: &Instance| !matches!(it.state, State::Stopped | State::Terminated);
    ec2.driver.is_some() && ec2.instances.get(instance).is_some_and(is_on)
}

/// Whether an instance waits for word of its driver, however late it is. One that waited too long to start does no more.
pub(super) fn waits(at: &mut Place<'_>, id: &str) -> bool {
    let (now, ec2) = (at.now(), at.things());
    let (Some(driver), Some(one)) = (&ec2.driver, ec2.instances.get(id)) else { return false };
    match one.state {
        State::Stopping | State::ShuttingDown => true,
        State::Pending => {
            let left = SignedDuration::from_secs(driver.patience) - now.duration_since(one.launched);
            if left.is_positive() {
                at.wake(left.as_secs().max(1), id);
            } else {
                life::did_not_start(at, id);
            }
            true
        }
        State::Running | State::Stopped | State::Terminated => false,
    }
}

#[cfg(test)]
mod tests;
