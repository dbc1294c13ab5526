//! The resource types of Systems Manager.
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::backed::{Backed, PLAIN, call, name, picked, take_away};
use super::generic::taken;
use super::handler::failed;
use super::{Doing, Progress, Refusal, Site};
use crate::wire::Service;

pub(super) fn provider(type_name: &str) -> Option<&'static Backed> {
    (type_name == "AWS::SSM::Parameter").then_some(&PARAMETER)
}

fn put(site: &mut Site<'_>, name: &str, properties: &Json, overwrite: bool) -> Result<(), Refusal> {
    // Source: *AWS::SSM::Parameter*: "Parameters of type SecureString are not supported by CloudFormation".
    if properties["Type"] == "SecureString" {
        let message = "Property validation failure: [Encountered unsupported value for property {/Type}: SecureString is not supported by \
                       AWS CloudFormation]";
        return Err(failed(site, message, "InvalidRequest"));
    }
    let members = ["Type", "Value", "Description", "AllowedPattern", "Tier", "DataType"];
    let mut input = picked(properties, &members);
    (input["Name"], input["Overwrite"]) = (json!(name), json!(overwrite));
    call(site, Service::Ssm, "PutParameter", input).map(drop)
}

fn tag(site: &mut Site<'_>, name: &str, properties: &Json) {
    let own = properties["Tags"].as_object().cloned().unwrap_or_default();
    let own = own.into_iter().map(|(key, value)| (key, value.as_str().unwrap_or_default().to_owned()));
    let all = site.stack_tags.clone().into_iter().chain(own).collect();
    if let Some(parameter) = site.world.region(&site.region).ssm.parameters.get_mut(name) {
        parameter.tags = all;
    }
}

const PARAMETER: Backed = Backed {
    takes: 2,
    create: |site, properties| {
        let made = name(site, properties, "Name")?;
        if site.world.region(&site.region).ssm.parameters.contains_key(&made) {
            return Err(taken(site, &made, ""));
        }
        put(site, &made, properties, false)?;
        tag(site, &made, properties);
        Ok(made)
    },
    update: |site, name, _, after| {
        put(site, name, after, true)?;
        tag(site, name, after);
        Ok(())
    },
    delete: |site, name, _| take_away(site, Service::Ssm, "DeleteParameter", json!({"Name": name})),
    progress: |site, name, doing| {
        let store = &site.world.region(&site.region).ssm;
        if store.checking.contains_key(name) && doing != Doing::Delete {
            return Ok(Progress::Wait(SignedDuration::from_secs(2)));
        }
        match store.refused.get(name).cloned().filter(|_| doing != Doing::Delete) {
            Some(why) => Err(failed(site, &why, "NotStabilized")),
            None => Ok(Progress::Done),
        }
    },
    attributes: |world, region, name, properties| {
        let parameter = world.regions.get(region).and_then(|it| it.ssm.parameters.get(name));
        json!({
            "Arn": crate::ssm::arn(&world.account, region, name),
            "Type": parameter.map_or_else(|| properties["Type"].clone(), |it| json!(it.last().kind)),
            "Value": parameter.map_or_else(|| properties["Value"].clone(), |it| json!(it.last().value)),
        })
    },
    seen: |world, region, name| {
        let last = world.regions.get(region)?.ssm.parameters.get(name)?.last();
        Some(json!({"Name": name, "Type": last.kind, "Value": last.value}))
    },
    ..PLAIN
};
