//! What a deploy tells a host about its volume.
//!
//! A boot script formats a disk only if the parameter says that the volume is new, and waits for that word; so whoever makes
//! the volume writes it as soon as the volume is there, and once the host is ready takes it back for good. A script that finds
//! a blank disk later stops instead of formatting it.
use super::Recorded;
use crate::aws::Connection;
use crate::failure::{Failure, Kind};
use crate::plan::{Action, StackPlan, Verb};
use crate::progress::{Progress, ResourceEvent};

/// Writes the word about a volume that an event tells of, if it is one.
///
/// A word that cannot be written is told by `say` and fails nothing here: the host that waits for it says in the end what it
/// missed.
pub(super) async fn note(
    connection: &Connection,
    plan: &StackPlan,
    event: &ResourceEvent,
    say: &(dyn Fn(Progress) + Send + Sync),
) {
    let records = plan.hosts.iter().filter_map(|host| host.record.as_ref());
    for record in records.filter(|record| event.path.is_empty() && record.volume == event.id) {
        let Some(volume) = made(plan, event) else { continue };
        let step = |what: String| say(Progress::Step { stack: plan.stack.clone(), what });
        let word = if record.is_restored { "restored" } else { "new" };
        match introduce(connection, record, volume).await {
            Ok(true) => step(format!("telling the host that {volume} is {word}, in {}", record.parameter)),
            Ok(false) => {}
            Err(failure) => step(format!("cannot tell the host that {volume} is {word}: {failure}")),
        }
    }
}

/// The volume that an event says was made in this operation.
fn made<'a>(plan: &StackPlan, event: &'a ResourceEvent) -> Option<&'a str> {
    let volume = event.physical_id.as_deref().filter(|id| id.starts_with("vol-"))?;
    let change = plan.changes.iter().find(|change| change.id == event.id);
    // Of a replacement the events say that it is an update; only the plan knows that another volume takes the place.
    let takes_place = || {
        let is_replaced = change.is_some_and(|it| matches!(it.action, Action::Replace | Action::MayReplace));
        is_replaced && change.and_then(|it| it.physical_id.as_deref()) != Some(volume)
    };
    let is_made = match event.status.as_str() {
        "CREATE_COMPLETE" => plan.verb != Verb::Import,
        "UPDATE_COMPLETE" => takes_place(),
        _ => false,
    };
    is_made.then_some(volume)
}

/// Says that a volume is new, unless something was said of this very volume already. Answers whether it was written.
///
/// # Errors
///
/// If SSM refuses.
async fn introduce(connection: &Connection, record: &Recorded, volume: &str) -> Result<bool, Failure> {
    let value = format!("{}:{volume}", if record.is_restored { "restored" } else { "new" });
    match connection.put_parameter(&record.parameter, &value, false).await {
        Err(failure) if failure.kind == Kind::AlreadyExists => {}
        written => return written.map(|_| true),
    }
    // Of this very volume it was said by a request of ours whose answer was lost, or by another process; else it was of another.
    let known = connection.parameter(&record.parameter).await?;
    if known.is_some_and(|known| volume_of(&known.value) == volume) {
        return Ok(false);
    }
    connection.put_parameter(&record.parameter, &value, true).await.map(|_| true)
}

/// Says that volumes are in service, once the hosts that were to format or take them over are ready.
///
/// # Errors
///
/// If SSM refuses.
pub(crate) async fn settle(connection: &Connection, plan: &StackPlan) -> Result<(), Failure> {
    // Without a condition that waits for the host nobody knows whether it has its volume.
    let ready =
        plan.hosts.iter().filter(|host| !host.ready.is_empty() && host.attachments.iter().all(|one| one.is_held));
    for record in ready.filter_map(|host| host.record.as_ref()) {
        let Some(known) = connection.parameter(&record.parameter).await? else { continue };
        let volume = volume_of(&known.value);
        let is_open = ["new:", "restored:"].iter().any(|word| known.value.starts_with(word));
        if is_open {
            connection.put_parameter(&record.parameter, &format!("in-service:{volume}"), true).await?;
        }
    }
    Ok(())
}

/// What becomes of the word when the stack goes: it goes with the volume, and stays with a volume that stays.
///
/// # Errors
///
/// If SSM refuses.
pub(crate) async fn retire(connection: &Connection, plan: &StackPlan, kept: &[String]) -> Result<Vec<String>, Failure> {
    let mut told = Vec::new();
    for record in plan.hosts.iter().filter_map(|host| host.record.as_ref()) {
        let Some(known) = connection.parameter(&record.parameter).await? else { continue };
        let volume = volume_of(&known.value);
        if kept.iter().any(|id| id == volume) {
            told.push(format!("{} stays with {volume}", record.parameter));
        } else {
            connection.delete_parameter(&record.parameter).await?;
        }
    }
    Ok(told)
}

fn volume_of(value: &str) -> &str {
    value.split_once(':').map_or("", |(_, volume)| volume)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Change, Consequence};

    fn event(status: &str, volume: &str) -> ResourceEvent {
        ResourceEvent {
            stack: "prod".to_owned(),
            path: Vec::new(),
            id: "Data".to_owned(),
            type_name: "AWS::EC2::Volume".to_owned(),
            physical_id: Some(volume.to_owned()),
            status: status.to_owned(),
            reason: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_a_volume_that_this_operation_made_is_new() {
        let plan = |verb| StackPlan { verb, ..StackPlan::default() };
        assert_eq!(made(&plan(Verb::Update), &event("CREATE_COMPLETE", "vol-1")), Some("vol-1"));
        assert_eq!(made(&plan(Verb::Update), &event("CREATE_IN_PROGRESS", "vol-1")), None);
        assert_eq!(made(&plan(Verb::Import), &event("CREATE_COMPLETE", "vol-1")), None);
        assert_eq!(made(&plan(Verb::Update), &event("UPDATE_COMPLETE", "vol-1")), None);
        let replaced = Change {
            id: "Data".to_owned(),
            type_name: "AWS::EC2::Volume".to_owned(),
            physical_id: Some("vol-1".to_owned()),
            source: None,
            action: Action::Replace,
            consequence: Consequence::Replaced,
            meaning: String::new(),
            stateful: true,
            properties: Vec::new(),
        };
        let plan = StackPlan { changes: vec![replaced], ..plan(Verb::Update) };
        assert_eq!(made(&plan, &event("UPDATE_COMPLETE", "vol-1")), None, "it is the old one");
        assert_eq!(made(&plan, &event("UPDATE_COMPLETE", "vol-2")), Some("vol-2"));
    }
}
