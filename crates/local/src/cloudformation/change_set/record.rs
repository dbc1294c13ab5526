//! Taking the request for a change set, with everything that AWS refuses at once.
use std::collections::BTreeSet;

use indexmap::IndexMap;
use jiff::SignedDuration;
use serde_json::Value as Json;

use super::{ChangeSet, DIRECT, Kind, import};
use crate::cloudformation::stack::{Event, Source, Stack, Status};
use crate::cloudformation::template::{
    Design, Foreseen, Given, INCLUDE, Place, Seen, Template, capabilities, check, check_region, expand, include,
    partition, settle, transforms,
};
use crate::wire::ApiError;
use crate::world::{Due, World};

/// What a caller wants of a change set. What is `None` stays as the stack has it.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The stack: a name, or the ARN of one that is there.
    pub stack: String,
    /// The name of the change set.
    pub name: String,
    /// What it does to its stack.
    pub kind: Kind,
    /// Why.
    pub description: Option<String>,
    /// The template.
    pub body: Option<String>,
    /// Parameters.
    pub parameters: IndexMap<String, Given>,
    /// Tags.
    pub tags: Option<IndexMap<String, String>>,
    /// What is acknowledged.
    pub capabilities: BTreeSet<String>,
    /// What to do when it fails.
    pub on_failure: Option<String>,
    /// Whom to act for.
    pub role_arn: Option<String>,
    /// Where to send events.
    pub notification_arns: Option<Vec<String>>,
    /// What to import.
    pub imports: Vec<Json>,
    /// Whether to revert drift.
    pub revert_drift: bool,
    /// The token of the request.
    pub token: Option<String>,
    /// Whether to look into nested stacks.
    pub include_nested: bool,
}

/// How long it takes to compute a change set.
const COMPUTING: SignedDuration = SignedDuration::from_secs(3);

/// Records a change set that will be computed, and the stack if there is none. Answers the ids of both.
///
/// # Errors
///
/// If AWS refuses it at once: the stack is in no state for it, or the template or a parameter is wrong. Nothing is recorded
/// then.
pub fn create(world: &mut World, region: &str, proposal: Proposal) -> Result<(String, String), ApiError> {
    named(&proposal.name)?;
    let found = world.regions.get(region).and_then(|region| {
        let mut stacks =
            region.stacks.values().filter(|it| it.status != Status::DeleteComplete || it.id == proposal.stack);
        stacks.find(|stack| stack.id == proposal.stack || stack.name == proposal.stack).cloned()
    });
    if let Some(same) = found.as_ref().and_then(|stack| stack.change_sets.iter().find(|it| it.name == proposal.name)) {
        return match &proposal.token {
            token @ Some(_) if *token == same.token => Ok((same.id.clone(), found.map(|it| it.id).unwrap_or_default())),
            _ => Err(ApiError::new("AlreadyExistsException", format!("ChangeSet [{}] already exists", proposal.name))),
        };
    }
    in_state(found.as_ref(), &proposal)?;
    let stack = match &found {
        Some(stack) => stack.clone(),
        None => new_stack(world, region, &proposal)?,
    };
    let source = source(world, region, &stack, &proposal)?;
    let (uuid, owner) = (world.uuid(), stack.id.split(":stack/").next().unwrap_or_default());
    let id = format!("{owner}:changeSet/{}/{uuid}", proposal.name);
    let change_set = record(&id, source, proposal, world);
    let stack_id = stack.id.clone();
    let stacks = &mut world.region(region).stacks;
    stacks.entry(stack_id.clone()).or_insert(stack).change_sets.push(change_set);
    world.after(COMPUTING, region, Due::ChangeSet(id.clone()));
    Ok((id, stack_id))
}

