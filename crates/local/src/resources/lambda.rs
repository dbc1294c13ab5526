//! The resource types of Lambda. Versions and aliases follow the facts alone.
use serde_json::{Map, Value as Json, json};

use super::backed::{Backed, PLAIN, call, name, take_away};
use super::generic::taken;
use super::handler::failed;
use super::{Refusal, Site};
use crate::wire::Service;

pub(super) fn provider(type_name: &str) -> Option<&'static Backed> {
    Some(match type_name {
        "AWS::Lambda::Function" => &FUNCTION,
        "AWS::Lambda::Permission" => &PERMISSION,
        _ => return None,
    })
}

/// The API's members: tags are a map there.
fn input(site: &mut Site<'_>, name: &str, properties: &Json) -> Result<Json, Refusal> {
    let code = &properties["Code"];
    if let (Some(bucket), Some(key)) = (code["S3Bucket"].as_str(), code["S3Key"].as_str()) {
        let object = site.world.s3.buckets.get(bucket).map(|it| it.objects.contains_key(key));
        let message = match object {
            None => Some(
                "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
            ),
            Some(false) => Some(
                "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
            ),
            Some(true) => None,
        };
        if let Some(message) = message {
            return Err(failed(site, message, "InvalidRequest"));
        }
    }
    let own = properties["Tags"].as_array().into_iter().flatten();
    let own = own.filter_map(|it| Some((it["Key"].as_str()?.to_owned(), it["Value"].clone())));
    let tags: Map<String, Json> =
        site.stack_tags.iter().map(|(key, value)| (key.clone(), json!(value))).chain(own).collect();
    let mut input = properties.clone();
    (input["FunctionName"], input["Tags"]) = (json!(name), Json::Object(tags));
    Ok(input)
}

const FUNCTION: Backed = Backed {
    takes: 8,
    create: |site, properties| {
        let made = name(site, properties, "FunctionName")?;
        if site.world.region(&site.region).lambda.functions.contains_key(&made) {
            return Err(taken(site, &made, ""));
        }
        let input = input(site, &made, properties)?;
        call(site, Service::Lambda, "CreateFunction", input)?;
        Ok(made)
    },
    update: |site, name, before, after| {
        let mut input = input(site, name, after)?;
        let code = input.as_object_mut().and_then(|it| it.remove("Code")).unwrap_or_default();
        let tags = input["Tags"].as_object().cloned().unwrap_or_default();
        call(site, Service::Lambda, "UpdateFunctionConfiguration", input)?;
        if before["Code"] != after["Code"] {
            call(site, Service::Lambda, "UpdateFunctionCode", json!({"FunctionName": name, "Code": code}))?;
        }
        if let Some(function) = site.world.region(&site.region).lambda.functions.get_mut(name) {
            function.tags = tags;
        }
        Ok(())
    },
    delete: |site, name, _| take_away(site, Service::Lambda, "DeleteFunction", json!({"FunctionName": name})),
    attributes: |world, region, name, _| {
        let function = world.regions.get(region).and_then(|it| it.lambda.functions.get(name));
        json!({"Arn": function.map(|it| &it.arn)})
    },
    seen: |world, region, name| {
        let function = world.regions.get(region)?.lambda.functions.get(name)?;
        let of = |name: &str| function.configuration.get(name).cloned();
        Some(json!({
            "FunctionName": name, "Handler": of("Handler"), "Runtime": of("Runtime"), "Role": of("Role"), "Environment": of("Environment"),
        }))
    },
    ..PLAIN
};

const PERMISSION: Backed = Backed {
    takes: 10,
    create: |site, properties| {
        let id = super::generic::naming::made_up(site, None);
        let mut input = properties.clone();
        input["StatementId"] = json!(id);
        call(site, Service::Lambda, "AddPermission", input)?;
        Ok(id)
    },
    delete: |site, id, properties| {
        let input = json!({"FunctionName": properties["FunctionName"], "StatementId": id});
        take_away(site, Service::Lambda, "RemovePermission", input)
    },
    attributes: |_, _, id, _| json!({"Id": id}),
    seen: |world, region, id| {
        let mut functions = world.regions.get(region)?.lambda.functions.values();
        functions.find(|it| it.permissions.contains_key(id)).map(|_| json!({}))
    },
    ..PLAIN
};
