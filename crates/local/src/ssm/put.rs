//! Writing parameters.
use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Draft, Parameter, Store, Version, look_later, missing, plain};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// Bytes of a value by tier, and how many versions are kept. Source: *AWS Systems Manager endpoints and quotas*.
const STANDARD: usize = 4_096;
const ADVANCED: usize = 8_192;
const VERSIONS: usize = 100;

pub(super) fn put(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("Name")?.to_owned();
    let draft = draft(world, request, &name)?;
    let tier = draft.version.tier.clone();
    let number = draft.version.number;
    if draft.version.data_type == "aws:ec2:image" {
        look_later(world, &request.region, &name, draft);
    } else {
        enter(&mut world.region(&request.region).ssm, &name, draft);
    }
    Ok(json!({"Version": number, "Tier": tier}))
}

fn draft(world: &mut World, request: &Request, name: &str) -> Result<Draft, ApiError> {
    checked_name(name)?;
    let modified = world.now();
    let store = &world.region(&request.region).ssm;
    let before = store.parameters.get(name).map(Parameter::last);
    let overwrite = request.flag("Overwrite") == Some(true);
    if before.is_some() && !overwrite {
        let message =
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
        return Err(ApiError::new("ParameterAlreadyExists", message));
    }
    let tags = tags_of(request);
    if overwrite && !tags.is_empty() {
        let message = "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove \
                       overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.";
        return Err(ApiError::new("ValidationException", message));
    }
    let kind = request.text("Type").map(str::to_owned).or_else(|| before.map(|it| it.kind.clone()));
    let kind = kind.ok_or_else(|| {
        ApiError::new("ValidationException", "A parameter type is required when you create a parameter.")
    })?;
    if !["String", "StringList", "SecureString"].contains(&kind.as_str()) {
        let message = format!("The following parameter type is not supported: {kind}.");
        return Err(ApiError::new("UnsupportedParameterType", message));
    }
    let value = request.required("Value")?.to_owned();
    let tier = tier(request, before, &value)?;
    let pattern = request.text("AllowedPattern").map(str::to_owned);
    fits(pattern.as_deref(), &value)?;
    let version = Version {
        number: before.map_or(1, |it| it.number + 1),
        value,
        kind,
        data_type: request.text("DataType").unwrap_or("text").to_owned(),
        tier,
        description: request
            .text("Description")
            .map(str::to_owned)
            .or_else(|| before.and_then(|it| it.description.clone())),
        pattern,
        modified,
        labels: Vec::new(),
    };
    Ok(Draft { version, tags })
}

/// Source: *PutParameter*, `Name`, and what users quote; moto and ministack tell a plain name from a path likewise.
fn checked_name(name: &str) -> Result<(), ApiError> {
    let lower = name.to_ascii_lowercase();
    let first = lower.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
    let is_plain = lower.matches('/').count() < 2;
    if is_plain && (first.starts_with("aws") || first.starts_with("ssm")) {
        let message = "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).";
        return Err(ApiError::new("ValidationException", message));
    }
    if first.starts_with("aws") {
        let error = ApiError::new("AccessDeniedException", format!("No access to reserved parameter name: {name}."));
        return Err(error);
    }
    let is_known = |it: char| it.is_ascii_alphanumeric() || "_.-/".contains(it);
    if first.starts_with("ssm") || !name.chars().all(is_known) {
        let message = "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of \
                       sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following \
                       3 symbols .-_";
        return Err(ApiError::new("ValidationException", message));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(ApiError::new("ValidationException", "Parameter name must be a fully qualified name."));
    }
    if name.matches('/').count() > 15 {
        let message = "Parameter name exceeds the maximum hierarchy level of 15.";
        return Err(ApiError::new("HierarchyLevelLimitExceededException", message));
    }
    Ok(())
}

