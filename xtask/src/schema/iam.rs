//! IAM's actions, with their spelling found again.
//!
//! cfn-lint's list is complete but in lower case. IAM does not care; people who read a policy do. The spelling is taken from
//! wherever either package writes `prefix:Name` or links to the page of an API call with that name.
use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use serde_json::Value;
use stackgen_schema::{ActionFact, ServiceActions};

use super::constraints::names;
use super::sources::Sources;

/// All services with their actions.
pub fn services(sources: &Sources) -> anyhow::Result<Vec<ServiceActions>> {
    let spellings = Spellings::find(&sources.texts);
    let policies = sources.policies.as_object().context("no policies")?;
    policies.iter().map(|(prefix, value)| service(prefix, value, &spellings)).collect()
}

fn service(prefix: &str, value: &Value, spellings: &Spellings) -> anyhow::Result<ServiceActions> {
    let members = |key: &str| value.get(key).and_then(Value::as_object).into_iter().flatten();
    let resources: BTreeMap<&String, &Value> = members("Resources").collect();
    let mut actions: Vec<ActionFact> = Vec::new();
    for (name, action) in members("Actions").collect::<BTreeMap<_, _>>() {
        let listed = names(action.get("Resources"));
        let place = |wanted: &String| resources.keys().position(|known| *known == wanted);
        let places = listed.iter().filter_map(place).map(u16::try_from).collect::<Result<_, _>>()?;
        actions.push(ActionFact { name: spellings.of(prefix, name), resources: places });
    }
    let resources = resources.into_iter().map(|(name, value)| (name.clone(), names(value.get("ARNFormats")))).collect();
    Ok(ServiceActions { prefix: prefix.to_owned(), actions, resources })
}

/// How often each spelling was seen, by its lower-case form.
struct Spellings {
    with_prefix: HashMap<String, BTreeMap<String, usize>>,
    alone: HashMap<String, BTreeMap<String, usize>>,
}

impl Spellings {
    fn find(texts: &[String]) -> Spellings {
        let mut found = Spellings { with_prefix: HashMap::new(), alone: HashMap::new() };
        for text in texts {
            for (at, _) in text.match_indices(':') {
                found.note(&text[..at], &text[at + 1..]);
            }
            for (at, mark) in text.match_indices("API_") {
                let name = word(&text[at + mark.len()..]);
                *found.alone.entry(name.to_lowercase()).or_default().entry(name.to_owned()).or_default() += 1;
            }
        }
        found
    }

    fn note(&mut self, before: &str, after: &str) {
        let name = word(after);
        let is_prefix = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let prefix = &before[before.trim_end_matches(is_prefix).len()..];
        if prefix.is_empty() || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return;
        }
        let seen = self.with_prefix.entry(format!("{prefix}:{}", name.to_lowercase())).or_default();
        *seen.entry(name.to_owned()).or_default() += 1;
        *self.alone.entry(name.to_lowercase()).or_default().entry(name.to_owned()).or_default() += 1;
    }

    fn of(&self, prefix: &str, action: &str) -> String {
        let most = |seen: &BTreeMap<String, usize>| {
            let count = |(name, count): (&String, &usize)| (*count, std::cmp::Reverse(name.clone()));
            seen.iter().map(count).max().map(|(_, name)| name.0)
        };
        let own = self.with_prefix.get(&format!("{prefix}:{action}")).and_then(most);
        own.or_else(|| self.alone.get(action).and_then(most)).unwrap_or_else(|| action.to_owned())
    }
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}
