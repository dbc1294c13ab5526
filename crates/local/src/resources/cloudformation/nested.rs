//! Nested stacks. Source: *Split a template into reusable pieces using nested stacks* and *AWS::CloudFormation::Stack*.
use std::collections::BTreeSet;

use indexmap::IndexMap;
use jiff::SignedDuration;
use serde_json::{Map, Value as Json};

use crate::cloudformation::change_set::{self, Kind, NOTHING, Proposal};
use crate::cloudformation::operation::{self, Order, Verb};
use crate::cloudformation::stack::{Source, Stack, Status};
use crate::cloudformation::template::{Given, text};
use crate::resources::{Begun, Doing, Effect, Progress, Provider, Refusal, Site};
use crate::wire::ApiError;

/// How long the name of a stack may be. Source: *StackName* of `CreateStack` in the API reference.
const LONGEST: usize = 128;

/// `AWS::CloudFormation::Stack`: a stack of its own, whose physical id is its ARN.
#[derive(Debug)]
pub struct Nested;

impl Provider for Nested {
    /// It keeps what it has made when it fails, for the stack above to delete.
    fn create(&self, site: &mut Site<'_>, properties: &Json) -> Result<Begun, Refusal> {
        let waiting = in_review(site);
        let proposal = propose(site, waiting.as_deref(), Kind::Create, properties)?;
        let executed = prepared(site, waiting.as_deref());
        let (id, set) = change_set::direct(site.world, &site.region, proposal).map_err(refusal)?;
        let parent =
            stack(site, &site.stack_id.clone()).ok_or_else(|| Refusal("its stack is gone".to_owned()))?.clone();
        let mut order = Order::new(Verb::Create, set.source);
        order.by_parent = true;
        order.change_set = executed;
        order.disable_rollback = true;
        order.timeout_minutes = number(properties, "TimeoutInMinutes");
        order.role_arn.clone_from(&set.role_arn);
        order.notification_arns.clone_from(&set.notification_arns);
        let region = site.region.clone();
        let child = &mut site.world.region(&region).stacks[&id];
        child.root_id = Some(parent.root_id.unwrap_or_else(|| parent.id.clone()));
        child.parent_id = Some(parent.id);
        child.termination_protection = parent.termination_protection;
        child.timeout_minutes = order.timeout_minutes.and_then(|it| u64::try_from(it).ok());
        start(site, &id, order)?;
        Ok(Begun { physical_id: id, takes: SignedDuration::ZERO })
    }

    /// Where nothing changes, the nested stack is not touched.
    fn update(&self, site: &mut Site<'_>, id: &str, _: &Json, after: &Json) -> Result<Begun, Refusal> {
        let proposal = propose(site, Some(id), Kind::Update, after)?;
        let region = site.region.clone();
        let waited = site.world.region(&region).stacks.get_mut(id).and_then(operation::set_aside);
        let begun = begin_update(site, id, proposal);
        if let (Some(status), Ok(false) | Err(_)) = (waited, &begun) {
            operation::take_back(&mut site.world.region(&region).stacks[id], status);
        }
        let takes = if begun? { SignedDuration::ZERO } else { SignedDuration::from_secs(1) };
        Ok(Begun { physical_id: id.to_owned(), takes })
    }

    fn delete(&self, site: &mut Site<'_>, id: &str, _: &Json) -> Result<Begun, Refusal> {
        let region = site.region.clone();
        if let Some(child) = site.world.region(&region).stacks.get_mut(id) {
            operation::set_aside(child);
            let verb = Verb::Delete { retain: Vec::new(), force: false };
            let order = Order { by_parent: true, ..Order::new(verb, Source::default()) };
            operation::start(site.world, &region, id, order).map_err(refusal)?;
        }
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::ZERO })
    }

    fn progress(&self, site: &mut Site<'_>, id: &str, doing: Doing) -> Result<Progress, Refusal> {
        let now = site.world.now();
        let above = stack(site, &site.stack_id.clone()).map(|parent| parent.status);
        let Some(child) = stack(site, id) else { return Ok(Progress::Done) };
        let settled = match doing {
            Doing::Create => created(child),
            Doing::Delete => deleted(child),
            Doing::Update => updated(child, above),
        }?;
        if settled {
            return Ok(Progress::Done);
        }
        let due = child.operation.as_ref().and_then(|operation| operation.wake);
        Ok(Progress::Wait(due.map_or(SignedDuration::from_secs(5), |due| due.duration_since(now))))
    }

    fn attributes(&self, site: &mut Site<'_>, id: &str, _: &Json) -> Map<String, Json> {
        let outputs = stack(site, id).map(|child| child.outputs.clone()).unwrap_or_default();
        outputs.into_iter().map(|(name, output)| (format!("Outputs.{name}"), Json::String(output.value))).collect()
    }

    fn effect(&self, _: &str, _: &Json, _: &Json) -> Effect {
        Effect::InPlace
    }

    /// What the stack above has applied: drift of a nested stack is detected in that stack itself.
    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        stack(site, id).filter(|child| child.status != Status::DeleteComplete)?;
        let logical_id = site.logical_id.clone();
        Some(stack(site, &site.stack_id.clone())?.resources.get(&logical_id)?.properties.clone())
    }
}

