//! Launch templates.
use serde_json::{Map, Value as Json, json};

use super::error::missing;
use super::shown::{Kind, shown, tags_for};
use super::{Answer, Input, Place, time};
use crate::wire::ApiError;

/// `CreateLaunchTemplate`.
pub(super) fn create(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let (name, id, made) = (input.required("LaunchTemplateName")?, at.world.id("lt"), time(at.now()));
    let ec2 = at.ec2();
    if ec2.launch_templates.values().any(|it| it["launchTemplateName"] == json!(name)) {
        let text = "Launch template name already in use.";
        return Err(ApiError::new("InvalidLaunchTemplateName.AlreadyExistsException", text));
    }
    let data = input.0.get("LaunchTemplateData").cloned().unwrap_or_else(|| json!({}));
    ec2.launch_templates.insert(id.clone(), json!({
        "launchTemplateId": id, "launchTemplateName": name, "createTime": made, "defaultVersionNumber": 1, "latestVersionNumber": 1,
        "versions": [data],
    }));
    ec2.tag(&id, tags_for(input, "launch-template"));
    Ok(json!({"launchTemplate": ec2.launch_templates[&id]}))
}

/// `CreateLaunchTemplateVersion`.
pub(super) fn create_version(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("LaunchTemplateId")?;
    let template = super::network::of(&mut at.ec2().launch_templates, &id)?;
    let versions = template["versions"].as_array_mut().expect("a list");
    versions.push(input.0.get("LaunchTemplateData").cloned().unwrap_or_else(|| json!({})));
    let number = versions.len();
    template["latestVersionNumber"] = json!(number);
    Ok(json!({"launchTemplateVersion": {"launchTemplateId": id, "versionNumber": number}}))
}

/// `DeleteLaunchTemplate`.
pub(super) fn delete(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let id = input.required("LaunchTemplateId")?;
    let gone = at.ec2().launch_templates.shift_remove(&id).ok_or_else(|| missing(&id))?;
    at.ec2().tags.remove(&id);
    Ok(json!({"launchTemplate": gone}))
}

const TEMPLATES: Kind = Kind {
    set: "launchTemplates",
    id: "launchTemplateId",
    ids: "LaunchTemplateId",
    missing,
    filters: &[("launch-template-name", "launchTemplateName"), ("create-time", "createTime")],
};

/// `DescribeLaunchTemplates`.
pub(super) fn describe(at: &mut Place<'_>, input: Input<'_>) -> Answer {
    let ec2 = at.ec2();
    shown(TEMPLATES, ec2.tagged(&ec2.launch_templates), input)
}

/// What a call gives, completed by the launch template that it names: what the call itself says comes first.
///
/// # Errors
///
/// If there is no such template or version.
pub(super) fn completed(at: &mut Place<'_>, input: Input<'_>) -> Result<Json, ApiError> {
    let Some(named) = input.part("LaunchTemplate") else { return Ok(input.0.clone()) };
    let ec2 = at.ec2();
    let by_name = || {
        let name = named.text("LaunchTemplateName")?;
        ec2.launch_templates.iter().find(|(_, it)| it["launchTemplateName"] == json!(name)).map(|(id, _)| id.clone())
    };
    let id = named.text("LaunchTemplateId").or_else(by_name).unwrap_or_default();
    let template = ec2.launch_templates.get(&id).ok_or_else(|| missing(&id))?;
    let version = match named.text("Version").as_deref() {
        None | Some("$Default") => template["defaultVersionNumber"].as_u64(),
        Some("$Latest") => template["latestVersionNumber"].as_u64(),
        Some(number) => number.parse().ok(),
    };
    let index = version.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
    let data = index.and_then(|index| template["versions"].get(index)).and_then(Json::as_object);
    let unknown = || {
        ApiError::new(
            "InvalidLaunchTemplateId.VersionNotFound",
            format!("Could not find the specified version for the launch template with ID {id}."),
        )
    };
    let mut whole: Map<String, Json> = data.ok_or_else(unknown)?.clone();
    whole.extend(input.0.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    Ok(Json::Object(whole))
}
