//! A volume that no stack has, taken into a stack again.
//!
//! CloudFormation does not look whether what it takes in is what the template says (*Import existing resources*), and would
//! change or refuse what differs on some later day. So it is compared here, property by property.
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::seen::{self, Volume};
use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};
use crate::host::record_of;
use crate::plan::{Side, references};
use crate::stack::{self, StackNow};

const VOLUME: &str = "AWS::EC2::Volume";

/// A volume that can be taken in, and the template that takes it in and changes nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Adoption {
    /// The logical id that it gets.
    pub id: String,
    /// It.
    pub volume: Volume,
    /// The template: the one in force with the volume, or the volume alone where there is no stack yet.
    pub template: Json,
    /// The values that the parameters of that template keep.
    pub parameters: BTreeMap<String, String>,
}

/// Looks whether a volume can become the resource `id` of a stack, as the `wanted` template describes it.
///
/// # Errors
///
/// If it cannot; the message says what to do.
pub async fn look(
    connection: &Connection,
    name: &str,
    now: Option<&StackNow>,
    wanted: &Json,
    id: &str,
    volume: &str,
) -> Result<Adoption, Failure> {
    let resource = described(name, wanted, id)?;
    let Some(found) = seen::describe(connection, std::slice::from_ref(&volume.to_owned())).await?.pop() else {
        return refuse(Kind::NotFound, format!("there is no volume {volume} in {}", connection.region));
    };
    is_free(&found)?;
    if let Some(owner) = owner(connection, volume).await? {
        return refuse(
            Kind::Refused,
            format!(
                "{volume} belongs to the stack `{owner}`; it leaves that first, with a deploy or `stackgen destroy`"
            ),
        );
    }
    let differences = differences(&found, &resource["Properties"]);
    if !differences.is_empty() {
        let told = differences.join("; ");
        return refuse(
            Kind::Refused,
            format!("{volume} is not what the app says of `{id}`: {told}; say in the app what it is"),
        );
    }
    let (template, parameters) = match now {
        Some(now) => (with(connection, now, id, resource).await?, kept(now)),
        None => (alone(id, resource), BTreeMap::new()),
    };
    Ok(Adoption { id: id.to_owned(), volume: found, template, parameters })
}

/// The resource of the wanted template, as it is taken in.
fn described(stack: &str, wanted: &Json, id: &str) -> Result<Json, Failure> {
    let Some(resource) = wanted.pointer(&format!("/Resources/{id}")).filter(|it| it["Type"] == VOLUME) else {
        return refuse(
            Kind::Refused,
            format!("the app's `{stack}` has no volume `{id}`; `--id` says which one is meant"),
        );
    };
    let properties = resource.get("Properties").cloned().unwrap_or_else(|| json!({}));
    let mut others = Vec::new();
    references(&properties, &mut others);
    if !others.is_empty() {
        let others = others.join("`, `");
        return refuse(
            Kind::Refused,
            format!(
                "`{id}` is described with `{others}`, and nothing else is there when it is taken in; write the values out"
            ),
        );
    }
    // Whatever becomes of the import, the volume stays. The app's own policy comes with the next deploy.
    Ok(json!({"Type": VOLUME, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}))
}

fn is_free(volume: &Volume) -> Result<(), Failure> {
    let id = &volume.id;
    match volume.on.first() {
        Some(on) => refuse(
            Kind::Refused,
            format!(
                "{id} is on {} ({}); stop that and take it off: `aws ec2 detach-volume --volume-id {id}`",
                on.instance, on.state
            ),
        ),
        None if volume.state != "available" => {
            refuse(Kind::Refused, format!("{id} is {} and not available", volume.state))
        }
        None => Ok(()),
    }
}

