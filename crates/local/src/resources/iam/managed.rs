//! Managed policies, and whom they are attached to.
use serde_json::{Value as Json, json};

use super::{call, document, holders, named, take_away, word};
use crate::resources::backed::{Backed, PLAIN, free, name, picked};
use crate::resources::{Refusal, Site};

fn attach(site: &mut Site<'_>, arn: &str, before: &Json, after: &Json) -> Result<(), Refusal> {
    let (old, new) = (holders(before), holders(after));
    for (kind, name) in old.iter().filter(|it| !new.contains(it)) {
        let input = named(*kind, name, json!({"PolicyArn": arn}));
        take_away(site, &format!("Detach{}Policy", word(*kind)), input)?;
    }
    for (kind, name) in new.iter().filter(|it| !old.contains(it)) {
        call(site, &format!("Attach{}Policy", word(*kind)), named(*kind, name, json!({"PolicyArn": arn})))?;
    }
    Ok(())
}

fn keep_default(site: &mut Site<'_>, arn: &str) {
    if let Some(policy) = site.world.iam.policies.get_mut(arn) {
        let default = policy.default;
        policy.versions.retain(|number, _| *number == default);
    }
}

pub(super) const MANAGED: Backed = Backed {
    takes: 15,
    create: |site, properties| {
        let made = name(site, properties, "ManagedPolicyName")?;
        let mut input = picked(properties, &["Path", "Description"]);
        input["PolicyName"] = json!(made);
        input["PolicyDocument"] = document(&properties["PolicyDocument"]);
        let path = properties["Path"].as_str().unwrap_or("/");
        free(site, &format!("arn:aws:iam::{}:policy{path}{made}", site.world.account))?;
        let arn = call(site, "CreatePolicy", input)?["Policy"]["Arn"].as_str().unwrap_or_default().to_owned();
        if let Err(refusal) = attach(site, &arn, &json!({}), properties) {
            attach(site, &arn, properties, &json!({}))?;
            site.world.iam.policies.shift_remove(&arn);
            return Err(refusal);
        }
        Ok(arn)
    },
    update: |site, arn, before, after| {
        if before["PolicyDocument"] != after["PolicyDocument"] {
            // The handler keeps the version in force and the new one.
            keep_default(site, arn);
            let text = document(&after["PolicyDocument"]);
            call(site, "CreatePolicyVersion", json!({"PolicyArn": arn, "PolicyDocument": text, "SetAsDefault": true}))?;
        }
        attach(site, arn, before, after)
    },
    delete: |site, arn, properties| {
        attach(site, arn, properties, &json!({}))?;
        keep_default(site, arn);
        take_away(site, "DeletePolicy", json!({"PolicyArn": arn}))
    },
    attributes: |world, _, arn, _| {
        let Some(policy) = world.iam.policies.get(arn) else { return Json::Null };
        json!({
            "PolicyArn": arn, "PolicyId": policy.id, "DefaultVersionId": format!("v{}", policy.default), "IsAttachable": true,
            "AttachmentCount": world.iam.attachments(arn), "PermissionsBoundaryUsageCount": 0,
            "CreateDate": format!("{:.0}", policy.created), "UpdateDate": format!("{:.0}", policy.created),
        })
    },
    seen: |world, _, arn| world.iam.policies.get(arn).map(|it| json!({"ManagedPolicyName": it.name, "Path": it.path})),
    ..PLAIN
};
