//! The states of instances. Source: *Amazon EC2 instance state changes*.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::error::no_instance;
use super::instance::State;
use super::{Answer, Input, Place, address, attachment, boot, machines, run};
use crate::wire::ApiError;

/// Why an instance stops or ends when somebody asks for it.
const USER: (&str, &str) = ("Client.UserInitiatedShutdown", "User initiated shutdown");
/// Why it does when its own system asks for it.
const ITSELF: (&str, &str) = ("Client.InstanceInitiatedShutdown", "Instance initiated shutdown");
/// Why it does when AWS could not start it.
const SERVER: (&str, &str) = ("Server.InternalError", "Internal error on launch");

/// Terminated instances are shown for about an hour.
const SHOWN_AFTER_END: SignedDuration = SignedDuration::from_hours(1);

/// Goes on with an instance whose time has come.
pub(super) fn look(at: &mut Place<'_>, id: &str) {
    let now = at.now();
    if machines::waits(at, id) {
        return;
    }
    let Some(one) = at.ec2().instances.get_mut(id) else { return };
    if one.until.is_some_and(|until| until <= now) {
        one.until = None;
        match one.state {
            State::Pending => runs(at, id),
            State::Stopping => stops(at, id),
            State::ShuttingDown => end(at, id),
            State::Terminated => {
                at.ec2().instances.shift_remove(id);
                at.ec2().tags.remove(id);
                return;
            }
            State::Running | State::Stopped => {}
        }
    }
    boot::look(at, id);
}

/// It runs, and begins to boot.
pub(super) fn runs(at: &mut Place<'_>, id: &str) {
    let now = at.now();
    let Some(one) = at.ec2().instances.get_mut(id) else { return };
    (one.state, one.until, one.reason, one.running_since) = (State::Running, None, None, Some(now));
    // Nothing happens when its checks pass, but whoever leaps through time gets there.
    let checks = at.ec2().settings.checks;
    at.wake(checks, id);
    boot::begin(at, id);
}

/// It is off.
pub(super) fn stops(at: &mut Place<'_>, id: &str) {
    let Some(one) = at.ec2().instances.get_mut(id) else { return };
    (one.state, one.until) = (State::Stopped, None);
    attachment::let_go(at, id);
}

/// It has gone off by itself. What that means it was told at its launch.
pub(super) fn went_off(at: &mut Place<'_>, id: &str) {
    let ends = at.ec2().instances.get(id).is_some_and(|one| one.shutdown_behavior == "terminate");
    let left = leave(at, id, if ends { State::ShuttingDown } else { State::Stopping }, ITSELF);
    if left.is_ok() && !ends {
        stops(at, id);
    }
}

/// It could not be started: a new one ends, another one is as it was.
pub(super) fn did_not_start(at: &mut Place<'_>, id: &str) {
    // Whatever has run has something on its console.
    let is_new = at.ec2().instances.get(id).is_some_and(|one| one.boot.console.is_empty());
    if leave(at, id, State::Stopping, SERVER).is_ok() {
        if is_new { end(at, id) } else { stops(at, id) }
    }
}

/// The end: volumes go or are free, the interface goes.
pub(super) fn end(at: &mut Place<'_>, id: &str) {
    let ec2 = at.ec2();
    let goes = |it: &super::Volume| it.attachments.iter().any(|on| on.instance == id && on.delete_on_termination);
    let gone: Vec<String> = ec2.volumes.values().filter(|it| goes(it)).map(|it| it.id.clone()).collect();
    for volume in gone {
        ec2.volumes.shift_remove(&volume);
        ec2.tags.remove(&volume);
    }
    ec2.volumes.values_mut().for_each(|it| it.attachments.retain(|on| on.instance != id));
    let on_it = |it: &address::Interface| it.attached.as_ref().is_some_and(|(on, ..)| on == id);
    let interfaces: Vec<(String, bool)> = ec2
        .interfaces
        .values()
        .filter(|it| on_it(it))
        .map(|it| (it.id.clone(), it.attached.as_ref().is_some_and(|(.., goes)| *goes)))
        .collect();
    for (interface, goes) in interfaces {
        if goes {
            address::remove_interface(ec2, &interface);
        } else if let Some(one) = ec2.interfaces.get_mut(&interface) {
            one.attached = None;
        }
    }
    let until = at.wake(SHOWN_AFTER_END.as_secs(), id);
    if let Ok(one) = at.ec2().instance(id) {
        (one.state, one.until, one.running_since) = (State::Terminated, Some(until), None);
    }
}

type Move = fn(&mut Place<'_>, &str, Input<'_>) -> Result<(), ApiError>;

/// A call that moves several instances: all are looked at before the first is moved.
fn each(at: &mut Place<'_>, input: Input<'_>, check: Move, act: Move) -> Answer {
    let ids = input.texts("InstanceId");
    let unknown: Vec<&String> = ids.iter().filter(|id| !at.ec2().instances.contains_key(*id)).collect();
    match unknown.as_slice() {
        [] => {}
        [one] => return Err(no_instance(one)),
        many => {
            let list: Vec<&str> = many.iter().map(|id| id.as_str()).collect();
            let text = format!("The instance IDs '{}' do not exist", list.join(", "));
            return Err(ApiError::new("InvalidInstanceID.NotFound", text));
        }
    }
    for id in &ids {
        check(at, id, input)?;
    }
    let mut changes: Vec<Json> = Vec::new();
    for id in &ids {
        let before = at.ec2().instance(id)?.state;
        act(at, id, input)?;
        changes.push(json!({"instanceId": id, "currentState": at.ec2().instance(id)?.state.shown(), "previousState": before.shown()}));
    }
    Ok(json!({"instancesSet": changes}))
}

