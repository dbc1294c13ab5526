//! When runtimes of Lambda and whole services end, as cfn-lint has collected it.
use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value;
use stackgen_schema::{Date, Phase, RuntimeLife, ServiceEnd};

/// Runtimes with their days.
pub fn runtimes(lives: &Value) -> anyhow::Result<Vec<RuntimeLife>> {
    let lives = lives.as_object().context("no runtimes")?;
    lives.iter().map(|(name, life)| runtime(name, life).with_context(|| format!("the runtime {name}"))).collect()
}

fn runtime(name: &str, life: &Value) -> anyhow::Result<RuntimeLife> {
    Ok(RuntimeLife {
        name: name.to_owned(),
        deprecated: day(life, "deprecated")?,
        create_block: day(life, "create-block")?,
        update_block: day(life, "update-block")?,
        successor: life.get("successor").and_then(Value::as_str).map(str::to_owned),
    })
}

/// The ends that schemas of resource types tell of.
pub fn ends(schemas: &BTreeMap<String, Value>) -> anyhow::Result<Vec<ServiceEnd>> {
    let told = schemas.iter().filter_map(|(name, schema)| Some((name, schema.get("lifecycle")?)));
    told.map(|(name, end)| service_end(name, end).with_context(|| format!("the end of {name}"))).collect()
}

fn service_end(name: &str, end: &Value) -> anyhow::Result<ServiceEnd> {
    let phase = match end.get("status").and_then(Value::as_str) {
        Some("maintenance") => Phase::Maintenance,
        Some("sunset") => Phase::Sunset,
        Some("shutdown") => Phase::Shutdown,
        other => bail!("an unknown status: {other:?}"),
    };
    Ok(ServiceEnd { type_name: name.to_owned(), phase, date: day(end, "date")? })
}

fn day(object: &Value, key: &str) -> anyhow::Result<Option<Date>> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.parse()?)),
        Some(other) => bail!("{key} is {other}"),
    }
}
