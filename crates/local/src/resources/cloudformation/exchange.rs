//! Requests to custom resources and the answers to them.
//!
//! An answer comes to the URL of the request, or was promised before: then it is there as soon as it is asked for.
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::cloudformation::operation;
use crate::cloudformation::template::text;
use crate::resources::generic::naming;
use crate::resources::{Doing, Refusal, Site};
use crate::wire::ApiError;
use crate::world::World;

/// Where answers go on a server of this engine.
pub const ANSWERS: &str = "/cloudformation-custom-resource-response/";

/// How long an answer may be. Source: *Custom resource response objects*.
const LONGEST: usize = 4096;

/// How many requests are remembered.
const REMEMBERED: usize = 1000;

/// What custom resources were asked, what is promised, and what there is of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Custom {
    /// The requests, oldest first.
    pub requests: Vec<Sent>,
    /// Answers to requests that may come.
    pub promises: Vec<Promise>,
    /// What was made.
    pub made: Vec<Made>,
}

/// A request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// The region of the stack.
    pub region: String,
    /// What it asks for.
    pub doing: Doing,
    /// What would be sent.
    pub document: Json,
    /// The properties as the stack has them.
    pub properties: Json,
    /// The id that AWS makes up where the answer to a create gives none.
    pub made_up: Option<String>,
    /// When it is too late for an answer.
    pub deadline: Timestamp,
    /// What was answered.
    pub answer: Option<Answer>,
}

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// When it is there.
    pub at: Timestamp,
    /// Why it failed.
    pub failure: Option<String>,
    /// The physical id that it gives.
    pub physical_id: Option<String>,
    /// What `Fn::GetAtt` reads.
    pub data: Map<String, Json>,
    /// Whether the data is hidden.
    pub no_echo: bool,
}

/// An answer that was promised beforehand. What is not said fits everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The type: `Custom::X`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// `ServiceToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_token: Option<String>,
    /// The logical id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logical_id: Option<String>,
    /// `Create`, `Update` or `Delete`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// `SUCCESS` or `FAILED`.
    pub status: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The physical id. Without it, a new one for what is made, and the same for what is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// What `Fn::GetAtt` reads.
    #[serde(default)]
    pub data: Map<String, Json>,
    /// Whether the data is hidden.
    #[serde(default)]
    pub no_echo: bool,
    /// How many seconds the answer takes.
    #[serde(default)]
    pub seconds: u32,
    /// How often it is given; always, if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// What there is of a custom resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    /// The stack.
    pub stack_id: String,
    /// The logical id.
    pub logical_id: String,
    /// The physical id.
    pub physical_id: String,
    /// What was asked for.
    pub properties: Json,
    /// What `Fn::GetAtt` reads.
    pub data: Map<String, Json>,
    /// Whether the data is hidden.
    pub no_echo: bool,
}

impl Sent {
    /// The stack that asks.
    #[must_use]
    pub fn stack_id(&self) -> &str {
        self.document["StackId"].as_str().unwrap_or_default()
    }

    /// The logical id of what it asks for.
    #[must_use]
    pub fn logical_id(&self) -> &str {
        self.document["LogicalResourceId"].as_str().unwrap_or_default()
    }

    /// The failure that the stack tells. The sentence stands in the events that users quote.
    fn failed(&self, reason: &str) -> String {
        let id = self.document["RequestId"].as_str().unwrap_or_default();
        format!("Received response status [FAILED] from custom resource. Message returned: {reason} (RequestId: {id})")
    }
}

