//! Reading parameters.
use serde_json::{Value as Json, json};

use super::{Parameter, Version, arn, missing, plain, public, seconds};
use crate::wire::{ApiError, Request};
use crate::world::World;

/// A parameter as it was asked for: a name, maybe with a version or a label behind a colon.
struct Asked<'a> {
    name: &'a str,
    selector: Option<&'a str>,
}

fn asked(text: &str) -> Asked<'_> {
    let name = plain(text);
    match name.rsplit_once(':') {
        Some((name, selector)) => Asked { name, selector: Some(selector) },
        None => Asked { name, selector: None },
    }
}

fn version_of<'a>(parameter: &'a Parameter, selector: Option<&str>) -> Result<&'a Version, ApiError> {
    let Some(selector) = selector else { return Ok(parameter.last()) };
    let fits = |it: &&Version| match selector.parse::<u64>() {
        Ok(number) => it.number == number,
        Err(_) => it.labels.iter().any(|label| label == selector),
    };
    parameter.versions.iter().find(fits).ok_or_else(|| {
        let name = &parameter.name;
        let what = if selector.parse::<u64>().is_ok() { "version" } else { "label" };
        ApiError::new(
            "ParameterVersionNotFound",
            format!("Systems Manager could not find {what} {selector} of {name}. Verify the {what} and try again."),
        )
    })
}

fn find(world: &World, region: &str, text: &str) -> Result<(String, Version), ApiError> {
    let Asked { name, selector } = asked(text);
    let here = world.regions.get(region).ok_or_else(|| missing(text))?;
    if let Some(parameter) = here.ssm.parameters.get(name) {
        return version_of(parameter, selector).map(|it| (parameter.name.clone(), it.clone()));
    }
    let (value, modified) = public::image(&here.ec2, name).ok_or_else(|| missing(text))?;
    let version = Version {
        number: 1,
        value,
        kind: "String".to_owned(),
        data_type: "aws:ec2:image".to_owned(),
        tier: "Standard".to_owned(),
        description: None,
        pattern: None,
        modified,
        labels: Vec::new(),
    };
    Ok((name.to_owned(), version))
}

/// The value of a parameter by its name, which may end in a version or a label: what a template sees. What is secret has no way
/// into a template but by `{{resolve:ssm-secure:…}}`.
#[must_use]
pub fn stored(world: &World, region: &str, name: &str) -> Option<String> {
    find(world, region, name).ok().map(|(_, version)| version.value)
}

fn shown(world: &World, region: &str, name: &str, version: &Version, is_open: bool) -> Json {
    let value = if version.kind == "SecureString" && !is_open { sealed(&version.value) } else { version.value.clone() };
    let arn = arn(if name.starts_with("/aws/") { "" } else { &world.account }, region, name);
    json!({
        "Name": name, "Type": version.kind, "Value": value, "Version": version.number, "ARN": arn,
        "LastModifiedDate": seconds(version.modified), "DataType": version.data_type,
    })
}

/// A secret that nobody asked to be opened: it tells nothing of its value but that it changed.
fn sealed(value: &str) -> String {
    let sum = value
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("AQICAHlocal{sum:016x}==")
}

fn is_open(request: &Request) -> bool {
    request.flag("WithDecryption") == Some(true)
}

pub(super) fn one(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let text = request.required("Name")?;
    let (name, version) = find(world, &request.region, text)?;
    let mut parameter = shown(world, &request.region, &name, &version, is_open(request));
    if let Some(selector) = asked(text).selector {
        parameter["Selector"] = json!(format!(":{selector}"));
    }
    Ok(json!({ "Parameter": parameter }))
}

pub(super) fn several(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let names: Vec<&str> = request.texts("Names").collect();
    // Source: *GetParameters*.
    if names.len() > 10 {
        return Err(ApiError::new(
            "ValidationException",
            "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10",
        ));
    }
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for text in names {
        match find(world, &request.region, text) {
            Ok((name, version)) => found.push(shown(world, &request.region, &name, &version, is_open(request))),
            Err(_) => unknown.push(text),
        }
    }
    Ok(json!({"Parameters": found, "InvalidParameters": unknown}))
}

