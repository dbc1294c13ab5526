//! Wait conditions and their handles. Source: *AWS::CloudFormation::WaitCondition* in the template reference and *Create wait
//! conditions in a CloudFormation template*.
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};

use crate::cloudformation::operation;
use crate::cloudformation::stack::{Resource, Signal, Stack};
use crate::resources::{Begun, Doing, Effect, Progress, Provider, Refusal, Site};
use crate::wire::ApiError;
use crate::world::World;

const HANDLE: &str = "AWS::CloudFormation::WaitConditionHandle";

/// `AWS::CloudFormation::WaitConditionHandle`: a URL to which a signal can be put.
#[derive(Debug)]
pub struct Handle;

impl Provider for Handle {
    fn create(&self, site: &mut Site<'_>, _: &Json) -> Result<Begun, Refusal> {
        if let Some(promised) = site.world.promised_name() {
            return Ok(begun(&promised, SignedDuration::from_secs(1)));
        }
        let path = format!("{}/{}", site.stack_id.replace(':', "%3A"), site.logical_id);
        let mark = site.world.letters(27);
        let host = match &site.world.endpoint {
            Some(endpoint) => format!("{}/cloudformation-waitcondition", endpoint.trim_end_matches('/')),
            None => format!("https://cloudformation-waitcondition-{0}.s3.{0}.amazonaws.com", site.region),
        };
        Ok(begun(&format!("{host}/{path}?Signature={mark}"), SignedDuration::from_secs(1)))
    }

    fn update(&self, _: &mut Site<'_>, id: &str, _: &Json, _: &Json) -> Result<Begun, Refusal> {
        Ok(begun(id, SignedDuration::ZERO))
    }

    fn delete(&self, _: &mut Site<'_>, id: &str, _: &Json) -> Result<Begun, Refusal> {
        Ok(begun(id, SignedDuration::ZERO))
    }

    fn attributes(&self, _: &mut Site<'_>, _: &str, _: &Json) -> Map<String, Json> {
        Map::new()
    }

    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        let resource = resource(site)?;
        (resource.physical_id.as_deref() == Some(id)).then_some(resource.properties)
    }
}

/// `AWS::CloudFormation::WaitCondition`: it is there when enough signals have come to its handle.
#[derive(Debug)]
pub struct WaitCondition;

impl Provider for WaitCondition {
    /// Its physical id names its handle: Accenture/adop-doa-materials#10 shows one.
    fn create(&self, site: &mut Site<'_>, properties: &Json) -> Result<Begun, Refusal> {
        if let Some(promised) = site.world.promised_name() {
            return Ok(begun(&promised, SignedDuration::ZERO));
        }
        let handle = handle(site, properties).unwrap_or_else(|| site.logical_id.clone());
        Ok(begun(&format!("{}/{handle}", site.stack_id), SignedDuration::ZERO))
    }

    fn update(&self, site: &mut Site<'_>, _: &str, _: &Json, _: &Json) -> Result<Begun, Refusal> {
        Err(Refusal(format!("Update to resource type {} is not supported.", site.type_name)))
    }

    fn delete(&self, _: &mut Site<'_>, id: &str, _: &Json) -> Result<Begun, Refusal> {
        Ok(begun(id, SignedDuration::ZERO))
    }

    /// The sentences stand in aws-samples/immersive-media-refarch#7 and aws-samples/vpn-gateway-strongswan#28.
    fn progress(&self, site: &mut Site<'_>, _: &str, doing: Doing) -> Result<Progress, Refusal> {
        let Some(resource) = resource(site).filter(|_| doing == Doing::Create) else { return Ok(Progress::Done) };
        if resource.properties.get("Handle").is_none() {
            return Ok(Progress::Done);
        }
        let signals = signals(site, &resource.properties);
        if let Some(bad) = signals.iter().find(|signal| !signal.success) {
            let reason = bad.reason.clone().unwrap_or_default();
            let id = &bad.unique_id;
            return Err(Refusal(format!("WaitCondition received failed message: '{reason}' for uniqueId: {id}")));
        }
        let count = number(&resource.properties, "Count").unwrap_or(1);
        let received = i64::try_from(signals.len()).unwrap_or(i64::MAX);
        if received >= count {
            return Ok(Progress::Done);
        }
        // At most twelve hours.
        let timeout = number(&resource.properties, "Timeout").unwrap_or(43_200).min(43_200);
        let left = SignedDuration::from_secs(timeout) - site.world.now().duration_since(resource.since);
        if left <= SignedDuration::ZERO {
            return Err(Refusal(format!(
                "WaitCondition timed out. Received {received} conditions when expecting {count}"
            )));
        }
        Ok(Progress::Wait(left))
    }

