//! Custom resources: `AWS::CloudFormation::CustomResource` and `Custom::…`.
//!
//! The engine runs nothing. It makes the request that AWS would send to the service token, and waits for the answer, as
//! [`exchange`](super::exchange) keeps them. Source: *CloudFormation custom resource request and response reference*.
use jiff::SignedDuration;
use serde_json::{Map, Value as Json};

use super::exchange::{self, Answer, Made, Sent};
use crate::cloudformation::template::text;
use crate::resources::{Begun, Doing, Effect, Progress, Provider, Refusal, Site};

/// A resource that somebody else makes.
#[derive(Debug)]
pub struct CustomResource;

impl Provider for CustomResource {
    /// What it is called is known only with the answer.
    fn create(&self, site: &mut Site<'_>, properties: &Json) -> Result<Begun, Refusal> {
        exchange::send(site, Doing::Create, None, properties, None)?;
        Ok(Begun { physical_id: String::new(), takes: SignedDuration::ZERO })
    }

    /// The sentence is quoted in public repositories; *ServiceToken* in the template reference: "Updates are not supported".
    fn update(&self, site: &mut Site<'_>, id: &str, before: &Json, after: &Json) -> Result<Begun, Refusal> {
        if before.get("ServiceToken") != after.get("ServiceToken") {
            return Err(Refusal("Modifying service token is not allowed.".to_owned()));
        }
        exchange::send(site, Doing::Update, Some(id), after, Some(before))?;
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::ZERO })
    }

    fn delete(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Result<Begun, Refusal> {
        exchange::send(site, Doing::Delete, Some(id), properties, None)?;
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::ZERO })
    }

    fn progress(&self, site: &mut Site<'_>, id: &str, doing: Doing) -> Result<Progress, Refusal> {
        let now = site.world.now();
        let Some(sent) = sent(site, id, doing) else { return Ok(Progress::Done) };
        match &sent.answer {
            Some(answer) if answer.at > now => Ok(Progress::Wait(answer.at.duration_since(now))),
            Some(answer) => verdict(site, &sent, answer),
            None if sent.deadline > now => Ok(Progress::Wait(sent.deadline.duration_since(now))),
            None => Err(silence(&sent)),
        }
    }

    /// The id that the answer gives. Where a create fails without one, AWS makes one up for the request to delete it.
    fn identity(&self, site: &mut Site<'_>, id: &str, doing: Doing) -> Option<String> {
        let now = site.world.now();
        let sent = sent(site, id, doing).filter(|_| doing != Doing::Delete)?;
        let answered = sent.answer.filter(|answer| answer.at <= now).and_then(|answer| answer.physical_id);
        answered.or(sent.made_up)
    }

    fn attributes(&self, site: &mut Site<'_>, id: &str, _: &Json) -> Map<String, Json> {
        exchange::made(site, id).map(|made| made.data.clone()).unwrap_or_default()
    }

    /// What an update means is known only with its answer: another id is another resource.
    fn effect(&self, _: &str, _: &Json, _: &Json) -> Effect {
        Effect::InPlace
    }

    /// Drift of custom resources is not detected: they are what was asked for.
    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        exchange::made(site, id).map(|made| made.properties.clone())
    }
}

/// The request that is meant: a deletion names what it deletes.
fn sent(site: &Site<'_>, id: &str, doing: Doing) -> Option<Sent> {
    let mut all = site.world.custom.requests.iter().rev();
    let is_it = |it: &&Sent| {
        let is_of_it = it.document["PhysicalResourceId"] == id || doing == Doing::Create;
        it.stack_id() == site.stack_id && it.logical_id() == site.logical_id && it.doing == doing && is_of_it
    };
    all.find(is_it).cloned()
}

/// What the answer says is there from now on.
fn verdict(site: &mut Site<'_>, sent: &Sent, answer: &Answer) -> Result<Progress, Refusal> {
    if let Some(reason) = &answer.failure {
        return Err(Refusal(reason.clone()));
    }
    if sent.doing == Doing::Delete {
        exchange::forget(site, sent.document["PhysicalResourceId"].as_str().unwrap_or_default());
        return Ok(Progress::Done);
    }
    let made = Made {
        stack_id: site.stack_id.clone(),
        logical_id: site.logical_id.clone(),
        physical_id: answer.physical_id.clone().unwrap_or_default(),
        properties: sent.properties.clone(),
        data: answer.data.clone(),
        no_echo: answer.no_echo,
    };
    exchange::keep(site, made);
    Ok(Progress::Done)
}

/// The sentence stands in aws/aws-cdk#18746 and many others.
fn silence(sent: &Sent) -> Refusal {
    Refusal(format!(
        "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{}]. If you \
         are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can \
         attach the updated version.",
        text(&sent.document["RequestId"]).unwrap_or_default()
    ))
}