/// Makes a request; a promise that fits it answers it.
pub(super) fn send(
    site: &mut Site<'_>,
    doing: Doing,
    id: Option<&str>,
    properties: &Json,
    old: Option<&Json>,
) -> Result<(), Refusal> {
    let Some(token) = properties.get("ServiceToken").and_then(text) else {
        return Err(Refusal("Property ServiceToken cannot be empty.".to_owned()));
    };
    let timeout = properties.get("ServiceTimeout").and_then(text).and_then(|it| it.parse().ok()).unwrap_or(3600);
    let timeout = SignedDuration::from_secs(timeout).clamp(SignedDuration::from_secs(1), SignedDuration::from_hours(1));
    let now = site.world.now();
    let made_up = (doing == Doing::Create).then(|| naming::made_up(site, None));
    let mut sent = Sent {
        at: now,
        region: site.region.clone(),
        doing,
        document: document(site, doing, &token, id, properties, old),
        properties: properties.clone(),
        made_up,
        deadline: now + timeout,
        answer: None,
    };
    sent.answer = promised(site.world, &sent);
    let requests = &mut site.world.custom.requests;
    requests.push(sent);
    if requests.len() > REMEMBERED {
        requests.remove(0);
    }
    Ok(())
}

/// Source: *CloudFormation custom resource request and response reference*, with `ServiceToken` beside it as functions get it.
fn document(
    site: &mut Site<'_>,
    doing: Doing,
    token: &str,
    id: Option<&str>,
    properties: &Json,
    old: Option<&Json>,
) -> Json {
    let request_id = site.world.uuid();
    let mut document = json!({
        "RequestType": word(doing),
        "ServiceToken": token,
        "ResponseURL": response_url(site, &request_id),
        "StackId": site.stack_id,
        "RequestId": request_id,
        "ResourceType": site.type_name,
        "LogicalResourceId": site.logical_id,
        "ResourceProperties": texts(properties),
    });
    if let Some(id) = id {
        document["PhysicalResourceId"] = json!(id);
    }
    if let Some(old) = old {
        document["OldResourceProperties"] = texts(old);
    }
    document
}

fn word(doing: Doing) -> &'static str {
    match doing {
        Doing::Create => "Create",
        Doing::Update => "Update",
        Doing::Delete => "Delete",
    }
}

/// As the presigned URL of AWS: the key is the stack, the logical id and the request, with bars between them.
fn response_url(site: &mut Site<'_>, request_id: &str) -> String {
    let key = format!("{}%7C{}%7C{request_id}", site.stack_id.replace(':', "%3A"), site.logical_id);
    let mark = site.world.letters(27);
    let host = match &site.world.endpoint {
        Some(endpoint) => format!("{}{ANSWERS}", endpoint.trim_end_matches('/')),
        None => {
            let place = site.region.replace('-', "");
            format!("https://cloudformation-custom-resource-response-{place}.s3.{}.amazonaws.com/", site.region)
        }
    };
    format!("{host}{key}?Signature={mark}")
}

/// Properties arrive as texts, flags and numbers too. No page says so; handlers that compare with `"true"` know it.
fn texts(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(texts).collect(),
        Json::Object(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), texts(value))).collect()),
        scalar => text(scalar).map_or(Json::Null, Json::String),
    }
}

fn promised(world: &mut World, sent: &Sent) -> Option<Answer> {
    let fits = |wanted: &Option<String>, member: &str| {
        wanted.as_ref().is_none_or(|wanted| sent.document[member].as_str() == Some(wanted.as_str()))
    };
    let promise = world.custom.promises.iter_mut().find(|promise| {
        promise.times != Some(0)
            && fits(&promise.type_name, "ResourceType")
            && fits(&promise.service_token, "ServiceToken")
            && fits(&promise.logical_id, "LogicalResourceId")
            && fits(&promise.request, "RequestType")
    })?;
    promise.times = promise.times.map(|times| times - 1);
    let same = sent.document["PhysicalResourceId"].as_str().or(sent.made_up.as_deref());
    let reason = promise.reason.as_deref().unwrap_or("promised");
    Some(Answer {
        at: sent.at + SignedDuration::from_secs(i64::from(promise.seconds)),
        failure: (promise.status != "SUCCESS").then(|| sent.failed(reason)),
        physical_id: promise.physical_id.clone().or(same.map(str::to_owned)),
        data: promise.data.clone(),
        no_echo: promise.no_echo,
    })
}

