//! The parameter store and Run Command of AWS Systems Manager. Sources: its API reference, and for the messages what users quote.
use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::wire::{ApiError, Request};
use crate::world::{Due, World};

mod agent;
pub mod command;
mod public;
mod put;
mod read;
#[cfg(test)]
mod tests;

pub use read::stored;

/// What the parameter store of a region has, and what was sent to its instances.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Store {
    /// By name.
    pub parameters: IndexMap<String, Parameter>,
    /// Values that name an image and are still looked at, by the name of the parameter.
    pub checking: IndexMap<String, (Timestamp, Draft)>,
    /// Names whose last value was refused after it was taken.
    pub refused: BTreeMap<String, String>,
    /// Commands, in the order in which they were sent, by id.
    #[serde(default)]
    pub commands: IndexMap<String, command::Command>,
}

/// A parameter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its values, oldest first, a hundred at most.
    pub versions: Vec<Version>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A value of a parameter.
#[derive(Clone, Serialize, Deserialize)]
pub struct Version {
    /// From one on.
    pub number: u64,
    /// The value.
    pub value: String,
    /// `String`, `StringList` or `SecureString`.
    pub kind: String,
    /// `text` or `aws:ec2:image`.
    pub data_type: String,
    /// `Standard` or `Advanced`.
    pub tier: String,
    /// What it is for.
    pub description: Option<String>,
    /// What values must look like.
    pub pattern: Option<String>,
    /// When it came.
    pub modified: Timestamp,
    /// Its labels.
    pub labels: Vec<String>,
}

/// A value that was sent.
#[derive(Clone, Serialize, Deserialize)]
pub struct Draft {
    version: Version,
    tags: BTreeMap<String, String>,
}

impl std::fmt::Debug for Version {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(text, "Version({}, {})", self.number, self.kind)
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(text, "Draft({:?})", self.version)
    }
}

impl Parameter {
    /// The value in force.
    #[must_use]
    pub fn last(&self) -> &Version {
        self.versions.last().expect("a parameter has a value")
    }
}

/// Answers a call.
///
/// # Errors
///
/// As Systems Manager refuses, or if the operation is not here.
pub fn answer(world: &mut World, request: &Request) -> Result<Json, ApiError> {
    crate::ec2::Place::new(world, &request.region);
    match request.operation.as_str() {
        "PutParameter" => put::put(world, request),
        "DeleteParameter" => {
            let name = plain(request.required("Name")?).to_owned();
            let store = &mut world.region(&request.region).ssm;
            store.parameters.shift_remove(&name).map(|_| json!({})).ok_or_else(|| missing(&name))
        }
        "DeleteParameters" => Ok(delete_all(world, request)),
        "GetParameter" => read::one(world, request),
        "GetParameters" => read::several(world, request),
        "GetParametersByPath" => read::below(world, request),
        "GetParameterHistory" => read::history(world, request),
        "DescribeParameters" => read::describe(world, request),
        "LabelParameterVersion" => put::label(world, request),
        "AddTagsToResource" => put::tag(world, request),
        "RemoveTagsFromResource" => put::untag(world, request),
        "ListTagsForResource" => put::tags(world, request),
        "SendCommand" => command::send(world, request),
        "GetCommandInvocation" => command::invocation(world, request),
        "ListCommandInvocations" => command::list(world, request),
        "DescribeInstanceInformation" => agent::describe(world, request),
        other => Err(ApiError::not_here("SSM", other)),
    }
}

fn delete_all(world: &mut World, request: &Request) -> Json {
    let store = &mut world.region(&request.region).ssm;
    let names: Vec<String> = request.texts("Names").map(str::to_owned).collect();
    let (gone, unknown): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| store.parameters.shift_remove(plain(name)).is_some());
    json!({"DeletedParameters": gone, "InvalidParameters": unknown})
}

/// Looks at a value that names an image: only now it becomes one, or it never does.
///
/// Source: *PutParameter*, `DataType`, and *Native parameter support for Amazon Machine Image IDs*.
pub fn happen(world: &mut World, region: &str, name: &str) {
    let now = world.now();
    let here = world.region(region);
    if here.ssm.checking.get(name).is_none_or(|(at, _)| *at > now) {
        return;
    }
    let Some((_, draft)) = here.ssm.checking.shift_remove(name) else { return };
    match crate::ec2::image::usable(&here.ec2, &draft.version.value) {
        Ok(_) => drop(put::enter(&mut here.ssm, name, draft)),
        Err(error) => drop(here.ssm.refused.insert(name.to_owned(), error.message)),
    }
}

/// How long a value that names an image is looked at.
const LOOK: SignedDuration = SignedDuration::from_secs(5);

fn look_later(world: &mut World, region: &str, name: &str, draft: Draft) {
    let at = world.now().checked_add(LOOK).expect("no wait reaches the end of time");
    let store = &mut world.region(region).ssm;
    store.refused.remove(name);
    store.checking.insert(name.to_owned(), (at, draft));
    world.at(at, region, Due::Parameter(name.to_owned()));
}

/// An ARN of a parameter as its name.
fn plain(name: &str) -> &str {
    let Some((_, after)) = name.split_once(":parameter") else { return name };
    match after.strip_prefix('/') {
        Some(rest) if !rest.contains('/') => rest,
        _ => after,
    }
}

/// The ARN of a parameter: a leading slash is not doubled.
#[must_use]
pub fn arn(account: &str, region: &str, name: &str) -> String {
    let partition = crate::cloudformation::template::partition(region).0;
    format!("arn:{partition}:ssm:{region}:{account}:parameter/{}", name.trim_start_matches('/'))
}

fn missing(name: &str) -> ApiError {
    ApiError::new("ParameterNotFound", format!("Parameter {name} not found."))
}

/// A time as JSON 1.1 shows it: seconds.
fn seconds(at: Timestamp) -> Json {
    let millis = at.as_millisecond();
    if millis % 1_000 == 0 { json!(millis / 1_000) } else { json!(millis as f64 / 1_000.0) }
}
