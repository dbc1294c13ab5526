//! What a request gives for a stack.
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::find;
use crate::cloudformation::change_set::{Kind, Proposal};
use crate::cloudformation::template::{Given, Template};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// How many bytes a template may have that is sent with the request. Source: *Understand CloudFormation quotas*; the sentence is
/// what the API's own validation answers.
const LARGEST_BODY: usize = 51_200;

/// The template of a request; nothing if the one of the stack stays.
pub(super) fn body(world: &mut World, request: &Request) -> Result<Option<String>, ApiError> {
    let previous = request.flag("UsePreviousTemplate") == Some(true);
    match (request.text("TemplateBody"), request.text("TemplateURL")) {
        (Some(_), Some(_)) => Err(ApiError::validation("You must specify only one of TemplateBody or TemplateURL")),
        (Some(_), None) | (None, Some(_)) if previous => {
            Err(ApiError::validation("You cannot specify both usePreviousTemplate and Template Body or Template URL."))
        }
        (Some(body), None) if body.len() > LARGEST_BODY => Err(ApiError::validation(format!(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less \
             than or equal to {LARGEST_BODY}"
        ))),
        (Some(body), None) => Ok(Some(body.to_owned())),
        (None, Some(url)) => from_url(world, url).map(Some),
        (None, None) if previous => Ok(None),
        (None, None) => Err(ApiError::validation("Either Template URL or Template Body must be specified.")),
    }
}

/// The template behind a URL.
fn from_url(world: &mut World, url: &str) -> Result<String, ApiError> {
    crate::s3::template(world, url)
}

/// What a request proposes for a stack.
pub(super) fn proposal(world: &mut World, request: &Request, name: &str, kind: Kind) -> Result<Proposal, ApiError> {
    let token = request.text("ClientToken").or(request.text("ClientRequestToken"));
    let stack = request.required("StackName")?.to_owned();
    let body = body(world, request)?;
    allowed_types(world, request, &stack, body.as_deref())?;
    Ok(Proposal {
        stack,
        name: name.to_owned(),
        kind,
        description: request.text("Description").map(str::to_owned),
        body,
        parameters: parameters(request),
        tags: tags(request),
        capabilities: request.texts("Capabilities").map(str::to_owned).collect::<BTreeSet<String>>(),
        on_failure: request.text("OnStackFailure").or(request.text("OnFailure")).map(str::to_owned),
        role_arn: request.text("RoleARN").map(str::to_owned),
        notification_arns: notification_arns(request),
        imports: request.list("ResourcesToImport").to_vec(),
        revert_drift: request.text("DeploymentMode") == Some("REVERT_DRIFT"),
        token: token.map(str::to_owned),
        include_nested: request.flag("IncludeNestedStacks") == Some(true),
    })
}

/// Refuses a template with types that the caller did not allow. Source: *ResourceTypes* of `CreateStack` in the API reference for
/// what may stand in the list; the sentence was recorded on AWS by localstack/localstack.
fn allowed_types(world: &mut World, request: &Request, stack: &str, body: Option<&str>) -> Result<(), ApiError> {
    let allowed: Vec<&str> = request.texts("ResourceTypes").collect();
    if allowed.is_empty() {
        return Ok(());
    }
    let previous = || find::stack(world, &request.region, stack).map(|stack| stack.source.body.clone());
    let Some(body) = body.map(str::to_owned).or_else(previous) else { return Ok(()) };
    let template = Template::parse(&body)?;
    let resources = template.document["Resources"].as_object().into_iter().flatten();
    let is_allowed = |name: &str| {
        let fits = |it: &&str| it.strip_suffix('*').map_or(*it == name, |start| name.starts_with(start));
        allowed.iter().any(fits)
    };
    let mut types = resources.filter_map(|(_, resource)| resource.get("Type")?.as_str());
    match types.find(|name| !is_allowed(name)) {
        None => Ok(()),
        Some(name) => Err(ApiError::validation(format!(
            "Resource type {name} is not allowed by parameter ResourceTypes [{}]",
            allowed.join(", ")
        ))),
    }
}

fn notification_arns(request: &Request) -> Option<Vec<String>> {
    request.input.get("NotificationARNs").map(|_| request.texts("NotificationARNs").map(str::to_owned).collect())
}

fn parameters(request: &Request) -> IndexMap<String, Given> {
    let given = request.list("Parameters").iter().filter_map(|it| {
        let name = it.get("ParameterKey")?.as_str()?.to_owned();
        let previous = it.get("UsePreviousValue").is_some_and(|flag| *flag == true || *flag == "true");
        let value = it.get("ParameterValue").and_then(Json::as_str).unwrap_or_default().to_owned();
        Some((name, if previous { Given::Previous } else { Given::Value(value) }))
    });
    given.collect()
}

/// Tags; a request without any leaves them as they are.
fn tags(request: &Request) -> Option<IndexMap<String, String>> {
    request.input.get("Tags")?;
    let pairs = request.list("Tags").iter().filter_map(|it| {
        let text = |name| it.get(name).and_then(Json::as_str).map(str::to_owned);
        Some((text("Key")?, text("Value")?))
    });
    Some(pairs.collect())
}

/// The physical ids of resources to import by their logical ids. An identifier of several parts is joined by `|`, as in *Cloud
/// Control API*'s identifiers.
pub(super) fn physical_ids(imports: &[Json]) -> BTreeMap<String, String> {
    let one = |import: &Json| {
        let logical_id = import.get("LogicalResourceId")?.as_str()?.to_owned();
        let parts = import.get("ResourceIdentifier")?.as_object()?;
        let values: Vec<&str> = parts.values().filter_map(Json::as_str).collect();
        Some((logical_id, values.join("|")))
    };
    imports.iter().filter_map(one).collect()
}
