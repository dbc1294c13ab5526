//! Reading change sets, whole.
use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{ChangeSetStatus, EventFilter, OperationEvent, ResourceChange, TemplateStage};
use jiff::Timestamp;
use serde::Serialize;

use super::name::operation_of;
use crate::aws::{Connection, Retry, timestamp};
use crate::failure::{Failure, Kind};
use crate::pace::Pace;
use crate::stack::pairs;

/// What CloudFormation puts into the reason when it leaves changes out because it was asked for their values (aws/aws-cdk-cli
/// #1780).
const INCOMPLETE: &str = "can return incomplete ChangeSet data";

/// How often a change set that we made is looked for before we believe that it is gone.
const RE_READS: u32 = 4;

/// How long CloudFormation needs for a change set, about: to ask sooner only costs a call.
const COMPUTING: Duration = Duration::from_millis(3_500);

/// A change set with all that it would change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Described {
    pub(crate) id: String,
    pub(crate) stack_id: String,
    pub(crate) stack: String,
    pub(crate) execution: String,
    /// Whether there is nothing to change.
    pub(crate) is_empty: bool,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) resolved: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) changes: Vec<ResourceChange>,
}

/// A change set in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeSetEntry {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
    /// Whether it can be carried out: `AVAILABLE`, `OBSOLETE`, …
    pub execution: String,
    /// Why it is in this status.
    pub reason: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether stackgen made it.
    pub is_ours: bool,
}

/// The change sets of a stack.
///
/// # Errors
///
/// If there is no such stack, or CloudFormation does not say.
pub async fn list(connection: &Connection, stack: &str) -> Result<Vec<ChangeSetEntry>, Failure> {
    let mut entries = Vec::new();
    let mut page = None;
    loop {
        let send =
            || connection.cloudformation.list_change_sets().stack_name(stack).set_next_token(page.clone()).send();
        let answer = connection.call("ListChangeSets", Retry::Safe, send).await?;
        for summary in answer.summaries.unwrap_or_default() {
            let name = summary.change_set_name.unwrap_or_default();
            entries.push(ChangeSetEntry {
                id: summary.change_set_id.unwrap_or_default(),
                status: summary.status.map_or_else(String::new, |status| status.as_str().to_owned()),
                execution: summary.execution_status.map_or_else(String::new, |status| status.as_str().to_owned()),
                reason: summary.status_reason,
                created: summary.creation_time.as_ref().and_then(timestamp),
                is_ours: operation_of(&name).is_some(),
                name,
            });
        }
        page = answer.next_token;
        if page.is_none() {
            return Ok(entries);
        }
    }
}

/// Waits until a change set is computed, and reads it. One that is empty is not a failure.
pub(crate) async fn wait(connection: &Connection, id: &str) -> Result<Described, Failure> {
    let pace = Pace::short(connection, COMPUTING);
    pace.wait().await;
    computed(connection, id, pace).await
}

/// Reads a change set, once it is computed.
async fn computed(connection: &Connection, id: &str, pace: Pace) -> Result<Described, Failure> {
    let mut missed = 0;
    loop {
        let first = match page(connection, id, None, true).await {
            // Soon after its creation an answer may be of a time before it.
            Err(failure) if failure.kind == Kind::NoChangeSet && missed < RE_READS => {
                missed += 1;
                pace.wait().await;
                continue;
            }
            first => first?,
        };
        let reason = first.status_reason.clone().unwrap_or_default();
        match first.status {
            Some(ChangeSetStatus::CreateComplete) => return whole(connection, id, first).await,
            Some(ChangeSetStatus::Failed) if is_empty(&reason) => {
                return Ok(Described { is_empty: true, ..described(&first) });
            }
            Some(ChangeSetStatus::CreateInProgress | ChangeSetStatus::CreatePending) => pace.wait().await,
            Some(ChangeSetStatus::Failed) => return Err(why(connection, id, &reason).await),
            status => {
                let word = status.map_or_else(|| "unknown".to_owned(), |status| status.as_str().to_owned());
                return Err(Failure::new(Kind::NoChangeSet, format!("the change set `{id}` is {word}: {reason}")));
            }
        }
    }
}

/// Reads a change set that somebody made before.
pub(crate) async fn describe(connection: &Connection, id: &str) -> Result<Described, Failure> {
    computed(connection, id, Pace::short(connection, Duration::ZERO)).await
}

/// The template that a change set was made of, as it was sent.
pub(crate) async fn template(connection: &Connection, id: &str) -> Result<String, Failure> {
    let send = || {
        let call = connection.cloudformation.get_template().change_set_name(id);
        call.template_stage(TemplateStage::Original).send()
    };
    Ok(connection.call("GetTemplate", Retry::Safe, send).await?.template_body.unwrap_or_default())
}