/// Whether an update has begun; there may be nothing to do.
fn begin_update(site: &mut Site<'_>, id: &str, proposal: Proposal) -> Result<bool, Refusal> {
    let region = site.region.clone();
    let executed = prepared(site, Some(id));
    let (_, set) = match change_set::direct(site.world, &region, proposal) {
        Err(error) if error.message == NOTHING => return Ok(false),
        found => found.map_err(refusal)?,
    };
    let above = stack(site, &site.stack_id.clone());
    let disable_rollback = above.is_some_and(|parent| parent.asked.disable_rollback);
    let mut order = Order::new(Verb::Update, set.source);
    order.by_parent = true;
    order.change_set = executed;
    order.disable_rollback = disable_rollback;
    order.role_arn = set.role_arn;
    order.notification_arns = set.notification_arns;
    start(site, id, order)?;
    Ok(true)
}

/// Starts what the stack above asks for. Of the change sets only the executed one stays.
fn start(site: &mut Site<'_>, id: &str, order: Order) -> Result<(), Refusal> {
    let (region, executed) = (site.region.clone(), order.change_set.clone());
    operation::start(site.world, &region, id, order).map_err(refusal)?;
    let sets = &mut site.world.region(&region).stacks[id].change_sets;
    sets.retain(|set| Some(&set.id) == executed.as_ref() || set.execution.starts_with("EXECUTE_"));
    for set in sets.iter_mut().filter(|set| Some(&set.id) == executed.as_ref()) {
        set.execution = "EXECUTE_IN_PROGRESS".to_owned();
    }
    Ok(())
}

/// The nested stack that waits for the change set that the stack above executes.
fn in_review(site: &mut Site<'_>) -> Option<String> {
    let (region, parent, logical_id) = (site.region.clone(), site.stack_id.clone(), site.logical_id.clone());
    let stacks = &site.world.region(&region).stacks;
    let above = stacks.get(&parent)?;
    let mut waiting = stacks.values().filter(|child| child.status == Status::ReviewInProgress);
    let is_it = |child: &&Stack| {
        let set = change_set::executed(above, child).and_then(|set| set.within.as_ref());
        set.is_some_and(|within| within.logical_id == logical_id)
    };
    waiting.find(is_it).map(|child| child.id.clone())
}

/// The change set of a nested stack that is executed with the one of the stack above.
fn prepared(site: &mut Site<'_>, child: Option<&str>) -> Option<String> {
    let (region, parent) = (site.region.clone(), site.stack_id.clone());
    let stacks = &site.world.region(&region).stacks;
    Some(change_set::executed(stacks.get(&parent)?, stacks.get(child?)?)?.id.clone())
}

fn created(child: &Stack) -> Result<bool, Refusal> {
    match child.status {
        Status::CreateInProgress => Ok(false),
        Status::CreateComplete => Ok(true),
        _ => Err(failed(child, "created")),
    }
}

fn deleted(child: &Stack) -> Result<bool, Refusal> {
    match child.status {
        Status::DeleteInProgress => Ok(false),
        Status::DeleteComplete => Ok(true),
        _ => Err(failed(child, "deleted")),
    }
}

/// Whether an update is over, as far as the stack above it has come.
fn updated(child: &Stack, above: Option<Status>) -> Result<bool, Refusal> {
    let cleans = matches!(above, Some(Status::UpdateCompleteCleanup | Status::UpdateRollbackCompleteCleanup));
    let forward = !cleans && above != Some(Status::UpdateRollbackInProgress);
    match child.status {
        Status::UpdateRollbackFailed if !cleans => Err(stuck(child)),
        Status::UpdateRollbackInProgress | Status::UpdateRollbackCompleteCleanup | Status::UpdateFailed if forward => {
            Err(stuck(child))
        }
        status => Ok(!status.is_moving() || child.is_held() && !cleans),
    }
}

