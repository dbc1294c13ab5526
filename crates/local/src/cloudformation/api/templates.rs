//! What templates are and say.
use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use stackgen_schema::Facts;

use super::find::{self, Missing};
use super::{compact, given};
use crate::cloudformation::stack::{Source, Status};
use crate::cloudformation::template::{self, Place, Seen, Template, capabilities, check};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// The sentences about what is missing were recorded on AWS by localstack/localstack, as that about stacks in review.
pub(super) fn get(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    match (request.text("StackName"), request.text("ChangeSetName")) {
        (None, None) => return Err(ApiError::validation("StackName is required if ChangeSetName is not specified.")),
        (None, Some(name)) if !name.starts_with("arn:") => {
            return Err(ApiError::validation("StackName is a required parameter."));
        }
        _ => {}
    }
    let (stack_id, source) = stored(world, request)?;
    let original = source.body.clone();
    let body = match request.text("TemplateStage") {
        Some("Original") => original,
        _ => processed(world, &request.region, &stack_id, &source)?.unwrap_or(original),
    };
    Ok(json!({ "TemplateBody": body, "StagesAvailable": ["Original", "Processed"] }))
}

/// The template after its transforms; nothing if it has none. Source: *TemplateStage* of `GetTemplate` in the API reference, where
/// it is also what one gets who asks for none.
fn processed(world: &World, region: &str, stack_id: &str, source: &Source) -> Result<Option<String>, ApiError> {
    if Template::parse(&source.body)?.transforms().is_empty() {
        return Ok(None);
    }
    let seen = Seen { world, region };
    let stack = &world.regions[region].stacks[stack_id];
    let document = template::processed(&source.template()?, source, &Place::of(world, region, stack, &seen))?;
    Ok(Some(document.to_string()))
}

/// What a stack or a change set is made from, and the id of the stack.
fn stored(world: &mut World, request: &Request) -> Result<(String, Source), ApiError> {
    let Some(wanted) = request.text("ChangeSetName") else {
        let stack = find::named(world, request, Missing::WithId)?;
        return Ok((stack.id.clone(), stack.source.clone()));
    };
    let stack_name = request.text("StackName");
    let stacks = world.region(&request.region).stacks.values();
    let mut sets = stacks
        .filter(|stack| stack_name.is_none_or(|name| stack.name == name || stack.id == name))
        .flat_map(|stack| stack.change_sets.iter().map(move |set| (&stack.id, set)));
    let found = sets.find(|(_, set)| set.id == wanted || set.name == wanted && stack_name.is_some());
    let missing = || ApiError::new("ChangeSetNotFound", format!("ChangeSet [{wanted}] does not exist"));
    found.map(|(id, set)| (id.clone(), set.source.clone())).ok_or_else(missing)
}

pub(super) fn validate(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let Some(body) = given::body(world, request)? else {
        return Err(ApiError::validation("Either Template URL or Template Body must be specified."));
    };
    let template = Template::parse(&body)?;
    check(&template)?;
    let parameters = section(&template, "Parameters").map(|(name, it)| {
        compact(json!({
            "ParameterKey": name,
            "DefaultValue": text(it.get("Default")),
            "NoEcho": no_echo(it),
            "Description": text(it.get("Description")),
        }))
    });
    let parameters: Vec<Json> = parameters.collect();
    Ok(with_capabilities(&template, json!({ "Parameters": parameters })))
}

pub(super) fn summary(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let given = request.text("TemplateBody").is_some() || request.text("TemplateURL").is_some();
    let body = if given { given::body(world, request)?.unwrap_or_default() } else { of_stack(world, request)? };
    let template = Template::parse(&body)?;
    check(&template)?;
    let parameters: Vec<Json> = section(&template, "Parameters").map(|(name, it)| declaration(name, it)).collect();
    let types: BTreeSet<&str> =
        section(&template, "Resources").filter_map(|(_, it)| it.get("Type").and_then(Json::as_str)).collect();
    let identifiers: Vec<Json> = types.iter().map(|type_name| identifiers(&template, type_name)).collect();
    let more = json!({
        "Parameters": parameters,
        "ResourceTypes": types,
        "Version": text(template.document.get("AWSTemplateFormatVersion")),
        "Metadata": template.document.get("Metadata").map(Json::to_string),
        "ResourceIdentifierSummaries": identifiers,
    });
    Ok(with_capabilities(&template, more))
}

fn of_stack(world: &mut World, request: &Request) -> Result<String, ApiError> {
    let stack = find::named(world, request, Missing::WithId)?;
    if stack.status == Status::ReviewInProgress {
        return Err(ApiError::validation("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."));
    }
    Ok(stack.source.body.clone())
}

fn declaration(name: &str, it: &Json) -> Json {
    let constraints = it.get("AllowedValues").map(|values| {
        let values: Vec<String> = values.as_array().into_iter().flatten().filter_map(|it| text(Some(it))).collect();
        json!({ "AllowedValues": values })
    });
    compact(json!({
        "ParameterKey": name,
        "DefaultValue": text(it.get("Default")),
        "ParameterType": text(it.get("Type")),
        "NoEcho": no_echo(it),
        "Description": text(it.get("Description")),
        "ParameterConstraints": constraints.unwrap_or_else(|| json!({})),
    }))
}

/// By what a resource is found for an import.
fn identifiers(template: &Template, type_name: &str) -> Json {
    let of_type =
        section(template, "Resources").filter(|(_, it)| it.get("Type").and_then(Json::as_str) == Some(type_name));
    let ids: Vec<&str> = of_type.map(|(id, _)| id).collect();
    let primary = Facts::embedded().resource(type_name).map(|facts| facts.primary_identifier).unwrap_or_default();
    let names: Vec<&str> = primary.iter().map(|path| path.trim_start_matches('/')).collect();
    json!({ "ResourceType": type_name, "LogicalResourceIds": ids, "ResourceIdentifiers": names })
}

fn with_capabilities(template: &Template, mut answer: Json) -> Json {
    let needed = capabilities(template);
    answer["Description"] = json!(text(template.document.get("Description")));
    answer["DeclaredTransforms"] = json!(template.transforms());
    if !needed.is_empty() {
        let types = section(template, "Resources").filter_map(|(_, it)| it.get("Type").and_then(Json::as_str));
        let iam: BTreeSet<&str> = types.filter(|name| name.starts_with("AWS::IAM::")).collect();
        let list: Vec<&str> = iam.into_iter().collect();
        answer["CapabilitiesReason"] =
            json!(format!("The following resource(s) require capabilities: [{}]", list.join(", ")));
        answer["Capabilities"] = json!(needed);
    }
    compact(answer)
}

fn section<'t>(template: &'t Template, name: &str) -> impl Iterator<Item = (&'t str, &'t Json)> {
    let members = template.document.get(name).and_then(Json::as_object);
    members.into_iter().flatten().map(|(name, it)| (name.as_str(), it))
}

fn text(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(text) => Some(text.clone()),
        Json::Null => None,
        other => Some(other.to_string()),
    }
}

fn no_echo(declaration: &Json) -> bool {
    text(declaration.get("NoEcho")).is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
}
