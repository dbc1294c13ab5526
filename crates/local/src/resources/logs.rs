//! The resource types of CloudWatch Logs.
use serde_json::{Value as Json, json};

use super::backed::{Backed, PLAIN, call, name, take_away};
use super::generic::taken;
use super::{Refusal, Site};
use crate::wire::Service;

pub(super) fn provider(type_name: &str) -> Option<&'static Backed> {
    Some(match type_name {
        "AWS::Logs::LogGroup" => &GROUP,
        "AWS::Logs::LogStream" => &STREAM,
        _ => return None,
    })
}

fn settle(site: &mut Site<'_>, name: &str, properties: &Json) -> Result<(), Refusal> {
    let mut input = json!({"logGroupName": name});
    let operation = if properties["RetentionInDays"].is_null() {
        "DeleteRetentionPolicy"
    } else {
        // A template may write numbers as text.
        let days = &properties["RetentionInDays"];
        input["retentionInDays"] =
            days.as_str().and_then(|it| it.parse::<i64>().ok()).map_or(days.clone(), |it| json!(it));
        "PutRetentionPolicy"
    };
    call(site, Service::Logs, operation, input).map(drop)
}

const GROUP: Backed = Backed {
    takes: 3,
    create: |site, properties| {
        let made = name(site, properties, "LogGroupName")?;
        if site.world.region(&site.region).logs.groups.contains_key(&made) {
            return Err(taken(site, &made, ""));
        }
        let tags: serde_json::Map<String, Json> = (properties["Tags"].as_array().into_iter().flatten())
            .filter_map(|it| Some((it["Key"].as_str()?.to_owned(), it["Value"].clone())))
            .collect();
        let mut input = json!({"logGroupName": made, "tags": tags});
        if let Some(class) = properties["LogGroupClass"].as_str() {
            input["logGroupClass"] = json!(class);
        }
        call(site, Service::Logs, "CreateLogGroup", input)?;
        if let Err(refusal) = settle(site, &made, properties) {
            take_away(site, Service::Logs, "DeleteLogGroup", json!({"logGroupName": made}))?;
            return Err(refusal);
        }
        Ok(made)
    },
    update: |site, name, _, after| settle(site, name, after),
    delete: |site, name, _| take_away(site, Service::Logs, "DeleteLogGroup", json!({"logGroupName": name})),
    // `Fn::GetAtt` gives the ARN with `:*`. Source: *Return values* of `AWS::Logs::LogGroup`.
    attributes: |world, region, name, _| {
        let group = world.regions.get(region).and_then(|it| it.logs.groups.get(name));
        json!({"Arn": group.map(|it| format!("{}:*", it.arn))})
    },
    seen: |world, region, name| {
        let group = world.regions.get(region)?.logs.groups.get(name)?;
        Some(json!({"LogGroupName": name, "RetentionInDays": group.retention}))
    },
    ..PLAIN
};

const STREAM: Backed = Backed {
    takes: 2,
    create: |site, properties| {
        let group = properties["LogGroupName"].as_str().unwrap_or_default().to_owned();
        let stream = match properties["LogStreamName"].as_str() {
            Some(given) => given.to_owned(),
            None => name(site, properties, "LogStreamName")?,
        };
        let input = json!({"logGroupName": group, "logStreamName": stream});
        call(site, Service::Logs, "CreateLogStream", input)?;
        Ok(format!("{group}|{stream}"))
    },
    delete: |site, id, _| {
        let (group, stream) = id.split_once('|').unwrap_or((id, ""));
        take_away(site, Service::Logs, "DeleteLogStream", json!({"logGroupName": group, "logStreamName": stream}))
    },
    seen: |world, region, id| {
        let (group, stream) = id.split_once('|')?;
        world.regions.get(region)?.logs.groups.get(group)?.streams.get(stream).map(|_| json!({}))
    },
    reference: |id| id.split_once('|').map_or(id, |(_, stream)| stream),
    ..PLAIN
};