/// The sentences stand in aws-quickstart/quickstart-hashicorp-consul#69 and others.
fn failed(child: &Stack, done: &str) -> Refusal {
    Refusal(format!("Embedded stack {} was not successfully {done}: {}", child.id, reason(child)))
}

/// The sentence stands in the debugging pages of Ruby on Jets.
fn stuck(child: &Stack) -> Refusal {
    let (id, status) = (&child.id, child.status.word());
    Refusal(format!(
        "Embedded stack {id} was not successfully updated. Currently in {status} with reason: {}",
        reason(child)
    ))
}

/// The last reason that the stack gave.
fn reason(child: &Stack) -> &str {
    let told = child.events.iter().rev().filter(|event| event.physical_id == child.id);
    let last = told.filter_map(|event| event.reason.as_deref()).next();
    last.unwrap_or_default().trim_end()
}

fn refusal(error: ApiError) -> Refusal {
    Refusal(error.message)
}

fn stack<'w>(site: &'w mut Site<'_>, id: &str) -> Option<&'w Stack> {
    let region = site.region.clone();
    site.world.region(&region).stacks.get(id)
}

/// The name of the stack above, the logical id and twelve letters.
fn name(site: &mut Site<'_>) -> String {
    let mark = site.world.letters(12);
    let free = LONGEST - mark.len() - 2;
    let logical: String = site.logical_id.chars().take(free / 2).collect();
    let parent: String = site.stack_name.chars().take(free - logical.len()).collect();
    format!("{parent}-{logical}-{mark}")
}

/// What the properties of a nested stack propose for it; for a new one, if there is no id.
pub(crate) fn propose(
    site: &mut Site<'_>,
    id: Option<&str>,
    kind: Kind,
    properties: &Json,
) -> Result<Proposal, Refusal> {
    let parameters = parameters(properties)?;
    let url = properties.get("TemplateURL").and_then(Json::as_str).unwrap_or_default();
    let body = crate::s3::template(site.world, url).map_err(refusal)?;
    let tags = tags(site, properties);
    let above = stack(site, &site.stack_id.clone());
    let role_arn = above.and_then(|parent| parent.role_arn.clone());
    let capabilities: BTreeSet<String> = above.map(|parent| parent.asked.capabilities.clone()).unwrap_or_default();
    let arns = properties.get("NotificationARNs").and_then(Json::as_array).into_iter().flatten();
    Ok(Proposal {
        stack: id.map_or_else(|| name(site), str::to_owned),
        name: change_set::DIRECT.to_owned(),
        kind,
        description: None,
        body: Some(body),
        parameters,
        tags: Some(tags),
        capabilities,
        on_failure: None,
        role_arn,
        notification_arns: Some(arns.filter_map(text).collect()),
        imports: Vec::new(),
        revert_drift: false,
        token: None,
        include_nested: false,
    })
}

/// Values are texts and numbers. Source: *Parameters* of `AWS::CloudFormation::Stack`: "comma-delimited list parameters must be of
/// type String". An older form of the message is quoted in *List Params and Nested Stacks on CloudFormation*; this one is from
/// memory.
fn parameters(properties: &Json) -> Result<IndexMap<String, Given>, Refusal> {
    let entries = properties.get("Parameters").and_then(Json::as_object).into_iter().flatten();
    let given = entries.map(|(name, value)| Some((name.clone(), Given::Value(text(value)?))));
    given.collect::<Option<_>>().ok_or_else(|| {
        Refusal("Value of property Parameters must be an object with String (or simple type) properties".to_owned())
    })
}

/// The tags of the stack above, and its own, which win.
fn tags(site: &Site<'_>, properties: &Json) -> IndexMap<String, String> {
    let mut tags: IndexMap<String, String> = site.stack_tags.iter().cloned().collect();
    for tag in properties.get("Tags").and_then(Json::as_array).into_iter().flatten() {
        if let (Some(key), Some(value)) = (tag.get("Key").and_then(text), tag.get("Value").and_then(text)) {
            tags.insert(key, value);
        }
    }
    tags
}

fn number(properties: &Json, name: &str) -> Option<i64> {
    let value = properties.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
