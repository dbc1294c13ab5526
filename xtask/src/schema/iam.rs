//! IAM's actions and the resources they work on.
//!
//! cfn-lint's list is complete but in lower case. IAM does not care; people who read a policy do, so the spelling comes from
//! a second list. Actions of retired services that only the first has stay in lower case.
use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;
use stackgen_schema::{ActionFact, ServiceActions};

use super::constraints::names;
use super::sources::Sources;

/// All services with their actions.
pub fn services(sources: &Sources) -> anyhow::Result<Vec<ServiceActions>> {
    let policies = sources.policies.as_object().context("no policies")?;
    policies.iter().map(|(prefix, value)| service(prefix, value, sources.spellings.get(prefix))).collect()
}

fn service(prefix: &str, value: &Value, spellings: Option<&Value>) -> anyhow::Result<ServiceActions> {
    let members = |key: &str| value.get(key).and_then(Value::as_object).into_iter().flatten();
    let resources: BTreeMap<&String, &Value> = members("Resources").collect();
    let mut actions: Vec<ActionFact> = Vec::new();
    for (name, action) in members("Actions").collect::<BTreeMap<_, _>>() {
        let spelled = spellings.and_then(|spellings| spellings.get(name)?.get("name")?.as_str());
        let listed = names(action.get("Resources"));
        let place = |wanted: &String| resources.keys().position(|known| *known == wanted);
        let resources = listed.iter().filter_map(place).map(u16::try_from).collect::<Result<_, _>>()?;
        actions.push(ActionFact { name: spelled.unwrap_or(name).to_owned(), resources });
    }
    let resources = resources.into_iter().map(|(name, value)| (name.clone(), names(value.get("ARNFormats")))).collect();
    Ok(ServiceActions { prefix: prefix.to_owned(), actions, resources })
}