/// `StartInstances`.
pub(super) fn start(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    fn check(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        let one = at.ec2().instance(id)?.clone();
        match one.state {
            State::Stopped => run::room(at, &one.kind, &one.zone, 1),
            State::Running | State::Pending => Ok(()),
            _ => {
                let text = format!("The instance '{id}' is not in a state from which it can be started.");
                Err(ApiError::new("IncorrectInstanceState", text))
            }
        }
    }
    fn act(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        if at.ec2().instance(id)?.state != State::Stopped {
            return Ok(());
        }
        let root = at.ec2().instance(id)?.root_device.clone();
        if !at.ec2().devices(id).any(|(_, on)| on.device == root) {
            let text = format!(
                "Invalid value '{id}' for instanceId. Instance does not have a volume attached at root ({root})"
            );
            return Err(ApiError::new("IncorrectState", text));
        }
        let kind = at.ec2().instance(id)?.kind.clone();
        let seconds = at.ec2().settings.durations(&kind).start;
        let (until, now) = (at.wake(seconds, id), at.now());
        // A new public address comes with each start, unless an Elastic IP address is there.
        let (primary, subnet) = at.ec2().primary(id).map(|it| (it.id.clone(), it.subnet.clone())).unwrap_or_default();
        let assigns = at.ec2().subnets.get(&subnet).is_some_and(|it| it["mapPublicIpOnLaunch"] == json!(true));
        if assigns && at.ec2().elastic(&primary).is_none() {
            let ip = address::new_public_ip(at);
            at.ec2().interfaces[&primary].public_ip = Some(ip);
        }
        let one = at.ec2().instance(id)?;
        (one.state, one.until, one.launched) = (State::Pending, Some(until), now);
        one.reason = None;
        Ok(())
    }
    each(at, input, check, act)
}

/// `StopInstances`.
pub(super) fn stop(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    fn check(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        let one = at.ec2().instance(id)?;
        if one.stop_protection {
            let text = format!(
                "The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."
            );
            return Err(ApiError::new("OperationNotPermitted", text));
        }
        match one.state {
            State::ShuttingDown | State::Terminated | State::Pending => {
                let text = format!("This instance '{id}' is not in a state from which it can be stopped.");
                Err(ApiError::new("IncorrectInstanceState", text))
            }
            _ => Ok(()),
        }
    }
    fn act(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        if at.ec2().instance(id)?.state == State::Running {
            leave(at, id, State::Stopping, USER)?;
        }
        Ok(())
    }
    each(at, input, check, act)
}

/// `TerminateInstances`.
pub(super) fn terminate(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    fn check(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        if at.ec2().instance(id)?.termination_protection {
            let text = format!(
                "The instance '{id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
            );
            return Err(ApiError::new("OperationNotPermitted", text));
        }
        Ok(())
    }
    fn act(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        if !matches!(at.ec2().instance(id)?.state, State::ShuttingDown | State::Terminated) {
            leave(at, id, State::ShuttingDown, USER)?;
        }
        Ok(())
    }
    each(at, input, check, act)
}

/// `RebootInstances`.
pub(super) fn reboot(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    fn check(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        if matches!(at.ec2().instance(id)?.state, State::ShuttingDown | State::Terminated) {
            let text = format!("The instance '{id}' is not in a state from which it can be rebooted.");
            return Err(ApiError::new("IncorrectInstanceState", text));
        }
        Ok(())
    }
    fn act(at: &mut Place<'_>, id: &str, _: Input<'_>) -> Result<(), ApiError> {
        if at.ec2().instance(id)?.state == State::Running {
            boot::begin(at, id);
            at.ec2().driver.as_mut().map(|driver| driver.reboots.insert(id.to_owned()));
        }
        Ok(())
    }
    each(at, input, check, act)?;
    Ok(json!({"return": true}))
}

/// Leaves the running state. The address that AWS gave is lost.
fn leave(at: &mut Place<'_>, id: &str, state: State, (code, text): (&str, &str)) -> Result<(), ApiError> {
    let kind = at.ec2().instance(id)?.kind.clone();
    let durations = at.ec2().settings.durations(&kind);
    let was_stopped = at.ec2().instance(id)?.state == State::Stopped;
    let seconds = match state {
        State::Stopping => durations.stop,
        _ if was_stopped => 1,
        _ => durations.terminate,
    };
    let until = at.wake(seconds, id);
    let primary = at.ec2().primary(id).map(|it| it.id.clone());
    if let Some(interface) = primary.and_then(|primary| at.ec2().interfaces.get_mut(&primary)) {
        interface.public_ip = None;
    }
    let one = at.ec2().instance(id)?;
    (one.state, one.until, one.running_since) = (state, Some(until), None);
    one.boot.off();
    one.reason = Some((code.to_owned(), format!("{code}: {text}")));
    Ok(())
}