/// Takes what was put to the URL of a request. Like the bucket behind that URL it takes everything; what is wrong with it fails the
/// resource. Only the first answer counts.
///
/// # Errors
///
/// If there is no such request.
pub fn answer(world: &mut World, url: &str, body: &str) -> Result<(), ApiError> {
    let key = url.split('?').next().unwrap_or(url);
    let id = key.rsplit("%7C").next().and_then(|rest| rest.rsplit('|').next()).unwrap_or_default();
    let now = world.now();
    let Some(sent) = world.custom.requests.iter_mut().find(|it| it.document["RequestId"] == id) else {
        let mut error = ApiError::new("AccessDenied", format!("there is no request to a custom resource {id}"));
        error.status = 403;
        return Err(error);
    };
    if sent.answer.is_none() {
        sent.answer = Some(read(sent, body, now));
        let (region, stack_id) = (sent.region.clone(), sent.stack_id().to_owned());
        operation::nudge(world, &region, &stack_id);
    }
    Ok(())
}

/// Source: *Custom resource response objects*. That it is too long stands in public reports; the other sentences are from memory.
fn read(sent: &Sent, body: &str, now: Timestamp) -> Answer {
    let said: Json = serde_json::from_str(body).unwrap_or(Json::Null);
    let is = |name: &str| said.get(name).and_then(text);
    let physical_id = is("PhysicalResourceId").filter(|id| !id.is_empty() && id.len() <= 1024);
    let failure = match is("Status").as_deref() {
        _ if body.len() > LONGEST => Some("Response object is too long.".to_owned()),
        Some("SUCCESS") if physical_id.is_none() => Some("Invalid PhysicalResourceId".to_owned()),
        Some("SUCCESS") => None,
        Some("FAILED") => Some(sent.failed(&is("Reason").unwrap_or_default())),
        _ => Some("Invalid Response object: Value of property Status is invalid".to_owned()),
    };
    Answer {
        at: now,
        failure,
        physical_id,
        data: said.get("Data").and_then(Json::as_object).cloned().unwrap_or_default(),
        no_echo: said.get("NoEcho").is_some_and(|flag| *flag == true || *flag == "true"),
    }
}

/// What there is of a custom resource.
pub(super) fn made<'w>(site: &'w Site<'_>, id: &str) -> Option<&'w Made> {
    site.world.custom.made.iter().find(|it| is_it(it, site, id))
}

pub(super) fn keep(site: &mut Site<'_>, made: Made) {
    forget(site, &made.physical_id);
    site.world.custom.made.push(made);
}

pub(super) fn forget(site: &mut Site<'_>, id: &str) {
    let all = std::mem::take(&mut site.world.custom.made);
    site.world.custom.made = all.into_iter().filter(|it| !is_it(it, site, id)).collect();
}

fn is_it(made: &Made, site: &Site<'_>, id: &str) -> bool {
    made.stack_id == site.stack_id && made.logical_id == site.logical_id && made.physical_id == id
}

/// Properties with what custom resources of the stack hide. Source: *NoEcho* in *Custom resource response objects*.
#[must_use]
pub fn hide(world: &World, stack_id: &str, properties: &Json) -> Json {
    let hidden = world.custom.made.iter().filter(|it| it.no_echo && it.stack_id == stack_id);
    let secrets: Vec<String> =
        hidden.flat_map(|it| it.data.values()).filter_map(text).filter(|it| !it.is_empty()).collect();
    if secrets.is_empty() { properties.clone() } else { masked(properties, &secrets) }
}

fn masked(value: &Json, secrets: &[String]) -> Json {
    match value {
        Json::Array(items) => items.iter().map(|item| masked(item, secrets)).collect(),
        Json::Object(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.clone(), masked(value, secrets))).collect())
        }
        Json::String(text) => {
            Json::String(secrets.iter().fold(text.clone(), |text, secret| text.replace(secret.as_str(), "*****")))
        }
        scalar => scalar.clone(),
    }
}
