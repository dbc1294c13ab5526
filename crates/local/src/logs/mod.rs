//! Amazon CloudWatch Logs: groups, streams and events. Source: its API reference.
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::cloudformation::template::partition;
use crate::wire::{ApiError, Request};
use crate::world::World;

#[cfg(test)]
mod tests;

/// What CloudWatch Logs has in a region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Logs {
    /// Groups by name.
    pub groups: IndexMap<String, Group>,
}

/// A group of streams.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its ARN without the `:*`.
    pub arn: String,
    /// Days for which events stay; nothing is for ever.
    pub retention: Option<i64>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub class: String,
    /// When it was made.
    pub created: Timestamp,
    /// Events by stream: when, and what.
    pub streams: IndexMap<String, Vec<(i64, String)>>,
    /// Its tags.
    pub tags: serde_json::Map<String, Json>,
}

/// Days that are allowed. Source: *PutRetentionPolicy*.
const DAYS: [i64; 23] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288, 3_653, 0];

/// Answers a call.
///
/// # Errors
///
/// As CloudWatch Logs refuses, or if the operation is not here.
pub fn answer(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    match request.operation.as_str() {
        "CreateLogGroup" => create(world, request),
        "DeleteLogGroup" => {
            let name = request.required("logGroupName")?;
            world.region(&request.region).logs.groups.shift_remove(name).map(|_| json!({})).ok_or_else(no_group)
        }
        "DescribeLogGroups" => Ok(describe(world, request)),
        "PutRetentionPolicy" => retain(world, request),
        "DeleteRetentionPolicy" => group(world, request).map(|it| it.retention = None).map(|()| json!({})),
        "CreateLogStream" => create_stream(world, request),
        "DeleteLogStream" => {
            let name = request.required("logStreamName")?;
            group(world, request)?.streams.shift_remove(name).map(|_| json!({})).ok_or_else(no_stream)
        }
        "DescribeLogStreams" => describe_streams(world, request),
        "PutLogEvents" => put(world, request),
        "GetLogEvents" => get(world, request),
        "FilterLogEvents" => filter(world, request),
        "ListTagsForResource" => tags(world, request),
        other => Err(ApiError::not_here("CloudWatch Logs", other)),
    }
}

fn no_group() -> ApiError {
    ApiError::new("ResourceNotFoundException", "The specified log group does not exist.")
}

fn no_stream() -> ApiError {
    ApiError::new("ResourceNotFoundException", "The specified log stream does not exist.")
}

fn group<'a>(world: &'a mut World, request: &Request) -> Result<&'a mut Group, ApiError> {
    let name = request.text("logGroupName").or(request.text("logGroupIdentifier")).unwrap_or_default();
    let name = name.split(":log-group:").last().unwrap_or(name).trim_end_matches(":*");
    world.region(&request.region).logs.groups.get_mut(name).ok_or_else(no_group)
}

