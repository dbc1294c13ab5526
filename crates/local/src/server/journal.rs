//! What was asked: every call, with its secrets masked.
use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::wire::{Request, Service};
use crate::world::World;

/// How many calls are kept; the counts go on.
const KEPT: usize = 20_000;
/// A text that is longer than this is only measured: templates, boot scripts.
const LONG: usize = 1_000;
const MASK: &str = "****";

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// From 1.
    pub number: u64,
    /// When, in the time of the world.
    pub at: Timestamp,
    /// The service, in the word of signatures: `cloudformation`.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The region.
    pub region: String,
    /// The input; secrets are `****`, and long texts are only measured.
    pub input: Json,
    /// The status; 0 if the connection was dropped.
    pub status: u16,
    /// The code of the refusal.
    pub error: Option<String>,
    /// The fault that was played.
    pub fault: Option<Json>,
}

/// All calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    counts: BTreeMap<String, u64>,
    total: u64,
}

impl Journal {
    pub(super) fn write(&mut self, mut entry: Entry) {
        self.total += 1;
        entry.number = self.total;
        *self.counts.entry(format!("{}:{}", entry.service, entry.operation)).or_default() += 1;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The calls after a number.
    pub(super) fn since(&self, number: u64) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.number > number).cloned().collect()
    }

    pub(super) fn show(&self, since: u64) -> Json {
        json!({"total": self.total, "counts": self.counts, "calls": self.since(since)})
    }
}

/// The input as it may be read by anybody.
pub(super) fn masked(world: &World, request: &Request) -> Json {
    let mut input = request.input.clone();
    match request.service {
        Service::CloudFormation => mask_parameters(world, request, &mut input),
        Service::Ssm if request.text("Type") == Some("SecureString") => replace(&mut input, "Value", MASK.into()),
        _ => {}
    }
    mask(&mut input);
    input
}

fn replace(input: &mut Json, name: &str, value: Json) {
    if let Some(place) = input.get_mut(name) {
        *place = value;
    }
}

/// Values of parameters with `NoEcho`. Where the template is not at hand, none is shown.
fn mask_parameters(world: &World, request: &Request, input: &mut Json) {
    let stack = request.text("StackName").and_then(|name| {
        let stacks = world.regions.get(&request.region)?.stacks.values();
        stacks.rev().find(|stack| stack.name == name || stack.id == name)
    });
    let is_hidden = |key: &str| match request.text("TemplateBody") {
        Some(body) => body.contains("NoEcho"),
        None => stack.and_then(|stack| stack.source.parameters.get(key)).is_none_or(|parameter| parameter.no_echo),
    };
    let Some(parameters) = input.get_mut("Parameters").and_then(Json::as_array_mut) else { return };
    for parameter in parameters {
        let key = parameter.get("ParameterKey").and_then(Json::as_str).unwrap_or_default();
        if is_hidden(key) || is_secret(key) {
            replace(parameter, "ParameterValue", MASK.into());
        }
    }
}

fn mask(value: &mut Json) {
    match value {
        Json::String(text) if text.len() > LONG => *value = format!("({} bytes)", text.len()).into(),
        Json::Array(items) => items.iter_mut().for_each(mask),
        Json::Object(members) => mask_members(members),
        _ => {}
    }
}

fn mask_members(members: &mut Map<String, Json>) {
    for (name, value) in members {
        if is_secret(name) && value.is_string() {
            *value = MASK.into();
        } else {
            mask(value);
        }
    }
}

/// Tokens of requests and of pages are none.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passphrase", "secret", "privatekey", "sessiontoken", "apikey", "keymaterial", "userdata"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(service: Service, input: Json) -> Json {
        let world = World::new("1", Timestamp::UNIX_EPOCH);
        masked(&world, &Request { service, operation: "X".into(), region: "r".into(), input })
    }

    #[test]
    fn secrets_are_masked() {
        let parameter = json!({"Name": "/p", "Value": "hunter2", "Type": "SecureString"});
        assert_eq!(shown(Service::Ssm, parameter), json!({"Name": "/p", "Value": "****", "Type": "SecureString"}));
        let nested = json!({"A": [{"DbPassword": "hunter2", "ClientRequestToken": "t"}], "UserData": "aGk="});
        assert_eq!(
            shown(Service::Ec2, nested),
            json!({"A": [{"DbPassword": "****", "ClientRequestToken": "t"}], "UserData": "****"})
        );
    }

    #[test]
    fn parameters_are_shown_only_where_nothing_is_hidden() {
        let parameters = json!([{"ParameterKey": "State", "ParameterValue": "attached"}]);
        let open = json!({"TemplateBody": "Parameters: {State: {Type: String}}", "Parameters": parameters});
        assert_eq!(shown(Service::CloudFormation, open.clone()), open);
        for input in
            [json!({"TemplateBody": "NoEcho: true", "Parameters": parameters}), json!({"Parameters": parameters})]
        {
            assert_eq!(shown(Service::CloudFormation, input)["Parameters"][0]["ParameterValue"], "****");
        }
    }

    #[test]
    fn long_texts_are_measured() {
        assert_eq!(shown(Service::Ec2, json!({"Text": "x".repeat(1001)})), json!({"Text": "(1001 bytes)"}));
    }

    #[test]
    fn old_calls_go_and_counts_stay() {
        let mut journal = Journal::default();
        let entry = Entry {
            number: 0,
            at: Timestamp::UNIX_EPOCH,
            service: "ec2".into(),
            operation: "X".into(),
            region: "r".into(),
            input: Json::Null,
            status: 200,
            error: None,
            fault: None,
        };
        (0..KEPT + 5).for_each(|_| journal.write(entry.clone()));
        assert_eq!((journal.since(0).len(), journal.total()), (KEPT, KEPT as u64 + 5));
        assert_eq!(journal.since(journal.total() - 1).len(), 1);
        assert_eq!(journal.show(u64::MAX)["counts"]["ec2:X"], KEPT + 5);
    }
}
