//! The configuration as the agent reads it. What its schema forbids by keys and types cannot be built from these.
//!
//! Source: the agent's own schema, `translator/config/schema.json` in its repository and
//! `doc/amazon-cloudwatch-agent-schema.json` where it is installed; its `fetch-config` refuses what the schema does.
use std::collections::BTreeMap;

use serde::Serialize;

use super::logs::{LogFile, Timezone};
use super::{Agent, Collected};

/// In the order in which a reader wants it. Keys of maps are sorted, so the same configuration is the same text.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<Settings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Metrics<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<Logs<'a>>,
}

#[derive(Serialize)]
struct Settings {
    metrics_collection_interval: u32,
}

#[derive(Serialize)]
struct Metrics<'a> {
    namespace: &'a str,
    append_dimensions: BTreeMap<&'static str, &'static str>,
    metrics_collected: BTreeMap<&'static str, Measured<'a>>,
}

#[derive(Serialize)]
struct Measured<'a> {
    measurement: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totalcpu: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop_device: Option<bool>,
}

#[derive(Serialize)]
struct Logs<'a> {
    logs_collected: LogsCollected<'a>,
}

#[derive(Serialize)]
struct LogsCollected<'a> {
    files: Files<'a>,
}

#[derive(Serialize)]
struct Files<'a> {
    collect_list: Vec<File<'a>>,
}

/// It says nothing of retention or class: the stack made the group, and the host may not change it.
#[derive(Serialize)]
struct File<'a> {
    file_path: &'a str,
    log_group_name: &'a str,
    log_stream_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp_format: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<Timezone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_line_start_pattern: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_multi_logs: Option<bool>,
}

impl<'a> Document<'a> {
    pub(super) fn new(agent: &'a Agent) -> Self {
        Document {
            agent: agent.interval.map(|seconds| Settings { metrics_collection_interval: seconds }),
            metrics: (!agent.plugins.is_empty()).then(|| metrics(agent)),
            logs: (!agent.groups.is_empty()).then(|| logs(&agent.groups)),
        }
    }
}

fn metrics(agent: &Agent) -> Metrics<'_> {
    let measured = agent.plugins.iter().map(|plugin| {
        let measured = Measured {
            measurement: &plugin.measurement,
            resources: plugin.resources.as_deref(),
            totalcpu: (plugin.name == "cpu").then_some(true),
            // Names such as nvme1n1 change from boot to boot, and a metric with another dimension is another metric.
            drop_device: (plugin.name == "disk").then_some(true),
        };
        (plugin.name, measured)
    });
    Metrics {
        namespace: &agent.namespace,
        // It takes the place of the host name, which the agent would add otherwise.
        append_dimensions: BTreeMap::from([("InstanceId", "${aws:InstanceId}")]),
        metrics_collected: measured.collect(),
    }
}

fn logs(groups: &[Collected]) -> Logs<'_> {
    let files = groups.iter().flat_map(|group| group.files.iter().map(|entry| file(&group.name, entry)));
    Logs { logs_collected: LogsCollected { files: Files { collect_list: files.collect() } } }
}

fn file<'a>(group: &'a str, file: &'a LogFile) -> File<'a> {
    File {
        file_path: &file.path,
        log_group_name: group,
        log_stream_name: &file.stream,
        timestamp_format: file.timestamp.as_ref().map(|(format, _)| format.as_str()),
        timezone: file.timestamp.as_ref().map(|(_, zone)| *zone),
        multi_line_start_pattern: file.entry_start.as_deref(),
        publish_multi_logs: file.every_match.then_some(true),
    }
}