fn tier(request: &Request, before: Option<&Version>, value: &str) -> Result<String, ApiError> {
    let asked = request.text("Tier").or(before.map(|it| it.tier.as_str())).unwrap_or("Standard");
    let tier = match asked {
        "Intelligent-Tiering" if value.len() > STANDARD => "Advanced",
        "Intelligent-Tiering" => "Standard",
        other => other,
    };
    let guide = "For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html";
    match tier {
        "Advanced" if value.len() > ADVANCED => Err(ApiError::new(
            "ValidationException",
            format!("Advanced tier parameters support a maximum parameter value of {ADVANCED} characters."),
        )),
        "Standard" if value.len() > STANDARD => Err(ApiError::new(
            "ValidationException",
            format!(
                "Standard tier parameters support a maximum parameter value of {STANDARD} characters. To create a larger parameter \
                 value, upgrade the parameter to use the advanced-parameter tier. {guide}"
            ),
        )),
        tier => Ok(tier.to_owned()),
    }
}

/// The value is not in the message: it may be a secret.
fn fits(pattern: Option<&str>, value: &str) -> Result<(), ApiError> {
    let Some(pattern) = pattern.filter(|it| !it.is_empty()) else { return Ok(()) };
    let compiled = regress::Regex::new(pattern).map_err(|_| {
        ApiError::new("InvalidAllowedPatternException", format!("The allowed pattern {pattern} is not valid."))
    })?;
    if compiled.find(value).is_none() {
        let message = format!("Parameter value, cannot be validated against allowedPattern: {pattern}");
        return Err(ApiError::new("ParameterPatternMismatchException", message));
    }
    Ok(())
}

pub(super) fn enter(store: &mut Store, name: &str, draft: Draft) -> u64 {
    let fresh = Parameter { name: name.to_owned(), versions: Vec::new(), tags: BTreeMap::new() };
    let parameter = store.parameters.entry(name.to_owned()).or_insert(fresh);
    let number = parameter.versions.last().map_or(1, |it| it.number + 1);
    parameter.tags.extend(draft.tags);
    parameter.versions.push(Version { number, ..draft.version });
    if parameter.versions.len() > VERSIONS {
        parameter.versions.remove(0);
    }
    number
}

fn tags_of(request: &Request) -> BTreeMap<String, String> {
    let pair =
        |tag: &Json| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned()));
    request.list("Tags").iter().filter_map(pair).collect()
}

fn own<'a>(world: &'a mut World, request: &Request, member: &str) -> Result<&'a mut Parameter, ApiError> {
    let name = plain(request.required(member)?).to_owned();
    world.region(&request.region).ssm.parameters.get_mut(&name).ok_or_else(|| missing(&name))
}

/// A label stands at one version only: it moves.
pub(super) fn label(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let parameter = own(world, request, "Name")?;
    let asked = request.input.get("ParameterVersion").and_then(Json::as_u64);
    let number = asked.unwrap_or_else(|| parameter.last().number);
    let labels: Vec<String> = request.texts("Labels").map(str::to_owned).collect();
    if !parameter.versions.iter().any(|it| it.number == number) {
        let message = format!("Systems Manager could not find version {number} of {}.", parameter.name);
        return Err(ApiError::new("ParameterVersionNotFound", message));
    }
    for version in &mut parameter.versions {
        version.labels.retain(|it| !labels.contains(it));
        if version.number == number {
            version.labels.extend(labels.iter().cloned());
        }
    }
    Ok(json!({"InvalidLabels": [], "ParameterVersion": number}))
}

fn resource<'a>(world: &'a mut World, request: &Request) -> Result<&'a mut Parameter, ApiError> {
    if request.text("ResourceType") != Some("Parameter") {
        return Err(ApiError::new("InvalidResourceType", "stackgen's local engine has parameters only"));
    }
    let name = request.required("ResourceId")?.to_owned();
    own(world, request, "ResourceId")
        .map_err(|_| ApiError::new("InvalidResourceId", format!("The resource ID {name} does not exist.")))
}

pub(super) fn tag(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    resource(world, request)?.tags.extend(tags_of(request));
    Ok(json!({}))
}

pub(super) fn untag(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let parameter = resource(world, request)?;
    request.texts("TagKeys").for_each(|key| drop(parameter.tags.remove(key)));
    Ok(json!({}))
}

pub(super) fn tags(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let tags = &resource(world, request)?.tags;
    let shown = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
    Ok(json!({"TagList": shown.collect::<Json>()}))
}