    fn attributes(&self, site: &mut Site<'_>, _: &str, properties: &Json) -> Map<String, Json> {
        let signals = signals(site, properties);
        let data: Map<String, Json> =
            signals.into_iter().map(|signal| (signal.unique_id, json!(signal.data.unwrap_or_default()))).collect();
        Map::from_iter([("Data".to_owned(), Json::String(Json::Object(data).to_string()))])
    }

    /// Any change is refused: a new wait needs a new logical id.
    fn effect(&self, _: &str, before: &Json, after: &Json) -> Effect {
        if before == after { Effect::InPlace } else { Effect::Refused }
    }

    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        let resource = resource(site)?;
        (resource.physical_id.as_deref() == Some(id)).then_some(resource.properties)
    }
}

fn begun(id: &str, takes: SignedDuration) -> Begun {
    Begun { physical_id: id.to_owned(), takes }
}

fn number(properties: &Json, name: &str) -> Option<i64> {
    let value = properties.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn stack<'w>(site: &'w mut Site<'_>) -> Option<&'w Stack> {
    let (region, id) = (site.region.clone(), site.stack_id.clone());
    site.world.region(&region).stacks.get(&id)
}

fn resource(site: &mut Site<'_>) -> Option<Resource> {
    let logical_id = site.logical_id.clone();
    stack(site)?.resources.get(&logical_id).cloned()
}

/// The logical id of the handle that a wait condition names.
fn handle(site: &mut Site<'_>, properties: &Json) -> Option<String> {
    let url = properties.get("Handle")?.as_str()?;
    let mut resources = stack(site)?.resources.iter();
    resources.find(|(_, it)| it.physical_id.as_deref() == Some(url)).map(|(id, _)| id.clone())
}

/// The signals to the handle that a wait condition names.
fn signals(site: &mut Site<'_>, properties: &Json) -> Vec<Signal> {
    let Some(handle) = handle(site, properties) else { return Vec::new() };
    stack(site).and_then(|stack| stack.signals.get(&handle).cloned()).unwrap_or_default()
}

/// Takes what was put to the URL of a handle: `{"Status": "SUCCESS", "Reason": …, "UniqueId": …, "Data": …}`.
///
/// # Errors
///
/// If there is no such handle, or the body is not a signal.
pub fn receive(world: &mut World, region: &str, url: &str, body: &str) -> Result<(), ApiError> {
    let wanted = path(url);
    let stacks = world.region(region).stacks.values();
    let mut handles = stacks.flat_map(|stack| stack.resources.iter().map(move |(id, it)| (stack.id.clone(), id, it)));
    let is_it = |it: &Resource| it.type_name == HANDLE && it.physical_id.as_deref().map(path) == Some(wanted);
    let found = handles.find(|(_, _, it)| is_it(it)).map(|(stack, id, _)| (stack, id.clone()));
    let (stack_id, logical_id) = found.ok_or_else(|| {
        let mut error = ApiError::new("AccessDenied", format!("there is no wait condition handle {url}"));
        error.status = 403;
        error
    })?;
    let signal =
        parse(body).ok_or_else(|| ApiError::new("InvalidRequest", "the body is no signal of a wait condition"))?;
    operation::signal(world, region, &stack_id, &logical_id, signal)
}

/// What of a URL names the handle: everything after the host, with or without the mark of the signature.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let rest = rest.trim_start_matches('/').trim_start_matches("cloudformation-waitcondition/");
    rest.split('?').next().unwrap_or(rest)
}

fn parse(body: &str) -> Option<Signal> {
    let signal: Json = serde_json::from_str(body).ok()?;
    let text = |name: &str| {
        let value = signal.get(name)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let success = match text("Status")?.as_str() {
        "SUCCESS" => true,
        "FAILURE" => false,
        _ => return None,
    };
    Some(Signal { unique_id: text("UniqueId")?, success, reason: text("Reason"), data: text("Data") })
}