fn create(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("logGroupName")?.to_owned();
    let is_known = |it: char| it.is_ascii_alphanumeric() || "_-/.#".contains(it);
    if !name.chars().all(is_known) || name.len() > 512 {
        let message = format!(
            "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        );
        return Err(ApiError::new("InvalidParameterException", message));
    }
    if world.region(&request.region).logs.groups.contains_key(&name) {
        return Err(ApiError::new("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let (region, account) = (&request.region, &world.account);
    let group = Group {
        arn: format!("arn:{}:logs:{region}:{account}:log-group:{name}", partition(region).0),
        name: name.clone(),
        retention: None,
        class: request.text("logGroupClass").unwrap_or("STANDARD").to_owned(),
        created: world.now(),
        streams: IndexMap::new(),
        tags: request.input["tags"].as_object().cloned().unwrap_or_default(),
    };
    world.region(&request.region).logs.groups.insert(name, group);
    Ok(json!({}))
}

fn describe(world: &mut World, request: &Request) -> Json {
    let prefix = request.text("logGroupNamePrefix").unwrap_or_default();
    let part = request.text("logGroupNamePattern").unwrap_or_default();
    let mut names: Vec<&Group> = Vec::new();
    let logs = &world.region(&request.region).logs;
    names.extend(logs.groups.values().filter(|it| it.name.starts_with(prefix) && it.name.contains(part)));
    names.sort_by(|one, other| one.name.cmp(&other.name));
    let shown = |it: &&Group| {
        let bytes: usize = it.streams.values().flatten().map(|(_, text)| text.len() + 26).sum();
        let mut shown = json!({
            "logGroupName": it.name, "arn": format!("{}:*", it.arn), "logGroupArn": it.arn, "logGroupClass": it.class,
            "creationTime": it.created.as_millisecond(), "metricFilterCount": 0, "storedBytes": bytes,
        });
        if let Some(days) = it.retention {
            shown["retentionInDays"] = json!(days);
        }
        shown
    };
    json!({"logGroups": names.iter().map(shown).collect::<Json>()})
}

fn retain(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let days = request.input["retentionInDays"].as_i64().filter(|it| *it > 0 && DAYS.contains(it)).ok_or_else(|| {
        let allowed = DAYS[..DAYS.len() - 1].iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let message = format!(
            "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value \
             set: [{allowed}]",
            request.input["retentionInDays"]
        );
        ApiError::new("InvalidParameterException", message)
    })?;
    group(world, request)?.retention = Some(days);
    Ok(json!({}))
}

fn create_stream(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let name = request.required("logStreamName")?.to_owned();
    let group = group(world, request)?;
    if group.streams.contains_key(&name) {
        return Err(ApiError::new("ResourceAlreadyExistsException", "The specified log stream already exists"));
    }
    group.streams.insert(name, Vec::new());
    Ok(json!({}))
}

fn describe_streams(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let prefix = request.text("logStreamNamePrefix").unwrap_or_default();
    let group = group(world, request)?;
    let created = group.created.as_millisecond();
    let shown = |(name, events): (&String, &Vec<(i64, String)>)| {
        let mut shown = json!({
            "logStreamName": name, "creationTime": created, "arn": format!("{}:log-stream:{name}", group.arn), "storedBytes": 0,
        });
        if let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) {
            (shown["firstEventTimestamp"], shown["lastEventTimestamp"]) = (json!(first), json!(last));
        }
        shown
    };
    let wanted = group.streams.iter().filter(|(name, _)| name.starts_with(prefix));
    Ok(json!({"logStreams": wanted.map(shown).collect::<Json>()}))
}

fn stream<'a>(world: &'a mut World, request: &Request) -> Result<&'a mut Vec<(i64, String)>, ApiError> {
    let name = request.required("logStreamName")?;
    group(world, request)?.streams.get_mut(name).ok_or_else(no_stream)
}

fn put(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let event = |it: &Json| Some((it["timestamp"].as_i64()?, it["message"].as_str()?.to_owned()));
    let events: Vec<(i64, String)> = request.list("logEvents").iter().filter_map(event).collect();
    if events.windows(2).any(|pair| pair[0].0 > pair[1].0) {
        let message = "Log events in a single PutLogEvents request must be in chronological order.";
        return Err(ApiError::new("InvalidParameterException", message));
    }
    let stream = stream(world, request)?;
    stream.extend(events);
    stream.sort_by_key(|(at, _)| *at);
    Ok(json!({"nextSequenceToken": stream.len().to_string()}))
}

fn within(request: &Request, at: i64) -> bool {
    let from = request.input["startTime"].as_i64().unwrap_or(i64::MIN);
    let until = request.input["endTime"].as_i64().unwrap_or(i64::MAX);
    from <= at && at < until
}

/// Everything at once, from the head: the tokens always say that there is no more.
fn get(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let start = request.text("nextToken").and_then(|it| it.get(2..)?.parse::<usize>().ok()).unwrap_or(0);
    let events = stream(world, request)?;
    let wanted = events.iter().skip(start).filter(|(at, _)| within(request, *at));
    let shown = wanted.map(|(at, text)| json!({"timestamp": at, "message": text, "ingestionTime": at}));
    let next = format!("f/{}", events.len());
    Ok(json!({"events": shown.collect::<Json>(), "nextForwardToken": next, "nextBackwardToken": "b/0"}))
}

/// A pattern is a word that must stand in the message; the language of patterns is not here.
fn filter(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let word = request.text("filterPattern").unwrap_or_default().trim_matches('"');
    let names: Vec<&str> = request.texts("logStreamNames").collect();
    let group = group(world, request)?;
    let mut found = Vec::new();
    for (name, events) in group.streams.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str())) {
        for (index, (at, text)) in events.iter().enumerate().filter(|(_, (at, _))| within(request, *at)) {
            if text.contains(word) {
                let id = format!("{name}/{index}");
                found.push(json!({"logStreamName": name, "timestamp": at, "message": text, "ingestionTime": at, "eventId": id}));
            }
        }
    }
    Ok(json!({"events": found, "searchedLogStreams": []}))
}

fn tags(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    let arn = request.required("resourceArn")?.trim_end_matches(":*");
    let groups = &world.region(&request.region).logs.groups;
    let group = groups.values().find(|it| it.arn == arn).ok_or_else(no_group)?;
    Ok(json!({"tags": group.tags}))
}
