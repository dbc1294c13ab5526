//! The resource types of EC2. They are made by the calls that [`crate::ec2`] answers, as AWS's own handlers do.
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};

use super::handler::{self, failed};
use super::{Begun, Doing, Effect, Progress, Provider, Refusal, Site, generic};
use crate::ec2::{self, Ec2, Place};
use crate::wire::{ApiError, Request, Service};

mod address;
mod instance;
mod network;
mod security;
mod small;
#[cfg(test)]
mod tests;
mod volume;

/// The behaviour of a type, if it is one of EC2's that are here.
#[must_use]
pub fn provider(type_name: &str) -> Option<&'static dyn Provider> {
    let behavior: &'static Behavior = match type_name.strip_prefix("AWS::EC2::")? {
        "Instance" => &instance::INSTANCE,
        "Volume" => &volume::VOLUME,
        "VolumeAttachment" => &volume::ATTACHMENT,
        "EIP" => &address::ADDRESS,
        "EIPAssociation" => &address::ASSOCIATION,
        "NetworkInterface" => &address::INTERFACE,
        "VPC" => &network::VPC,
        "Subnet" => &network::SUBNET,
        "InternetGateway" => &network::GATEWAY,
        "VPCGatewayAttachment" => &network::GATEWAY_ATTACHMENT,
        "RouteTable" => &network::TABLE,
        "Route" => &network::ROUTE,
        "SubnetRouteTableAssociation" => &network::TABLE_ASSOCIATION,
        "VPCEndpoint" => &network::ENDPOINT,
        "SecurityGroup" => &security::GROUP,
        "SecurityGroupIngress" => &security::INGRESS,
        "SecurityGroupEgress" => &security::EGRESS,
        "KeyPair" => &small::KEY,
        "LaunchTemplate" => &small::TEMPLATE,
        _ => return None,
    };
    Some(behavior)
}