/// Whether a change set was begun to be carried out; `None` if it is not there any more.
pub(crate) async fn execution(connection: &Connection, id: &str) -> Result<Option<String>, Failure> {
    let send = || connection.cloudformation.describe_change_set().change_set_name(id).send();
    match connection.call("DescribeChangeSet", Retry::Safe, send).await {
        Ok(answer) => Ok(Some(answer.execution_status.map_or_else(String::new, |status| status.as_str().to_owned()))),
        Err(failure) if matches!(failure.kind, Kind::NoChangeSet | Kind::NoStack) => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn whole(connection: &Connection, id: &str, first: DescribeChangeSetOutput) -> Result<Described, Failure> {
    let may_lack = first.status_reason.as_deref().is_some_and(|reason| reason.contains(INCOMPLETE));
    let mut described = described(&first);
    described.changes = changes(connection, id, first, true).await?;
    if may_lack {
        let bare = page(connection, id, None, false).await?;
        let bare = changes(connection, id, bare, false).await?;
        described.changes = merged(described.changes, bare);
    }
    Ok(described)
}

/// All changes without values, each with its values where they came.
fn merged(with_values: Vec<ResourceChange>, bare: Vec<ResourceChange>) -> Vec<ResourceChange> {
    let mut rest = with_values;
    let is_same = |one: &ResourceChange, other: &ResourceChange| {
        one.logical_resource_id == other.logical_resource_id && one.action == other.action
    };
    let mut all = Vec::new();
    for change in bare {
        match rest.iter().position(|known| is_same(known, &change)) {
            Some(index) => all.push(rest.remove(index)),
            None => all.push(change),
        }
    }
    all.extend(rest);
    all
}

async fn changes(
    connection: &Connection,
    id: &str,
    mut answer: DescribeChangeSetOutput,
    values: bool,
) -> Result<Vec<ResourceChange>, Failure> {
    let mut changes = Vec::new();
    loop {
        changes
            .extend(answer.changes.take().unwrap_or_default().into_iter().filter_map(|change| change.resource_change));
        let Some(next) = answer.next_token.take() else { return Ok(changes) };
        answer = page(connection, id, Some(next), values).await?;
    }
}

async fn page(
    connection: &Connection,
    id: &str,
    next: Option<String>,
    values: bool,
) -> Result<DescribeChangeSetOutput, Failure> {
    let send = || {
        let call = connection.cloudformation.describe_change_set().change_set_name(id);
        call.include_property_values(values).set_next_token(next.clone()).send()
    };
    connection.call("DescribeChangeSet", Retry::Safe, send).await
}

fn described(answer: &DescribeChangeSetOutput) -> Described {
    let parameters = answer.parameters.as_deref().unwrap_or_default();
    Described {
        id: answer.change_set_id.clone().unwrap_or_default(),
        stack_id: answer.stack_id.clone().unwrap_or_default(),
        stack: answer.stack_name.clone().unwrap_or_default(),
        execution: answer.execution_status.as_ref().map_or("", |status| status.as_str()).to_owned(),
        is_empty: false,
        parameters: pairs(parameters, |parameter| (&parameter.parameter_key, &parameter.parameter_value)),
        resolved: pairs(parameters, |parameter| (&parameter.parameter_key, &parameter.resolved_value)),
        tags: pairs(answer.tags.as_deref().unwrap_or_default(), |tag| (&tag.key, &tag.value)),
        capabilities: answer.capabilities().iter().map(|one| one.as_str().to_owned()).collect(),
        changes: Vec::new(),
    }
}

/// What a change set without changes says of itself (aws/aws-cdk, `changeSetHasNoChanges`).
fn is_empty(reason: &str) -> bool {
    reason.starts_with("The submitted information didn't contain changes.")
        || reason.contains("No updates are to be performed")
}

/// Why a change set failed. Early validation only hints at `DescribeEvents`, where the reasons are.
async fn why(connection: &Connection, id: &str, reason: &str) -> Failure {
    let mut message = innermost(connection, reason).await;
    let mut is_taken = false;
    if reason.contains("AWS::EarlyValidation") {
        let filter = EventFilter::builder().failed_events(true).build();
        let send = || connection.cloudformation.describe_events().change_set_name(id).filters(filter.clone()).send();
        // The details are nice to have; the verdict stands without them.
        if let Ok(answer) = connection.call("DescribeEvents", Retry::Safe, send).await {
            let found = findings(&answer.operation_events.unwrap_or_default());
            is_taken = found.iter().any(|finding| finding.ends_with(IS_TAKEN));
            match found.as_slice() {
                [] => {}
                [one] => message.clone_from(one),
                many => message = format!("\n  {}", many.join("\n  ")),
            }
        }
    }
    let kind = if is_taken { Kind::AlreadyExists } else { Kind::Template };
    Failure::new(kind, format!("CloudFormation refuses the change: {message}"))
}

/// How a finding ends that says that something of the name of a new resource is there.
const IS_TAKEN: &str = "is there already";

/// What early validation found, each once. What is said of the stack itself is only that something was found.
fn findings(events: &[OperationEvent]) -> Vec<String> {
    let mut findings = Vec::new();
    let is_summary = |event: &&OperationEvent| {
        event.resource_type() == Some("AWS::CloudFormation::Stack") && event.validation_path().is_none()
    };
    for event in events.iter().filter(|event| !is_summary(event)) {
        let said = event.validation_status_reason().or(event.resource_status_reason());
        let resource = event.logical_resource_id().filter(|resource| !resource.is_empty());
        let Some((said, resource)) = said.zip(resource) else { continue };
        let path = event.validation_path().unwrap_or_default();
        let within = path.strip_prefix(&format!("/Resources/{resource}")).unwrap_or_default();
        let finding = match taken(said) {
            Some((type_name, name)) => format!("{resource}: {type_name} `{name}` {IS_TAKEN}"),
            None => format!("{resource}{within}: {said}"),
        };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings
}

/// Type and name in `Resource of type 'AWS::S3::Bucket' with identifier 'a' already exists.`
/// (aws-cloudformation/rain#744).
fn taken(said: &str) -> Option<(&str, &str)> {
    let rest = said.strip_prefix("Resource of type '")?;
    let rest = rest.trim_end_matches('.').strip_suffix("' already exists")?;
    rest.split_once("' with identifier '")
}

/// The reason of the change set that really failed: for a stack in a stack the outer one only names it.
async fn innermost(connection: &Connection, reason: &str) -> String {
    let mut told = reason.to_owned();
    let mut seen = Vec::new();
    while let Some(id) = nested_in(&told).filter(|id| !seen.contains(id)) {
        // Without the inner one's reason the outer one's has to do.
        let Ok(inner) = page(connection, &id, None, false).await else { break };
        let Some(reason) = inner.status_reason.filter(|reason| !reason.is_empty()) else { break };
        told = reason;
        seen.push(id);
    }
    told
}

/// The change set that a reason such as `Nested change set arn:… was not successfully created: Currently in FAILED.` names
/// (aws/aws-cdk, `Nested change set`).
fn nested_in(reason: &str) -> Option<String> {
    let (_, rest) = reason.split_once("Nested change set ")?;
    rest.split_whitespace().next().filter(|id| id.starts_with("arn:")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudformation::types::ChangeAction;

    fn change(id: &str, physical: Option<&str>) -> ResourceChange {
        let change = ResourceChange::builder().logical_resource_id(id).action(ChangeAction::Modify);
        change.set_physical_resource_id(physical.map(str::to_owned)).build()
    }

    #[test]
    fn changes_that_values_hide_come_back() {
        let all = merged(vec![change("B", Some("b-1"))], vec![change("A", None), change("B", None)]);
        assert_eq!(all, [change("A", None), change("B", Some("b-1"))]);
    }

    #[test]
    fn findings_are_told_once_and_name_what_is_there() {
        let event = |type_name: &str, id: &str, path: &str, said: &str| {
            let event = OperationEvent::builder().resource_type(type_name).logical_resource_id(id);
            event.validation_path(path).validation_status_reason(said).build()
        };
        let taken = event(
            "AWS::SSM::Parameter",
            "Taken",
            "/Resources/Taken",
            "Resource of type 'AWS::SSM::Parameter' with identifier '/notes/taken' already exists.",
        );
        let events = [
            taken.clone(),
            taken,
            event("AWS::EC2::Volume", "Disk", "/Resources/Disk/Properties/Colour", "unsupported property"),
            OperationEvent::builder()
                .resource_type("AWS::CloudFormation::Stack")
                .logical_resource_id("notes")
                .resource_status_reason("The following hook(s)/validation failed")
                .build(),
        ];
        assert_eq!(
            findings(&events),
            [
                "Taken: AWS::SSM::Parameter `/notes/taken` is there already",
                "Disk/Properties/Colour: unsupported property",
            ]
        );
    }

    #[test]
    fn the_inner_change_set_is_named_in_the_reason() {
        let reason = "Nested change set arn:aws:cloudformation:eu-west-1:1:changeSet/a/1 was not successfully created: Currently in FAILED.";
        assert_eq!(nested_in(reason).as_deref(), Some("arn:aws:cloudformation:eu-west-1:1:changeSet/a/1"));
        assert_eq!(nested_in("Nested change set of mine"), None);
    }

    #[test]
    fn a_change_set_without_changes_says_so() {
        assert!(is_empty(
            "The submitted information didn't contain changes. Submit different information to create a change set."
        ));
        assert!(is_empty("No updates are to be performed."));
        assert!(!is_empty("Transform AWS::Serverless failed with: nothing"));
    }
}
