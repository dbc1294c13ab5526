//! Key pairs and launch templates.
use serde_json::{Value as Json, json};

use super::{Behavior, PLAIN, call, picked, take_away, text};
use crate::ec2::Ec2;

fn key<'a>(ec2: &'a Ec2, name: &str) -> Option<(&'a String, &'a Json)> {
    ec2.keys.iter().find(|(_, it)| it["keyName"] == json!(name))
}

/// A key pair: `Ref` gives its name.
pub(super) const KEY: Behavior = Behavior {
    create: |site, properties| {
        let mut input = picked(properties, &["KeyName", "KeyType"]);
        match properties.get("PublicKeyMaterial") {
            Some(material) => {
                input["PublicKeyMaterial"] = material.clone();
                call(site, "ImportKeyPair", input)?;
            }
            None => drop(call(site, "CreateKeyPair", input)?),
        }
        Ok(text(&properties["KeyName"]))
    },
    delete: |site, name, _| take_away(site, "DeleteKeyPair", json!({"KeyName": name})),
    attributes: |ec2, name, _| {
        let one = key(ec2, name);
        json!({"KeyPairId": one.map(|(id, _)| id), "KeyFingerprint": one.map(|(_, it)| &it["keyFingerprint"])})
    },
    seen: |ec2, name| key(ec2, name).map(|_| json!({"KeyName": name})),
    tagged: |ec2, name| key(ec2, name).map(|(id, _)| id.clone()),
    ..PLAIN
};

/// What a template says, in the names of the API: lists are singular there.
fn data(properties: &Json) -> Json {
    let mut data = properties.get("LaunchTemplateData").cloned().unwrap_or_else(|| json!({}));
    for (from, to) in [
        ("SecurityGroupIds", "SecurityGroupId"),
        ("BlockDeviceMappings", "BlockDeviceMapping"),
        ("NetworkInterfaces", "NetworkInterface"),
    ] {
        if let Some(list) = data.as_object_mut().and_then(|data| data.shift_remove(from)) {
            data[to] = list;
        }
    }
    data
}

pub(super) const TEMPLATE: Behavior = Behavior {
    create: |site, properties| {
        let made_up = format!("{}_{}", site.logical_id, site.world.letters(12));
        let name = properties.get("LaunchTemplateName").cloned().unwrap_or(json!(made_up));
        let input = json!({"LaunchTemplateName": name, "LaunchTemplateData": data(properties)});
        Ok(text(&call(site, "CreateLaunchTemplate", input)?["launchTemplate"]["launchTemplateId"]))
    },
    update: |site, id, _, after| {
        call(site, "CreateLaunchTemplateVersion", json!({"LaunchTemplateId": id, "LaunchTemplateData": data(after)}))
            .map(drop)
    },
    delete: |site, id, _| take_away(site, "DeleteLaunchTemplate", json!({"LaunchTemplateId": id})),
    attributes: |ec2, id, _| {
        let one = &ec2.launch_templates.get(id).cloned().unwrap_or_default();
        let number = |name: &str| one[name].to_string();
        json!({
            "LaunchTemplateId": id, "LatestVersionNumber": number("latestVersionNumber"), "DefaultVersionNumber": number("defaultVersionNumber"),
        })
    },
    seen: |ec2, id| ec2.launch_templates.get(id).map(|_| json!({})),
    ..PLAIN
};