/// Source: *ChangeSetName* of `CreateChangeSet`.
fn named(name: &str) -> Result<(), ApiError> {
    let legal = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    if legal && name.len() <= 128 {
        return Ok(());
    }
    let constraint = if legal {
        "Member must have length less than or equal to 128"
    } else {
        "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    };
    Err(ApiError::validation(format!(
        "1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: {constraint}"
    )))
}

/// Refuses what the state of the stack does not allow.
fn in_state(stack: Option<&Stack>, proposal: &Proposal) -> Result<(), ApiError> {
    let Some(stack) = stack else {
        let missing = proposal.kind == Kind::Update || proposal.stack.starts_with("arn:");
        let message = format!("Stack [{}] does not exist", proposal.stack);
        return if missing { Err(ApiError::validation(message)) } else { Ok(()) };
    };
    let stands = matches!(
        stack.status,
        Status::CreateComplete
            | Status::CreateFailed
            | Status::UpdateComplete
            | Status::UpdateFailed
            | Status::UpdateRollbackComplete
            | Status::ImportComplete
            | Status::ImportRollbackComplete
    );
    match (proposal.kind, stack.status) {
        (Kind::Create | Kind::Import, Status::ReviewInProgress) => Ok(()),
        (Kind::Create, _) => Err(ApiError::validation(format!(
            "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
            stack.name, proposal.name
        ))),
        (Kind::Update | Kind::Import, _) if stands => Ok(()),
        // The wording stands in serverless/serverless#5630.
        _ => Err(ApiError::validation(format!(
            "Stack:{} is in {} state and can not be updated.",
            stack.id,
            stack.status.word()
        ))),
    }
}

fn source(world: &World, region: &str, stack: &Stack, proposal: &Proposal) -> Result<Source, ApiError> {
    let seen = Foreseen(Seen { world, region });
    let place = Place::of(world, region, stack, &seen);
    let (template, source) = whole(world, &place, stack, proposal)?;
    let exists = stack.status != Status::ReviewInProgress;
    let after = match Design::new(&template, &source, &place) {
        // What another stack does not put out is found when the change set is computed.
        Err(error) if error.message.starts_with("Output ") => return Ok(source),
        design => design?,
    };
    let before = if exists { Some(design_of(stack, &place)?) } else { None };
    if let Some(before) = &before {
        same_types(before, &after)?;
    }
    if proposal.kind == Kind::Import {
        import::check(exists.then_some(stack), &source, before.as_ref(), &after, &proposal.imports)?;
    }
    Ok(source)
}

/// The template with the pieces that it includes, and everything else that the stack would be made from.
fn whole(world: &World, place: &Place<'_>, stack: &Stack, proposal: &Proposal) -> Result<(Template, Source), ApiError> {
    let body = proposal.body.clone().unwrap_or_else(|| stack.source.body.clone());
    let sent = Template::parse(&body)?;
    transforms(&sent)?;
    let is_whole = !sent.transforms().contains(&INCLUDE);
    if is_whole {
        formed(&sent, place.region)?;
    }
    let previous = (stack.status != Status::ReviewInProgress).then_some(&stack.source.parameters);
    let mut source = Source {
        parameters: settle(&sent, &proposal.parameters, previous, place.outside)?,
        body,
        included: None,
        tags: proposal.tags.clone().unwrap_or_else(|| stack.source.tags.clone()),
        capabilities: proposal.capabilities.clone(),
    };
    // Source: *Capabilities* of `CreateStack` in the API reference: macros need it, and change sets do not.
    let expands = proposal.name == DIRECT && !sent.transforms().is_empty();
    let included = include(world, &sent, &source, place)?;
    source.included = included.as_ref().map(|template| template.document.to_string());
    let template = included.unwrap_or(sent);
    if !is_whole {
        formed(&template, place.region)?;
    }
    acknowledged(&template, &source, place, expands)?;
    Ok((template, source))
}

fn formed(template: &Template, region: &str) -> Result<(), ApiError> {
    check(template)?;
    check_region(template, region)
}

fn design_of(stack: &Stack, place: &crate::cloudformation::template::Place<'_>) -> Result<Design, ApiError> {
    Design::new(&stack.source.template()?, &stack.source, place)
}

/// Source: *Capabilities* of `CreateChangeSet`; the wording stands in many public reports.
fn acknowledged(template: &Template, source: &Source, place: &Place<'_>, expands: bool) -> Result<(), ApiError> {
    let expanded = expand(template, source, place)?;
    // What loops make is looked at as if it had been written.
    check(&expanded)?;
    let mut needed = capabilities(&expanded);
    needed.extend(expands.then_some("CAPABILITY_AUTO_EXPAND"));
    let given = |name: &str| {
        source.capabilities.contains(name)
            || name == "CAPABILITY_IAM" && source.capabilities.contains("CAPABILITY_NAMED_IAM")
    };
    if needed.iter().all(|name| given(name)) {
        return Ok(());
    }
    let message = format!("Requires capabilities : [{}]", needed.join(", "));
    Err(ApiError::new("InsufficientCapabilitiesException", message))
}

fn same_types(before: &Design, after: &Design) -> Result<(), ApiError> {
    let other = |(id, wanted): (&String, &crate::cloudformation::template::Wanted)| {
        let old = before.resources.get(id)?;
        (old.type_name != wanted.type_name).then(|| id.clone())
    };
    let changed: Vec<String> = after.resources.iter().filter_map(other).collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{}]",
        changed.join(", ")
    )))
}

fn record(id: &str, source: Source, proposal: Proposal, world: &World) -> ChangeSet {
    ChangeSet {
        id: id.to_owned(),
        name: proposal.name,
        kind: proposal.kind,
        description: proposal.description,
        source,
        status: "CREATE_PENDING".to_owned(),
        reason: None,
        execution: "UNAVAILABLE".to_owned(),
        changes: Vec::new(),
        validations: Vec::new(),
        created: world.now(),
        on_failure: proposal.on_failure,
        role_arn: proposal.role_arn,
        notification_arns: proposal.notification_arns,
        imports: proposal.imports,
        revert_drift: proposal.revert_drift,
        stack_drift: None,
        token: proposal.token,
        include_nested: proposal.include_nested,
        within: None,
    }
}

/// A stack that only has change sets. Source: *CreateChangeSet*: it is `REVIEW_IN_PROGRESS` until one is executed.
fn new_stack(world: &mut World, region: &str, proposal: &Proposal) -> Result<Stack, ApiError> {
    let name = &proposal.stack;
    let legal = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    if !legal || name.len() > 128 {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
        )));
    }
    let mut stack = empty(world, region, name);
    let event = Event {
        id: world.uuid(),
        operation_id: world.uuid(),
        at: world.now(),
        logical_id: stack.name.clone(),
        physical_id: stack.id.clone(),
        type_name: "AWS::CloudFormation::Stack".to_owned(),
        status: stack.status.word().to_owned(),
        reason: stack.reason.clone(),
        properties: None,
        token: proposal.token.clone(),
    };
    stack.log(event);
    stack.notification_arns = proposal.notification_arns.clone().unwrap_or_default();
    Ok(stack)
}

fn empty(world: &mut World, region: &str, name: &str) -> Stack {
    let uuid = world.uuid();
    let id = format!("arn:{}:cloudformation:{region}:{}:stack/{name}/{uuid}", partition(region).0, world.account);
    Stack { reason: Some("User Initiated".to_owned()), ..Stack::new(id, name.to_owned(), world.now()) }
}