/// The stack that has a volume. Its tags may tell of a stack that is gone, so CloudFormation is asked.
async fn owner(connection: &Connection, volume: &str) -> Result<Option<String>, Failure> {
    let send = || connection.cloudformation.describe_stack_resources().physical_resource_id(volume).send();
    match connection.call("DescribeStackResources", Retry::Safe, send).await {
        Ok(answer) => {
            let resources = answer.stack_resources.unwrap_or_default();
            // A deleted stack tells of what it kept, too.
            let mut there = resources.into_iter().filter(|it| {
                let is_this = it.physical_resource_id.as_deref() == Some(volume);
                let status = it.resource_status.as_ref().map_or("", |status| status.as_str());
                is_this && !matches!(status, "DELETE_COMPLETE" | "DELETE_SKIPPED")
            });
            Ok(there.next().and_then(|it| it.stack_name))
        }
        Err(failure) if failure.kind == Kind::NoStack => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What of a volume is not as its description says. Without a type it would be gp2 (`CreateVolume`); whether a volume is encrypted
/// that says nothing of it, the account decides.
fn differences(volume: &Volume, properties: &Json) -> Vec<String> {
    let side = Side { template: &Json::Null, parameters: &BTreeMap::new() };
    let said = |name: &str| properties.get(name).map(|value| side.text(value));
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let compared = [
        ("AvailabilityZone", said("AvailabilityZone"), volume.zone.clone()),
        ("Size", said("Size"), number(Some(volume.gib))),
        ("VolumeType", said("VolumeType").or_else(|| Some("gp2".to_owned())), volume.kind.clone()),
        ("Encrypted", said("Encrypted"), volume.encrypted.to_string()),
        ("Iops", said("Iops"), number(volume.iops)),
        ("Throughput", said("Throughput"), number(volume.throughput)),
        ("SnapshotId", said("SnapshotId"), volume.snapshot.clone().unwrap_or_else(|| "none".to_owned())),
    ];
    let differs = compared.into_iter().filter_map(|(name, said, is)| {
        let said = said.filter(|said| *said != is)?;
        Some(format!("its {name} is {is} and not {said}"))
    });
    differs.collect()
}

/// The volume and nothing else. An import can bring neither outputs nor anything that is not taken in.
fn alone(id: &str, resource: Json) -> Json {
    json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {id: resource}})
}

/// The template in force, with the volume.
async fn with(connection: &Connection, now: &StackNow, id: &str, resource: Json) -> Result<Json, Failure> {
    let text = stack::template(connection, &now.id).await?.unwrap_or_default();
    let Ok(mut template) = serde_json::from_str::<Json>(&text) else {
        return refuse(
            Kind::Refused,
            format!("the template in force of `{}` is not JSON; take it in by hand", now.name),
        );
    };
    if let Some(known) = stack::resources(connection, &now.id).await?.get(id) {
        let known = known.physical_resource_id.clone().unwrap_or_default();
        return refuse(
            Kind::Refused,
            format!("`{}` has {known} as its `{id}`; one of them has to leave first", now.name),
        );
    }
    let resources = template.get_mut("Resources").and_then(Json::as_object_mut);
    resources.unwrap_or(&mut Map::new()).insert(id.to_owned(), resource);
    Ok(template)
}

/// The values of the parameters, so that none goes back to its default. Those that nobody sees keep theirs.
fn kept(now: &StackNow) -> BTreeMap<String, String> {
    let is_seen = |(_, value): &(&String, &String)| value.as_str() != "****";
    now.parameters.iter().filter(is_seen).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Says where the hosts of a stack look that a volume is in service, so that none of them ever formats it.
///
/// # Errors
///
/// If SSM refuses.
pub async fn settle(connection: &Connection, stack: &str, volume: &str) -> Result<String, Failure> {
    let name = record_of(stack);
    connection.put_parameter(&name, &format!("in-service:{volume}"), true).await?;
    Ok(name)
}

fn refuse<T>(kind: Kind, message: String) -> Result<T, Failure> {
    Err(Failure::new(kind, message))
}