type Update = fn(&mut Site<'_>, &str, &Json, &Json) -> Result<(), Refusal>;

/// What a type does. All that types have in common is in its [`Provider`].
struct Behavior {
    /// Makes it and answers its physical id.
    create: fn(&mut Site<'_>, &Json) -> Result<String, Refusal>,
    update: Update,
    delete: fn(&mut Site<'_>, &str, &Json) -> Result<(), Refusal>,
    progress: fn(&mut Site<'_>, &str, Doing) -> Result<Progress, Refusal>,
    attributes: fn(&Ec2, &str, &Json) -> Json,
    effect: fn(&str, &Json, &Json) -> Effect,
    /// Whether it is there; and what of its properties can be seen, over what was asked for.
    seen: fn(&Ec2, &str) -> Option<Json>,
    snapshot: fn(&mut Site<'_>, &str) -> Result<String, Refusal>,
    /// The id that its tags are under; nothing if it has none.
    tagged: fn(&Ec2, &str) -> Option<String>,
}

/// What most types do.
const PLAIN: Behavior = Behavior {
    create: |site, _| Err(Refusal(format!("{} cannot be created", site.type_name))),
    update: |_, _, _, _| Ok(()),
    delete: |_, _, _| Ok(()),
    progress: |_, _, _| Ok(Progress::Done),
    attributes: |_, _, _| json!({}),
    effect: generic::effect,
    seen: |_, _| Some(json!({})),
    snapshot: |site, _| Err(Refusal(format!("{} does not support snapshots", site.type_name))),
    tagged: |_, id| Some(id.to_owned()),
};

const NO_TAGS: fn(&Ec2, &str) -> Option<String> = |_, _| None;

impl Provider for Behavior {
    fn create(&self, site: &mut Site<'_>, properties: &Json) -> Result<Begun, Refusal> {
        let physical_id = (self.create)(site, properties)?;
        self.tag(site, &physical_id, properties);
        remember(site, &physical_id, properties);
        Ok(Begun { physical_id, takes: SignedDuration::from_secs(2) })
    }

    fn update(&self, site: &mut Site<'_>, id: &str, before: &Json, after: &Json) -> Result<Begun, Refusal> {
        (self.update)(site, id, before, after)?;
        self.retag(site, id, before, after);
        remember(site, id, after);
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::from_secs(2) })
    }

    fn delete(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Result<Begun, Refusal> {
        if (self.seen)(place(site).ec2(), id).is_some() {
            (self.delete)(site, id, properties)?;
        }
        if let Some(all) = site.world.region(&site.region).others.get_mut(&site.type_name) {
            all.remove(id);
        }
        Ok(Begun { physical_id: id.to_owned(), takes: SignedDuration::from_secs(2) })
    }

    fn progress(&self, site: &mut Site<'_>, id: &str, doing: Doing) -> Result<Progress, Refusal> {
        (self.progress)(site, id, doing)
    }

    fn attributes(&self, site: &mut Site<'_>, id: &str, properties: &Json) -> Map<String, Json> {
        match (self.attributes)(place(site).ec2(), id, properties) {
            Json::Object(attributes) => attributes.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        }
    }

    fn effect(&self, type_name: &str, before: &Json, after: &Json) -> Effect {
        (self.effect)(type_name, before, after)
    }

    fn read(&self, site: &mut Site<'_>, id: &str) -> Option<Json> {
        let seen = (self.seen)(place(site).ec2(), id)?;
        let things = site.world.region(&site.region).others.get(&site.type_name);
        let mut whole = things.and_then(|all| all.get(id)).map_or_else(|| json!({}), |thing| thing.properties.clone());
        if let (Some(whole), Json::Object(seen)) = (whole.as_object_mut(), seen) {
            whole.extend(seen.into_iter().filter(|(_, value)| !value.is_null()));
        }
        Some(whole)
    }

    fn snapshot(&self, site: &mut Site<'_>, id: &str) -> Result<String, Refusal> {
        (self.snapshot)(site, id)
    }
}

impl Behavior {
    /// Tags of the template, of the stack, and those by which CloudFormation marks what it made. Source: *Resource tag* in the
    /// CloudFormation guide.
    fn tag(&self, site: &mut Site<'_>, id: &str, properties: &Json) {
        let marks = [("stack-name", &site.stack_name), ("stack-id", &site.stack_id), ("logical-id", &site.logical_id)];
        let mut all: Vec<(String, String)> = site.stack_tags.clone();
        all.extend(own_tags(properties));
        all.extend(marks.map(|(name, value)| (format!("aws:cloudformation:{name}"), value.clone())));
        let ec2 = &mut site.world.region(&site.region).ec2;
        if let Some(id) = (self.tagged)(ec2, id) {
            ec2.tag(&id, all.into_iter().collect());
        }
    }

    fn retag(&self, site: &mut Site<'_>, id: &str, before: &Json, after: &Json) {
        let ec2 = &mut site.world.region(&site.region).ec2;
        let Some(under) = (self.tagged)(ec2, id) else { return };
        let kept: Vec<String> = own_tags(after).map(|(key, _)| key).collect();
        if let Some(tags) = ec2.tags.get_mut(&under) {
            own_tags(before).filter(|(key, _)| !kept.contains(key)).for_each(|(key, _)| drop(tags.remove(&key)));
        }
        self.tag(site, id, after);
    }
}

fn own_tags(properties: &Json) -> impl Iterator<Item = (String, String)> {
    let tags = properties["Tags"].as_array().cloned().unwrap_or_default();
    tags.into_iter()
        .filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned())))
}

/// Writes down what was asked for, for reading it back.
fn remember(site: &mut Site<'_>, id: &str, properties: &Json) {
    let thing = generic::Thing {
        properties: properties.clone(),
        stack_id: site.stack_id.clone(),
        logical_id: site.logical_id.clone(),
    };
    let others = &mut site.world.region(&site.region).others;
    others.entry(site.type_name.clone()).or_default().insert(id.to_owned(), thing);
}

fn place<'a>(site: &'a mut Site<'_>) -> Place<'a> {
    Place::new(site.world, &site.region)
}

/// Makes a call of EC2.
fn call(site: &mut Site<'_>, operation: &str, input: Json) -> Result<Json, Refusal> {
    let request =
        Request { service: Service::Ec2, operation: operation.to_owned(), region: site.region.clone(), input };
    ec2::answer(site.world, &request).map_err(|error| refusal(site, &error))
}

/// A call that takes away: what is gone already is no failure.
fn take_away(site: &mut Site<'_>, operation: &str, input: Json) -> Result<(), Refusal> {
    let request =
        Request { service: Service::Ec2, operation: operation.to_owned(), region: site.region.clone(), input };
    match ec2::answer(site.world, &request) {
        Err(error) if !error.code.ends_with(".NotFound") => Err(refusal(site, &error)),
        _ => Ok(()),
    }
}

fn refusal(site: &mut Site<'_>, error: &ApiError) -> Refusal {
    handler::refusal(site, Service::Ec2, error)
}

const fn again(seconds: i64) -> Progress {
    Progress::Wait(SignedDuration::from_secs(seconds))
}

/// Properties under other names, those that are there.
fn renamed(properties: &Json, names: &[(&str, &str)]) -> Json {
    let pairs = names.iter().filter_map(|(from, to)| Some(((*to).to_owned(), properties.get(*from)?.clone())));
    Json::Object(pairs.collect())
}

/// Properties under the same names, those that are there.
fn picked(properties: &Json, names: &[&str]) -> Json {
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    renamed(properties, &pairs)
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