/// A page of a list. The token is the place at which the next one begins.
fn page(request: &Request, list: &str, all: Vec<Json>, most: u64) -> Result<Json, ApiError> {
    let most = request.input.get("MaxResults").and_then(Json::as_u64).unwrap_or(most);
    let start = match request.text("NextToken") {
        None => 0,
        Some(token) => {
            token.parse::<usize>().map_err(|_| ApiError::new("InvalidNextToken", "The specified token isn't valid."))?
        }
    };
    let end = start.saturating_add(usize::try_from(most).unwrap_or(usize::MAX)).min(all.len());
    let next = (end < all.len()).then(|| end.to_string());
    let mut answer = json!({list: all.get(start..end).unwrap_or_default()});
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

/// Whether a parameter lies below a path: directly, or anywhere.
fn is_below(name: &str, path: &str, deep: bool) -> bool {
    let path = path.trim_end_matches('/');
    let rest = name
        .strip_prefix(path)
        .and_then(|it| if path.is_empty() { Some(it.trim_start_matches('/')) } else { it.strip_prefix('/') });
    rest.is_some_and(|rest| deep || !rest.contains('/'))
}

pub(super) fn below(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let path = request.required("Path")?;
    if !path.starts_with('/') {
        return Err(ApiError::new(
            "ValidationException",
            "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\".",
        ));
    }
    let deep = request.flag("Recursive") == Some(true);
    let own = world.region(&request.region).ssm.parameters.keys().cloned();
    let names: Vec<String> = own.chain(public::names()).filter(|name| is_below(name, path, deep)).collect();
    let mut found: Vec<Json> = Vec::new();
    for name in names {
        if let Ok((name, version)) = find(world, &request.region, &name) {
            found.push(shown(world, &request.region, &name, &version, is_open(request)));
        }
    }
    page(request, "Parameters", found, 10)
}

pub(super) fn history(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = plain(request.required("Name")?);
    let parameter = world.region(&request.region).ssm.parameters.get(name).ok_or_else(|| missing(name))?.clone();
    let one = |version: &Version| {
        let mut shown = shown(world, &request.region, &parameter.name, version, is_open(request));
        shown["Labels"] = json!(version.labels);
        shown["Tier"] = json!(version.tier);
        shown.as_object_mut().map(|it| it.remove("ARN"));
        shown
    };
    let all = parameter.versions.iter().map(one).collect();
    page(request, "Parameters", all, 50)
}

pub(super) fn describe(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let (account, region) = (world.account.clone(), request.region.clone());
    let store = &world.region(&region).ssm;
    let wanted = store.parameters.values().filter(|it| is_wanted(it, request));
    let one = |it: &Parameter| {
        let last = it.last();
        json!({
            "Name": it.name, "ARN": arn(&account, &region, &it.name), "Type": last.kind, "Version": last.number, "Tier": last.tier,
            "LastModifiedDate": seconds(last.modified), "DataType": last.data_type, "Description": last.description,
            "AllowedPattern": last.pattern, "Policies": [],
        })
    };
    let all = wanted.map(one).collect();
    page(request, "Parameters", all, 50)
}

/// Filters by `Name`, `Type` and `Path`. Others are no filter here.
fn is_wanted(parameter: &Parameter, request: &Request) -> bool {
    let fits = |filter: &Json| {
        let values: Vec<&str> = filter["Values"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let option = filter["Option"].as_str().unwrap_or("Equals");
        match filter["Key"].as_str() {
            Some("Name") => values.iter().any(|value| match option {
                "BeginsWith" => parameter.name.starts_with(value),
                "Contains" => parameter.name.contains(value),
                _ => parameter.name == *value,
            }),
            Some("Type") => values.contains(&parameter.last().kind.as_str()),
            Some("Path") => values.iter().any(|path| is_below(&parameter.name, path, option == "Recursive")),
            _ => true,
        }
    };
    request.list("ParameterFilters").iter().all(fits)
}
